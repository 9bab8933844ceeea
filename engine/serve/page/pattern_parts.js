// What sections of the patterns have in common: their head, and what cannot be told.

import {h} from "./dom.js";
import {sentence} from "./states.js";
import {wayTo} from "./ways.js";

/** @param {string} title @param {...(Node|string|null|false)} content */
export function section(title, ...content) {
  const id = `patterns-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  return h("section", {class: "pattern", "aria-labelledby": id}, h("h2", {id}, title), content);
}

export function grid(...figures) {
  return h("div", {class: "plots"}, figures);
}

/** What of this part cannot be told, why, and what to do. @param {Object} dashboard */
export function missing({missing: all}, ...parts) {
  return all
    .filter(({part}) => parts.includes(part))
    .map(({why, fix}) => h("p", {class: "notice", dir: "auto"}, `${sentence(why)}.`, fix && [" ", wayTo(fix) ?? h("code", {}, fix)]));
}

/** 0:00 .. 23:00, and below a plot every sixth of them. */
export const kHours = Array.from({length: 24}, (_, hour) => `${hour}:00`);
export const kShortHours = kHours.map((name, hour) => (hour % 6 === 0 ? name : ""));
export const kWeekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

export const kFewestPlays = 20; // of a month or an hour whose shares say something

/** A rate over few plays says nothing. */
export const share = (part, all) => (all > 0 ? part / all : null);
