// The conversation as this browser remembers it, pictures included, so that a reload loses nothing and a repeated
// answer is recognised. Where the browser gives no database (some private windows) it lasts as long as the page.

const KEPT = 80;

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Memory {
  #entries = new Map();
  #database = null;
  #last = 0;

  async open() {
    try {
      const request = indexedDB.open("atelier", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "id" });
      this.#database = await settled(request);
      const kept = await settled(this.#store("readonly").getAll());
      kept.sort((a, b) => a.at - b.at);
      for (const entry of kept) this.#entries.set(entry.id, entry);
      this.#last = kept.at(-1)?.at ?? 0;
    } catch (error) {
      console.warn("This browser keeps nothing for us; the chat lasts until the page is closed.", error);
    }
  }

  all() {
    return [...this.#entries.values()];
  }

  get(id) {
    return this.#entries.get(id);
  }

  // Keep an entry; resolves when it is safe. Resolves to the entries that had to make room.
  async put(entry) {
    entry.at ??= this.#last = Math.max(Date.now(), this.#last + 1);
    this.#entries.set(entry.id, entry);
    await this.#write((store) => store.put(entry));
    const old = this.all().slice(0, -KEPT);
    for (const { id } of old) await this.delete(id);
    return old;
  }

  async delete(id) {
    this.#entries.delete(id);
    await this.#write((store) => store.delete(id));
  }

  async clear() {
    this.#entries.clear();
    await this.#write((store) => store.clear());
  }

  #store(mode) {
    return this.#database.transaction("entries", mode).objectStore("entries");
  }

  async #write(act) {
    if (!this.#database) return;
    try {
      await settled(act(this.#store("readwrite")));
    } catch (error) {
      console.warn("This entry was not kept.", error); // the disk is full: it still lasts until the page is closed
    }
  }
}
