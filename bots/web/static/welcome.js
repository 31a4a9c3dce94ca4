// The empty page: a photo to try, and styles that paint it in one press.

import { button } from "./make.js";

const $ = (id) => document.getElementById(id);
const STYLES = 6;

// Events: "photo" (a File to attach) and "paint" (a message to send).
export class Welcome extends EventTarget {
  start() {
    $("sample").addEventListener("click", async () => this.#tell("photo", await photo()));
  }

  // Styles as [id, title] pairs.
  offer(styles) {
    const chips = styles.slice(0, STYLES).map(([id, title]) => button("", title, () => this.#paint(id)));
    $("tries").replaceChildren(...chips);
    $("tries").hidden = !chips.length;
  }

  async #paint(style) {
    const blob = await photo();
    this.#tell("paint", { text: `/style ${style}`, pictures: [{ blob, name: blob.name }] });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

async function photo() {
  const answer = await fetch("/chat/static/sample.jpg");
  return new File([await answer.blob()], "sample.jpg", { type: "image/jpeg" });
}
