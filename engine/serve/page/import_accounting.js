// What an import came to, file by file: every record is in one of the counts.

import {h, named} from "./dom.js";
import {counted, dayText, percent, when, whole} from "./figures.js";
import {plainTable} from "./plots.js";
import {table} from "./tables.js";

// What the engine itself counts; a source's own counts say by their names what was left out.
const kMeanings = {
  new: "came into the library",
  duplicate: "is there already",
  short: "too short to count as a play",
  updated: "told more of what was there",
  refined: "told more exactly what was there",
  unchanged: "is as it was",
  unmatched: "is in no catalogue, and kept by its names",
  not_found: "names a track that is nowhere",
  unaccounted: "nothing is known of it",
};

// The same before anything is written.
const kWouldMean = {
  ...kMeanings,
  new: "would come into the library",
  updated: "would tell more of what is there",
  refined: "would tell more exactly what is there",
  unmatched: "is in no catalogue, and would be kept by its names",
};

/** @param {Object} answer of engine import --json */
export function importContent(answer) {
  return [
    answer.files.length > 0 && filesTable(answer.files),
    answer.files.map(fileNotes),
    answer.refused.length > 0 && [
      h("h3", {}, "Not read"),
      h("ul", {class: "refused"},
        answer.refused.map(({path, reason}) =>
          h("li", {dir: "auto"}, named(fileName(path)), `: ${reason} `, columnsWay(reason)))),
    ],
    answer.files.length === 0 &&
      answer.refused.length === 0 &&
      h("p", {class: "notice"}, "There is nothing in these files that the engine knows how to read."),
    likenessText(answer.likeness),
    matchRates(answer.match_rates),
    meanings(answer.files, answer.dry_run ? kWouldMean : kMeanings),
  ];
}

/** @param {Object[]} files of import, or of library imports @param {Object[]} more columns */
export function filesTable(files, more = []) {
  return table("Files, and what became of their records",
    [
      {head: "file", cell: ({path}) => h("span", {class: "file-name", title: path}, named(fileName(path)))},
      {
        head: "kind",
        cell: ({format}) => (format ? format.replaceAll("_", " ") : "not known"),
        className: "time",
      },
      {
        head: "whose",
        cell: ({user}) => (user ? named(user) : h("span", {class: "soft"}, "nobody’s")),
        className: "time",
      },
      {head: "records", cell: ({rows, records}) => whole(rows ?? records), isNumber: true},
      {head: "of them", cell: ({buckets}) => bucketBars(buckets)},
      {head: "from, to", cell: ({first, last}) => spanText(first, last), className: "time"},
      ...(files.some(({at}) => at) ? [{head: "imported", cell: ({at}) => when(at), className: "time"}] : []),
      ...more,
    ],
    files);
}

/** The name alone: where a file lay while it was sent says nothing. */
export function fileName(path) {
  return path.split("/").at(-1) || path;
}

function bucketBars(buckets) {
  const all = Object.entries(buckets).filter(([, count]) => count > 0);
  const sum = all.reduce((sofar, [, count]) => sofar + count, 0);
  if (sum === 0) return h("span", {class: "soft"}, "none");
  return h("div", {class: "buckets"},
    h("div", {class: "bucket-bar", "aria-hidden": true},
      all.map(([name, count], k) =>
        h("i", {
          class: name === "new" ? "hue-0" : name === "duplicate" ? "hue-rest" : `hue-${1 + (k % 5)}`,
          style: {width: `${(100 * count) / sum}%`},
        }))),
    h("span", {}, all.map(([name, count]) => `${whole(count)} ${name.replaceAll("_", " ")}`).join(", ")));
}

function spanText(first, last) {
  if (!first) return "–";
  const from = dayText(first).replace(/^\w+, /, ""),
    to = dayText(last).replace(/^\w+, /, "");
  return from === to ? from : `${from} – ${to}`;
}

function fileNotes({path, notes = [], error, what, ended = [], examples = []}) {
  const told = [
    what,
    ...notes,
    ...ended.map(({list, count, names}) =>
      `No longer among the ${list.replaceAll("_", " ")}: ${whole(count)} (${names.join(", ")})`),
    examples.length > 0 && `For example: ${examples.join("; ")}`,
  ].filter(Boolean);
  if (!error && told.length === 0) return null;
  return h("div", {class: "file-notes"},
    h("b", {}, named(fileName(path))),
    error && h("p", {class: "down", dir: "auto"}, error, " ", columnsWay(error)),
    told.map((each) => h("p", {class: "soft", dir: "auto"}, each, " ", columnsWay(each))));
}

// What --columns says on a terminal is a field of this page.
function columnsWay(text) {
  if (!text.includes("--columns")) return null;
  const open = () => {
    const columns = document.querySelector("input[name=columns]");
    columns.closest("details").open = true;
    columns.focus();
  };
  return h("button", {type: "button", on: {click: open}}, "Name the columns here");
}

function likenessText(likeness) {
  return (
    likeness?.tracks > 0 &&
    h("p", {class: "soft"},
      `${counted(likeness.tracks, "track")} without an id were taken for ones whose titles are alike.`)
  );
}

function matchRates(rates) {
  return (
    rates.length > 0 && [
      h("h3", {}, "Known to a catalogue"),
      plainTable("How much is known to a catalogue",
        ["person", "plays", "by id", "by name", "tracks", "by id", "by name"],
        rates.map((each) => [
          named(each.user),
          whole(each.plays),
          shareOf(each.plays_by_id, each.plays),
          shareOf(each.plays_by_name, each.plays),
          whole(each.tracks),
          shareOf(each.tracks_by_id, each.tracks),
          shareOf(each.tracks_by_name, each.tracks),
        ])),
    ]
  );
}

const shareOf = (part, all) => (all > 0 ? percent(part / all) : "–");

function meanings(files, all) {
  const names = new Set(files.flatMap(({buckets}) => Object.keys(buckets)));
  const known = [...names].filter((name) => all[name]);
  return (
    known.length > 0 &&
    h("p", {class: "soft"},
      known.map((name) => `${name.replaceAll("_", " ")}: ${all[name]}`).join(" · "))
  );
}
