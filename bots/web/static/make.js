// The smallest parts of the page. Words are always put in as text, never as markup.

export function make(tag, className, words) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (words !== undefined) node.textContent = words;
  return node;
}

export function button(className, words, pressed) {
  const node = make("button", className, words);
  node.type = "button";
  node.addEventListener("click", pressed);
  return node;
}

export function picture(url, words, className) {
  const node = new Image();
  node.src = url;
  node.alt = words;
  node.className = className;
  node.draggable = false;
  return node;
}
