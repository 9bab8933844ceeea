// The list as it would be: what is typed is asked for at once, and only the newest answer counts.

import {person, post} from "./api.js";
import {released} from "./press.js";

const kIdOfTab = "playlist-engine.live";
const kMostTries = 5;

/** One a tab, and the same after a reload: what stages made is used again. */
export function liveId(use = "") {
  let id = sessionStorage.getItem(kIdOfTab);
  if (!id) sessionStorage.setItem(kIdOfTab, (id = crypto.getRandomValues(new Uint32Array(2)).join("-")));
  return id + use;
}

export class LiveList {
  #newest = 0;
  #waiting = null;

  constructor(id) {
    this.id = id;
    this.place = null; // where it is shown: nothing changes there while a button is held down
  }

  /**
   * @param {{recipe: string, text?: string, set: string[]}} request
   * @returns {Promise<{answer: Object, ms: number}|null>} null: a newer one was asked for meanwhile
   */
  async ask(request) {
    const number = ++this.#newest;
    this.#waiting?.abort();
    this.#waiting = new AbortController();
    const start = performance.now();
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await post(`live/${this.id}`, withPerson(request), this.#waiting.signal);
        const ms = performance.now() - start;
        await released(this.place);
        return number === this.#newest ? {answer, ms} : null;
      } catch (error) {
        if (number !== this.#newest || error.name === "AbortError") return null;
        // One that was given up here came behind it, or a tab that was made of this one asks, too.
        if (!error.isSuperseded || tries === kMostTries) throw error;
      }
    }
  }

  /** Why a track of the list is in it. */
  why(track) {
    return post(`live/${this.id}/why`, {track});
  }

  whyNot(track) {
    return post(`live/${this.id}/why-not`, {track});
  }

  /** What was in the list before and is no longer, with why each: it comes after the list. */
  left() {
    return post(`live/${this.id}/left`, {});
  }

  /** The first rows after a stage. */
  stage({node, where}) {
    return post(`live/${this.id}/stage`, {node, where});
  }
}

function withPerson(request) {
  return person() === null ? request : {...request, user: person()};
}

/**
 * What moved since a burst of changes began. A slider that is drawn makes thirty lists: moves are told
 * against the one before the first of them, until nothing has changed for `kRestMs`.
 */
export class Moves {
  #base = null; // track numbers in their order, before the burst
  #names = new Map();
  #whys = new Map();
  #last = [];
  #lastAt = -Infinity;

  /** Gives each track its place `before`, and tells who left. @param {Object} answer of a live list */
  take(answer, now = performance.now()) {
    const order = answer.tracks.map(({track}) => track);
    const isOther = order.length !== this.#last.length || order.some((track, k) => track !== this.#last[k]);
    if (isOther && this.#last.length > 0 && (this.#base === null || now - this.#lastAt > kRestMs)) {
      this.#base = this.#last;
      this.#whys.clear();
    }
    if (isOther) this.#lastAt = now;
    this.takeWhys(answer.left);
    for (const track of answer.tracks) this.#names.set(track.track, track);
    this.#last = order;
    return this.compared(answer.tracks);
  }

  /** Why some of those that left did. @param {{track: number, why: string|null}[]} left */
  takeWhys(left) {
    for (const {track, why} of left) if (why) this.#whys.set(track, why);
  }

  /** The tracks of the newest list with their places before, and who left. */
  compared(tracks) {
    const places = new Map((this.#base ?? this.#last).map((track, k) => [track, k + 1]));
    const here = new Set(tracks.map(({track}) => track));
    const left = [...places]
      .filter(([track]) => !here.has(track))
      .map(([track, before]) => ({
        ...this.#names.get(track),
        before,
        why: this.#whys.get(track) ?? "",
        terms: undefined,
        reasons: undefined,
      }));
    return {tracks: tracks.map((track) => ({...track, before: places.get(track.track) ?? null})), left};
  }
}

const kRestMs = 2000;

/** How many went up, went down and are new. */
export function moveCounts(tracks) {
  const counts = {up: 0, down: 0, fresh: 0};
  for (const {position, before} of tracks) {
    if (before === null) counts.fresh += 1;
    else if (before > position) counts.up += 1;
    else if (before < position) counts.down += 1;
  }
  return counts;
}
