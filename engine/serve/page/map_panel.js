// Beside the map: its clusters and their tracks as lists, for who cannot see the canvas and for who looks
// for a name; the track that was chosen, the tracks that were encircled, what a search found.

import {h, named, put} from "./dom.js";
import {counted, percent, short, whole} from "./figures.js";
import {clusterColour, darkness} from "./map_colours.js";
import {verdictButtons} from "./verdicts.js";

const kAtOnce = 60; // tracks shown before "more" is asked for

/** @param {Object} map of engine map --json @param {function(number)} choose a cluster, by its place */
export function clusterList({clusters, tracks, clustered, stability, silhouette}, choose) {
  return [
    h("h2", {}, counted(clusters.length, "cluster")),
    clusters.length === 0
      ? h("p", {class: "soft"}, "Your tracks form no clusters: they lie as a continuum.")
      : h(
          "p",
          {class: "soft"},
          `${percent(clustered)} of ${counted(tracks, "track")} are in one. `,
          `Found again from other random numbers: adjusted Rand index ${short(stability.rand_index)}; `,
          `silhouette ${short(silhouette)}.`),
    h("ul", {class: "map-clusters", "aria-label": "Clusters"},
      clusters.map(({name, tracks: count}, k) =>
        h("li", {},
          h("button", {type: "button", on: {click: () => choose(k)}},
            colourKey(k),
            h("span", {dir: "auto"}, name),
            h("output", {}, whole(count), h("span", {class: "unseen"}, count === 1 ? " track" : " tracks")))),
      )),
  ];
}

function colourKey(place) {
  return h("i", {
    class: "map-key",
    "aria-hidden": true,
    style: {background: clusterColour(place, darkness.matches)},
  });
}

/**
 * @param {{name: string, words: string, tracks: number, examples: string[]}} cluster
 * @param {{place: number, members: number[], list: function(number[]): Node, back: Node,
 *          recipe: function}} parts
 */
export function clusterPart({name, words}, {place, members, list, back, recipe}) {
  return [
    back,
    h("h2", {dir: "auto"}, colourKey(place), name),
    h("p", {class: "soft", dir: "auto"},
      counted(members.length, "track"),
      words && words !== name ? `; sounds like ${words} now` : ""),
    recipeButton(recipe),
    list(members),
  ];
}

export function chosenPart({members, list, back, recipe}) {
  return [
    back,
    h("h2", {}, counted(members.length, "track"), " encircled"),
    members.length === 0
      ? h("p", {class: "soft"}, "There is no track inside of the line.")
      : [recipeButton(recipe), list(members)],
  ];
}

export function foundPart({words, members, list, back}) {
  return [
    back,
    h("h2", {dir: "auto"}, `“${words}”`),
    h("p", {class: "soft"},
      members.length === 0
        ? "No track of the map has these words in its name."
        : counted(members.length, "track")),
    list(members),
  ];
}

/** @param {{id: number, name: string, cluster: Object|null}} track */
export function trackPart({id, name, cluster}, {near, list, back, toCluster}) {
  return [
    back,
    h("h2", {dir: "auto"}, name),
    h("p", {class: "soft"},
      cluster
        ? [
            "in ",
            h("button", {type: "button", class: "quiet line", dir: "auto", on: {click: toCluster}},
              cluster.name),
          ]
        : "in no cluster: it lies between them"),
    verdictButtons({track: id, title: name}),
    h("h3", {}, "Nearest to it"),
    list(near),
  ];
}

function recipeButton(recipe) {
  return h("div", {class: "buttons"},
    h("button", {type: "button", class: "go", on: {click: recipe}}, "Make a recipe of these …"));
}

/**
 * @param {import("./map_points.js").MapPoints} points
 * @param {number[]} members @param {function(number)} choose
 */
export function trackList(points, members, choose) {
  const list = h("ol", {class: "map-tracks", "aria-label": "Tracks"});
  const more = h("button", {type: "button", class: "quiet", on: {click: () => show(true)}});
  let shown = 0;
  const show = (isAsked) => {
    const next = members.slice(shown, shown + kAtOnce);
    const items = next.map((track) =>
      h("li", {},
        h("button", {type: "button", on: {click: () => choose(track)}}, named(points.names[track]))));
    list.append(...items);
    shown += next.length;
    more.hidden = shown >= members.length;
    put(more, `Show ${Math.min(kAtOnce, members.length - shown)} more of ${whole(members.length - shown)}`);
    if (isAsked) items[0]?.firstElementChild.focus();
  };
  show(false);
  return [list, more];
}
