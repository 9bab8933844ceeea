// What a part of the page shows while it has nothing to show yet, nothing at all, or an error.

import {h, put} from "./dom.js";
import {wayTo} from "./ways.js";

/**
 * Fills `part` with what `load` makes, and with the other states before and instead.
 * @param {HTMLElement} part
 * @param {string} what is loaded, for the reader: "your lists"
 * @param {function(): Promise<Node|Node[]>} load
 */
export async function fill(part, what, load) {
  const number = (fillings.get(part) ?? 0) + 1;
  fillings.set(part, number);
  const isNewest = () => fillings.get(part) === number;
  // Most answers are there at once: rows that flash up before them would only flicker.
  const waiting = setTimeout(() => isNewest() && put(part, loading(what)), 150);
  part.setAttribute("aria-busy", "true");
  try {
    const content = await load();
    if (isNewest()) put(part, content);
  } catch (error) {
    if (error.name === "AbortError" || !isNewest()) return;
    put(part, failure(error, () => fill(part, what, load)));
  } finally {
    clearTimeout(waiting);
    if (isNewest()) part.removeAttribute("aria-busy");
  }
}

const fillings = new WeakMap(); // by part, how often: an answer that was overtaken is shown no more

export function loading(what) {
  return h("div", {class: "loading"},
    h("p", {}, `Reading ${what} …`),
    ["72%", "54%", "63%", "48%"].map((width) => h("i", {"aria-hidden": true, style: {width}})));
}

/** @param {string} title what is not there @param {...(Node|string)} rest why, and what to do about it */
export function empty(title, ...rest) {
  return h("div", {class: "empty", dir: "auto"},
    h("h2", {}, title),
    rest.map((part) => (part instanceof Node ? part : h("p", {}, part))));
}

/** Whether nobody's history was ever imported. */
export function isNobodyHere(error) {
  return /^there is no (store yet|library at )/.test(error.message) || error.why === "it has no users yet";
}

function nobodyHere() {
  return empty("There is no listening history yet",
    "All begins with what you have listened to: the history that a service hands out, or your music files.",
    h("a", {class: "button", href: "#/house"}, "Bring a history"),
    h("p", {},
      "On a terminal: ",
      h("code", {}, "engine import PATH"),
      "; ",
      h("code", {}, "engine demo"),
      " makes a library of people who do not exist, to look around in."));
}

/** An error with its where, why and fix. @param {Error} error @param {function=} again */
export function failure(error, again) {
  if (isNobodyHere(error)) return nobodyHere();
  const linkPart = (text) => {
    const way = wayTo(text ?? "");
    return way && [h("dt", {}, ""), h("dd", {}, way)];
  };
  const part = (name, text, tag = "span") =>
    text && [h("dt", {}, name), h("dd", {}, h(tag, {dir: "auto"}, text))];
  return h("div", {class: "failure", role: "alert"},
    h("h2", {dir: "auto"}, sentence(error.message)),
    h("dl", {},
      part("where", error.where),
      part("", error.source, "code"),
      part("why", error.why),
      part("fix", error.fix),
      linkPart(error.fix)),
    again && h("button", {type: "button", on: {click: again}}, "Try again"));
}

export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
