// Every two seconds the server's newest figures take the place of the old ones; while nobody looks, nobody asks.

const EVERY_MS = 2000;
const PATIENCE_MS = 10000;
const now = document.getElementById("now");
const state = document.getElementById("state");
let timer = 0;
let asking = false;

async function look() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetch("/operator/now", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 401) return location.reload(); // the pass is over: the page asks for the token
    if (!answer.ok) throw new Error(answer.statusText);
    const figures = await answer.text();
    if (getSelection().isCollapsed) now.innerHTML = figures; // else somebody is copying a number
    show("live");
  } catch {
    show("no connection");
  } finally {
    asking = false;
  }
  timer = setTimeout(look, EVERY_MS);
}

function show(words) {
  if (state.textContent !== words) state.textContent = words; // said once by screen readers
  document.body.classList.toggle("stale", words !== "live");
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else look();
});
timer = setTimeout(look, EVERY_MS);
