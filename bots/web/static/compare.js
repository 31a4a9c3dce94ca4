// Before and after in one frame, parted by a line that a finger, a mouse or the arrow keys move.

import { say } from "./words.js";

function image(url, words, className) {
  const node = new Image();
  node.src = url;
  node.alt = words;
  node.className = className;
  node.draggable = false;
  return node;
}

function label(words, className) {
  const node = document.createElement("span");
  node.className = className;
  node.textContent = words;
  node.setAttribute("aria-hidden", "true");
  return node;
}

// A figure as large as its picture, or as there is room: known before the bytes are decoded, so nothing jumps.
function fit(figure, width, height) {
  figure.style.setProperty("--natural", `${width}px`);
  figure.style.setProperty("--ratio", width / height);
}

export function framed(url, words, { width, height }) {
  const figure = document.createElement("figure");
  const picture = image(url, words, "picture");
  if (width && height) fit(figure, width, height);
  else picture.addEventListener("load", () => fit(figure, picture.naturalWidth, picture.naturalHeight));
  figure.append(picture);
  return figure;
}

// Replace a plain result by a comparison once the photo proves to be of the same shape (a cropped or drawn one is not).
export async function upgrade(figure, beforeUrl) {
  const node = figure.querySelector(".picture");
  const before = image(beforeUrl, say("yourPhoto"), "before");
  try {
    await Promise.all([before.decode(), node.decode()]);
  } catch {
    return; // a format that this browser does not show
  }
  const shape = (picture) => picture.naturalWidth / picture.naturalHeight;
  if (Math.abs(shape(before) / shape(node) - 1) < 0.03) node.replaceWith(compared(before, node.cloneNode()));
}

function compared(before, after) {
  const frame = document.createElement("div");
  frame.className = "compare";
  const slider = document.createElement("input");
  slider.type = "range";
  slider.value = 50;
  slider.setAttribute("aria-label", say("slide"));
  const place = () => frame.style.setProperty("--at", `${slider.value}%`);
  slider.addEventListener("input", place);
  place();
  const line = label("", "line");
  frame.append(after, before, label(say("before"), "tag left"), label(say("after"), "tag right"), line, slider);
  return frame;
}
