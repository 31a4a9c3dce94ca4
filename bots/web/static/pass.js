// Asks for the access token, once per browser.

import { say } from "./words.js";

const $ = (id) => document.getElementById(id);

export function askForToken(link) {
  const dialog = $("pass");
  const problems = { wrong: say("passWrong"), wait: say("passWait"), missing: say("passWrong") };
  dialog.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const wrong = await link.admit($("token").value).catch(() => "offline");
    $("pass-problem").textContent = wrong && (problems[wrong] ?? say(wrong));
    $("token").value = "";
    if (wrong) return $("token").focus();
    dialog.close();
    link.connect();
  };
  dialog.oncancel = (event) => event.preventDefault(); // there is nothing behind it
  if (!dialog.open) dialog.showModal();
}
