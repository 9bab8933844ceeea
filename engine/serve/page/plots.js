// Plots over places in a row (days, months, hours), drawn at the size that they have on the screen: what
// stands at a place is told above the plot while one points at it, and all of it in a table below.
//
//   plotFigure({title: "Plays a week", chart: columns({...}), head: ["week of", "plays"], rows: [...]})

import {h, put, svg} from "./dom.js";
import {percent, short} from "./figures.js";
import {table} from "./tables.js";

const kTop = 8,
  kBottom = 20,
  kLeft = 42,
  kRight = 8;
const kWidthOfName = 62; // of a place's name below the plot

/**
 * @typedef {{height: number, count: number, draw: function(number): SVGElement,
 *            at: function(number, number, number): (number|null), tell: function(number): string,
 *            summary: string, keys?: {name: string, hue: string}[]}} Chart
 *   `draw(width)`; `at(x, y, width)` is the place that lies there; `tell(place)` says its numbers
 * @param {{title: string, about?: string, chart: Chart, head: string[], rows: (string|Node)[][]}} figure
 */
export function plotFigure({title, about = "", chart, head, rows}) {
  const readout = h("p", {class: "readout", "aria-hidden": true}, about);
  const drawing = h("div", {
    class: "plot",
    role: "img",
    "aria-label": `${title}${about ? `, ${about}` : ""}. ${chart.summary}`,
    style: {height: `${chart.height}px`},
  });
  let width = 0;
  const tell = (event) => {
    const box = drawing.getBoundingClientRect();
    const place = chart.at(event.clientX - box.left, event.clientY - box.top, width);
    put(readout, place === null ? about : chart.tell(place));
    mark(drawing, place);
  };
  drawing.addEventListener("pointermove", tell);
  drawing.addEventListener("pointerdown", tell);
  drawing.addEventListener("pointerleave", () => {
    put(readout, about);
    mark(drawing, null);
  });
  new ResizeObserver(() => {
    const now = Math.floor(drawing.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    put(drawing, chart.draw(width));
  }).observe(drawing);
  return h("figure", {class: "card plot-card"},
    h("figcaption", {}, h("h3", {}, title), about && h("span", {class: "unseen"}, about)),
    readout,
    drawing,
    chart.keys && legend(chart.keys),
    h("details", {},
      h("summary", {}, "As a table", h("span", {class: "unseen"}, `: ${title}`)),
      plainTable(title, head, rows)));
}

export function legend(keys) {
  return h("ul", {class: "legend", "aria-hidden": true},
    keys.map(({name, hue}) => h("li", {}, h("i", {class: hue}), h("span", {dir: "auto"}, name))));
}

/** Of cells that are there already: the first of a row is its name. */
export function plainTable(caption, head, rows) {
  return table(caption,
    head.map((name, k) => ({head: name, cell: (row) => row[k], isNumber: k > 0})),
    rows);
}

function mark(drawing, place) {
  for (const one of drawing.querySelectorAll("[data-place]"))
    one.classList.toggle("pointed", one.dataset.place === String(place));
}

// ---- what all plots over places have --------------------------------------------------------------

/** The ground: a scale of values, names of places below. */
export class Frame {
  /** @param {{width: number, height: number, most: number, names: string[], format?: function}} size */
  constructor({width, height, most, names, format = short, isShare = false}) {
    Object.assign(this, {width, height, names, format});
    this.ticks = isShare ? [0, 0.25, 0.5, 0.75, 1].filter((tick) => tick <= topOf(most)) : ticksTo(most);
    this.most = Math.max(this.ticks.at(-1), isShare ? topOf(most) : most) || 1;
    this.band = (width - kLeft - kRight) / Math.max(1, names.length);
  }

  left(place) {
    return kLeft + this.band * place;
  }
  middle(place) {
    return this.left(place) + this.band / 2;
  }
  y(value) {
    return kTop + (1 - value / this.most) * (this.height - kTop - kBottom);
  }

  drawing(...content) {
    return svg("svg", {width: this.width, height: this.height, focusable: "false"},
      this.ticks.map((tick) => [
        svg("line", {
          class: tick === 0 ? "axis" : "grid",
          x1: kLeft,
          x2: this.width - kRight,
          y1: this.y(tick),
          y2: this.y(tick),
        }),
        svg("text", {class: "tick", x: kLeft - 6, y: this.y(tick) + 3.5, "text-anchor": "end"},
          this.format(tick)),
      ]),
      content,
      this.#names());
  }

  #names() {
    const step = Math.max(1, Math.ceil(kWidthOfName / this.band));
    return this.names.map((name, place) => {
      if (place % step !== 0 || name === "") return null;
      const x = this.middle(place);
      if (x > this.width - kWidthOfName / 2 && this.names.length > 8) return null; // it would be cut
      return svg("text", {class: "tick", x, y: this.height - 5, "text-anchor": "middle"}, name);
    });
  }

  static at(x, count, width) {
    const place = Math.floor(((x - kLeft) * count) / (width - kLeft - kRight));
    return place >= 0 && place < count ? place : null;
  }
}

function ticksTo(most) {
  if (!(most > 0)) return [0];
  const rough = most / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * unit).find((each) => each >= rough);
  return Array.from({length: Math.floor(most / step + 1e-9) + 1}, (_, k) => k * step);
}

