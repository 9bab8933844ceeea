// The list of a recipe as it would be: stages, summary, rows with their moves, what left, and the notes.

import {h, named, put} from "./dom.js";
import {counted, duration, percent, took} from "./figures.js";
import {Funnel, stageContent} from "./funnel.js";
import {moveCounts, Moves} from "./live_list.js";
import {failure, fill, loading} from "./states.js";
import {huesOf, leftRows, markChosen, playLink, trackRows} from "./tracks.js";
import {verdictButtons} from "./verdicts.js";
import {whichOne, whyContent, withoutFolders} from "./why.js";

const kRestMs = 300;

export class LiveView {
  #moves = new Moves();
  #explained = null; // whose why is open

  /**
   * @param {import("./live_list.js").LiveList} live
   * @param {import("./dialogs.js").Drawer} drawer
   * @param {{goTo: function(string), changed: function}} options  `changed`: a verdict was given
   */
  constructor(live, drawer, options) {
    Object.assign(this, {live, drawer, options});
    this.funnel = new Funnel((stage) =>
      this.drawer.open(stage.node,
        stageContent(this.live, stage, this.options.goTo, this.answer.notices)));
    this.summary = h("div", {class: "summary", role: "status"});
    this.rows = h("div", {class: "live-rows"}, loading("the list"));
    this.element = h("div", {class: "live"}, this.funnel.element, this.summary, this.rows);
    live.place = this.element;
  }

  /** @param {Object} answer of POST /api/live/ID @param {number} ms until it was here */
  show(answer, ms) {
    Object.assign(this, this.#moves.take(answer), {answer, ms});
    this.element.classList.remove("old");
    this.funnel.show(answer.stages);
    const focused = document.activeElement?.closest(".live-rows li.track")?.dataset.track;
    this.leftPlace = h("div", {});
    put(this.rows,
      this.tracks.length === 0 ? noTracks(answer) : this.#list(this.tracks),
      this.leftPlace,
      notesPart(answer));
    if (focused)
      this.rows.querySelector(`[data-track="${focused}"] button.title`)?.focus({preventScroll: true});
    this.#showLeft();
    this.#explainAgain();
    if (answer.left.length > 0) this.#readWhys(answer);
  }

  #showLeft() {
    put(this.summary, summaryOf(this.answer, this.tracks, this.left, this.ms));
    put(this.leftPlace, leftPart(this.left));
  }

  // Why tracks left takes longer than the list, and is asked for behind it.
  async #readWhys(answer) {
    const {left} = await this.live.left().catch(() => ({left: []}));
    this.#moves.takeWhys(left);
    if (this.answer !== answer) return;
    this.left = this.#moves.compared(answer.tracks).left;
    this.#showLeft();
  }

  /** The list of the last text that ran stays, and is marked as such. `isInText`: the error is. */
  showError(error, isInText, again) {
    this.element.classList.add("old");
    const hasList = this.tracks !== undefined;
    if (!hasList) put(this.rows, failure(error, isInText ? undefined : again));
    else if (!isInText) put(this.summary, failure(error, again));
    else
      put(this.summary,
        h("span", {class: "down"}, "The text does not run. "),
        "Below is the list before it.");
  }

  #list(tracks) {
    this.hues = huesOf(tracks);
    const list = trackRows("The list as it would be", tracks, {
      isCompared: true,
      hues: this.hues,
      choose: (track) => this.explain(track.track, track.title),
      actions: (track) => playLink(track),
    });
    return [this.hues.names.length > 0 && this.hues.legend(), list];
  }

  /**
   * Opens the drawer: why a track is in the list, or why not.
   * @param {number|string} track number, or a name
   */
  async explain(track, title) {
    const content = h("div", {class: "drawer-content"});
    this.#explained = {track, title, content};
    const row = this.#rowOf(track);
    markChosen(this.rows, row?.track);
    this.drawer.open(whyTitle(row, title), content, () => {
      this.#explained = null;
      markChosen(this.rows, null);
    });
    await fill(content, "why", () => this.#whyOf(row, track));
  }

  // Another list came while the drawer is open: what it says is of that list soon, too.
  #explainAgain() {
    clearTimeout(this.waiting);
    if (this.#explained === null) return;
    const {track, title, content} = this.#explained;
    markChosen(this.rows, this.#rowOf(track)?.track);
    this.waiting = setTimeout(async () => {
      const row = this.#rowOf(track);
      const why = await this.#whyOf(row, track).catch(() => null); // a newer list is under way
      if (why === null || this.#explained?.content !== content) return;
      this.drawer.retitle(whyTitle(row, title));
      put(content, why);
    }, kRestMs);
  }

  #rowOf(track) {
    return this.tracks?.find((each) => each.track === track || isCalled(each, track));
  }

  async #whyOf(row, track) {
    try {
      const why = row ? await this.live.why(row.track) : await this.live.whyNot(track);
      return [
        whyContent(why, {hues: this.hues, goTo: this.options.goTo, reasons: row?.reasons}),
        row && verdictButtons(row, {changed: this.options.changed}),
      ];
    } catch (error) {
      const which = whichOne(error, (number, name) => this.explain(number, name));
      if (which === null) throw error;
      return which;
    }
  }
}

