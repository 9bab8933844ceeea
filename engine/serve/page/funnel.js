// The stages of a plan as a funnel: rows that came and rows that stayed, with the time it took; a click
// shows a stage's rows.

import {h, named, put} from "./dom.js";
import {counted, short, took, whole} from "./figures.js";
import {fill} from "./states.js";
import {facts, table} from "./tables.js";

export class Funnel {
  /** @param {function(Object)} choose  called with a stage */
  constructor(choose) {
    this.choose = choose;
    this.element = h("ol", {class: "funnel", "aria-label": "Stages, in their order"});
  }

  /** @param {{node, where, rows_in, rows_out, ms, reused}[]} stages */
  show(stages) {
    const most = Math.max(1, ...stages.map(({rows_in: came, rows_out: stayed}) => Math.max(came, stayed)));
    const height = (rows) => `${100 * Math.sqrt(rows / most)}%`;
    const focused = [...this.element.children].findIndex((each) => each.contains(document.activeElement));
    put(this.element, stages.map((stage) => this.#stage(stage, height)));
    this.element.children[focused]?.firstElementChild.focus();
  }

  #stage(stage, height) {
    const {node, rows_in: came, rows_out: stayed, ms, reused} = stage;
    const rows =
      came > 0 ? `${whole(came)} rows came, ${whole(stayed)} stayed` : `${stayed === 0 ? "no" : whole(stayed)} rows found`;
    const told = `${node}: ${rows}, ${reused ? "kept from before" : took(ms)}`;
    return h("li", {},
      h("button",
        {
          type: "button",
          class: `stage${stayed === 0 ? " none" : ""}`,
          title: told,
          on: {click: () => this.choose(stage)},
        },
        h("span", {class: "unseen"}, told),
        h("span", {class: "stage-bar", "aria-hidden": true},
          h("i", {class: "came", style: {height: height(came)}}),
          h("i", {class: came === 0 ? "found" : "stayed", style: {height: height(stayed)}})),
        h("b", {"aria-hidden": true}, whole(stayed)),
        h("span", {class: "stage-name", "aria-hidden": true}, shortName(node)),
        h("span", {class: "stage-ms", "aria-hidden": true}, reused ? "kept" : took(ms))));
  }
}

// recall.similar_artists is similar_artists: the bar's colour tells that it finds.
function shortName(node) {
  return node.replace(/^(recall|ranking|filtering|ordering|user)\./, "");
}

// What a run notes of an element that found nothing stands among its notices: a model is not trained ...
function noneFound({node}, notices) {
  const told = notices.filter((notice) => notice.includes(node));
  return [
    h("p", {class: "soft"}, "It found no row."),
    told.map((notice) => h("p", {class: "notice", dir: "auto"}, notice)),
  ];
}

/** What the drawer shows of a stage. @param {import("./live_list.js").LiveList} live */
export function stageContent(live, stage, goTo, notices = []) {
  const rows = h("div", {});
  fill(rows, "its rows", async () => {
    const answer = await live.stage(stage);
    if (answer.rows.length === 0) return h("p", {class: "soft"}, stage.rows_in > 0 ? "No row is left after this stage." : noneFound(stage, notices));
    return [
      answer.count > answer.rows.length &&
        h("p", {class: "soft"}, `The first ${answer.rows.length} of ${counted(answer.count, "row")}.`),
      table(`Rows after ${stage.node}`,
        [
          {head: "", cell: (row) => String(answer.rows.indexOf(row) + 1), isNumber: true},
          {head: "Title", cell: (row) => named(row.title)},
          {head: "Artist", cell: (row) => named(row.artist)},
          {
            head: "Score",
            cell: ({score}) => (score === null || score === undefined ? "" : short(score)),
            isNumber: true,
          },
        ],
        answer.rows),
    ];
  });
  const line = /:(\d+)$/.exec(stage.where)?.[1];
  return [
    facts([
      stage.rows_in > 0 && ["rows that came", whole(stage.rows_in)],
      [stage.rows_in > 0 ? "rows that stayed" : "rows found", whole(stage.rows_out)],
      ["time", stage.reused ? "kept from before" : took(stage.ms)],
      line && [
        "written at",
        h("button", {type: "button", class: "quiet line", on: {click: () => goTo(stage.where)}},
          `line ${line}`),
      ],
    ]),
    rows,
  ];
}