// A share's scale ends at the next quarter, so that one per cent does not look like all.
function topOf(share) {
  return Math.min(1, Math.max(0.25, Math.ceil(share * 4 - 1e-9) / 4));
}

// ---- kinds of plots -------------------------------------------------------------------------------

/**
 * A column at each place; of several series one on top of the other.
 * @param {{names: string[], shortNames?: string[], series: {name: string, hue: string, values: number[]}[],
 *          height?: number, isShare?: boolean, format?: function(number): string, unit?: string,
 *          summary?: string}} what  NaN and null: nothing is known of that place
 * @returns {Chart}
 */
export function columns({names, shortNames = names, series, height = 150, isShare = false, ...rest}) {
  const format = rest.format ?? (isShare ? percent : short);
  const sums = names.map((_, k) => series.reduce((all, {values}) => all + (values[k] || 0), 0));
  const most = Math.max(0, ...sums);
  const several = series.length > 1;
  return {
    height,
    count: names.length,
    keys: several ? series : undefined,
    summary: rest.summary ?? mostText(names, sums, format, rest.unit),
    at: (x, _y, width) => Frame.at(x, names.length, width),
    tell: (k) => `${names[k]}: ${toldAt(series, k, format, rest.unit)}`,
    draw(width) {
      const frame = new Frame({width, height, most, names: shortNames, format, isShare});
      const gap = frame.band > 5 ? Math.min(3, frame.band * 0.22) : frame.band > 2.5 ? 0.7 : 0;
      return frame.drawing(
        names.map((_, k) => {
          let below = 0;
          return svg("g", {"data-place": k},
            series.map(({hue, values}) => {
              const value = values[k] || 0;
              if (value <= 0) return null;
              const top = frame.y(below + value);
              const rect = svg("rect", {
                class: hue,
                x: frame.left(k) + gap / 2,
                width: Math.max(0.5, frame.band - gap),
                y: top,
                height: Math.max(0.5, frame.y(below) - top),
              });
              below += value;
              return rect;
            }));
        }));
    },
  };
}

/**
 * A line for each series; where nothing is known it has a gap.
 * @param {{names: string[], shortNames?: string[], series: {name: string, hue: string, values: number[]}[],
 *          height?: number, isShare?: boolean, format?: function(number): string, unit?: string}} what
 * @returns {Chart}
 */
export function lines({names, shortNames = names, series, height = 150, isShare = false, ...rest}) {
  const format = rest.format ?? (isShare ? percent : short);
  const known = series.flatMap(({values}) => values.filter(isKnown));
  return {
    height,
    count: names.length,
    keys: series.length > 1 ? series : undefined,
    summary: series
      .map(({name, values}) => {
        const last = values.findLastIndex(isKnown);
        return last < 0 ? `${name}: not known.` : `${name}: ${format(values[last])} in ${names[last]}.`;
      })
      .join(" "),
    at: (x, _y, width) => Frame.at(x, names.length, width),
    tell: (k) => `${names[k]}: ${toldAt(series, k, format, rest.unit)}`,
    draw(width) {
      const frame = new Frame({
        width,
        height,
        most: Math.max(0, ...known),
        names: shortNames,
        format,
        isShare,
      });
      return frame.drawing(
        series.map(({hue, values}) => [
          svg("path", {class: `line ${hue}`, d: pathOf(values, frame)}),
          values.map(
            (value, k) =>
              isKnown(value) &&
              svg("circle", {
                class: hue,
                "data-place": k,
                cx: frame.middle(k),
                cy: frame.y(value),
                r: frame.band > 14 ? 2.5 : 1.2,
              })),
        ]));
    },
  };
}

/**
 * Rows of squares, the stronger the colour the more.
 * @param {{rows: string[], names: string[], shortNames: string[], values: number[][], unit: string}} what
 * @returns {Chart}
 */
