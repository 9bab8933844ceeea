// Of the patterns: at which hours, how long, and when the next session may begin.

import {h} from "./dom.js";
import {counted, percent, short, when, whole} from "./figures.js";
import {grid, kHours, kShortHours, kWeekdays, section} from "./pattern_parts.js";
import {columns, heat, plotFigure} from "./plots.js";
import {fill} from "./states.js";

/** @param {Object} dashboard @param {function(): Promise<Object>} sessions */
export function habitsSection(dashboard, sessions) {
  const {week_hours: hours, sessions: told} = dashboard;
  const next = h("div", {class: "plot-part"});
  fill(next, "the next hours", async () => nextHours(await sessions(), dashboard.timezone));
  return section("When, and how long",
    h("p", {class: "lead"},
      `${counted(told.count, "session")}, half of them up to ${Math.round(told.median_minutes)} minutes and `,
      `${Math.round(told.median_tracks)} tracks.`),
    grid(
      plotFigure({
        title: "Hours and weekdays",
        about: "Plays of the last 52 weeks; the stronger the colour the more",
        chart: heat({
          rows: kWeekdays,
          names: kHours,
          shortNames: kShortHours,
          values: hours,
          unit: "plays",
        }),
        head: ["hour", ...kWeekdays],
        rows: kHours.map((name, hour) => [name, ...hours.map((day) => whole(day[hour]))]),
      }),
      lengths(told.lengths),
      next));
}

function lengths(all) {
  return plotFigure({
    title: "Lengths of sessions",
    about: "Of the last 52 weeks, by how long they lasted",
    chart: columns({
      names: all.map(lengthText),
      shortNames: all.map(({from_minutes: from, to_minutes: to}) =>
        from === 0 ? `< ${span(to)}` : `${span(from)}${to === null ? " +" : ""}`),
      series: [{name: "", hue: "hue-2", values: all.map((each) => each.sessions)}],
      format: whole,
      unit: "sessions",
    }),
    head: ["length", "sessions"],
    rows: all.map((each) => [lengthText(each), whole(each.sessions)]),
  });
}

const span = (minutes) => (minutes >= 60 ? `${minutes / 60} h` : `${minutes} min`);

function lengthText({from_minutes: from, to_minutes: to}) {
  if (to === null) return `${span(from)} and more`;
  return from === 0 ? `under ${span(to)}` : `${span(from)} to ${span(to)}`;
}

const kFrom = {
  ahead: "By your model of sessions",
  week: "By your model of sessions, for each hour of a week",
  share: "By the shares of the last twelve weeks, as no model of your sessions is trained",
};

function nextHours({next, current}, timezone) {
  if (next === null) return null;
  const clock = new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit", timeZone: timezone});
  const hours = next.hours.map(({at, probability}) => ({name: clock.format(new Date(at)), probability}));
  const likeliest = clock.format(new Date(next.likeliest));
  return plotFigure({
    title: "When the next session may begin",
    about: current
      ? `One goes on since ${when(current.start)}, with ${counted(current.plays, "play")}`
      : `${kFrom[next.from]}; likeliest at ${likeliest}`,
    chart: columns({
      names: hours.map(({name}) => name),
      series: [{name: "", hue: "hue-4", values: hours.map(({probability}) => probability)}],
      isShare: true,
      summary: `Likeliest at ${likeliest}: ${percent(Math.max(...hours.map((each) => each.probability)))}.`,
    }),
    head: ["hour", "probability"],
    rows: hours.map(({name, probability}) => [name, `${short(100 * probability)}\u00a0%`]),
  });
}
