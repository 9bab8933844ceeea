// What is done by itself: the jobs of engine jobs, when each comes next and how it went last.

import {actButton} from "./act_button.js";
import {ask} from "./api.js";
import {h, named} from "./dom.js";
import {counted, when} from "./figures.js";
import {beginJob} from "./jobs.js";
import {say, sayError} from "./messages.js";
import {fill} from "./states.js";
import {table} from "./tables.js";

const kOverdueSeconds = 15 * 60; // later than a clock that looks each few minutes would be
const kRunsShown = 20;

/** @param {AbortSignal} signal @param {function} load shows the part anew */
export async function schedulePart(signal, load) {
  const {jobs, now} = await ask("jobs", {user: undefined}, {signal}); // everybody's
  return [
    h("h2", {id: "schedule-title"}, "By itself"),
    jobs.length === 0 ? noJobs(load) : [clockText(jobs, now), h("ul", {class: "duties"}, jobs.map((job) =>
      jobCard(job, load)))],
  ];
}

function noJobs(load) {
  return h("div", {},
    h("p", {class: "soft"},
      "Nothing is done by itself yet. The usual: what is new is read every half hour, lists are refreshed ",
      "twice a day, suggestions come daily, and models are trained every two weeks."),
    h("div", {class: "buttons"},
      h("button", {type: "button", class: "go", on: {click: () => addUsual(load)}}, "Add the usual jobs")));
}

async function addUsual(load) {
  try {
    const {added, left} = await ask("jobs/add", {usual: true});
    say(`${counted(added.length, "job")} added${left.map(({name, why}) => `; ${name} not: ${why}`).join("")}.`);
    await load();
  } catch (error) {
    sayError(error);
  }
}

// Jobs are run by a clock of the machine's, which a page cannot start.
function clockText(jobs, now) {
  const late = jobs.filter(({is_due: isDue, next}) => isDue && now - next > kOverdueSeconds);
  if (late.length === 0) return null;
  return h("div", {class: "notice"},
    h("p", {},
      `${counted(late.length, "job")} ${late.length === 1 ? "is" : "are"} due and nothing has run `,
      late.length === 1 ? "it" : "them",
      ": a clock has to be at work on this machine. On a command line there:"),
    h("code", {}, "engine jobs systemd"));
}

function jobCard(job, load) {
  const {name, user, in_words: inWords, timezone, next, last, is_paused: isPaused} = job;
  return h("li", {class: "card duty"},
    h("div", {class: "model-head"},
      h("h3", {}, named(name)),
      actButton("Run now", name, () => beginJob("jobs/run", {name})),
      actButton(isPaused ? "Go on" : "Pause", name, async () => {
        await ask(isPaused ? "jobs/resume" : "jobs/pause", {name});
        await load();
      })),
    h("p", {class: "soft", dir: "auto"},
      h("code", {}, [job.verb, ...job.arguments].join(" ")),
      user ? [", for ", named(user)] : "",
      `, ${inWords} (${timezone})`),
    h("p", {},
      isPaused ? "Paused. " : next ? `Next: ${when(next)}. ` : "It does not come again. ",
      last ? lastText(last) : "Never run."),
    last && historyPart(name));
}

function lastText(run) {
  const {outcome, started, missed, error} = run;
  const stood = missed > 0 ? `, for ${counted(missed, "missed time")} as well` : "";
  return h("span", {class: outcome === "failed" || outcome === "died" ? "down" : null, dir: "auto"},
    `Last ${when(started)}: ${outcome}${stood}${error ? `: ${error}` : ""}.`);
}

function historyPart(name) {
  const runs = h("div", {});
  const read = () =>
    fill(runs, "its runs", async () => {
      const answer = await ask("jobs/history", {name, last: kRunsShown});
      return table(`Runs of ${name}`,
        [
          {head: "began", cell: ({started}) => when(started), className: "time"},
          {head: "outcome", cell: ({outcome}) => outcome},
          {head: "took", cell: ({seconds}) => (seconds === null ? "" : `${seconds} s`), isNumber: true},
          {head: "what came", cell: ({came, error}) => h("span", {dir: "auto"}, error ?? came ?? "")},
        ],
        answer.runs);
    });
  return h("details", {on: {toggle: (event) => event.target.open && read()}},
    h("summary", {}, "History", h("span", {class: "unseen"}, ` of ${name}`)),
    runs);
}
