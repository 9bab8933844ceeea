// A/B: the list of the recipe as it was last saved, beside the one of what is typed and drawn now.

import {h, named, put} from "./dom.js";
import {counted, duration, percent} from "./figures.js";
import {LiveList, liveId} from "./live_list.js";
import {failure} from "./states.js";

export class CompareSaved {
  #saved = null; // the answer for the saved text
  #savedOf = ""; // the text that it is of

  constructor() {
    this.live = new LiveList(liveId("-saved"));
    this.element = h("div", {class: "compare-saved"});
  }

  /**
   * @param {string} text as saved
   * @param {Object|null} now the answer for what is typed
   * @param {boolean} isOld what is typed does not run, and `now` is of the text before it
   */
  async show(recipe, text, now, isOld) {
    try {
      if (this.#savedOf !== text) {
        const asked = await this.live.ask({recipe, text, set: []});
        if (asked === null) return;
        this.#saved = asked.answer;
        this.#savedOf = text;
      }
      put(this.element,
        now
          ? this.#content(this.#saved, now, isOld)
          : h("p", {class: "soft"}, "There is no list to compare yet."));
    } catch (error) {
      put(this.element,
        h("section", {class: "broken-side", "aria-label": "A, as saved"},
          h("h3", {}, "A ", h("span", {class: "soft"}, "as saved")),
          h("p", {}, "What is saved gives no list, so there is nothing to compare with what is typed."),
          failure(error)));
    }
  }

  /** Something outside the text changed: what the saved text gives may be another list. */
  forget() {
    this.#savedOf = "";
  }

  #content(saved, now, isOld) {
    const places = (tracks) => new Map(tracks.map(({track, position}) => [track, position]));
    const [a, b] = [places(saved.tracks), places(now.tracks)];
    const common = saved.tracks.filter(({track}) => b.has(track));
    const same = common.filter(({track, position}) => b.get(track) === position).length;
    const union = a.size + b.size - common.length;
    return [
      isOld && h("p", {class: "notice"}, "The text does not run: B is the list before it."),
      h("p", {class: "summary", role: "status"},
        union === same
          ? h("b", {}, "Both are the same list.")
          : [
              h("b", {}, `${counted(common.length, "track")} in both`),
              h("span", {}, `${same} at the same place`),
              h("span", {}, `${percent(union ? common.length / union : 1)} overlap`),
            ]),
      h("div", {class: "two-lists"},
        column("A", "as saved", saved, b, "B"),
        column("B", "as it is now", now, a, "A")),
    ];
  }
}

function column(letter, what, {tracks, statistics}, others, other) {
  const only = tracks.filter(({track}) => !others.has(track)).length;
  return h("section", {"aria-label": `${letter}, ${what}`},
    h("h3", {}, `${letter} `, h("span", {class: "soft"}, what)),
    h("p", {class: "soft"},
      counted(tracks.length, "track"),
      statistics && `, ${duration(statistics.minutes)}`,
      `, ${only} only here`),
    h("ol", {class: "tracks"},
      tracks.map((track) =>
        h("li", {class: others.has(track.track) ? "track" : "track only"},
          h("span", {class: "place"}, String(track.position)),
          h("div", {class: "what"},
            h("span", {class: "title"}, named(track.title)),
            h("small", {}, named(track.artist))),
          h("span", {class: "other-place"},
            others.has(track.track) ? `${other} ${others.get(track.track)}` : "only here")))));
}
