// Doctor: whether all that the engine needs is there and sound, and what the library holds.

import {ask} from "./api.js";
import {h, named, put} from "./dom.js";
import {counted, whole} from "./figures.js";
import {fill} from "./states.js";
import {facts} from "./tables.js";

/** @param {HTMLElement} place @param {AbortSignal} signal */
export async function showSection(place, signal) {
  const findings = h("div", {"aria-live": "polite"}),
    library = h("section", {class: "house-part"});
  const load = () => fill(findings, "how it is", async () => findingsPart(await ask("doctor", {}, {signal})));
  put(place,
    h("div", {class: "buttons"}, h("button", {type: "button", on: {click: load}}, "Look again")),
    findings,
    library);
  await Promise.all([
    load(),
    fill(library, "the library", async () => libraryPart(await ask("library", {}, {signal}))),
  ]);
}

function findingsPart({findings}) {
  const wrong = findings.filter(({good, needed}) => !good && needed);
  const lacking = findings.filter(({good, needed}) => !good && !needed);
  return [
    h("p", {class: wrong.length ? "down" : "up"},
      wrong.length > 0
        ? `${counted(wrong.length, "thing")} to be mended.`
        : lacking.length > 0
          ? `All that is needed is there; ${counted(lacking.length, "thing")} could be better.`
          : "All is well."),
    h("ul", {class: "findings-list"},
      findings.map(({what, good, needed, detail}) =>
        h("li", {class: good ? "good" : needed ? "wrong" : "lacking"},
          h("b", {"aria-hidden": true}, good ? "✓" : needed ? "✗" : "–"),
          h("span", {class: "unseen"}, good ? "good: " : needed ? "wrong: " : "could be better: "),
          h("span", {}, what),
          h("span", {class: "soft", dir: "auto"}, detail)))),
  ];
}

function libraryPart(library) {
  return [
    h("h2", {}, "The library"),
    facts([
      ["file", named(library.library)],
      ["tracks", `${whole(library.tracks)}, ${whole(library.catalogue_tracks)} of a catalogue`],
      ["with sound features", whole(library.tracks_with_features)],
      ["artists", whole(library.artists)],
      ["tags", whole(library.tags)],
      ["people", whole(library.users)],
      ["listens", whole(library.listens)],
      ["likes", whole(library.likes)],
      ["runs", whole(library.runs)],
      ["files imported", whole(library.imported_files)],
      library.unfinished_files > 0 && ["not read to their ends", whole(library.unfinished_files)],
    ]),
  ];
}
