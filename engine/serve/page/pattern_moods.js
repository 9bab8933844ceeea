// Of the patterns: which moods are played, over the day and over months.

import {h} from "./dom.js";
import {dayText, monthText, percent} from "./figures.js";
import {grid, kFewestPlays, kHours, kShortHours, missing, section, share} from "./pattern_parts.js";
import {columns, plotFigure} from "./plots.js";

const kColoured = 6; // moods with a hue of their own; the others are one
const kMonths = 48;

export function moodsSection(dashboard) {
  const {moods: told, months} = dashboard;
  if (!told) return section("Moods", missing(dashboard, "moods"));
  const shown = months.slice(-kMonths);
  const without = share(told.without.plays, told.plays) ?? 0;
  return section("Moods",
    h("p", {class: "lead", dir: "auto"},
      told.moods
        .slice(0, 3)
        .map(({label, plays}) => `${label}: ${percent(plays / told.plays)}`)
        .join("; "),
      told.moods.length > 3 ? ` and ${told.moods.length - 3} more.` : "."),
    h("p", {class: "soft"},
      `By your model of moods, as of ${dayText(told.as_of)}. `,
      without > 0
        ? `Too little is known of how the tracks of ${percent(without)} of the plays sound.`
        : "Every track that you played has one."),
    missing(dashboard, "moods"),
    grid(
      shares({
        title: "Over the day",
        about: `Shares of the plays of each hour with ${kFewestPlays} or more, of the last 52 weeks`,
        head: "hour",
        names: kHours,
        shortNames: kShortHours,
        told,
        of: ({by_hour: counts}) => counts,
      }),
      shares({
        title: "Over months",
        about: `Shares of the plays of each month with ${kFewestPlays} or more`,
        head: "month",
        names: shown.map(({from}) => monthText(from)),
        told,
        of: ({by_month: counts}) => counts.slice(-kMonths),
      })));
}

function shares({title, about, head, names, shortNames, told, of}) {
  const series = seriesOf(told, of);
  const sums = names.map((_, k) => series.reduce((all, {values}) => all + values[k], 0));
  for (const one of series)
    one.values = one.values.map((plays, k) => (sums[k] >= kFewestPlays ? plays / sums[k] : null));
  return plotFigure({
    title,
    about,
    chart: columns({
      names,
      shortNames,
      series,
      isShare: true,
      height: 170,
      summary: `Shares of ${series.map(({name}) => name).join("; ")}.`,
    }),
    head: [head, ...series.map(({name}) => name)],
    rows: names.map((name, k) => [
      name,
      ...series.map(({values}) => (values[k] === null ? "–" : percent(values[k]))),
    ]),
  });
}

// The most played moods, the others together, and what has none.
function seriesOf({moods, without}, of) {
  const series = moods.slice(0, kColoured).map((mood, k) => ({
    name: mood.label,
    hue: `hue-${k}`,
    values: of(mood),
  }));
  const others = moods.slice(kColoured);
  if (others.length > 0)
    series.push({
      name: "other moods",
      hue: "hue-other",
      values: of(others[0]).map((_, k) => others.reduce((all, mood) => all + of(mood)[k], 0)),
    });
  if (without.plays > 0) series.push({name: "without a mood", hue: "hue-rest", values: of(without)});
  return series;
}
