// Tracks as rows: place, move, title, artist and reason, score terms as one bar, length.
//
// Each row has one button, its title; up and down go from row to row. What a row leads to is `choose`.

import {Hues, termsBar, termsReach} from "./charts.js";
import {h, named} from "./dom.js";

import {length, short} from "./figures.js";
import {picture} from "./pictures.js";

/**
 * @typedef {{position?: number, track: number, title: string, artist: string, before?: number|null,
 *            duration_ms?: number, reasons?: string[], terms?: {term: string, value: number}[],
 *            spotify_uri?: string}} Track
 * @param {string} label of the list
 * @param {Track[]} tracks
 * @param {{choose?: function(Track), isCompared?: boolean, chosen?: number, hues?: Hues,
 *          note?: function(Track): (Node|string|null), actions?: function(Track): (Node|Node[])}} options
 *   `isCompared`: `before` tells moves; `note` stands in place of the reason; `actions` end the row
 */
export function trackRows(label, tracks, options = {}) {
  const hues = options.hues ?? huesOf(tracks);
  const reach = termsReach(tracks.map(({terms}) => terms ?? []));
  const hasTerms = reach.lower + reach.raise > 0;
  const hasLength = tracks.some(({duration_ms: milliseconds}) => milliseconds);
  const isStill = options.isCompared && tracks.every(({position, before}) => position === before);
  return h("ol", {class: isStill ? "tracks still" : "tracks", "aria-label": label, on: {keydown: step}},
    tracks.map((track, index) => trackRow(track, index, {...options, hues, reach, hasTerms, hasLength})));
}

export function huesOf(tracks) {
  return new Hues(tracks.flatMap(({terms}) => (terms ?? []).map(({term}) => term)));
}

/** Marks the row of this track, and no other. */
export function markChosen(list, track) {
  for (const row of list.querySelectorAll("li.track")) {
    const isChosen = row.dataset.track === String(track);
    row.classList.toggle("chosen", isChosen);
    row.querySelector("button.title")?.setAttribute("aria-expanded", String(isChosen));
  }
}

function trackRow(track, index, options) {
  const {choose, chosen} = options;
  const isChosen = chosen === track.track;
  const title = choose
    ? h(
        "button",
        {type: "button", class: "title", "aria-expanded": isChosen, on: {click: () => choose(track)}},
        named(track.title))
    : h("span", {class: "title"}, named(track.title));
  return h("li",
    {
      class: `track${isChosen ? " chosen" : ""}`,
      "data-track": track.track,
      on: choose && {
        click: (event) => {
          // All of the row is the button, but for what can be used itself.
          if (!event.target.closest("button, a") && String(getSelection()) === "") title.click();
        },
      },
    },
    h("span", {class: "place"}, String(track.position ?? index + 1)),
    options.isCompared && move(track),
    picture(track.track),
    h("div", {class: "what"}, title, second(track, options)),
    options.hasTerms &&
      (track.terms?.length
        ? termsBar(track.terms, options.reach, options.hues)
        : h("span", {class: "terms"})),
    options.hasLength && h("span", {class: "length"}, length(track.duration_ms)),
    options.actions && h("div", {class: "actions"}, options.actions(track)));
}

function second(track, {note}) {
  const told = note ? note(track) : (track.reasons ?? []).join("; ");
  return h("small", {}, named(track.artist), told ? [" · ", h("span", {dir: "auto"}, told)] : null);
}

/** What became of its place: ▲3, ▼2, new. */
export function move({position, before}) {
  if (before === null || before === undefined) return h("span", {class: "move new"}, "new");
  const up = before - position;
  if (up === 0) return h("span", {class: "move"}, h("span", {class: "unseen"}, "same place"));
  const text = `${up > 0 ? "up" : "down"} ${Math.abs(up)}`;
  return h("span", {class: `move ${up > 0 ? "up" : "down"}`},
    h("span", {"aria-hidden": true}, `${up > 0 ? "▲" : "▼"}${Math.abs(up)}`),
    h("span", {class: "unseen"}, text));
}

/** Where it can be heard; null where nothing is known of that. */
export function playLink({spotify_uri, title}) {
  const id = /^spotify:track:([A-Za-z0-9]{22})$/.exec(spotify_uri ?? "")?.[1];
  return (
    id &&
    h("a",
      {
        class: "play",
        href: `https://open.spotify.com/track/${id}`,
        target: "_blank",
        rel: "noopener noreferrer",
        "aria-label": `Play ${title} at Spotify`,
        title: "Play at Spotify",
      },
      "▶"));
}

function step(event) {
  const way = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (!way || !event.target.matches("button.title")) return;
  const titles = [...event.currentTarget.querySelectorAll("button.title")];
  titles[titles.indexOf(event.target) + way]?.focus();
  event.preventDefault();
}

/** What left a list, with the reason. @param {{title, artist, before?: number, why?: string}[]} tracks */
export function leftRows(tracks, reasonOf = ({why}) => why) {
  return h("ol", {class: "tracks left", "aria-label": "What left"},
    tracks.map((track) =>
      h("li", {class: "track"},
        h("span", {class: "place"}, track.before === undefined ? "" : short(track.before)),
        h("div", {class: "what"},
          h("span", {class: "title"}, named(track.title)),
          second(track, {note: reasonOf})))));
}