export function heat({rows, names, shortNames, values, unit}) {
  const most = Math.max(1, ...values.flat());
  const row = 20;
  const height = kTop + rows.length * row + kBottom;
  let top = [0, 0];
  values.forEach((all, r) =>
    all.forEach((value, k) => {
      if (value > values[top[0]][top[1]]) top = [r, k];
    }));
  const tell = (place) => {
    const r = Math.floor(place / names.length),
      k = place % names.length;
    return `${rows[r]}, ${names[k]}: ${short(values[r][k])} ${unit}`;
  };
  return {
    height,
    count: rows.length * names.length,
    summary: `Most: ${tell(top[0] * names.length + top[1])}.`,
    tell,
    at(x, y, width) {
      const k = Frame.at(x, names.length, width),
        r = Math.floor((y - kTop) / row);
      return k === null || r < 0 || r >= rows.length ? null : r * names.length + k;
    },
    draw(width) {
      const band = (width - kLeft - kRight) / names.length;
      return svg("svg", {width, height, focusable: "false"},
        rows.map((name, r) => [
          svg("text", {class: "tick", x: kLeft - 6, y: kTop + row * (r + 0.5) + 4, "text-anchor": "end"},
            name),
          values[r].map((value, k) =>
            svg("rect", {
              class: "heat",
              "data-place": r * names.length + k,
              x: kLeft + band * k + 0.5,
              y: kTop + row * r + 0.5,
              width: Math.max(1, band - 1),
              height: row - 1,
              rx: 2,
              "fill-opacity": (0.06 + (0.94 * value) / most).toFixed(3),
            })),
        ]),
        shortNames.map(
          (name, k) =>
            name &&
            svg("text", {class: "tick", x: kLeft + band * (k + 0.5), y: height - 5, "text-anchor": "middle"},
              name)));
    },
  };
}

/**
 * What was said beside what came of it: on the diagonal where a model means what it says.
 * @param {{said: number, came: number, band: [number, number], count: number}[]} steps
 * @returns {Chart}
 */
export function reliability(steps) {
  const height = 210;
  const most = topOf(Math.max(...steps.flatMap(({said, came}) => [said, came])));
  const xOf = (share, width) => kLeft + (share / most) * (width - kLeft - kRight);
  const off = Math.max(...steps.map(({said, came}) => Math.abs(said - came)));
  return {
    height,
    count: steps.length,
    summary: `What came is at most ${percent(off)} away from what was said.`,
    tell: (k) =>
      `said ${percent(steps[k].said)}, came ${percent(steps[k].came)}, of ${short(steps[k].count)} hours`,
    at(x, _y, width) {
      let best = null;
      steps.forEach(({said}, k) => {
        const apart = Math.abs(xOf(said, width) - x);
        if (apart < 14 && (best === null || apart < Math.abs(xOf(steps[best].said, width) - x))) best = k;
      });
      return best;
    },
    draw(width) {
      const frame = new Frame({width, height, most, names: [], format: percent, isShare: true});
      const x = (share) => xOf(share, width);
      const along = (pick) => steps.map((step) => `${x(step.said)},${frame.y(Math.min(most, pick(step)))}`);
      return frame.drawing(
        svg("polygon", {
          class: "band",
          points: [...along(({band}) => band[1]), ...along(({band}) => band[0]).reverse()].join(" "),
        }),
        svg("line", {class: "diagonal", x1: x(0), y1: frame.y(0), x2: x(most), y2: frame.y(most)}),
        svg("polyline", {class: "line hue-0", points: along(({came}) => came).join(" ")}),
        steps.map(({said, came}, k) =>
          svg("circle", {class: "hue-0", "data-place": k, cx: x(said), cy: frame.y(came), r: 3})),
        frame.ticks
          .slice(1)
          .map((tick) =>
            svg("text", {class: "tick", x: x(tick), y: height - 5, "text-anchor": "end"}, percent(tick))));
    },
  };
}

const isKnown = (value) => value !== null && value !== undefined && !Number.isNaN(value);

function toldAt(series, k, format, unit) {
  const told = series.map(({name, values}) => {
    const text = isKnown(values[k]) ? format(values[k]) : "not known";
    return name ? `${name} ${text}` : text;
  });
  return told.join(", ") + (unit ? ` ${unit}` : "");
}

function mostText(names, sums, format, unit = "") {
  const most = sums.indexOf(Math.max(...sums));
  return most < 0 || sums[most] === 0
    ? "Nothing yet."
    : `Most at ${names[most]}: ${format(sums[most])} ${unit}.`;
}

function pathOf(values, frame) {
  let path = "",
    isOpen = false;
  values.forEach((value, k) => {
    if (isKnown(value)) path += `${isOpen ? "L" : "M"}${frame.middle(k)} ${frame.y(value)}`;
    isOpen = isKnown(value);
  });
  return path;
}
