// The answer of a backtest: would it have chosen well? Each list-maker's mean with its interval, the
// differences that are beyond chance, and all numbers as a table.

import {h, put} from "./dom.js";
import {intervals} from "./charts.js";
import {field} from "./dialogs.js";
import {counted, short, signed} from "./figures.js";
import {table} from "./tables.js";

const kFirst = "ndcg@30";

/** @param {Object} answer of engine backtest --json */
export function backtestContent(answer) {
  const metrics = Object.keys(answer.entries[0]?.metrics ?? {});
  if (metrics.length === 0) return h("p", {class: "soft"}, "No list could be judged on these dates.");
  const plot = h("div", {});
  const choice = h("select", {on: {change: () => draw()}},
    metrics.map((metric) => h("option", {value: metric, selected: metric === kFirst}, metric)));
  const draw = () => put(plot, metricPlot(answer, choice.value));
  draw();
  return [
    h("p", {},
      `${counted(answer.lists, "list")} on ${counted(answer.dates, "date")} from ${answer.from} to `,
      `${answer.to}; judged by ${judged(answer.judged)}.`),
    answer.verdicts.length > 0 &&
      h("ul", {class: "verdicts"}, answer.verdicts.map((verdict) => h("li", {dir: "auto"}, verdict))),
    field("Metric", choice),
    plot,
    pairedPart(answer.paired),
    wholeTable(answer.entries, metrics),
    failuresPart(answer),
  ];
}

function judged(text) {
  return text === "all" ? "all that was then played" : text;
}

function metricPlot({entries}, metric) {
  const rows = entries
    .map(({name, kind, metrics}) => ({name, isOurs: kind === "recipe", ...metrics[metric]}))
    .filter(({mean}) => mean !== null && mean !== undefined)
    .sort((a, b) => b.mean - a.mean);
  if (rows.length === 0) return h("p", {class: "soft"}, `${metric} is not known on these dates.`);
  return [
    intervals(`${metric} of each list-maker`, rows),
    h("p", {class: "help"},
      "Dots are means, lines 95 % intervals over the dates. ",
      "The recipe is in colour; the others are simple ways to make a list."),
  ];
}

function pairedPart(paired) {
  const known = paired.filter(({difference}) => difference !== null);
  return (
    known.length > 0 &&
    h("details", {},
      h("summary", {}, "Differences, on the same dates"),
      table("Differences",
        [
          {head: "metric", cell: ({metric}) => metric},
          {head: "of", cell: ({a}) => a},
          {head: "against", cell: ({b}) => b},
          {head: "difference", cell: ({difference}) => signed(difference), isNumber: true},
          {
            head: "95 % interval",
            cell: ({low, high}) => (low === null ? "" : `${signed(low)} .. ${signed(high)}`),
            isNumber: true,
          },
        ],
        known)));
}

function wholeTable(entries, metrics) {
  return h("details", {},
    h("summary", {}, "All numbers"),
    table("All metrics of all list-makers",
      [
        {head: "metric", cell: (metric) => metric},
        ...entries.map((entry) => ({
          head: entry.name,
          isNumber: true,
          cell: (metric) => {
            const {mean} = entry.metrics[metric] ?? {};
            return mean === null || mean === undefined ? "–" : short(mean);
          },
        })),
      ],
      metrics));
}

function failuresPart({failures}) {
  return (
    failures.length > 0 &&
    h("details", {open: true},
      h("summary", {class: "down"}, `${counted(failures.length, "list")} failed`),
      h("ul", {},
        failures
          .slice(0, 20)
          .map(({name, date, error, where}) => h("li", {dir: "auto"}, `${name}, ${date}: ${error} ${where}`)),
      )));
}
