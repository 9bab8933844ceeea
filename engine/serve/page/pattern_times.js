// Of the patterns: listening over days, weeks and months, and what of it was new.

import {h, put} from "./dom.js";
import {counted, dayText, duration, monthText, percent, short, whole} from "./figures.js";
import {grid, kFewestPlays, section} from "./pattern_parts.js";
import {columns, lines, plotFigure} from "./plots.js";

const kPeriods = {
  days: {name: "Days", one: "day", head: "day"},
  weeks: {name: "Weeks", one: "week", head: "week of"},
  months: {name: "Months", one: "month", head: "month"},
};
const kMeasures = {
  plays: {name: "Plays", unit: "plays"},
  hours: {name: "Hours", unit: "hours"},
  sessions: {name: "Sessions", unit: "sessions"},
  skips: {name: "Skips", unit: "skips"},
};

export function timeSection(dashboard) {
  const chosen = {period: "weeks", measure: "plays"};
  const place = h("div", {});
  const draw = () => put(place, overTime(dashboard, chosen));
  const bar = h("div", {class: "switches"},
    switches("Period", kPeriods, chosen, "period", draw),
    switches("Measure", kMeasures, chosen, "measure", draw));
  draw();
  return section("Listening over time",
    bar,
    place,
    dashboard.earlier_plays > 0 &&
      h("p", {class: "soft"},
        `${counted(dashboard.earlier_plays, "play")} before ${monthText(dashboard.months[0].from)} `,
        "are in none of these."));
}

function switches(label, all, chosen, key, draw) {
  const buttons = Object.entries(all).map(([id, {name}]) =>
    h("button",
      {
        type: "button",
        "aria-pressed": chosen[key] === id,
        on: {
          click: (event) => {
            chosen[key] = id;
            for (const each of buttons) each.setAttribute("aria-pressed", String(each === event.target));
            draw();
          },
        },
      },
      name));
  return h("div", {class: "segments", role: "group", "aria-label": label}, buttons);
}

function overTime(dashboard, {period, measure}) {
  const all = dashboard[period],
    {one, head} = kPeriods[period],
    {name, unit} = kMeasures[measure];
  const format = measure === "hours" ? (hours) => short(Math.round(hours * 10) / 10) : whole;
  const nameOf = period === "months" ? monthText : dayText;
  return plotFigure({
    title: `${name} a ${one}`,
    about: `The last ${counted(all.length, one)}, the present one last`,
    chart: columns({
      names: all.map(({from}) => (period === "weeks" ? `week of ${dayText(from)}` : nameOf(from))),
      shortNames: all.map(({from}) =>
        period === "months" ? monthText(from) : dayText(from).replace(/^\w+, | \d{4}$/g, "")),
      series: [{name: "", hue: "hue-0", values: all.map((each) => each[measure])}],
      height: 180,
      format,
      unit,
    }),
    head: [head, "plays", "hours", "sessions", "skips"],
    rows: [...all]
      .reverse()
      .map(({from, plays, hours, sessions, skips}) => [
        nameOf(from),
        whole(plays),
        duration(60 * hours),
        whole(sessions),
        whole(skips),
      ]),
  });
}

/** New tracks and artists, and what comes again. */
export function newSection({months}) {
  const names = months.map(({from}) => monthText(from));
  // Of a month with too few plays nothing is said.
  const drawn = (value) => months.map((month) => (month.plays >= kFewestPlays ? value(month) : null));
  const latestFirst = (cells) =>
    [...months].reverse().map((month) => [monthText(month.from), ...cells(month)]);
  const known = (value, format) => (value === null ? "–" : format(value));
  const days = (value) => short(Math.round(value * 10) / 10);
  return section("New, and heard again",
    grid(
      plotFigure({
        title: "New tracks and artists",
        about: "Played for the first time in that month",
        chart: lines({
          names,
          series: [
            {name: "tracks", hue: "hue-0", values: months.map((month) => month.new_tracks)},
            {name: "artists", hue: "hue-1", values: months.map((month) => month.new_artists)},
          ],
          format: whole,
        }),
        head: ["month", "different tracks", "new tracks", "new artists"],
        rows: latestFirst((month) => [month.tracks, month.new_tracks, month.new_artists].map(whole)),
      }),
      plotFigure({
        title: "New and old among the plays",
        about: `Shares of the plays of months with ${kFewestPlays} or more`,
        chart: lines({
          names,
          series: [
            {name: "first plays of a track", hue: "hue-0", values: drawn((month) => month.discovery_rate)},
            {
              name: "first played over a year before",
              hue: "hue-3",
              values: drawn((month) => month.staleness),
            },
          ],
          isShare: true,
        }),
        head: ["month", "first plays", "over a year old"],
        rows: latestFirst((month) => [known(month.discovery_rate, percent), known(month.staleness, percent)]),
      }),
      plotFigure({
        title: "Rest between two plays",
        about: "Median days since the same track was last played",
        chart: lines({
          names,
          series: [{name: "", hue: "hue-5", values: drawn((month) => month.rest_days)}],
          format: days,
          unit: "days",
        }),
        head: ["month", "days"],
        rows: latestFirst((month) => [known(month.rest_days, days)]),
      })));
}
