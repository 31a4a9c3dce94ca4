// Which language the page speaks, and which one words are in.

const KEPT_AS = "atelier-language";
let tag = chosen() ?? navigator.language;

// The browser's own language, until the person has chosen one in the chat.
export function locale() {
  return tag;
}

function chosen() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null; // a browser that keeps nothing for us
  }
}

// The language that a command asks for: "en", "zh", "auto" for the browser's own, or "" if it asks for none.
export function asked(command) {
  const word = /^\s*[/!]language\s+(\S+)/i.exec(command)?.[1].toLowerCase() ?? "";
  if (/^(zh|中|汉|漢|chinese)/.test(word)) return "zh";
  if (/^(en|英)/.test(word)) return "en";
  return word && "auto";
}

export function speakIn(language) {
  tag = language === "auto" ? navigator.language : language;
  try {
    if (language === "auto") localStorage.removeItem(KEPT_AS);
    else localStorage.setItem(KEPT_AS, language);
  } catch {
    // It lasts as long as the page then.
  }
  return tag;
}

// In which language a screen reader should read these words.
export function tongue(words) {
  const han = words.match(/\p{Script=Han}/gu)?.length ?? 0;
  const latin = words.match(/[a-z]+/gi)?.length ?? 0;
  return han > latin ? "zh" : "en";
}

export function language() {
  return tag.toLowerCase().startsWith("zh") ? "zh" : "en";
}
