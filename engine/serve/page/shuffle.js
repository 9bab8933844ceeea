// Shuffle: from a song on, each next one drawn from those near it; sliders for what counts, plain shuffle
// beside it, and the way from one song to another.

import {ask} from "./api.js";
import {Drawer} from "./dialogs.js";
import {h, named, put} from "./dom.js";
import {listen} from "./events.js";
import {counted} from "./figures.js";
import {keepList} from "./keep_list.js";
import {LiveList, liveId} from "./live_list.js";
import {say, sayError} from "./messages.js";
import {kShown} from "./shuffle_facts.js";
import {ShuffleLists} from "./shuffle_lists.js";
import {ShuffleWeights} from "./shuffle_weights.js";
import {SongSearch, songOfNumber} from "./song_search.js";

const kRecipe = "smart-shuffle";
const kTracks = "tracks"; // the parameter: how long a list is
const kWaySteps = 12; // of a way between two songs, until somebody draws another length

/** @param {{root: HTMLElement, argument: string, signal: AbortSignal, title: function(string)}} view */
export async function show(view) {
  await new Shuffle(view).begin();
}

class Shuffle {
  #answer = null; // of the newest smart list
  #plainOf = ""; // what the plain list was asked with
  #plainNumber = 0;

  constructor({root, argument, signal, title}) {
    Object.assign(this, {root, argument, signal, title});
    this.from = this.to = null;
    this.seed = freshSeed();
    this.live = new LiveList(liveId("-shuffle"));
    this.weights = new ShuffleWeights(() => this.askSmart());
    this.drawer = new Drawer(h("div", {class: "shuffle-why"}), "Why");
    this.lists = new ShuffleLists(this.live, this.drawer, {
      begin: (song) => this.setFrom(song),
      changed: () => this.askBoth(),
      wayChanged: () => this.askPlain(),
    });
  }

  async begin() {
    this.actions = h("div", {class: "buttons", hidden: true},
      h("button", {type: "button", class: "go", on: {click: () => this.again()}}, "Shuffle again"),
      h("button", {type: "button", on: {click: (event) => this.take(event.currentTarget)}}, "Take this list"),
      h("button", {type: "button", on: {click: () => this.keep()}}, "Keep as list …"));
    this.fromPlace = h("div", {class: "song-place"});
    this.toPlace = h("div", {class: "song-place"});
    put(this.root,
      h("div", {class: "head"},
        h("h1", {}, "Shuffle"),
        this.actions,
        h("p", {},
          "Your own songs: each is drawn from those near the one before, so that the mood holds and nothing ",
          "comes too soon again.")),
      h("div", {class: "song-bar"}, this.fromPlace, this.toPlace),
      (this.body = h("div", {class: "shuffle"},
        h("div", {class: "shuffle-side"}, this.weights.element),
        h("div", {class: "shuffle-main"}, this.lists.element, this.drawer.element.parentElement))));
    [this.from, this.to] = await Promise.all(
      numbersOf(this.argument).map((number) => number && songOfNumber(number, this.signal)));
    this.#showSongs();
    await this.askBoth();
    for (const kind of ["library", "back"]) listen(kind, () => this.askBoth(), this.signal);
  }

  // ---- the songs at its ends ----

  setFrom(song) {
    this.from = song;
    if (song === null) this.to = null;
    this.#songsChanged();
  }

  setTo(song) {
    this.to = song;
    this.#songsChanged();
  }

