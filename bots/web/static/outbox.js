// What the person said and the server has not yet acknowledged: uploaded, sent in order, and sent again after a reconnect
// or a reload under the same id, so that it is recorded once.

import { Refused } from "./link.js";

const RETRY_MS = 4000;

export class Outbox {
  #sentOn = new Map(); // entry id → the visit on which it was sent
  #running = false;
  #again = false;

  constructor(memory, link, changed) {
    this.memory = memory;
    this.link = link;
    this.changed = changed;
  }

  async pump() {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#sendAll();
      }
    } finally {
      this.#running = false;
    }
  }

  async received(id) {
    await this.#settle(id, "sent");
  }

  async refused(id, code) {
    const entry = this.memory.get(id);
    if (!entry) return;
    if (code === "picture_gone" && entry.pictures.every(({ blob }) => blob)) {
      for (const picture of entry.pictures) delete picture.ref; // it waited too long: upload again
      this.#sentOn.delete(id);
      this.pump();
    } else {
      await this.#settle(id, "failed");
    }
  }

  async retry(entry) {
    entry.state = "waiting";
    this.changed(entry);
    await this.pump();
  }

  async #sendAll() {
    for (const entry of this.memory.all().filter(({ state }) => state === "waiting")) {
      if (!this.link.open) return;
      if (this.#sentOn.get(entry.id) === this.link.visit) continue;
      try {
        await this.#upload(entry);
      } catch (error) {
        if (!(error instanceof Refused)) {
          setTimeout(() => this.pump(), RETRY_MS);
          return;
        }
        await this.#settle(entry.id, "failed");
        continue;
      }
      this.#send(entry);
    }
  }

  async #upload(entry) {
    for (const picture of entry.pictures) {
      if (picture.ref) continue;
      picture.ref = await this.link.upload(picture.blob);
      await this.memory.put(entry);
    }
  }

  #send(entry) {
    if (!this.link.open) return;
    this.#sentOn.set(entry.id, this.link.visit);
    const pictures = entry.pictures.map(({ ref }) => ref);
    this.link.send({ type: "message", id: entry.id, text: entry.command ?? entry.text, pictures, pressed: entry.pressed ?? "" });
  }

  async #settle(id, state) {
    const entry = this.memory.get(id);
    if (!entry) return;
    entry.state = state;
    await this.memory.put(entry);
    this.changed(entry);
  }
}
