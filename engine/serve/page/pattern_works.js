// Of the patterns: what became of lists, how old models are and whether they mean what they say, what
// update and retrain did.

import {h, named} from "./dom.js";
import {counted, dayText, monthText, percent, short, signed, took, when, whole} from "./figures.js";
import {recipeName} from "./lists.js";
import {grid, missing, section, share} from "./pattern_parts.js";
import {lines, plainTable, plotFigure, reliability} from "./plots.js";
import {fill} from "./states.js";
import {table} from "./tables.js";
import {wayTo} from "./ways.js";

const kFewestHours = 10; // of a step of a calibration that is drawn

// ---- lists ----------------------------------------------------------------------------------------

export function listsSection(dashboard) {
  const {lists, suggestions} = dashboard;
  return section("Lists, and what became of them",
    missing(dashboard, "lists"),
    lists.months.length > 0 && [
      h("p", {class: "soft"},
        "Heard is what was played within 28 days after a list gave it. That is no proof that the list ",
        "brought it: what you play anyway counts too, so the share that you had played in the 28 days ",
        "before stands beside it."),
      grid(acceptance(lists.months),
        h("div", {class: "card plot-card"},
          h("h3", {}, "By recipe"),
          givenTable("Lists by recipe", "recipe", lists.recipes, ({recipe}) => named(recipeName(recipe))))),
    ],
    lists.kept.length > 0 &&
      h("div", {class: "card plot-card"},
        h("h3", {}, "Kept lists"),
        table("Kept lists",
          [
            {
              head: "list",
              cell: ({playlist}) =>
                h("a", {href: `#/lists/${encodeURIComponent(playlist)}`}, named(playlist)),
            },
            {head: "refreshed", cell: ({refreshed_at: at}) => (at ? when(at) : "never")},
            {head: "tracks", cell: ({tracks}) => whole(tracks), isNumber: true},
            {head: "played since", cell: ({heard, tracks}) => percentOf(heard, tracks), isNumber: true},
          ],
          lists.kept)),
    suggestions &&
      h("p", {},
        `Of ${counted(suggestions.answers, "suggestion")} that you answered you accepted `,
        `${whole(suggestions.accepted)}.`));
}

const percentOf = (part, all) => (all > 0 ? percent(part / all) : "–");

function acceptance(months) {
  return plotFigure({
    title: "What was heard of them",
    about: "Shares of the different tracks that a month's lists gave; the latest may still be heard",
    chart: lines({
      names: months.map(({from}) => monthText(from)),
      series: [
        {name: "heard", hue: "hue-0", values: months.map(({heard, tracks}) => share(heard, tracks))},
        {
          name: "of the new ones, heard",
          hue: "hue-2",
          values: months.map((month) => share(month.new_heard, month.new_tracks)),
        },
        {
          name: "heard in the 28 days before",
          hue: "hue-rest",
          values: months.map((month) => share(month.heard_before, month.tracks)),
        },
      ],
      isShare: true,
    }),
    head: ["month", "lists", "tracks", "heard", "heard before", "new", "new heard", "open"],
    rows: [...months].reverse().map((month) => [monthText(month.from), ...givenCells(month)]),
  });
}

function givenCells({lists, tracks, heard, heard_before: before, new_tracks: fresh, new_heard, open}) {
  return [
    whole(lists),
    whole(tracks),
    percentOf(heard, tracks),
    percentOf(before, tracks),
    whole(fresh),
    percentOf(new_heard, fresh),
    whole(open),
  ];
}

function givenTable(caption, head, all, name) {
  return plainTable(caption,
    [head, "lists", "tracks", "heard", "heard before", "new", "new heard", "open"],
    all.map((each) => [name(each), ...givenCells(each)]));
}

// ---- models ---------------------------------------------------------------------------------------

