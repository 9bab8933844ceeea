// The two lists of the Shuffle view, what they are like, and why a song follows another.

import {h, named, put} from "./dom.js";
import {counted, duration, took} from "./figures.js";
import {Moves} from "./live_list.js";
import {daysBetween, energyPlot, factsTable, shuffleFacts, stepText} from "./shuffle_facts.js";
import {empty, failure, fill, loading} from "./states.js";
import {table} from "./tables.js";
import {markChosen, playLink, trackRows} from "./tracks.js";
import {verdictButtons} from "./verdicts.js";
import {whyContent} from "./why.js";

const kWays = [
  ["uniform", "Plain chance", "every order as likely"],
  ["fewer_repeats", "Fewer repeats", "the freshest of ten orders by chance"],
  ["balanced", "Spread artists", "each artist's songs spread evenly"],
  ["staleness", "Longest unheard", "the longer ago, the likelier"],
  ["similarity", "Likeness alone", "from each to one that is like it"],
];
const kSmart = "Smart shuffle";

export class ShuffleLists {
  #moves = new Moves();
  #smart = null;
  #plain = null;
  #chosen = null; // the track whose why is open

  /**
   * @param {import("./live_list.js").LiveList} live
   * @param {import("./dialogs.js").Drawer} drawer
   * @param {{begin: function(Object), changed: function, wayChanged: function}} options
   */
  constructor(live, drawer, options) {
    Object.assign(this, {live, drawer, options});
    this.wayChoice = h("select",
      {"aria-label": "Beside it", on: {change: () => this.#wayChanged()}},
      kWays.map(([way, name]) => h("option", {value: way}, name)));
    this.smartSummary = h("p", {class: "soft", role: "status"});
    this.plainSummary = h("p", {class: "soft"});
    this.smartRows = h("div", {}, loading("a shuffle"));
    this.plainRows = h("div", {}, loading("the other list"));
    this.facts = h("div", {class: "facts-content"});
    const isDesk = matchMedia("(min-width: 761px)").matches;
    this.factsPart = h("details", {class: "shuffle-facts", open: isDesk, hidden: true},
      h("summary", {}, "What the lists are like"),
      this.facts);
    this.smartHead = h("h2", {}, kSmart);
    this.switch = h("div", {class: "list-switch", role: "group", "aria-label": "List shown"},
      ["smart", "plain"].map((which) =>
        h("button",
          {type: "button", "aria-pressed": which === "smart", on: {click: () => this.#showOnPhone(which)}},
          which === "smart" ? kSmart : "Plain")));
    this.pair = h("div", {class: "shuffle-pair", "data-shown": "smart"},
      h("section", {class: "smart-list", "aria-label": kSmart},
        h("header", {}, this.smartHead, this.smartSummary),
        this.smartRows),
      h("section", {class: "plain-list", "aria-label": "Plain shuffle"},
        h("header", {}, this.wayChoice, this.plainSummary),
        this.plainRows));
    this.element = h("div", {class: "shuffle-lists"}, this.factsPart, this.switch, this.pair);
    live.place = this.element;
  }

  get way() {
    return this.wayChoice.value;
  }

  // ---- smart ----

  showSmart(answer, ms, from, to) {
    const {tracks} = this.#moves.take(answer);
    this.#smart = answer;
    this.element.classList.toggle("is-way", to !== null);
    put(this.smartHead,
      to === null ? kSmart : ["The way from ", named(from.title), " to ", named(to.title)]);
    put(this.smartSummary,
      `${summary(answer)} · `,
      h("span", {title: "from the change to the list"}, took(ms)));
    put(this.smartRows,
      tracks.length === 0 ? noSongs(answer) : this.#smartList(tracks),
      notes(answer.notices));
    if (this.#chosen !== null) markChosen(this.smartRows, this.#chosen);
    this.#showFacts(to);
  }

  #smartList(tracks) {
    return trackRows(kSmart, tracks, {
      isCompared: true,
      chosen: this.#chosen,
      choose: (track) => this.explain(track),
      note: (track) => [reasonOf(track, tracks[track.position - 2]), step(tracks, track)],
      actions: (track) => playLink(track),
    });
  }

  showError(error, again) {
    this.#smart = this.#plain = null;
    this.factsPart.hidden = true;
    put(this.smartSummary);
    put(this.plainSummary);
    put(this.plainRows);
    put(this.smartRows, failure(error, again));
  }

  async explain(track) {
    this.#chosen = track.track;
    markChosen(this.smartRows, this.#chosen);
    const content = h("div", {class: "drawer-content"});
    this.drawer.open(`Why “${track.title}”`, content, () => {
      this.#chosen = null;
      markChosen(this.smartRows, null);
    });
    // From behind the drawer.
    this.smartRows.querySelector(".track.chosen")?.scrollIntoView({block: "nearest"});
    await fill(content, "why", async () => [
      drawn(track),
      whyContent(withoutLot(await this.live.why(track.track), track)),
      h("div", {class: "buttons"},
        h("button", {type: "button", on: {click: () => this.options.begin(track)}}, "Begin here"),
        verdictButtons(track, {changed: this.options.changed})),
    ]);
  }

  // ---- plain ----

  #wayChanged() {
    this.plainRows.setAttribute("aria-busy", "true");
    this.options.wayChanged();
  }

  showPlain(answer) {
    this.#plain = answer;
    this.plainRows.removeAttribute("aria-busy");
    const {tracks} = answer;
    put(this.plainSummary, `${kWays.find(([way]) => way === this.way)[2]} · ${summary(answer)}`);
    put(this.plainRows,
      tracks.length === 0
        ? h("p", {class: "soft"}, "No song.")
        : trackRows("Plain shuffle", tracks, {
            note: (track) => [heard(track, answer.now), step(tracks, track)],
            actions: (track) => playLink(track),
          }));
    this.#showFacts(null);
  }

  showPlainError(error, again) {
    this.#plain = null;
    this.plainRows.removeAttribute("aria-busy");
    put(this.plainSummary);
    put(this.plainRows, failure(error, again));
    this.#showFacts(null);
  }

  // ---- both ----

  #showFacts(to) {
    const smart = this.#smart?.tracks.length > 1 && {name: to ? "The way" : "Smart", list: this.#smart};
    const plain = !to && this.#plain?.tracks.length > 1 && {name: "Plain", list: this.#plain};
    const lists = [smart, plain].filter(Boolean);
    this.factsPart.hidden = !smart;
    if (!smart) return;
    put(this.facts,
      factsTable(lists.map(({name, list}) => ({name, facts: shuffleFacts(list)}))),
      energyPlot(lists.map(({name, list}) => ({name, tracks: list.tracks}))));
  }

  #showOnPhone(which) {
    this.pair.dataset.shown = which;
    [...this.switch.children].forEach((button, k) =>
      button.setAttribute("aria-pressed", String(["smart", "plain"][k] === which)));
  }
}

function summary({tracks, statistics}) {
  return `${counted(tracks.length, "song")}${statistics ? `, ${duration(statistics.minutes)}` : ""}`;
}

/** The song before stands right above: it need not be named again. */
function reasonOf({reasons}, before) {
  const text = (reasons ?? []).join("; ");
  if (!before) return text;
  return text.replace(`like "${before.title}" by ${before.artist} (`, () => "like the one before (");
}

/** "98 days ago" says more here than a date; told as the reasons of a walk tell it. */
function heard({last_played: at}, now) {
  if (!at) return "never played";
  const days = daysBetween(at, now);
  if (days < 2) return `last played ${counted(Math.floor(24 * days), "hour")} ago`;
  if (days < 730) return `last played ${counted(Math.floor(days), "day")} ago`;
  return `last played ${counted(Math.floor(days / 365.25), "year")} ago`;
}

function step(tracks, track) {
  const text = stepText(tracks[track.position - 2], track);
  return text && h("span", {class: "step"}, text);
}

/** What is told by drawn() need not be said again among the steps. */
function withoutLot(why, {columns}) {
  const lot = columns.chosen_over;
  return lot ? {...why, findings: why.findings.filter(({text}) => !text.includes(lot))} : why;
}

/**
 * How likely it was, and what it was drawn over, as the walk wrote it down: "2.64 % likely of 55; the best
 * was "Silent Road" by Renento Andira: hours_since_played 602 against 4570, similarity 0.75 against 0.81".
 */
function drawn({columns}) {
  const text = columns.chosen_over;
  if (typeof text !== "string" || text === "") return null;
  const [, likely, which, other] = /^(.*?)(?:; the (next best|best) was (.*))?$/s.exec(text);
  const [, name, terms] = /^(.*): ([a-z_]+ \S+ against .*)$/s.exec(other ?? "") ?? [null, other];
  const rows = [...(terms ?? "").matchAll(/([a-z_]+) (\S+) against (\S+?)(?:, |$)/g)];
  return h("div", {class: "drawn"},
    h("p", {dir: "auto"},
      `The lot fell on it: ${likely} songs.`,
      name && ` The ${which} was ${name}.`),
    rows.length > 0 &&
      table("What told them apart",
        [
          {head: h("span", {class: "unseen"}, "Of the song"), cell: ([, term]) => term.replaceAll("_", " ")},
          {head: "this song", isNumber: true, cell: ([, , ours]) => ours},
          {head: `the ${which}`, isNumber: true, cell: ([, , , theirs]) => theirs},
        ],
        rows));
}

function notes(notices = []) {
  return (
    notices.length > 0 &&
    h("details", {class: "notes"},
      h("summary", {}, counted(notices.length, "note")),
      h("ul", {}, notices.map((line) => h("li", {dir: "auto"}, line))))
  );
}

function noSongs({fallback}) {
  return empty("There is nothing to shuffle yet",
    "It draws from what you liked, saved or put into a playlist, and where that is little from what you heard, too.",
    fallback ? h("p", {dir: "auto"}, fallback) : null,
    h("p", {}, "Bring your history with ", h("code", {}, "engine import EXPORT"), ", or drop it onto ",
      h("a", {href: "#/house"}, "House"), "."));
}
