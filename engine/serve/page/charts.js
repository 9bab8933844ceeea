// Bars and plots. A plot's numbers are in a table or in its label, too: nobody has to see it.

import {h, svg} from "./dom.js";
import {short, signed} from "./figures.js";

/** One colour a term, the same all over a list: classes hue-0 .. hue-5, then hue-rest. */
export class Hues {
  #classes = new Map();

  constructor(names) {
    for (const name of new Set(names)) {
      this.#classes.set(name, `hue-${this.#classes.size < 6 ? this.#classes.size : "rest"}`);
    }
  }

  of(name) {
    return this.#classes.get(name) ?? "hue-rest";
  }
  get names() {
    return [...this.#classes.keys()];
  }
  legend() {
    return h("ul", {class: "legend", "aria-label": "Terms"},
      this.names.map((name) => h("li", {}, h("i", {class: this.of(name)}), name)));
  }
}

/**
 * The terms of a score as one bar: what raises it to the right of the line, what lowers it to the left.
 * @param {{term: string, value: number}[]} terms
 * @param {{lower: number, raise: number}} reach  the longest sides of all bars of the list
 */
export function termsBar(terms, reach, hues) {
  const text = terms.map(({term, value}) => `${term} ${signed(value)}`).join(", ");
  const share = (value) => (100 * value) / (reach.lower + reach.raise || 1);
  const zero = share(reach.lower);
  let [left, right] = [zero, zero];
  const parts = terms.map(({term, value}) => {
    const width = share(Math.abs(value));
    const from = value < 0 ? (left -= width) : right;
    if (value >= 0) right += width;
    return h("i", {class: hues.of(term), style: {left: `${from}%`, width: `${width}%`}});
  });
  return h("div", {class: "terms", role: "img", "aria-label": text, title: text},
    parts,
    h("b", {class: "zero", style: {left: `${zero}%`}}));
}

/** How far the bars of a list reach to either side. @param {{value: number}[][]} lists */
export function termsReach(lists) {
  const reach = {lower: 0, raise: 0};
  for (const terms of lists) {
    const sum = (sign) => terms.reduce((all, {value}) => all + Math.max(0, value * sign), 0);
    reach.lower = Math.max(reach.lower, sum(-1));
    reach.raise = Math.max(reach.raise, sum(1));
  }
  return reach;
}

/** A term a line, with its number: in the drawer for why. */
export function termRows(terms, hues, name = (term) => term) {
  const most = Math.max(...terms.map(({value}) => Math.abs(value)), 1e-12);
  return h("div", {class: "term-rows"},
    terms.map(({term, value}) =>
      h("div", {class: `term-row${value < 0 ? " lower" : ""}`},
        h("span", {dir: "auto"}, name(term)),
        h("div", {class: "bar"},
          h("i", {class: hues?.of(term), style: {width: `${(100 * Math.abs(value)) / most}%`}})),
        h("output", {}, signed(value)))));
}

/**
 * Estimates with their intervals, one a line.
 * @param {{name: string, mean: number, low: number, high: number, isOurs?: boolean}[]} rows
 */
export function intervals(label, rows) {
  const known = rows.filter(({mean}) => mean !== null);
  const most = Math.max(...known.map(({high, mean}) => high ?? mean), 1e-9);
  const least = Math.min(0, ...known.map(({low, mean}) => low ?? mean));
  const at = (value) => `${(100 * (value - least)) / (most - least)}%`;
  return h("div", {class: "intervals", role: "group", "aria-label": label},
    known.map((row) =>
      h("div", {class: row.isOurs ? "ours" : null},
        h("span", {dir: "auto"}, row.name),
        h("div", {class: "track"},
          svg("svg", {class: "interval", role: "img", "aria-label": intervalText(row)},
            row.low !== null && svg("line", {x1: at(row.low), x2: at(row.high), y1: "50%", y2: "50%"}),
            svg("circle", {cx: at(row.mean), cy: "50%", r: 4}))),
        h("output", {}, short(row.mean)))));
}

function intervalText({name, mean, low, high}) {
  return `${name}: ${short(mean)}${low === null ? "" : `, between ${short(low)} and ${short(high)}`}`;
}
