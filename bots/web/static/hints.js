// Suggestions while typing: commands after "/", styles after "/style ". A combobox in the sense of WAI-ARIA.

const TAKES_STYLE = /^\/(style|avatar)\s+(\S*)$/i;
const GOES_ON = ["style", "theme"]; // something is typed after these
const PAUSE_MS = 90;

export class Hints {
  #commands = [];
  #options = []; // {value, words}
  #active = -1;
  #asked = 0;
  #timer = 0;

  constructor(composer, list, ask) {
    this.composer = composer;
    this.list = list;
    this.ask = ask; // (id, beginning) → the server answers by suggested(id, styles)
  }

  start() {
    this.composer.addEventListener("typed", () => this.#typed());
    this.composer.text.addEventListener("keydown", (event) => this.#key(event), true);
    this.composer.text.addEventListener("blur", () => setTimeout(() => this.#left(), 150));
  }

  learn(commands) {
    this.#commands = commands;
    if (document.activeElement === this.composer.text) this.#typed(); // what was typed before we knew
  }

  suggested(id, styles) {
    const match = TAKES_STYLE.exec(this.composer.text.value);
    if (id !== this.#asked || !match) return;
    const [, command, beginning] = match;
    const options = styles.map(([style, title]) => ({ value: `/${command} ${style}`, name: style, words: title }));
    this.#show(options, beginning !== "");
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const text = this.composer.text.value;
    const style = TAKES_STYLE.exec(text);
    if (style) {
      const asked = this.#asked;
      this.#timer = setTimeout(() => this.ask(asked, style[2]), PAUSE_MS);
    } else {
      this.#show(/^\/\w*$/.test(text) ? this.#commandsLike(text.slice(1).toLowerCase()) : [], text.length > 1);
    }
  }

  // Whoever looked away for a moment only, and types again, keeps the list.
  #left() {
    if (document.activeElement !== this.composer.text) this.#show([]);
  }

  #commandsLike(beginning) {
    return this.#commands
      .filter(([name]) => name.startsWith(beginning))
      .map(([name, words]) => ({ value: `/${name}${GOES_ON.includes(name) ? " " : ""}`, name: `/${name}`, words }));
  }

  // The first is chosen beforehand only where something was typed: "/style" and Enter must still send "/style".
  #show(options, chooseFirst = false) {
    const typed = this.composer.text.value.trim();
    const exact = options.some(({ value }) => value.trim() === typed);
    this.#options = exact ? [] : options;
    this.#active = chooseFirst && this.#options.length ? 0 : -1;
    this.#draw();
  }

  #draw() {
    this.list.replaceChildren(...this.#options.map((option, index) => this.#item(option, index)));
    this.list.hidden = !this.#options.length;
    const { text } = this.composer;
    text.setAttribute("aria-expanded", String(!this.list.hidden));
    if (this.#active >= 0) text.setAttribute("aria-activedescendant", `hint-${this.#active}`);
    else text.removeAttribute("aria-activedescendant");
    this.list.children[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  #item({ name, words }, index) {
    const item = document.createElement("li");
    item.id = `hint-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === this.#active));
    const key = document.createElement("b");
    key.textContent = name;
    const about = document.createElement("span");
    about.textContent = words;
    item.append(key, about);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); this.#choose(index); });
    return item;
  }

  #choose(index) {
    const { value } = this.#options[index];
    this.#show([]);
    this.composer.write(value);
  }

  #key(event) {
    if (!this.#options.length || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#active = (this.#active + step + this.#options.length) % this.#options.length;
    else if (event.key === "Escape") this.#options = [];
    else if ((event.key === "Enter" || event.key === "Tab") && this.#active >= 0 && !event.shiftKey) {
      event.preventDefault();
      return this.#choose(this.#active);
    } else return;
    event.preventDefault();
    this.#draw();
  }
}
