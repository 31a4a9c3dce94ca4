// Pictures that move can be stopped (WCAG 2.2.2), and stand still from the start for whoever asked for less motion.

import { button, make } from "./make.js";
import { say } from "./words.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

// An animated picture cannot be paused, so one frame of it takes its place.
export function still(image) {
  const frame = make("canvas", image.className);
  frame.width = image.naturalWidth;
  frame.height = image.naturalHeight;
  frame.getContext("2d").drawImage(image, 0, 0);
  frame.setAttribute("role", "img");
  frame.setAttribute("aria-label", image.alt);
  image.hidden = true;
  image.after(frame);
}

export class Moving {
  #figure;

  constructor(figure, ready) {
    this.#figure = figure;
    this.button = button("quiet", "", () => this.#set(!this.#stopped));
    this.#tell(calm.matches);
    ready.then(() => this.#stopped && this.#set(true));
  }

  get #stopped() {
    return this.button.dataset.stopped === "yes";
  }

  #set(stopped) {
    this.#tell(stopped);
    for (const node of this.#figure.querySelectorAll("video")) stopped ? node.pause() : node.play();
    for (const node of this.#figure.querySelectorAll("canvas")) node.remove();
    for (const node of this.#figure.querySelectorAll("img")) {
      node.hidden = false;
      if (stopped) node.decode().then(() => this.#stopped && !node.hidden && still(node), () => {});
    }
  }

  #tell(stopped) {
    this.button.dataset.stopped = stopped ? "yes" : "no";
    this.button.textContent = say(stopped ? "play" : "pause");
  }
}
