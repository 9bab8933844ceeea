// One kept list: its tracks with pins and reasons, its versions, and what changed between two of them.

import {ask} from "./api.js";
import {confirm, Drawer} from "./dialogs.js";
import {h, named, put} from "./dom.js";
import {listen} from "./events.js";
import {counted, when} from "./figures.js";
import {recipeName, refresh} from "./lists.js";
import {say, sayError} from "./messages.js";
import {empty, failure, fill} from "./states.js";
import {facts} from "./tables.js";
import {leftRows, markChosen, playLink, trackRows} from "./tracks.js";
import {verdictButtons} from "./verdicts.js";
import {whyContent} from "./why.js";

/** @param {{root: HTMLElement, argument: string, signal: AbortSignal}} view  of the list `argument` */
export async function showKeptList(view) {
  await new KeptListView(view).begin();
}

class KeptListView {
  #loads = 0;
  #explained = null; // {track, shown, content}: whose why is open, and of which version
  #refused = new Map(); // by track, {verdict, version}: what was rejected or banned here

  constructor({root, argument, signal}) {
    this.root = root;
    this.name = argument;
    this.signal = signal;
    this.shown = null; // the version that is looked at; null: the list as it is
    this.tracks = h("section", {class: "kept-tracks", "aria-label": "Tracks"});
    this.side = h("div", {class: "kept-side"});
    this.drawer = new Drawer(h("div", {class: "kept-why"}), "Why");
  }

  async begin() {
    const refreshButton = h("button",
      {
        type: "button",
        class: "go",
        on: {
          click: () => refresh({name: this.name}, refreshButton, this.signal),
        },
      },
      "Refresh");
    this.summary = h("p", {});
    put(this.root,
      h("p", {}, h("a", {href: "#/lists"}, "← All lists")),
      h("div", {class: "head"},
        h("h1", {}, named(this.name)),
        refreshButton,
        h("button", {type: "button", on: {click: () => this.takeSnapshot()}}, "Snapshot"),
        h("button", {type: "button", on: {click: () => this.drop()}}, "Drop …"),
        this.summary),
      h("div", {class: "kept"}, h("div", {}, this.tracks, this.drawer.element.parentElement), this.side));
    await this.load();
    for (const kind of ["library", "back"]) listen(kind, () => this.load(), this.signal);
  }

  load() {
    const number = ++this.#loads;
    return fill(this.tracks, "the list", async () => {
      const list = await this.#ask("playlist/show", {name: this.name, version: this.shown ?? undefined});
      if (number !== this.#loads) throw new DOMException("another version was asked for", "AbortError");
      this.list = list;
      put(this.summary, this.#summaryText());
      await this.#showSide();
      this.#renewWhy(list);
      return list.version === null ? this.#noVersion() : [this.#versionBar(), this.#rows()];
    });
  }

  // Another version came while the drawer is open: what it says is of that one, or the song has left.
  #renewWhy({list, shown}) {
    if (this.#explained === null || this.#explained.shown === shown) return;
    const now = list.find(({track}) => track === this.#explained.track.track);
    if (!now) return this.drawer.close();
    Object.assign(this.#explained, {track: now, shown});
    this.#fillWhy(this.#explained);
  }

  #ask(verb, parameters) {
    return ask(verb, parameters, {signal: this.signal});
  }

  #summaryText() {
    const {tracks, version, refreshed_at: at, recipe, set} = this.list;
    const made = [
      "made by ",
      h("a", {href: `#/workbench/${encodeURIComponent(recipeName(recipe))}`}, recipeName(recipe)),
      set.length ? ` with ${set.join(", ")}` : "",
    ];
    return version === null
      ? made
      : [`${counted(tracks, "track")}, version ${version} of ${when(at)}, `, made];
  }

  #noVersion() {
    return empty("There is no version yet", "Refresh makes the first one.");
  }

  // ---- its tracks ----

  #versionBar() {
    const {history, version, shown} = this.list;
    const choice = h("select",
      {
        "aria-label": "Version shown",
        on: {
          change: () => {
            this.shown = Number(choice.value) === version ? null : Number(choice.value);
            this.load();
          },
        },
      },
      [...history]
        .reverse()
        .map((each) =>
          h("option", {value: each.version, selected: each.version === shown}, versionText(each, version))));
    return h("div", {class: "bar-of-list"},
      choice,
      shown !== version &&
        h("button", {type: "button", on: {click: () => this.restore(shown)}}, `Restore version ${shown}`));
  }

  #rows() {
    const {list, shown, version} = this.list;
    const rows = trackRows("Tracks of the list", list, {
      choose: (track) => this.explain(track),
      chosen: this.#explained?.track.track,
      note: (track) => this.#note(track),
      actions: (track) => [playLink(track), shown === version && this.#pin(track)],
    });
    return rows;
  }