export function modelsSection(dashboard) {
  const {models} = dashboard;
  const due = models.filter((each) => each.due);
  const calibrated = models.filter((each) => each.reliability.some(({count}) => count >= kFewestHours));
  return section("Models",
    missing(dashboard, "models", "calibration"),
    models.length > 0 && [
      h("p", {class: "lead"},
        due.length === 0
          ? `${counted(models.length, "model")}, none of which is due.`
          : [
              `Due to be trained again: ${due.map(({model}) => shortName(model)).join(", ")}. `,
              h("a", {href: "#/house/models"}, "To the models"),
            ]),
      grid(
        h("div", {class: "card plot-card"},
          h("h3", {}, "Ages"),
          table("Models and their ages",
            [
              {
                head: "model",
                cell: ({model, own}) => [
                  shortName(model),
                  !own && h("span", {class: "soft"}, " everybody’s"),
                ],
              },
              {head: "days old", cell: ({age_days: age}) => whole(Math.floor(age)), isNumber: true},
              {head: "due", cell: dueText},
              {
                head: "calibration error",
                cell: ({calibration_error: error}) => (error === null ? "–" : short(error)),
                isNumber: true,
              },
            ],
            models)),
        calibrated.map((each) => calibration(each))),
    ]);
}

const shortName = (model) => model.replace(/^model\./, "");

function dueText({due, retrain_days: days, as_of: at}) {
  if (due) return h("b", {class: "warm"}, "now");
  return days === null ? "–" : dayText(new Date(Date.parse(at) + days * 86400000));
}

function calibration({model, reliability: steps}) {
  return plotFigure({
    title: `Does ${shortName(model)} mean what it says?`,
    about: "What it said of hours held back from it (across), and how often it came (up)",
    chart: reliability(steps.filter(({count}) => count >= kFewestHours)),
    head: ["said", "came", "nine of ten lie between", "hours"],
    rows: steps.map(({said, came, band, count}) => [
      percent(said),
      percent(came),
      band.map(percent).join(" and "),
      whole(count),
    ]),
  });
}

// ---- update and retrain ---------------------------------------------------------------------------

/** @param {function(): Promise<Object>} metrics */
export function passesSection(metrics) {
  const place = h("div", {});
  fill(place, "what update and retrain did", async () => {
    const {steps, figures} = await metrics();
    if (steps.length === 0)
      return h("p", {class: "notice"},
        "Nothing was updated or retrained yet. ",
        h("code", {}, "engine update"),
        " brings all up to date, and its figures come here. ",
        wayTo("engine update"));
    return [passesTable(steps), grid(figures.filter(({points}) => points.length > 1).map(figurePlot))];
  });
  return section("Update and retrain", place);
}

function passesTable(steps) {
  return h("div", {class: "card plot-card"},
    table("Steps, and what they came to",
      [
        {head: "step", cell: ({pipeline, step}) => [h("span", {class: "soft"}, `${pipeline} `), step]},
        {
          head: "last",
          cell: ({last}) => [last.outcome, last.reason && h("span", {class: "soft"}, ` ${last.reason}`)],
        },
        {head: "at", cell: ({last}) => when(last.at), className: "time"},
        {head: "took", cell: ({last}) => took(last.milliseconds), isNumber: true},
        {head: "done", cell: ({passes}) => whole(passes.done), isNumber: true},
        {head: "nothing to do", cell: ({passes}) => whole(passes.nothing + passes.skipped), isNumber: true},
        {head: "failed", cell: ({passes}) => whole(passes.failed), isNumber: true},
      ],
      steps));
}

function figurePlot({name, points, change}) {
  return plotFigure({
    title: name,
    about: change === null ? "" : `${signed(change)} against a week ago or the first`,
    chart: lines({
      names: points.map(({at}) => when(at)),
      series: [{name: "", hue: "hue-0", values: points.map(({value}) => value)}],
      height: 110,
    }),
    head: ["at", "value"],
    rows: [...points].reverse().map(({at, value}) => [when(at), short(value)]),
  });
}
