// Work that takes longer than a breath and goes on without this page: followed through events, found
// again after a reload, and listed behind the button in the header.

import {get, remove, startJob} from "./api.js";
import {h, put} from "./dom.js";
import {listen} from "./events.js";
import {counted, took, when} from "./figures.js";
import {sayError} from "./messages.js";

const kEnded = new Set(["done", "failed", "cancelled"]);
const known = new Map(); // by number, as the server tells them
const followers = new Set(); // called with each job that changed
const readEnds = new Set(); // numbers of those whose end was asked for

export const isEnded = (job) => kEnded.has(job.state);

/** Begins a job, and follows it as followJob does. */
export async function beginJob(verb, parameters, options) {
  return followJob(await startJob(verb, parameters), options);
}

/**
 * @param {number} number
 * @param {{change?: function(Object), signal?: AbortSignal}} options  `change` gets the job at each change
 * @returns {Promise<Object>} the job, once it has ended: with its `answer` or its `error`
 */
export function followJob(number, {change, signal} = {}) {
  return new Promise((resolve, reject) => {
    const end = async () => {
      followers.delete(take);
      try {
        resolve(await get(`jobs/${number}`, signal));
      } catch (error) {
        reject(error);
      }
    };
    const take = (job) => {
      if (job.job !== number) return;
      change?.(job);
      if (isEnded(job)) end();
    };
    followers.add(take);
    signal?.addEventListener("abort", () => followers.delete(take), {once: true});
    // It may have ended before anybody listened.
    get(`jobs/${number}`, signal).then(note, reject);
  });
}

/** The jobs of this verb that are known, newest first. */
export function jobsOf(verb) {
  return newestFirst().filter((job) => job.verb === verb || job.verb === verb.replace(" ", "/"));
}

/** All that are known, newest first. */
export function allJobs() {
  return newestFirst();
}

/** Calls `hear` with each job that changes, until `signal` is aborted. */
export function watchJobs(hear, signal) {
  followers.add(hear);
  signal.addEventListener("abort", () => followers.delete(hear), {once: true});
}

export function cancelJob(number) {
  return remove(`jobs/${number}`).catch(sayError);
}

/** A job as it goes on: its last words, how far it is, and a way to end it. */
export function jobState(job) {
  const [, done, all] = /(\d+) of (\d+)/.exec(job.progress) ?? []; // "lists: 3 of 20"
  return h("div", {class: "job"},
    h("progress", {"aria-label": `${job.verb}: progress`, max: 1, value: all > 0 ? done / all : null}),
    h("p", {dir: "auto"}, job.state === "waiting" ? "Waits for its turn." : lastWords(job)),
    h("button", {type: "button", on: {click: () => cancelJob(job.job)}}, "Cancel"));
}

function lastWords(job) {
  return job.progress || job.notes?.at(-1) || "Has begun.";
}

/** The button in the header, with the list behind it. @param {HTMLElement} place */
export async function showJobs(place) {
  const list = h("div", {class: "pop", id: "job-list", hidden: true});
  const button = h("button", {
    type: "button",
    class: "quiet",
    "aria-expanded": false,
    "aria-controls": "job-list",
    on: {
      click: () => open(list.hidden),
    },
  });
  const open = (isOpen) => {
    list.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
  };
  place.addEventListener("keydown", (event) => event.key === "Escape" && (open(false), button.focus()));
  document.addEventListener("click", (event) => place.contains(event.target) || open(false));
  put(place, button, list);

  const draw = () => {
    const running = [...known.values()].filter((job) => !isEnded(job)).length;
    place.hidden = known.size === 0;
    put(button,
      running ? counted(running, "job") : "Jobs",
      running > 0 && h("span", {class: "unseen"}, " running"));
    button.classList.toggle("busy", running > 0);
    put(list, newestFirst().slice(0, 12).map(jobLine));
  };
  followers.add(draw);
  listen("job", note);
  listen("note",
    ({job, text}) =>
      known.has(job) && note({...known.get(job), notes: [...(known.get(job).notes ?? []), text]}));
  listen("back", ({isAnother}) => {
    if (isAnother) forgetAll();
    readAll();
  });
  draw();
  await readAll();
}

async function readAll() {
  for (const job of await get("jobs").catch(() => [])) note(job);
}

// With another server numbers begin anew, and what ran at the one before has ended with it.
function forgetAll() {
  const running = [...known.values()].filter((job) => !isEnded(job));
  known.clear();
  readEnds.clear();
  for (const job of running) for (const take of [...followers]) take({...job, state: "cancelled"});
}

function note(job) {
  const before = known.get(job.job);
  // An answer may be overtaken by the event of its end.
  if (before && isEnded(before) && !isEnded(job)) return;
  known.set(job.job, {...before, ...job});
  for (const take of [...followers]) take(known.get(job.job));
  if (!readEnds.has(job.job) && hasUntoldEnd(known.get(job.job))) {
    readEnds.add(job.job);
    get(`jobs/${job.job}`).then(note, () => readEnds.delete(job.job));
  }
}

// The list of jobs and their events leave out what became of them: why one failed, what was learned.
function hasUntoldEnd({verb, state, error, answer}) {
  if (state === "failed") return error === undefined;
  return state === "done" && verb === "train" && answer === undefined;
}

function newestFirst() {
  return [...known.values()].sort((a, b) => b.job - a.job);
}

function jobLine(job) {
  return h("div", {class: "job-line"},
    h("b", {dir: "auto"}, jobName(job)),
    isEnded(job) ? h("p", {dir: "auto"}, jobResult(job)) : jobState(job));
}

/** What was asked: "train embedding clusters". */
export function jobName({verb, arguments: given}) {
  const words = Object.values(given ?? {})
    .flat()
    .filter((each) => typeof each === "string" && each !== "true");
  return [verb, ...words].join(" ");
}

/** What became of a job that has ended, and when. */
export function jobResult(job) {
  const begun = job.started ?? job.asked;
  const time = job.ended > begun ? ` after ${took(1000 * (job.ended - begun))}` : "";
  if (job.state === "failed") return `failed${time}${job.error?.message ? `: ${job.error.message}` : ""}`;
  const learned = job.verb === "train" && job.answer ? `. ${learnedText(job.answer)}` : "";
  return `${job.state}${time}${job.ended ? `, ${when(job.ended)}` : ""}${learned}`;
}

// A training is done, too, where it found nothing to learn from.
function learnedText({models}) {
  const short = (name) => name.replace(/^model\./, "");
  const learned = new Set(models.filter(({trained}) => trained).map(({name}) => short(name)));
  const others = new Map(models.map(({name, why}) => [short(name), why]));
  for (const name of learned) others.delete(name);
  const missing = [...others].map(([name, why]) => `${name} (${why})`).join("; ");
  if (learned.size === 0) return missing ? `Nothing was learned: ${missing}` : "Nothing was learned";
  return `Learned: ${[...learned].join(", ")}${missing ? `; not learned: ${missing}` : ""}`;
}
