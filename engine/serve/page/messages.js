// Short messages at the edge of the page, which screen readers say too: "Anchor stays in Dynamic".

import {h} from "./dom.js";

const kSeconds = 6;

/** @param {string} text @param {{label: string, act: function}=} action as a button: Undo */
export function say(text, action) {
  show("message", text, action);
}

/** What went wrong, in short; it stays until it is closed. @param {Error} error */
export function sayError(error) {
  if (error.name === "AbortError" || error.isSuperseded) return;
  show("message wrong", [error.message, error.fix].filter(Boolean).join("; "), undefined, true);
}

function show(className, text, action, stays = false) {
  const box = document.getElementById("messages");
  const close = () => message.remove();
  const message = h("div", {class: className},
    h("p", {dir: "auto"}, text),
    action && h("button", {type: "button", on: {click: () => (close(), action.act())}}, action.label),
    h("button", {type: "button", class: "quiet", "aria-label": "Close this message", on: {click: close}},
      "×"));
  box.append(message);
  while (box.children.length > 3) box.firstElementChild.remove();
  if (!stays) setTimeout(close, 1000 * (action ? 2 * kSeconds : kSeconds));
}
