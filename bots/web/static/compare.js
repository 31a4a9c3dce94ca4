// Before and after in one frame, parted by a line that a finger, a mouse or the arrow keys move.

import { make, picture } from "./make.js";
import { say } from "./words.js";

function label(words, className) {
  const node = make("span", className, words);
  node.setAttribute("aria-hidden", "true");
  return node;
}

// Replace a plain result by a comparison once the photo proves to be of the same shape (a cropped or drawn one is not).
export async function upgrade(figure, beforeUrl) {
  const node = figure.querySelector("img.picture");
  const before = picture(beforeUrl, say("yourPhoto"), "before");
  try {
    await Promise.all([before.decode(), node.decode()]);
  } catch {
    return; // a format that this browser does not show
  }
  const shape = (image) => image.naturalWidth / image.naturalHeight;
  if (Math.abs(shape(before) / shape(node) - 1) < 0.03) node.replaceWith(compared(before, node.cloneNode()));
}

function compared(before, after) {
  const frame = make("div", "compare");
  const slider = document.createElement("input");
  slider.type = "range";
  slider.value = 50;
  slider.setAttribute("aria-label", say("slide"));
  const place = () => {
    frame.style.setProperty("--at", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", say("shown", { percent: slider.value }));
  };
  slider.addEventListener("input", place);
  place();
  const line = label("", "line");
  frame.append(after, before, label(say("before"), "tag left"), label(say("after"), "tag right"), line, slider);
  return frame;
}
