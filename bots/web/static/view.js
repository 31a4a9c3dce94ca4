// Draws the conversation.

import { rows, settle } from "./buttons.js";
import { button, make } from "./make.js";
import { file, result, sent, sheet } from "./pictures.js";
import { tongue } from "./tongue.js";
import { say } from "./words.js";

const BUSY_MS = 8000;
const CONTROLS = "button, a, input";

// A numbered sheet, or the gallery's, shows styles: there is nothing to compare and nothing to keep.
function isSheet({ name }, { buttons }) {
  const numbered = (buttons ?? []).flat().filter(({ label }) => /^\d+(\.|$)/.test(label));
  return name === "styles.jpg" || numbered.length > 1;
}

export class View extends EventTarget {
  #nodes = new Map(); // entry id → its node
  #urls = new Map(); // entry id → object URLs to give back
  #busyTimer = 0;
  #lastTop = 0;
  #follows = true; // the end is in view, and stays so when more comes or a picture turns out taller

  constructor(log, scroll, beforeOf) {
    super();
    this.log = log;
    this.scroll = scroll;
    this.beforeOf = beforeOf; // (entry, index) → the photo that a result was made of
    this.busyNode = make("div", "busy");
    scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#follows && this.toEnd()).observe(log);
  }

  show(entry) {
    if (entry.quiet) return;
    if (entry.from === "me") this.#follows = true;
    const node = this.#draw(entry);
    const older = this.#nodes.get(entry.id);
    const focused = older?.contains(document.activeElement) ? document.activeElement : null;
    if (older) older.replaceWith(node);
    else this.log.insertBefore(node, this.busyNode.parentNode ? this.busyNode : null);
    this.#nodes.set(entry.id, node);
    if (focused) this.#focusAgain(node, focused.textContent);
    if (entry.from !== "me") this.busy(false);
  }

  remove(id) {
    const node = this.#nodes.get(id);
    if (node?.contains(document.activeElement)) this.#tell("lost"); // who pressed “delete” must not fall off the page
    node?.remove();
    this.#nodes.delete(id);
    this.#release(id);
  }

  clear() {
    for (const id of [...this.#nodes.keys()]) this.remove(id);
    this.busy(false);
  }

  busy(on) {
    clearTimeout(this.#busyTimer);
    settle();
    if (!on) return this.busyNode.remove();
    this.busyNode.replaceChildren(make("span", "spoken", say("working")), make("i"), make("i"), make("i"));
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
    const node = make("div", `entry ${entry.from}`);
    node.classList.toggle("whispered", Boolean(entry.whispered));
    this.#release(entry.id);
    node.append(make("span", "spoken", say(entry.from === "me" ? "you" : "atelier")));
    if (entry.pictures.length) node.append(this.#pictures(entry));
    if (entry.text) node.append(this.#words(entry.text));
    if (entry.buttons?.length) node.append(this.#buttons(entry));
    if (entry.from === "me" && entry.state !== "sent") node.append(this.#state(entry));
    return node;
  }

  #words(text) {
    const node = make("p", "words", text);
    node.lang = tongue(text);
    return node;
  }

  #pictures(entry) {
    const group = make("div", "pictures");
    group.append(...entry.pictures.map((picture, index) => this.#picture(entry, picture, index)));
    return group;
  }

  #picture(entry, picture, index) {
    const url = this.#url(entry.id, picture.blob);
    if (entry.from === "me") return sent(picture, url);
    if (isSheet(picture, entry)) return sheet(picture, url);
    if (entry.file) return file(picture, url);
    const before = this.beforeOf(entry, index)?.blob;
    return result(picture, url, before && this.#url(entry.id, before));
  }

  #buttons(entry) {
    const group = rows(entry.buttons, (pressed) => this.#tell("press", { entry, ...pressed }));
    group.lang = tongue(group.textContent);
    return group;
  }

  #state(entry) {
    const note = make("p", "note", say(entry.state === "failed" ? "failed" : "sending"));
    if (entry.state === "failed") note.append(" ", button("quiet", say("again"), () => this.#tell("retry", { entry })));
    return note;
  }

  // What was pressed has changed in its place: the same button again, or the first of those that came instead.
  #focusAgain(node, label) {
    const controls = [...node.querySelectorAll(CONTROLS)];
    const next = controls.find(({ textContent }) => textContent === label) ?? controls[0];
    if (next) next.focus({ preventScroll: true });
    else this.#tell("lost");
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
