// Puts the parts together: what the person says goes to the outbox, what the server says into memory and view.

import { Composer } from "./composer.js";
import { Hints } from "./hints.js";
import { Link } from "./link.js";
import { Memory } from "./memory.js";
import { Outbox } from "./outbox.js";
import { askForToken } from "./pass.js";
import { View } from "./view.js";
import { say, translate } from "./words.js";

const $ = (id) => document.getElementById(id);
const DOWNLOAD_AGAIN_MS = 3000;
const STYLES_FOR_CHIPS = 0; // the id under which styles are asked for that no typing asked for

const memory = new Memory();
const link = new Link();
const composer = new Composer();
const hints = new Hints(composer, $("hints"), (id, beginning) => link.send({ type: "suggest", id, beginning }));
const view = new View($("log"), $("scroll"), ({ about }) => memory.get(about)?.pictures ?? []);
const outbox = new Outbox(memory, link, (entry) => view.show(entry));

function greet() {
  const empty = !memory.all().length;
  $("hello").hidden = !empty;
  $("clear").hidden = empty;
}

async function keep(entry) {
  for (const { id } of await memory.put(entry)) view.remove(id);
  view.show(entry);
  greet();
}

// `about` is the message whose photos a result is compared with: this one, or the one that it speaks of.
async function speak({ text, command, pictures, about, pressed }) {
  await remembered;
  const id = crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
  const lastPhoto = memory.all().findLast((entry) => entry.from === "me" && entry.pictures.length);
  await keep({
    id, from: "me", text, command, pictures, pressed, state: "waiting",
    about: pictures.length ? id : about ?? lastPhoto?.id,
  });
  outbox.pump();
}

const frames = {
  welcome({ commands }) {
    hints.learn(commands);
    link.send({ type: "suggest", id: STYLES_FOR_CHIPS, beginning: "" });
    outbox.pump();
  },
  received: ({ id }) => outbox.received(id),
  refused: ({ id, code }) => outbox.refused(id, code),
  suggestions({ id, styles }) {
    if (id === STYLES_FOR_CHIPS) composer.offer(styles);
    else hints.suggested(id, styles);
  },
  busy: () => view.busy(true),
  say: (frame) => words(frame),
  async change(frame) {
    if (memory.get(entryOf(frame))) await words(frame);
    else acknowledge(frame);
  },
  async remove(frame) {
    view.remove(entryOf(frame));
    await memory.delete(entryOf(frame));
    acknowledge(frame);
    greet();
  },
  answer: (frame) => void answer(frame), // its bytes take a while; words go on meanwhile
};

// Under which id memory holds what came under this key: never one of the person's own messages.
function entryOf({ key }) {
  return `atelier ${key}`;
}

function acknowledge({ key, version }) {
  link.send({ type: "ack", key, version });
}

async function words(frame) {
  const { text, buttons } = frame;
  const id = entryOf(frame);
  const about = memory.all().findLast((entry) => entry.from === "me")?.about;
  await keep({ about, pictures: [], ...memory.get(id), id, key: frame.key, from: "atelier", text, buttons });
  acknowledge(frame);
}

const arriving = new Set();

async function answer(frame) {
  const { to, handle, caption, buttons, photos } = frame;
  const id = entryOf(frame);
  if (memory.get(id)) return acknowledge(frame);
  if (arriving.has(handle)) return;
  arriving.add(handle);
  try {
    const blobs = await Promise.all(photos.map((_, index) => link.download(handle, index)));
    const pictures = photos.map((photo, index) => ({ ...photo, blob: blobs[index] }));
    const about = memory.get(to)?.about ?? to;
    if (!memory.get(id)) await keep({ id, key: frame.key, from: "atelier", text: caption, buttons, pictures, about });
    acknowledge(frame);
  } catch {
    setTimeout(() => link.again(), DOWNLOAD_AGAIN_MS); // the server repeats it to the next socket
  } finally {
    arriving.delete(handle);
  }
}

function showState(state) {
  // Both by a reload: what the other tab has said meanwhile is in the browser's memory, and not in this page's.
  const label = { elsewhere: "here", stale: "reload" }[state];
  const quiet = state === "open" || state === "locked";
  $("state").textContent = quiet ? "" : say(state);
  $("state").dataset.state = state;
  if (label) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = say(label);
    button.addEventListener("click", () => location.reload());
    $("state").append(" ", button);
  }
  if (state === "locked") askForToken(link);
}

async function trySample() {
  const photo = await (await fetch("/chat/static/sample.jpg")).blob();
  composer.add([new File([photo], "sample.jpg", { type: "image/jpeg" })]);
}

async function clear() {
  if (!confirm(say("clearAsk"))) return;
  await memory.clear();
  view.clear();
  greet();
}

async function remember() {
  await memory.open();
  for (const entry of memory.all()) view.show(entry);
  greet();
}

translate(document);
const remembered = remember();
view.addEventListener("press", ({ detail: { entry, label, command } }) =>
  speak({ text: label, command, pictures: [], about: entry.about, pressed: entry.key }));
view.addEventListener("retry", ({ detail: { entry } }) => outbox.retry(entry));
composer.addEventListener("submit", ({ detail }) => speak(detail));
link.addEventListener("state", ({ detail }) => showState(detail));
let turn = Promise.resolve(); // frames are taken one after another, in the order in which they came
link.addEventListener("frame", ({ detail }) => {
  turn = turn.then(() => frames[detail.type]?.(detail)).catch((error) => console.error(error));
});
$("sample").addEventListener("click", trySample);
$("clear").addEventListener("click", clear);
composer.start();
hints.start();
await remembered;
link.start();
