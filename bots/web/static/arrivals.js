// What the server sends: kept, drawn, and only then acknowledged.

const DOWNLOAD_AGAIN_MS = 3000;

// Under which id memory holds what came under this key: never one of the person's own messages.
function entryOf({ key }) {
  return `atelier ${key}`;
}

export class Arrivals {
  #arriving = new Set();

  constructor(memory, view, link, keep) {
    Object.assign(this, { memory, view, link, keep });
  }

  async say(frame) {
    await this.reveal();
    await this.#words(frame);
  }

  async change(frame) {
    await this.#drop(frame);
    if (this.memory.get(entryOf(frame))) await this.#words(frame);
    else this.#acknowledge(frame);
  }

  async remove(frame) {
    await this.#drop(frame);
    this.view.remove(entryOf(frame));
    this.view.busy(false);
    await this.memory.delete(entryOf(frame));
    this.#acknowledge(frame);
  }

  async answer(frame) {
    const { to, handle, caption, buttons, photos, file } = frame;
    const id = entryOf(frame);
    if (this.memory.get(id)) return this.#acknowledge(frame);
    if (this.#arriving.has(handle)) return;
    this.#arriving.add(handle);
    try {
      const blobs = await Promise.all(photos.map((_, index) => this.link.download(handle, index)));
      const pictures = photos.map((photo, index) => ({ ...photo, blob: blobs[index] }));
      const about = this.memory.get(to)?.about ?? to;
      await this.reveal();
      const entry = { id, key: frame.key, from: "atelier", text: caption, buttons, pictures, file, about };
      if (!this.memory.get(id)) await this.keep(entry);
      this.#acknowledge(frame);
    } catch {
      setTimeout(() => this.link.again(), DOWNLOAD_AGAIN_MS); // the server repeats it to the next socket
    } finally {
      this.#arriving.delete(handle);
    }
  }

  // A press is worth a line of its own only if more comes of it than a change of what bears the button.
  async reveal() {
    for (const entry of this.memory.all().filter(({ quiet }) => quiet)) await this.keep({ ...entry, quiet: false });
  }

  async #drop({ key }) {
    const presses = this.memory.all().filter(({ quiet, pressed }) => quiet && pressed === key);
    for (const { id } of presses) await this.memory.delete(id);
  }

  async #words(frame) {
    const { key, text, buttons, whispered } = frame;
    const id = entryOf(frame);
    const about = this.memory.all().findLast((entry) => entry.from === "me")?.about;
    await this.keep({ about, pictures: [], ...this.memory.get(id), id, key, from: "atelier", text, buttons, whispered });
    this.#acknowledge(frame);
  }

  #acknowledge({ key, version }) {
    this.link.send({ type: "ack", key, version });
  }
}
