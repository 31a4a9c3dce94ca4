// The rows of buttons under what Atelier says. A pressed one shows that it was heard until something comes of it.

import { button, make } from "./make.js";

const HEARD_MS = 8000;
const busy = new Set();

export function rows(buttons, press) {
  const group = make("div", "buttons");
  for (const row of buttons) {
    const numbers = row.every(({ label }) => /^\d+$/.test(label));
    const line = make("div", numbers ? "numbers" : "");
    line.append(...row.map((one) => drawn(one, press)));
    group.append(line);
  }
  return group;
}

function drawn({ label, command }, press) {
  const node = button("", label, () => {
    if (busy.has(node)) return;
    busy.add(node);
    node.setAttribute("aria-busy", "true");
    setTimeout(() => settle(node), HEARD_MS);
    press({ label, command });
  });
  return node;
}

// Something came of what was pressed.
export function settle(...nodes) {
  for (const node of nodes.length ? nodes : busy) {
    node.removeAttribute("aria-busy");
    busy.delete(node);
  }
}
