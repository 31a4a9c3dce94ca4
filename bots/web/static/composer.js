// Where a message is put together: words, and photos that are picked, pasted or dropped.

import { button } from "./make.js";
import { say } from "./words.js";

const LIMIT_BYTES = 20 * 1024 * 1024;
const PHOTOS = 10;
const LIKE = { least: 2, most: 4 }; // the photo, and the pictures whose styles it gets
const $ = (id) => document.getElementById(id);

export class Composer extends EventTarget {
  #photos = []; // {blob, name, url}
  #styles = []; // buttons
  #dragDepth = 0;

  constructor() {
    super();
    this.form = $("composer");
    this.text = $("text");
  }

  start() {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.text.addEventListener("input", () => this.#changed());
    $("attach").addEventListener("click", () => $("files").click());
    $("files").addEventListener("change", () => { this.add($("files").files); $("files").value = ""; });
    document.addEventListener("paste", (event) => this.#paste(event));
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
      document.addEventListener(type, (event) => this.#drag(event));
    }
    this.#changed();
  }

  add(files) {
    $("problem").textContent = "";
    for (const file of files) {
      const problem = this.#problem(file);
      if (problem) this.complain(problem, { name: file.name });
      else this.#photos.push({ blob: file, name: file.name, url: URL.createObjectURL(file) });
    }
    this.#drawPhotos();
    this.text.focus();
  }

  complain(problem, values = {}) {
    $("problem").textContent = say(problem, values);
  }

  // Styles to offer for the photos that are attached, as [id, title] pairs.
  offer(styles) {
    this.#styles = styles.slice(0, 8).map(([id, title]) => this.#chip(title, `/style ${id}`));
    this.#drawChips();
  }

  write(words) {
    this.text.value = words;
    this.#changed();
    this.text.focus();
  }

  submit() {
    const text = this.text.value.trim();
    if (!text && !this.#photos.length) return;
    const pictures = this.#photos.map(({ blob, name }) => ({ blob, name }));
    for (const { url } of this.#photos) URL.revokeObjectURL(url);
    this.#photos = [];
    this.#drawPhotos();
    this.write("");
    this.dispatchEvent(new CustomEvent("submit", { detail: { text, pictures } }));
  }

  #problem(file) {
    if (file.size === 0) return "empty";
    if (file.size > LIMIT_BYTES) return "too_large";
    return this.#photos.length >= PHOTOS ? "tooMany" : "";
  }

  #changed() {
    $("chips").hidden = this.text.value.trim() !== "";
    this.dispatchEvent(new Event("typed"));
  }

  #paste(event) {
    const files = event.clipboardData?.files ?? [];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  #drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "dragenter") this.#dragDepth += 1;
    if (event.type === "dragleave") this.#dragDepth -= 1;
    if (event.type === "drop") {
      this.#dragDepth = 0;
      this.add(event.dataTransfer.files);
    }
    $("drop").hidden = this.#dragDepth <= 0;
  }

  #drawPhotos() {
    $("tray").hidden = !this.#photos.length;
    $("attached").replaceChildren(...this.#photos.map((photo) => this.#drawPhoto(photo)));
    this.#drawChips();
  }

  // Of several photos, the first can get its style from the others.
  #drawChips() {
    const count = this.#photos.length;
    const alike = count >= LIKE.least && count <= LIKE.most;
    const like = alike ? [this.#chip(say(count === LIKE.least ? "likeOne" : "likeMany"), "/like")] : [];
    $("chips").replaceChildren(...like, ...this.#styles);
  }

  #chip(label, command) {
    return button("", label, () => { this.write(command); this.submit(); });
  }

  #drawPhoto(photo) {
    const item = document.createElement("li");
    const image = new Image();
    image.src = photo.url;
    image.alt = photo.name;
    image.addEventListener("error", () => {
      const name = document.createElement("span");
      name.textContent = photo.name;
      image.replaceWith(name);
    });
    const remove = button("", "×", () => this.#remove(photo));
    remove.setAttribute("aria-label", say("remove", { name: photo.name }));
    item.append(image, remove);
    return item;
  }

  #remove(photo) {
    URL.revokeObjectURL(photo.url);
    this.#photos = this.#photos.filter((other) => other !== photo);
    this.#drawPhotos();
    this.text.focus();
  }
}
