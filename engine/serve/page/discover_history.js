// What was said of songs, newest first, each to be taken back; and how often what a source finds is accepted.

import {ask} from "./api.js";
import {h} from "./dom.js";
import {day, percent, when} from "./figures.js";

const kFew = 12,
  kMany = 200;
const kWords = {
  approve: "approved",
  reject: "rejected",
  later: "put off",
  love: "loved",
  ban: "banned",
  rate: "rated",
  forget: "forgotten",
  mood: "mood",
};
let areAllShown = false;

/**
 * @param {AbortSignal} signal
 * @param {function(number, string)} takeBack  gets the row and what it was said of
 */
export async function historyPart(signal, takeBack) {
  const limit = areAllShown ? kMany : 2 * kFew + 1;
  const {rows} = await ask("feedback", {list: true, limit}, {signal});
  // What is taken back says so itself.
  const said = rows.filter(({verdict}) => verdict !== "undo");
  const shown = areAllShown ? said : said.slice(0, kFew);
  const list = h("ol", {class: "said-rows"}, shown.map((row) => saidRow(row, takeBack)));
  const more = h("button",
    {
      type: "button",
      class: "quiet",
      on: {
        click: async () => {
          areAllShown = true;
          const all = await historyPart(signal, takeBack);
          list.parentElement.replaceChildren(...all.filter(Boolean));
        },
      },
    },
    "Show more");
  return [
    h("h2", {}, "What you said"),
    shown.length === 0
      ? h("p", {class: "soft"}, "Nothing yet. Every word you say stands here, and can be taken back.")
      : list,
    !areAllShown && (said.length > kFew || rows.length === limit) ? more : null,
  ];
}

function saidRow(row, takeBack) {
  const {verdict, label, state, at, reason, stars, list, expires} = row;
  const limits = [
    stars && `${stars} of 5`,
    reason?.replaceAll("-", " "),
    list && `in ${list}`,
    state === "holds" && expires && `until ${day(expires)}`,
    state === "undone" && "taken back",
    state === "over" && "over",
  ].filter(Boolean);
  return h("li", {class: `said-row ${state}`},
    h("span", {class: `verdict ${verdict}`}, kWords[verdict] ?? verdict),
    h("span", {class: "said-what"},
      h("bdi", {}, label),
      h("small", {class: "soft"}, [...limits, at && when(at)].filter(Boolean).join(" · "))),
    state === "holds" &&
      h("button",
        {
          type: "button",
          class: "quiet",
          "aria-label": `Take back: ${kWords[verdict] ?? verdict} ${label}`,
          on: {click: () => takeBack(row.row, label)},
        },
        "Take back"));
}

export async function acceptancePart(signal) {
  const {sources} = await ask("stats/discovery", {}, {signal});
  return [
    h("h2", {}, "What is accepted"),
    sources.length === 0
      ? h("p", {class: "soft"},
          "Once you have answered, this tells how often you take what each source finds.")
      : [
          h("ul", {class: "acceptance"}, sources.map(sourceRow)),
          h("p", {class: "soft"},
            "Sources whose songs you take are drawn from more often. From thirty answers’ worth on, ",
            "≈ tells the share if only that source were asked."),
        ],
  ];
}

function sourceRow({source, answers, accepted, snips}) {
  const share = accepted / answers;
  return h("li", {class: source === null ? "all" : null},
    h("span", {}, source === null ? "All" : source.replaceAll("_", " ")),
    h("div", {class: "bar", "aria-hidden": true}, h("i", {style: {width: `${100 * share}%`}})),
    h("span", {class: "of"},
      `${accepted} of ${answers}`,
      snips !== null && h("small", {class: "soft"}, ` ≈ ${percent(snips)}`)));
}
