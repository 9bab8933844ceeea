// What the server tells by itself, over one stream: jobs, notes, files that changed. When the server
// goes, the stream is begun again until it is back, and both are told in the bar below the header.
//
//   listen("library", () => load(), signal);

import {get} from "./api.js";
import {put} from "./dom.js";

const kKinds = ["hello", "job", "note", "line", "library", "file", "settings"];
const kAgainMs = [500, 1000, 2000, 4000];

const listeners = new Map(); // by kind
let source = null,
  startedAt = null,
  failures = 0;

/**
 * Calls `hear` with the data of each event of this kind, until `signal` is aborted. The kind "back"
 * is told once the server can be reached again: what was read before may be old.
 */
export function listen(kind, hear, signal) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(hear);
  signal?.addEventListener("abort", () => listeners.get(kind).delete(hear), {once: true});
}

export function connect() {
  source = new EventSource("/api/events");
  for (const kind of kKinds) source.addEventListener(kind, (event) => take(kind, event));
  source.addEventListener("error", () => wait());
}

function take(kind, event) {
  const data = JSON.parse(event.data);
  if (kind === "hello") greet(data);
  tell(kind, data);
}

function tell(kind, data) {
  for (const hear of [...(listeners.get(kind) ?? [])]) hear(data);
}

function greet({started}) {
  const isBack = failures > 0;
  const isAnother = startedAt !== null && startedAt !== started;
  failures = 0;
  startedAt = started;
  if (!isBack) return;
  show(isAnother ? "The server was started again and is back." : "The server is back.", "back");
  setTimeout(() => failures === 0 && show(""), 4000);
  tell("back", {isAnother});
}

// The browser's own repetition gives up on some errors, and never says why: so this page counts itself.
function wait() {
  source.close();
  failures += 1;
  if (failures > 1) tellGone();
  setTimeout(connect, kAgainMs[Math.min(failures, kAgainMs.length) - 1]);
}

async function tellGone() {
  try {
    await get("session");
  } catch (error) {
    const text =
      error.status === 401
        ? `${error.message}: ${error.fix}.`
        : "The server is gone. What you typed stays here; this page waits for it.";
    if (failures > 0) show(text, "gone");
  }
}

function show(text, state = "") {
  const bar = document.getElementById("connection");
  bar.hidden = text === "";
  bar.dataset.state = state;
  put(bar, text);
}
