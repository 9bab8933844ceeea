// Why a track is in a list, or is not: the answer of the verbs why and why-not, as one reads it.

import {termRows} from "./charts.js";
import {h} from "./dom.js";
import {counted} from "./figures.js";

const kMarks = {
  found: "+",
  passed: "·",
  scored: "=",
  dropped: "−",
  not_recalled: "−",
  outranked: "−",
  limit: "−",
};

/**
 * @param {{place: number|null, answer: string, findings: {kind, node, where, text, terms?}[]}} why
 * @param {{hues?: import("./charts.js").Hues, goTo?: function(string), reasons?: string[]}} options
 *   `goTo` shows a place of the recipe; `reasons` are those of its row, where the answer has none
 */
export function whyContent(why, {hues, goTo, reasons} = {}) {
  // What has no effect, as the only song that there is a choice of, tells nothing.
  const scored = why.findings
    .map(({terms, where}) => ({where, terms: (terms ?? []).filter(({value}) => value !== 0)}))
    .filter(({terms}) => terms.length > 0);
  return [
    h("p", {dir: "auto"}, firstSentence(why, reasons)),
    scored.map(({terms, where}) =>
      h("section", {class: "why-terms", "aria-label": "What its score is made of"},
        h("h3", {}, "Score, against the middle of the candidates ", placeOf(where, goTo)),
        termRows(terms, hues, termName))),
    h("details", {open: why.place === null || scored.length === 0},
      h("summary", {}, `${counted(why.findings.length, "step")} it went through`),
      h("ol", {class: "findings"},
        why.findings.map((finding) =>
          h("li", {class: finding.kind},
            h("b", {"aria-hidden": true}, kMarks[finding.kind] ?? "·"),
            h("span", {dir: "auto"}, withoutPlace(finding), " ", placeOf(finding.where, goTo)))))),
  ];
}

// "..." by ... made it to the playlist! [BASE: you saved it]: what stands in the brackets is the reason.
function firstSentence({answer, place}, reasons = []) {
  const sentence = answer.split("\n", 1)[0];
  if (place === null) return sentence;
  const reason = /\[(?:[A-Z][A-Z -]*: )?(.*)\]$/.exec(sentence)?.[1] ?? reasons.join("; ");
  return reason ? `Place ${place}: ${reason}.` : `Place ${place}.`;
}

// As people say it: "days since played".
function termName(term) {
  return term === "ts" ? "when it was saved, liked or played" : term.replaceAll("_", " ");
}

/** "limit (/home/ann/recipes/mine.lua:9): ...": the file says enough. */
export function withoutFolders(text) {
  return text.replace(/\((?:[^()]*\/)?([^()/]+\.lua:\d+)\)/g, "($1)");
}

// The place is a link of its own behind the sentence.
function withoutPlace({text, where}) {
  return where ? text.replace(` (${where})`, "") : text;
}

function placeOf(where, goTo) {
  const line = /:(\d+)$/.exec(where ?? "")?.[1];
  if (!line) return null;
  return goTo
    ? h("button", {type: "button", class: "quiet line", on: {click: () => goTo(where)}}, `line ${line}`)
    : h("span", {class: "soft"}, `(line ${line})`);
}

/**
 * Where several tracks have the name that was asked for, which of them is meant.
 * @param {Error} error @param {function(number, string)} choose
 * @returns {Node[]|null} null: it is another error
 */
export function whichOne(error, choose) {
  const tracks = [...(error.why ?? "").matchAll(/^\s*(\d+)\s+(.+)$/gm)].map(([, track, name]) => ({
    track: Number(track),
    name,
  }));
  if (tracks.length < 2) return null;
  return [
    h("p", {dir: "auto"}, `${error.message}. Which one?`),
    h("ul", {class: "which"},
      tracks.map(({track, name}) =>
        h("li", {}, h("button", {type: "button", dir: "auto", on: {click: () => choose(track, name)}}, name)),
      )),
  ];
}
