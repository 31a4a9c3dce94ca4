// Draws the conversation. Every word of a person, a file name or the server is put in as text, never as markup.

import { framed, upgrade } from "./compare.js";
import { say } from "./words.js";

const BUSY_MS = 8000;

function make(tag, className, words) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (words !== undefined) node.textContent = words;
  return node;
}

// The gallery's contact sheet shows styles, not the person's photo: there is nothing to compare.
function isSheet({ name }) {
  return name === "styles.jpg";
}

export class View extends EventTarget {
  #nodes = new Map(); // entry id → its <li>
  #urls = new Map(); // entry id → object URLs to give back
  #busyTimer = 0;
  #lastTop = 0;
  #follows = true; // the end is in view, and stays so when more comes or a picture turns out taller

  constructor(log, scroll, photosOf) {
    super();
    this.log = log;
    this.scroll = scroll;
    this.photosOf = photosOf;
    this.busyNode = make("li", "busy");
    this.busyNode.append(make("span", "spoken", say("working")), make("i"), make("i"), make("i"));
    scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#follows && this.toEnd()).observe(log);
  }

  show(entry) {
    if (entry.from === "me") this.#follows = true;
    const node = this.#draw(entry);
    const older = this.#nodes.get(entry.id);
    if (older) older.replaceWith(node);
    else this.log.insertBefore(node, this.busyNode.parentNode ? this.busyNode : null);
    this.#nodes.set(entry.id, node);
    if (entry.from !== "me") this.busy(false);
  }

  remove(id) {
    this.#nodes.get(id)?.remove();
    this.#nodes.delete(id);
    this.#release(id);
  }

  clear() {
    for (const id of [...this.#nodes.keys()]) this.remove(id);
    this.busy(false);
  }

  busy(on) {
    clearTimeout(this.#busyTimer);
    if (!on) return this.busyNode.remove();
    this.log.append(this.busyNode);
    this.#busyTimer = setTimeout(() => this.busyNode.remove(), BUSY_MS);
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  // Only somebody who scrolls up wants to stay there; that the conversation grew does not count.
  #scrolled() {
    const { scrollTop } = this.scroll;
    if (this.#atEnd()) this.#follows = true;
    else if (scrollTop < this.#lastTop) this.#follows = false;
    this.#lastTop = scrollTop;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    return scrollHeight - scrollTop - clientHeight < 120;
  }

  #draw(entry) {
    const node = make("li", `entry ${entry.from}`);
    this.#release(entry.id);
    node.append(make("span", "spoken", say(entry.from === "me" ? "you" : "atelier")));
    if (entry.pictures.length) node.append(this.#pictures(entry));
    if (entry.text) node.append(make("p", "words", entry.text));
    if (entry.buttons?.length) node.append(this.#buttons(entry));
    if (entry.from === "me" && entry.state !== "sent") node.append(this.#state(entry));
    return node;
  }

  #pictures(entry) {
    const group = make("div", "pictures");
    const before = entry.from === "me" || entry.pictures.some(isSheet) ? [] : this.photosOf(entry);
    entry.pictures.forEach((picture, index) => {
      group.append(entry.from === "me" ? this.#photo(entry, picture) : this.#result(entry, picture, before[index]));
    });
    return group;
  }

  #photo(entry, { blob, name }) {
    const node = new Image();
    node.src = this.#url(entry.id, blob);
    node.alt = name || say("yourPhoto");
    node.className = "photo";
    node.addEventListener("error", () => node.replaceWith(make("span", "file", name || say("yourPhoto"))));
    return node;
  }

  #result(entry, picture, before) {
    const url = this.#url(entry.id, picture.blob);
    if (isSheet(picture)) return framed(url, say("sheet"), picture);
    const figure = framed(url, say("result"), picture);
    if (before?.blob) upgrade(figure, this.#url(entry.id, before.blob));
    const link = make("a", "download", say("download"));
    link.href = url;
    link.download = picture.name;
    figure.append(link);
    return figure;
  }

  #buttons(entry) {
    const group = make("div", "buttons");
    for (const row of entry.buttons) {
      const line = make("div");
      for (const { label, command } of row) {
        const button = make("button", "", label);
        button.type = "button";
        button.addEventListener("click", () => this.#tell("press", { entry, label, command }));
        line.append(button);
      }
      group.append(line);
    }
    return group;
  }

  #state(entry) {
    const note = make("p", "note", say(entry.state === "failed" ? "failed" : "sending"));
    if (entry.state === "failed") {
      const button = make("button", "quiet", say("again"));
      button.type = "button";
      button.addEventListener("click", () => this.#tell("retry", { entry }));
      note.append(" ", button);
    }
    return note;
  }

  #url(id, blob) {
    const url = URL.createObjectURL(blob);
    this.#urls.set(id, [...(this.#urls.get(id) ?? []), url]);
    return url;
  }

  #release(id) {
    for (const url of this.#urls.get(id) ?? []) URL.revokeObjectURL(url);
    this.#urls.delete(id);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