  #note({track, reasons, since_version: since}) {
    const refused = this.#refused.get(track);
    if (refused?.version === this.list.version)
      return h("span", {class: "down"},
        `${refused.verdict === "ban" ? "banned" : "rejected"}: to go at the next refresh`);
    const told = reasons?.length ? reasons.join("; ") : "";
    const age =
      since === this.list.shown && since > 1 ? h("span", {class: "new"}, "new") : `since version ${since}`;
    return [told, told && " · ", age];
  }

  #pin(track) {
    const title = track.pinned ? "It stays. Press to let it go." : "Let it stay, whatever the recipe says";
    return h("button",
      {
        type: "button",
        class: "quiet pin",
        "aria-pressed": track.pinned,
        title,
        on: {
          click: async () => {
            try {
              await ask(track.pinned ? "playlist/unpin" : "playlist/pin", {
                name: this.name,
                track: `track:${track.track}`,
              });
              say(
                track.pinned
                  ? `${track.title} may leave ${this.name} again.`
                  : `${track.title} stays in ${this.name}.`);
              await this.load();
              this.tracks.querySelector(`[data-track="${track.track}"] .pin`)?.focus();
            } catch (error) {
              sayError(error);
            }
          },
        },
      },
      "Pin",
      h("span", {class: "unseen"}, ` ${track.title}`));
  }

  async explain(track) {
    markChosen(this.tracks, track.track);
    const content = h("div", {class: "drawer-content"});
    this.drawer.open(["Why ", named(track.title)], content, () => {
      this.#explained = null;
      markChosen(this.tracks, null);
    });
    this.#explained = {track, shown: this.list.shown, content};
    await this.#fillWhy(this.#explained);
  }

  #fillWhy({track, shown, content}) {
    const version = this.list.history.find((each) => each.version === shown);
    return fill(content, "why", async () => [
      whyContent(await this.#ask("why", {run: String(version.run), track: `#${track.position}`})),
      verdictButtons(track, {
        run: version.run,
        after: track.pinned ? "" : "It goes at the next refresh, unless the recipe lets it stay.",
        changed: (verdict) => this.#markRefused(track, verdict),
      }),
    ]);
  }

  #markRefused({track, pinned}, verdict) {
    const isRefused = verdict === "reject" || verdict === "ban";
    if (isRefused && !pinned) this.#refused.set(track, {verdict, version: this.list.version});
    else this.#refused.delete(track);
    this.load();
  }

  // ---- beside them ----

  async #showSide() {
    const {history, outputs, next_snapshot: next, snapshots} = this.list;
    put(this.side,
      history.length > 1 && (await this.#changes()),
      h("section", {class: "card"},
        h("h2", {}, "Where it goes"),
        facts([
          [
            "written to",
            outputs.length
              ? outputs.map(({format, file}) => `${format}:${file}`).join(", ")
              : "nowhere but here",
          ],
          ["next snapshot", next ? when(next) : "never"],
          snapshots.length > 0 && [
            "snapshots",
            h("ul", {}, snapshots.map(({name}) => h("li", {dir: "auto"}, name))),
          ],
        ])));
  }

  async #changes() {
    const {history} = this.list;
    const results = h("div", {"aria-live": "polite"});
    const choice = (label, chosen) =>
      h("select", {"aria-label": label, on: {change: () => compare()}},
        history.map(({version}) =>
          h("option", {value: version, selected: version === chosen}, `version ${version}`)));
    const [from, to] = [
      choice("From version", history.at(-2).version),
      choice("To version", history.at(-1).version),
    ];
    const compare = async () => {
      try {
        put(results,
          changeContent(
            await this.#ask("playlist/diff", {name: this.name, a: Number(from.value), b: Number(to.value)})));
      } catch (error) {
        if (error.name !== "AbortError") put(results, failure(error, compare));
      }
    };
    await compare();
    return h("section", {class: "card changes"},
      h("h2", {}, "What changed"),
      h("div", {class: "bar-of-list"}, from, " to ", to),
      results);
  }

  // ---- what can be done with it ----

  async restore(version) {
    try {
      await ask("playlist/restore", {name: this.name, version});
      this.shown = null;
      say(`Version ${version} of ${this.name} is the list again.`);
      await this.load();
    } catch (error) {
      sayError(error);
    }
  }

  async takeSnapshot() {
    try {
      await ask("snapshot", {name: this.name});
      say(`The list was put aside.`);
      await this.load();
    } catch (error) {
      sayError(error);
    }
  }

  async drop() {
    const text = "It is kept no longer: its versions, pins and snapshots go. Files that were written stay.";
    if (!(await confirm(`Drop ${this.name}?`, text, "Drop"))) return;
    try {
      await ask("playlist/drop", {name: this.name, yes: true});
      say(`${this.name} is kept no longer.`);
      location.hash = "#/lists";
    } catch (error) {
      sayError(error);
    }
  }
}

function versionText({version, at, restored}, current) {
  return `version ${version}${version === current ? " (now)" : ""} · ${when(at)}${
    restored ? `, a copy of ${restored}` : ""
  }`;
}

function changeContent({came, left, moved, stayed}) {
  if (came.length + left.length + moved.length === 0)
    return h("p", {class: "soft"}, "Nothing: both are the same list.");
  const part = (title, className, content) =>
    content.length === 0
      ? null
      : h(
          "details",
          {open: content.length <= 20},
          h("summary", {class: className}, title(content.length)),
          rowsOf(content, className));
  return [
    h("p", {class: "soft"}, `${counted(stayed, "track")} stayed.`),
    part((count) => `${count} came`, "new", came),
    part((count) => `${count} left`, "down", left),
    part((count) => `${count} moved`, "", moved),
  ];
}

function rowsOf(tracks, className) {
  if (className === "down") return leftRows(tracks);
  return trackRows("Tracks", tracks, {note: ({reasons}) => reasons?.join("; ")});
}