function whyTitle(row, title) {
  return [row ? "Why " : "Why not ", named(row?.title ?? title)];
}

function isCalled({title, artist}, name) {
  const text = String(name).toLowerCase();
  return [title, `${artist} - ${title}`].some((each) => each.toLowerCase() === text);
}

function summaryOf({statistics, notices}, tracks, left, ms) {
  const {up, down, fresh} = moveCounts(tracks);
  const energy = statistics?.feature_coverage?.energy;
  return [
    h("b", {}, `${counted(tracks.length, "track")}${statistics ? `, ${duration(statistics.minutes)}` : ""}`),
    h("span", {title: "from the change to the list"}, took(ms)),
    up > 0 && h("span", {class: "up"}, `▲ ${up}`),
    down > 0 && h("span", {class: "down"}, `▼ ${down}`),
    fresh > 0 && h("span", {class: "new"}, `${fresh} new`),
    left.length > 0 && h("span", {}, `${left.length} left${causes(left)}`),
    typeof energy === "number" && h("span", {}, `energy known for ${percent(energy)}`),
    notices?.length > 0 && h("span", {}, counted(notices.length, "note")),
  ].filter(Boolean);
}

// What made them leave, by step: "limit 3, tired 1".
function causes(left) {
  const counts = new Map();
  for (const {why} of left) {
    const step = /^(?:dropped by |never recalled by )?([a-z_]+(?:\.[a-z_]+)?)/.exec(why)?.[1];
    if (step) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const told = [...counts].map(([step, count]) => `${step.split(".").at(-1)} ${count}`).join(", ");
  return told && ` (${told})`;
}

function noTracks({receipt, stages}) {
  return h("div", {class: "empty"},
    h("h2", {}, "No track is left"),
    h("p", {}, whatEmptied(receipt, stages)));
}

function whatEmptied(receipt, stages) {
  const stage = stages.find(({rows_in: came, rows_out: stayed}) => came > 0 && stayed === 0);
  const place = stage?.where.split("/").at(-1);
  if (stage) return `${stage.node} (${place}) dropped all ${counted(stage.rows_in, "row")} that came to it.`;
  const bound = receipt.filter((each) => each.bound).map(({constraint}) => constraint);
  return bound.length > 0 ? `Because of ${bound.join(", ")}.` : "No stage found a track.";
}

function leftPart(left) {
  return (
    left.length > 0 &&
    h("details", {class: "left-part", open: left.length <= 8},
      h("summary", {class: "down"}, `${counted(left.length, "track")} left`),
      leftRows(left, ({why}) => withoutFolders(why))));
}

function notesPart({notices = [], printed = [], receipt = []}) {
  const dropped = receipt
    .filter(({dropped: count}) => count > 0)
    .map(
      ({constraint, dropped: count, bound}) =>
        `${constraint} dropped ${count}${bound ? ", and made the list short" : ""}`);
  const part = (title, lines) =>
    lines.length > 0 &&
    h("details", {class: "notes"},
      h("summary", {}, title),
      h("ul", {}, lines.map((line) => h("li", {dir: "auto"}, line))));
  return [
    part(counted(notices.length, "note"), notices),
    part("What limits dropped", dropped),
    part("Printed", printed),
  ];
}
