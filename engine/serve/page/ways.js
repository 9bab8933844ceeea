// Where this page does what a sentence sends one to a terminal for: "engine train als" is House > Models.

import {h} from "./dom.js";

const kWays = [
  [/\bengine train\b/, "house/models", "Train in House > Models"],
  [/\bengine import\b/, "house/imports", "Import in House > Imports"],
  [/\bengine library undo-import\b/, "house/imports", "Take it back in House > Imports"],
  [/\bengine library timezone\b/, "house/people", "Set it in House > People"],
  [/\bengine (?:connect|disconnect|sync|accounts)\b/, "house/services", "Do it in House > Services"],
  [/\bengine (?:update|update-weekly|retrain|refresh|jobs)\b/, "house/jobs", "Run it in House > Jobs"],
  [/\bengine config set\b/, "house/settings", "Set it in House > Settings"],
  [/\bengine doctor\b/, "house/doctor", "See House > Doctor"],
  [/\bengine playlist keep\b/, "lists", "Keep one in Lists"],
  [/\bengine discover\b/, "discover", "Look in Discover"],
  [/\bengine run\b/, "workbench", "Make one in the Workbench"],
];

/** @param {string} text that may name a command @returns {HTMLElement|null} null: this page cannot do it */
export function wayTo(text) {
  const way = kWays.find(([command]) => command.test(text));
  return way ? h("a", {class: "way", href: `#/${way[1]}`}, way[2]) : null;
}
