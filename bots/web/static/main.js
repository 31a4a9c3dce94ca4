// Puts the parts together: what the person says goes to the outbox, what the server says into memory and view.

import { Arrivals } from "./arrivals.js";
import { Camera } from "./camera.js";
import { Composer } from "./composer.js";
import { Hints } from "./hints.js";
import { Link } from "./link.js";
import { Memory } from "./memory.js";
import { Outbox } from "./outbox.js";
import { askForToken } from "./pass.js";
import { asked, speakIn } from "./tongue.js";
import { View } from "./view.js";
import { Welcome } from "./welcome.js";
import { say, translate } from "./words.js";

const $ = (id) => document.getElementById(id);
const STYLES_FOR_CHIPS = 0; // the id under which styles are asked for that no typing asked for

const memory = new Memory();
const link = new Link();
const composer = new Composer();
const camera = new Camera();
const welcome = new Welcome();
const hints = new Hints(composer, $("hints"), (id, beginning) => link.send({ type: "suggest", id, beginning }));
const view = new View($("log"), $("scroll"), beforeOf);
const outbox = new Outbox(memory, link, (entry) => view.show(entry));
const arrivals = new Arrivals(memory, view, link, keep);

const NO_PHOTO = ""; // in the place of a message's id
const languages = new Map(); // ids of messages that ask for a language, until they are received

// The photo that a result was made of: the server names it where it can, else it is the one that was spoken of.
function beforeOf({ pictures, about }, index) {
  const ref = pictures[index].before;
  if (!ref) return memory.get(about)?.pictures[index];
  return memory.all().flatMap((entry) => entry.pictures).find((picture) => picture.ref === ref);
}

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

// What is made of words is compared with no photo, nor is what comes of its buttons.
const ofWords = (said) => /^\s*[/!]theme(\s|$)/i.test(said);

// `about` is the message whose photos a result is compared with: this one, or the one that it speaks of.
async function speak({ text, command, pictures, about, pressed }) {
  await remembered;
  const id = crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
  if (asked(command ?? text)) languages.set(id, asked(command ?? text));
  const lastPhoto = memory.all().findLast((entry) => entry.from === "me" && entry.pictures.length);
  await keep({
    id, from: "me", text, command, pictures, pressed, state: "waiting", quiet: Boolean(pressed) && link.open,
    about: ofWords(command ?? text) ? NO_PHOTO : pictures.length ? id : about ?? lastPhoto?.id,
  });
  outbox.pump();
}

const frames = {
  welcome({ commands }) {
    hints.learn(commands);
    link.send({ type: "suggest", id: STYLES_FOR_CHIPS, beginning: "" });
    outbox.pump();
  },
  async received({ id }) {
    await outbox.received(id);
    if (languages.has(id)) speakAnew(languages.get(id));
    languages.delete(id);
  },
  refused: ({ id, code }) => outbox.refused(id, code),
  suggestions({ id, styles }) {
    if (id !== STYLES_FOR_CHIPS) return hints.suggested(id, styles);
    composer.offer(styles);
    welcome.offer(styles);
  },
  async busy() {
    await arrivals.reveal();
    view.busy(true);
  },
  say: (frame) => arrivals.say(frame),
  change: (frame) => arrivals.change(frame),
  async remove(frame) {
    await arrivals.remove(frame);
    greet();
  },
  answer: (frame) => void arrivals.answer(frame), // its bytes take a while; words go on meanwhile
};

function speakAnew(tag) {
  link.send({ type: "language", tag: speakIn(tag) });
  translate(document);
  for (const entry of memory.all()) view.show(entry);
  showState(link.state);
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

async function clear() {
  if (!confirm(say("clearAsk"))) return;
  await memory.clear();
  view.clear();
  greet();
  composer.text.focus();
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
view.addEventListener("lost", () => composer.text.focus());
composer.addEventListener("submit", ({ detail }) => speak(detail));
camera.addEventListener("photo", ({ detail }) => composer.add([detail]));
camera.addEventListener("problem", ({ detail }) => composer.complain(detail));
welcome.addEventListener("photo", ({ detail }) => composer.add([detail]));
welcome.addEventListener("paint", ({ detail }) => speak(detail));
link.addEventListener("state", ({ detail }) => showState(detail));
let turn = Promise.resolve(); // frames are taken one after another, in the order in which they came
link.addEventListener("frame", ({ detail }) => {
  turn = turn.then(() => frames[detail.type]?.(detail)).catch((error) => console.error(error));
});
$("clear").addEventListener("click", clear);
composer.start();
camera.start();
welcome.start();
hints.start();
await remembered;
link.start();
