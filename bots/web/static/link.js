// The connection: a session, then a socket that comes back by itself, and uploads beside it.
//
// Events: "state" (connecting, open, offline, locked, elsewhere, stale) and "frame" (one frame from the server).

import { locale } from "./tongue.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;
const TAKEN_OVER = 4001;
const NOT_UNDERSTOOD = [1003, 1007, 1008]; // coming back at once would only repeat it

export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Link extends EventTarget {
  state = "connecting";
  visit = 0; // counts connections: what was sent on an earlier one may not have arrived
  #socket = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;

  start() {
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    this.connect();
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(frame) {
    if (this.open) this.#socket.send(JSON.stringify(frame));
  }

  // Resolves to "" or, where the server asks for a token, to what was wrong: "missing", "wrong" or "wait".
  async admit(token) {
    const body = JSON.stringify(token === undefined ? {} : { token });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/chat/session", { method: "POST", headers, body });
    if (answer.status === 401) return token === undefined ? "missing" : "wrong";
    if (answer.status === 429) return "wait";
    if (!answer.ok) throw new Error(`no session: ${answer.status}`);
    return "";
  }

  // Resolves to the picture's ref. Throws Refused for good, anything else for now.
  async upload(blob) {
    const headers = { "Content-Type": "application/octet-stream" };
    const answer = await fetch("/chat/pictures", { method: "POST", headers, body: blob });
    if (answer.status === 413) throw new Refused("too_large");
    if (!answer.ok) throw new Error(`not uploaded: ${answer.status}`);
    return (await answer.json()).ref;
  }

  async download(handle, index) {
    const answer = await fetch(`/chat/answers/${handle}/${index}`);
    if (!answer.ok) throw new Error(`not downloaded: ${answer.status}`);
    return answer.blob();
  }

  async connect() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#socket) return;
    this.#become("connecting");
    try {
      if (await this.admit()) return this.#become("locked");
    } catch {
      return this.#later();
    }
    const address = location.origin.replace(/^http/, "ws");
    this.#socket = new WebSocket(`${address}/chat/socket?language=${encodeURIComponent(locale())}`);
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = ({ data }) => this.#tell("frame", JSON.parse(data));
    this.#socket.onclose = ({ code }) => this.#closed(code);
  }

  // Begin again on a fresh socket: the server then repeats what it has no acknowledgement for.
  again() {
    this.#socket?.close();
  }

  #opened() {
    this.#wait = FIRST_WAIT_MS;
    this.visit += 1;
    this.#become("open");
  }

  #closed(code) {
    this.#socket = null;
    if (code === TAKEN_OVER) this.#become("elsewhere");
    else if (NOT_UNDERSTOOD.includes(code)) this.#become("stale");
    else this.#later();
  }

  #later() {
    this.#become("offline");
    this.#timer = setTimeout(() => this.connect(), this.#wait * (0.7 + 0.6 * Math.random()));
    this.#wait = Math.min(this.#wait * 1.8, LONGEST_WAIT_MS);
  }

  #hurry() {
    if (this.#timer) this.connect();
  }

  #become(state) {
    this.state = state;
    this.#tell("state", state);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
