// A field that finds a track while one types: a list of what is meant opens below it, and the arrows, Enter
// and Escape work as in every such field (ARIA: combobox with a listbox).

import {ask} from "./api.js";
import {h, named, put} from "./dom.js";
import {counted} from "./figures.js";

const kRestMs = 90; // between two keys of somebody who types
const kMost = 12;
let fieldCount = 0;

/** @typedef {{track: number, title: string, artist: string, album: string, plays: number}} Song */

export class SongSearch {
  #choices = [];
  #active = -1;
  #waiting = null;
  #timer = 0;
  #isBehind = false; // the list is not yet of what is typed
  #takesFirst = false; // Enter was pressed meanwhile
  #usual = null; // what is offered before anything is typed

  /**
   * @param {{label: string, placeholder: string, signal: AbortSignal, choose: function(Song)}} options
   */
  constructor(options) {
    Object.assign(this, options);
    this.id = `songs-${++fieldCount}`;
    this.head = h("p", {class: "choices-head", dir: "auto"});
    this.list = h("ul", {role: "listbox", id: this.id, "aria-label": this.label});
    this.panel = h("div", {class: "song-choices", hidden: true}, this.head, this.list);
    this.input = h("input", {
      type: "search",
      role: "combobox",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-label": this.label,
      "aria-autocomplete": "list",
      "aria-expanded": false,
      "aria-controls": this.id,
      placeholder: this.placeholder,
      on: {
        input: () => this.#findSoon(),
        focus: () => this.#find(),
        keydown: (event) => this.#press(event),
        blur: () => this.#close(),
      },
    });
    this.said = h("span", {class: "unseen", role: "status"});
    this.element = h("div", {class: "song-search"}, this.input, this.panel, this.said);
  }

  focus() {
    this.input.focus();
  }

  // ---- finding ----

  #findSoon() {
    clearTimeout(this.#timer);
    this.#isBehind = true;
    this.#takesFirst = false;
    this.#timer = setTimeout(() => this.#find(), kRestMs);
  }

  async #find() {
    this.#waiting?.abort();
    this.#waiting = new AbortController();
    const {signal} = this.#waiting;
    const text = this.input.value.trim();
    try {
      const songs = text === "" ? await this.#mostPlayed() : await found(text, signal);
      if (!signal.aborted && document.activeElement === this.input) this.#open(songs, text);
    } catch (error) {
      if (error.name !== "AbortError") this.#tell(error.message);
    }
  }

  /** What one has played most is what one is likely to begin with. */
  async #mostPlayed() {
    const songOf = ({id, name, artist, plays}) => ({track: id, title: name, artist, plays});
    this.#usual ??= ask("stats", {top: 8}, {signal: this.signal}).then(
      ({top_tracks: tracks}) => tracks.map(songOf),
      () => []);
    return this.#usual;
  }

  // ---- the list ----

  #open(songs, text) {
    this.#isBehind = this.input.value.trim() !== text;
    if (this.#takesFirst && !this.#isBehind && songs.length > 0) {
      this.#take(songs[0]);
      return;
    }
    this.#choices = songs;
    this.#active = text !== "" && songs.length > 0 ? 0 : -1;
    if (songs.length === 0) {
      if (text === "") this.#close();
      else this.#tell(`No track here has all of these words: ${text}`);
      return;
    }
    this.#showHead(text === "" ? "Played most" : "");
    put(this.list, songs.map((song, k) => this.#choice(song, k)));
    this.#show(true);
    put(this.said, counted(songs.length, "track"));
    this.#mark();
  }

  #choice(song, k) {
    // The field would lose the focus, and with it the list, before the click is one.
    const hold = (event) => event.preventDefault();
    return h("li",
      {
        role: "option",
        id: `${this.id}-${k}`,
        on: {mousedown: hold, click: () => this.#take(song)},
      },
      h("span", {class: "song-title"}, named(song.title)),
      h("small", {},
        named(song.artist),
        song.album ? [" · ", named(song.album)] : null,
        song.plays > 0 ? ` · ${counted(song.plays, "play")}` : null));
  }

  #tell(text) {
    this.#choices = [];
    this.#active = -1;
    this.#showHead(text);
    put(this.list);
    put(this.said, text);
    this.#show(true);
    this.#mark();
  }

  #showHead(text) {
    this.head.hidden = text === "";
    put(this.head, text);
  }

  #show(isOpen) {
    this.panel.hidden = !isOpen;
    this.list.hidden = this.#choices.length === 0;
    this.input.setAttribute("aria-expanded", String(isOpen && this.#choices.length > 0));
    if (!isOpen) this.input.removeAttribute("aria-activedescendant");
  }

  #close() {
    clearTimeout(this.#timer);
    this.#waiting?.abort();
    this.#show(false);
  }

  #mark() {
    const options = [...this.list.querySelectorAll("[role=option]")];
    options.forEach((option, k) => option.setAttribute("aria-selected", String(k === this.#active)));
    if (this.#active < 0) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    this.input.setAttribute("aria-activedescendant", `${this.id}-${this.#active}`);
    options[this.#active].scrollIntoView({block: "nearest"});
  }

  // ---- keys ----

  #press(event) {
    const way = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (way) {
      event.preventDefault();
      if (this.panel.hidden) this.#find();
      else if (this.#choices.length > 0) this.#step(way);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.#isBehind) this.#takesFirst = true;
      else if (!this.panel.hidden && this.#active >= 0) this.#take(this.#choices[this.#active]);
    } else if (event.key === "Escape" && !this.panel.hidden) {
      event.preventDefault();
      this.#close();
    }
  }

  #step(way) {
    const count = this.#choices.length;
    this.#active = this.#active < 0 ? (way > 0 ? 0 : count - 1) : (this.#active + way + count) % count;
    this.#mark();
  }

  #take(song) {
    this.input.value = "";
    this.#isBehind = this.#takesFirst = false;
    this.#close();
    this.choose(song);
  }
}

async function found(text, signal) {
  return (await ask("library/find", {text, limit: kMost}, {signal})).tracks;
}

/** The song of this number; null where there is none. @returns {Promise<Song|null>} */
export async function songOfNumber(track, signal) {
  return (await ask("library/find", {text: `track:${track}`}, {signal})).tracks[0] ?? null;
}
