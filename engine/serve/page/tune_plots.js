// The answer of a tuning: which numbers it came to, and whether they are better on later dates, too.

import {h, svg} from "./dom.js";
import {counted, short, signed} from "./figures.js";
import {table} from "./tables.js";

/**
 * @param {Object} answer of engine tune --json
 * @param {function(Object[])} take puts its values into the text
 */
export function tuneContent(answer, take) {
  const {fit, later, metric, values, tried, better} = answer;
  const changed = values.filter(({from, to}) => from !== to);
  return [
    h("p", {},
      h("b", {},
        better
          ? `Better on the later dates, too: ${metric} ${signed(later.gain)}.`
          : "Not better on the later dates: the numbers stay as they are."),
      ` ${counted(tried, "set")} of numbers tried.`),
    h("div", {class: "tune-plot"}, part("fitted on", fit, metric), part("checked on", later, metric)),
    changed.length > 0 &&
      table("Numbers",
        [
          {head: "number", cell: ({name}) => name},
          {head: "line", cell: ({line}) => String(line), isNumber: true},
          {head: "was", cell: ({from}) => short(from), isNumber: true},
          {head: "came to", cell: ({to}) => short(to), isNumber: true},
        ],
        changed),
    changed.length > 0 &&
      h("button", {type: "button", class: better ? "go" : null, on: {click: () => take(changed)}},
        "Put these numbers into the text"),
  ];
}

// Before and after on one line from 0 to the most of both.
function part(title, {from, to, dates, before, after, gain, low, high}, metric) {
  if (before === null || after === null)
    return h("p", {class: "soft"}, `${title} ${from} to ${to}: not known.`);
  const most = 1.15 * Math.max(before, after, 1e-9);
  const at = (value) => `${(100 * value) / most}%`;
  const text = `${metric} ${short(before)} before, ${short(after)} after`;
  return h("figure", {},
    h("figcaption", {}, h("b", {}, title), ` ${from} to ${to}, ${counted(dates, "date")}`),
    svg("svg", {class: "dumbbell", role: "img", "aria-label": text},
      svg("line", {class: "axis", x1: "0", x2: "100%", y1: "50%", y2: "50%"}),
      svg("line", {class: "gain", x1: at(before), x2: at(after), y1: "50%", y2: "50%"}),
      svg("circle", {class: "before", cx: at(before), cy: "50%", r: 5}),
      svg("circle", {class: "after", cx: at(after), cy: "50%", r: 6})),
    h("p", {class: "soft"},
      text,
      gain === null
        ? ""
        : `; gain ${signed(gain)}${low === null ? "" : ` (${signed(low)} .. ${signed(high)})`}`));
}