  #songsChanged() {
    if (this.to === null && this.isWayLength) this.weights.suggest(kTracks, null);
    if (this.to !== null && !this.weights.has(kTracks)) this.weights.suggest(kTracks, kWaySteps);
    this.isWayLength = this.to !== null;
    this.drawer.close();
    this.#showSongs();
    this.askBoth();
  }

  #showSongs() {
    const {from, to} = this;
    const part = (song) => (song ? `track:${song.track}` : "");
    const path = [part(from), part(to)].filter(Boolean).join("/");
    history.replaceState(null, "", `#/shuffle${path && `/${path}`}`);
    this.title(from ? `${from.title}${to ? ` to ${to.title}` : ""} · Shuffle` : "Shuffle");
    put(this.fromPlace,
      h("span", {class: "song-label"}, "Begins with"),
      from
        ? chip(from, "Begin with another song", () => this.#change("from"))
        : this.#search("Begin with a song", "A song … (now: after what you heard last)", (song) =>
            this.setFrom(song)));
    put(this.toPlace,
      from && [
        h("span", {class: "song-label"}, "Ends with"),
        to
          ? chip(to, "End wherever it goes", () => this.#change("to"))
          : this.#search("End with a song", "A song, for a way there … (now: anywhere)", (song) =>
              this.setTo(song)),
      ]);
    this.toPlace.hidden = !from;
  }

  #search(label, placeholder, choose) {
    const search = new SongSearch({label, placeholder, signal: this.signal, choose});
    return search.element;
  }

  #change(end) {
    if (end === "from") this.setFrom(null);
    else this.setTo(null);
    (end === "from" ? this.fromPlace : this.toPlace).querySelector("input")?.focus();
  }

  // ---- asking ----

  get set() {
    const ends = [this.from && `from=track:${this.from.track}`, this.to && `to=track:${this.to.track}`];
    return [...this.weights.set, ...ends.filter(Boolean)];
  }

  askBoth() {
    this.#plainOf = "";
    return this.askSmart();
  }

  async askSmart() {
    if (this.signal.aborted) return;
    try {
      const request = {recipe: kRecipe, set: this.set, show: kShown, "random-seed": this.seed};
      const asked = await this.live.ask(request);
      if (asked === null || this.signal.aborted) return;
      this.#answer = asked.answer;
      this.#showWhether(asked.answer.tracks.length > 0);
      const isLearned = asked.answer.tracks.some(({columns}) => typeof columns.acceptance === "number");
      this.weights.show(asked.answer.definitions, isLearned);
      this.lists.showSmart(asked.answer, asked.ms, this.from, this.to);
    } catch (error) {
      if (error.name === "AbortError" || this.signal.aborted) return;
      if (this.#answer === null) this.#showWhether(false);
      this.#answer = null;
      this.lists.showError(error, () => this.askBoth());
    }
    await this.askPlain();
  }

  /** Without a list there is nothing to draw at, nor to do with it. */
  #showWhether(isThere) {
    this.body.classList.toggle("has-none", !isThere);
    this.actions.hidden = !isThere;
  }

  /** Only what the plain ways know of makes another list: songs, length, lot; none of the weights. */
  async askPlain() {
    if (this.#answer === null || this.to) return;
    const request = {
      way: this.lists.way,
      from: this.from ? `track:${this.from.track}` : undefined,
      tracks: this.#answer.parameters[kTracks],
      show: kShown,
      "random-seed": this.seed,
      "no-record": true,
    };
    const of = JSON.stringify(request);
    if (of === this.#plainOf) return;
    this.#plainOf = of;
    const number = ++this.#plainNumber;
    try {
      const answer = await ask("shuffle", request, {signal: this.signal});
      if (number === this.#plainNumber) this.lists.showPlain(answer);
    } catch (error) {
      if (error.name === "AbortError" || number !== this.#plainNumber) return;
      this.#plainOf = "";
      this.lists.showPlainError(error, () => this.askPlain());
    }
  }

  // ---- what is done with it ----

  again() {
    this.seed = freshSeed();
    this.drawer.close();
    this.askBoth();
  }

  /** The list as it stands is recorded, so that later shuffles know of it, and its links are copied. */
  async take(button) {
    if (this.#answer === null || this.#answer.tracks.length === 0) return;
    button.disabled = true;
    try {
      const {now, random_seed: seed} = this.#answer;
      const list = await ask("run", {recipe: kRecipe, set: this.set, now, "random-seed": Number(seed)});
      const links = list.tracks.map(({spotify_uri: uri}) => uri).filter(Boolean);
      const isCopied = links.length > 0 && (await copied(links));
      const told = `Run ${list.run} is recorded: later shuffles know of it.`;
      const pasted = `${counted(links.length, "link")} copied, for a playlist of Spotify’s program.`;
      say(isCopied ? `${told} ${pasted}` : told);
    } catch (error) {
      sayError(error);
    }
    button.disabled = false;
  }

  keep() {
    keepList({recipe: kRecipe, set: this.set});
  }
}

function numbersOf(argument) {
  const parts = argument.split("/");
  return [0, 1].map((k) => /^track:(\d+)$/.exec(parts[k] ?? "")?.[1] ?? null);
}

function freshSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

async function copied(links) {
  try {
    await navigator.clipboard.writeText(links.join("\n"));
    return true;
  } catch {
    return false; // the browser does not let a page do it
  }
}

function chip({title, artist}, label, act) {
  return h("span", {class: "song-chip"},
    h("span", {class: "song-title"}, named(title)),
    h("small", {}, named(artist)),
    h("button", {type: "button", class: "quiet", "aria-label": label, title: label, on: {click: act}}, "×"));
}
