// Pictures of the conversation: what the person sent, and what came back as something to compare, to watch or to keep.

import { upgrade } from "./compare.js";
import { make, picture } from "./make.js";
import { Moving, still } from "./moving.js";
import { say } from "./words.js";

const MOVES = ["image/gif", "image/webp"];

export function sent({ blob, name }, url) {
  const node = picture(url, name || say("yourPhoto"), "photo");
  node.addEventListener("error", () => node.replaceWith(make("span", "file", name || say("yourPhoto"))));
  if (MOVES.includes(blob.type)) node.addEventListener("load", () => still(node), { once: true });
  return node;
}

export function sheet(shown, url) {
  return framed(shown, picture(url, say("sheet"), "picture"));
}

export function result(shown, url, beforeUrl) {
  const film = shown.blob.type.startsWith("video/");
  const figure = framed(shown, film ? video(url) : picture(url, say("result"), "picture"));
  const ready = beforeUrl && !film ? upgrade(figure, beforeUrl) : Promise.resolve();
  const links = make("div", "links");
  links.append(download(url, shown.name, say("download")));
  if (film || shown.animated) links.append(new Moving(figure, ready).button);
  figure.append(links);
  return figure;
}

// A result that was asked for as a file: what it is called and how large it is count more than its looks.
export function file({ blob, name, width, height }, url) {
  const node = make("div", "file");
  const facts = [width && height ? `${width} × ${height}` : "", megabytes(blob.size)];
  const about = make("p");
  about.append(make("b", "", name), make("span", "note", facts.filter(Boolean).join(" · ")));
  node.append(picture(url, say("result"), "thumb"), about, download(url, name, say("download")));
  return node;
}

function download(url, name, words) {
  const link = make("a", "download", words);
  link.href = url;
  link.download = name;
  link.setAttribute("aria-label", `${words} ${name}`);
  return link;
}

function video(url) {
  const node = make("video", "picture");
  Object.assign(node, { src: url, loop: true, muted: true, playsInline: true, autoplay: true });
  node.setAttribute("aria-label", say("result"));
  return node;
}

// A figure as large as its picture, or as there is room: known before the bytes are decoded, so nothing jumps.
function framed({ width, height }, node) {
  const figure = make("figure");
  const fit = (wide, high) => {
    figure.style.setProperty("--natural", `${wide}px`);
    figure.style.setProperty("--ratio", wide / high);
  };
  if (width && height) fit(width, height);
  else node.addEventListener("load", () => fit(node.naturalWidth, node.naturalHeight));
  figure.append(node);
  return figure;
}

function megabytes(bytes) {
  return bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;
}
