// What people complain of in shuffles, counted in two lists beside each other, and how energy goes along
// them.

import {h, svg} from "./dom.js";
import {short} from "./figures.js";
import {table} from "./tables.js";

/** The columns that are asked for each track: --show of engine run. */
export const kShown = ["genre", "energy", "tempo"];
const kArtistSpacing = 5;
const kRecentDays = 7;

/**
 * @param {{tracks: Object[], now: string}} list  as engine run --json has it, with kShown
 * @returns {Object} numbers by name; null where nothing is known
 */
export function shuffleFacts({tracks, now}) {
  const pairs = tracks.slice(1).map((track, k) => [tracks[k], track]);
  const steps = (column) => known(pairs, column).map(([before, after]) => Math.abs(after - before));
  const genres = known(pairs, "genre");
  return {
    artists: new Set(tracks.map(({artist}) => artist)).size,
    again: tracks.filter((track, k) =>
      tracks.slice(Math.max(0, k - kArtistSpacing), k).some(({artist}) => artist === track.artist)).length,
    genres: genres.filter(([before, after]) => before !== after).length,
    genresOf: genres.length,
    energy: mean(steps("energy")),
    tempo: mean(steps("tempo")),
    recent: tracks.filter(({last_played: at}) => at && daysBetween(at, now) < kRecentDays).length,
  };
}

/** @param {string} from @param {string} to  times as text */
export function daysBetween(from, to) {
  return (Date.parse(to) - Date.parse(from)) / 86400000;
}

function known(pairs, column) {
  return pairs
    .map((pair) => pair.map(({shown}) => shown?.[column] ?? null))
    .filter((values) => values.every((value) => value !== null && value !== ""));
}

function mean(numbers) {
  return numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

const kRows = [
  ["Another genre than the song before", ({genres, genresOf}) => genresOf > 0 && `${genres} of ${genresOf}`],
  ["Step of energy, on average (of 0 to 1)", ({energy}) => energy !== null && hundredths(energy)],
  ["Step of tempo, on average", ({tempo}) => tempo !== null && `${Math.round(tempo)} bpm`],
  [`Artist again within ${kArtistSpacing} songs`, ({again}) => String(again)],
  [`Heard in the last ${kRecentDays} days`, ({recent}) => String(recent)],
  ["Different artists", ({artists}) => String(artists)],
];

function hundredths(number) {
  return short(Number(number.toFixed(2)));
}

/** @param {{name: string, facts: Object}[]} lists  what is known of none of them is left out */
export function factsTable(lists) {
  const rows = kRows.filter(([, text]) => lists.some(({facts}) => text(facts)));
  return table("What the lists are like", [
    {head: h("span", {class: "unseen"}, "What is counted"), cell: ([name]) => name},
    ...lists.map(({name, facts}) => ({
      head: name,
      isNumber: true,
      cell: ([, text]) => text(facts) || "not known",
    })),
  ], rows);
}

const kWidth = 600,
  kHeight = 96;

/** Energy of each song along the lists, 0..1 from the bottom to the top. */
export function energyPlot(lists) {
  const drawn = lists.filter(({tracks}) => energies(tracks).length > 1);
  if (drawn.length === 0) return null;
  const longest = Math.max(...drawn.map(({tracks}) => tracks.length));
  return h("figure", {class: "energy-plot"},
    h("figcaption", {},
      "Energy along the list",
      h("ul", {class: "legend", "aria-label": "Lists"},
        drawn.map(({name}, k) => h("li", {}, h("i", {class: `hue-${k}`}), name)))),
    svg("svg",
      {
        viewBox: `0 0 ${kWidth} ${kHeight}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": drawn.map(({name, tracks}) => `${name}: ${energyText(tracks)}`).join("; "),
      },
      [0.25, 0.5, 0.75].map((share) =>
        svg("line", {class: "grid", x1: 0, x2: kWidth, y1: share * kHeight, y2: share * kHeight})),
      // What is told first is drawn last, above the others.
      drawn
        .map(({tracks}, k) => svg("polyline", {class: `stroke-${k}`, points: points(tracks, longest)}))
        .reverse()));
}

function energies(tracks) {
  return tracks
    .map(({shown}, k) => [k, shown?.energy])
    .filter(([, energy]) => typeof energy === "number");
}

function points(tracks, longest) {
  return energies(tracks)
    .map(([k, energy]) => `${(kWidth * k) / Math.max(1, longest - 1)},${kHeight * (1 - energy)}`)
    .join(" ");
}

function energyText(tracks) {
  const values = energies(tracks).map(([, energy]) => energy);
  const [least, most] = [Math.min(...values), Math.max(...values)].map(short);
  return `from ${short(values[0])} to ${short(values.at(-1))}, between ${least} and ${most}`;
}

/** How a song follows the one before it: "indie rock to jazz, energy 0.18 to 0.62". */
export function stepText(before, after) {
  const [a, b] = [before?.shown, after.shown];
  if (!a || !b) return "";
  const texts = [];
  if (a.genre && b.genre)
    texts.push(a.genre === b.genre ? `${b.genre} as before` : `${a.genre} to ${b.genre}`);
  if (typeof a.tempo === "number" && typeof b.tempo === "number")
    texts.push(`tempo ${Math.round(a.tempo)} to ${Math.round(b.tempo)}`);
  if (typeof a.energy === "number" && typeof b.energy === "number")
    texts.push(`energy ${hundredths(a.energy)} to ${hundredths(b.energy)}`);
  return texts.join(", ");
}
