// Jobs: what is done by itself (house_schedule.js); what keeps the library fresh, when it was done last and
// is due next; what runs and ran, with a way to end it.

import {actButton} from "./act_button.js";
import {ask} from "./api.js";
import {h, put} from "./dom.js";
import {counted, when} from "./figures.js";
import {schedulePart} from "./house_schedule.js";
import {allJobs, beginJob, isEnded, jobName, jobResult, jobState, watchJobs} from "./jobs.js";
import {fill} from "./states.js";

/** @param {HTMLElement} place @param {AbortSignal} signal */
export async function showSection(place, signal) {
  const list = h("section", {class: "house-part", "aria-labelledby": "jobs-title"});
  const duties = h("section", {class: "house-part", "aria-labelledby": "duties-title"});
  const schedule = h("section", {class: "house-part", "aria-labelledby": "schedule-title"});
  put(place, schedule, duties, list);
  const loadSchedule = () => fill(schedule, "what is done by itself", () => schedulePart(signal, loadSchedule));
  const load = () =>
    Promise.all([loadSchedule(), fill(duties, "what is due", () => dutiesPart(signal))]);
  const draw = () => put(list, h("h2", {id: "jobs-title"}, "Jobs"), jobsPart());
  let wasRunning = new Set();
  watchJobs(() => {
    draw();
    const running = new Set(allJobs().filter((job) => !isEnded(job)).map(({job}) => job));
    if ([...wasRunning].some((number) => !running.has(number))) load();
    wasRunning = running;
  }, signal);
  draw();
  await load();
}

function jobsPart() {
  const jobs = allJobs();
  if (jobs.length === 0)
    return h("p", {class: "soft"},
      "Nothing runs, and nothing ran in the last hour. Imports, trainings, backtests and refreshes ",
      "come here.");
  return h("ul", {class: "house-jobs"},
    jobs.map((job) =>
      h("li", {class: "card"},
        h("div", {class: "model-head"},
          h("b", {dir: "auto"}, jobName(job)),
          h("span", {class: "soft"}, `asked ${when(job.asked ?? job.started)}`)),
        isEnded(job)
          ? h("p", {class: job.state === "failed" ? "down" : "soft", dir: "auto"}, jobResult(job))
          : jobState(job),
        job.notes?.length > 0 &&
          h("details", {},
            h("summary", {}, counted(job.notes.length, "note")),
            h("ul", {class: "notes"}, job.notes.map((note) => h("li", {dir: "auto"}, note)))))));
}

// ---- what is due ------------------------------------------------------------------------------------

async function dutiesPart(signal) {
  const known = async (verb) => {
    try {
      return await ask(verb, {}, {signal});
    } catch (error) {
      if (error.name === "AbortError") throw error;
      return null; // an empty library has no such thing
    }
  };
  const [metrics, models, lists, settings] = await Promise.all([
    known("metrics"),
    known("models"),
    known("playlist/list"),
    known("config/show"),
  ]);
  return [
    h("h2", {id: "duties-title"}, "What keeps it fresh"),
    h("ul", {class: "duties"},
      duty("Update", "update", "Reads what is new of your listening, and looks for what has changed.",
        lastOf(metrics, "update"),
        "every half hour, where cron calls engine update"),
      duty("Retrain", "retrain", "Trains the models that are due, and keeps those that are better.",
        lastOf(metrics, "retrain"),
        nextTraining(models)),
      duty("Refresh the lists", "refresh", "Makes the next version of every kept list.",
        latest(lists?.playlists.map(({refreshed_at: at}) => at)),
        nextSnapshot(lists)),
      duty("Weekly lists", "update-weekly", "Trains what is due and makes everybody’s weekly list.",
        null,
        weeklyText(settings))),
  ];
}

function duty(name, verb, about, last, next) {
  return h("li", {class: "card duty"},
    h("div", {class: "model-head"}, h("h3", {}, name), actButton("Run now", name, () => beginJob(verb, {}))),
    h("p", {class: "soft"}, about),
    h("p", {}, last ? `Last ${when(last)}. ` : "", next ? `Next: ${next}.` : ""));
}

function latest(times = []) {
  return times.filter(Boolean).sort().at(-1) ?? null;
}

function lastOf(metrics, pipeline) {
  return latest(metrics?.steps.filter((each) => each.pipeline === pipeline).map(({last}) => last.at));
}

function nextTraining(models) {
  const newest = (models?.models ?? []).flatMap(({versions}) => versions.slice(0, 1));
  if (newest.some((version) => version.due_since)) return "now, some models are due";
  const dates = newest
    .filter(({card}) => Number.isInteger(card.retrain_days))
    .map(({as_of: at, card}) => new Date(Date.parse(at) + card.retrain_days * 86400000).toISOString());
  return dates.length > 0 ? when(dates.sort()[0]) : "no model is trained that grows old";
}

function nextSnapshot(lists) {
  const next = lists?.playlists
    .map(({next_snapshot: at}) => at)
    .filter(Boolean)
    .sort()[0];
  return next ? `when you say so; a snapshot is put aside ${when(next)}` : "when you say so";
}

const kDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function weeklyText(settings) {
  if (!settings) return null;
  const day = kDays[Number(settings["weekly.day"].value) - 1];
  return `${day} at ${settings["weekly.hour"].value}:00, where engine update-weekly --forever runs`;
}
