// Patterns: one person's listening at a glance. What engine dashboard tells, section by section, with
// the next hours (engine sessions), what is played most (engine stats), what update and retrain did
// (engine metrics).

import {ask} from "./api.js";
import {h, named, put} from "./dom.js";
import {listen} from "./events.js";
import {counted, when, whole} from "./figures.js";
import {habitsSection} from "./pattern_habits.js";
import {newSection, timeSection} from "./pattern_times.js";
import {listsSection, modelsSection, passesSection} from "./pattern_works.js";
import {driftSection, recentSection, topSection} from "./pattern_now.js";
import {moodsSection} from "./pattern_moods.js";
import {empty, fill} from "./states.js";

/** @param {{root: HTMLElement, signal: AbortSignal}} view */
export async function show({root, signal}) {
  const about = h("p", {}),
    contents = h("nav", {class: "contents", "aria-label": "On this page", hidden: true}),
    board = h("div", {class: "patterns"});
  put(root, h("div", {class: "head"}, h("h1", {}, "Patterns"), about), contents, board);
  const load = () =>
    fill(board, "your listening", async () => {
      const dashboard = await ask("dashboard", {}, {signal});
      const hasListens = dashboard.listens > 0;
      put(about, hasListens ? aboutText(dashboard) : "Your listening over time, when, and what is new.");
      if (!hasListens) {
        contents.hidden = true;
        return noListens(dashboard);
      }
      const sections = allSections(dashboard, signal);
      showContents(contents, sections);
      return sections;
    });
  await load();
  let isOld = false; // a job changes the library many times: what is shown is made anew at its end
  listen("library",
    () => {
      if (isOld) return;
      isOld = true;
      setTimeout(() => {
        isOld = false;
        if (!signal.aborted) load();
      }, 4000);
    },
    signal);
  listen("back", load, signal);
}

function allSections(dashboard, signal) {
  const question = (verb) => ask(verb, {}, {signal});
  return [
    recentSection(dashboard),
    driftSection(dashboard),
    timeSection(dashboard),
    habitsSection(dashboard, () => question("sessions")),
    topSection(() => question("stats")),
    newSection(dashboard),
    moodsSection(dashboard),
    listsSection(dashboard),
    modelsSection(dashboard),
    passesSection(() => question("metrics")),
  ];
}

function showContents(contents, sections) {
  contents.hidden = false;
  const goTo = (section) => {
    const heading = section.querySelector("h2");
    heading.tabIndex = -1;
    heading.focus({preventScroll: true});
    section.scrollIntoView({block: "start"});
  };
  put(contents,
    sections.map((section) =>
      h("button", {type: "button", class: "quiet", on: {click: () => goTo(section)}},
        section.querySelector("h2").textContent)));
}

function aboutText({user, timezone, listens, plays, hours, tracks, artists, first, now, ...rest}) {
  const notes = [
    rest.untimed > 0 && `Of ${counted(rest.untimed, "listen")} the length is not told.`,
    rest.undated > 0 && `${counted(rest.undated, "listen")} without a time are in no chart.`,
  ].filter(Boolean);
  return [
    named(user),
    ` as of ${when(now)}: ${counted(listens, "listen")} since ${when(first).replace(/, \d\d:\d\d$/, "")}, `,
    `${whole(plays)} of them long enough to count, ${counted(Math.round(hours), "hour")}; `,
    `${counted(tracks, "track")} by ${counted(artists, "artist")}. Days and hours are those of ${timezone}.`,
    notes.map((note) => ` ${note}`),
  ];
}

function noListens({user}) {
  return empty("Nothing was heard yet",
    `There is no listen of ${user} in the library. Import a history, and this page shows when you listen, ` +
      "what is new, and what became of your lists.",
    h("a", {class: "button go", href: "#/house/imports"}, "Import a history"));
}
