// Map: the library in two dimensions, near each other where tracks sound alike (engine map). Beside it the
// same as lists (map_panel.js).

import {ask} from "./api.js";
import {h, named, put} from "./dom.js";
import {listen} from "./events.js";
import {counted, when} from "./figures.js";
import {beginJob, followJob, isEnded, jobsOf, jobState} from "./jobs.js";
import {MapCanvas} from "./map_canvas.js";
import {chosenPart, clusterList, clusterPart, foundPart, trackList, trackPart} from "./map_panel.js";
import {MapPoints} from "./map_points.js";
import {makeRecipe, recipeOfCluster, recipeOfTracks} from "./map_recipe.js";
import {sayError} from "./messages.js";
import {empty, failure, loading} from "./states.js";

const kNothing = 1; // the exit status where there are no clusters yet
const kNear = 12;
const kModels = ["embedding", "clusters"]; // what a map is made of

/** @param {{root: HTMLElement, signal: AbortSignal}} view */
export async function show(view) {
  const body = h("div", {class: "map-body"}, loading("the map of your tracks"));
  const about = h("p", {});
  const tools = h("div", {class: "map-tools"});
  put(view.root, h("div", {class: "head"}, h("h1", {}, "Map"), tools, about), body);
  const load = async (trained) => {
    try {
      const map = await ask("map", {}, {signal: view.signal});
      new MapView(map, view.signal, {body, about, tools}).show();
    } catch (error) {
      if (error.name === "AbortError") return;
      put(tools);
      put(about, "Every track of yours as a dot, near those that sound alike.");
      put(body, error.exit === kNothing ? noMap(error, load, view.signal, trained) : failure(error, load));
    }
  };
  await load();
  listen("back", () => body.querySelector(".failure") && load(), view.signal);
}

// ---- before there is one --------------------------------------------------------------------------

/** @param {Object=} trained  what a training that was just tried answered */
function noMap(error, load, signal, trained) {
  const going = h("div", {class: "map-training", "aria-live": "polite"},
    trained && nothingLearned(trained));
  const button = h("button", {type: "button", class: "go", on: {click: () => train()}}, "Draw the map");
  const follow = async (ended) => {
    button.disabled = true;
    try {
      const job = await ended;
      if (job.state === "done") return load(job.answer);
      put(going,
        job.state === "failed"
          ? failure(Object.assign(new Error(job.error.message), job.error))
          : h("p", {class: "soft"}, "It was cancelled."));
    } catch (failed) {
      if (failed.name !== "AbortError") put(going, failure(failed));
    }
    button.disabled = false;
  };
  const options = {change: (job) => isEnded(job) || put(going, jobState(job)), signal};
  const train = () => follow(beginJob("train", {models: kModels}, options));
  const running = jobsOf("train").find((job) => !isEnded(job));
  if (running) follow(followJob(running.job, options));
  return empty("There is no map yet",
    `It is drawn once it is known which of your tracks sound alike: ${error.why}. ` +
      "That takes seconds for some thousand tracks and minutes for a hundred thousand.",
    button,
    going);
}

// Why there is no map after a training either, and what would make one.
function nothingLearned({models}) {
  const untrained = models.filter(({trained}) => !trained);
  return h("div", {class: "notice", role: "alert"},
    h("p", {}, "It was tried, and there is nothing to draw yet:"),
    h("ul", {},
      untrained.map(({name, why}) =>
        h("li", {dir: "auto"}, h("b", {}, name.replace(/^model\./, "")), ` was not trained: ${why}.`))),
    h("p", {},
      "How tracks sound is told by ReccoBeats, once it is connected in ",
      h("a", {href: "#/house/services"}, "House > Services"),
      "; by a catalogue with audio features, which is imported in ",
      h("a", {href: "#/house/imports"}, "House > Imports"),
      "; or by your music files. What is lacking is told by ",
      h("a", {href: "#/house/doctor"}, "House > Doctor"),
      "."));
}

// ---- the map --------------------------------------------------------------------------------------

class MapView {
  constructor(map, signal, places) {
    Object.assign(this, {map, signal, ...places});
    this.points = new MapPoints(map);
    this.panel = h("section", {class: "map-panel", "aria-label": "Clusters and tracks", tabindex: "-1"});
    this.status = h("p", {class: "unseen", role: "status"});
    this.canvas = new MapCanvas(this.points, map.clusters, {
      choose: (track) => (track < 0 ? this.showClusters() : this.showTrack(track)),
      encircled: (members, line) => this.showChosen(members, line),
      describedBy: "map-help",
      signal,
    });
  }

  show() {
    put(this.about,
      `${counted(this.map.tracks, "track")} of `,
      named(this.map.user),
      `, near each other where they sound alike; as of ${when(this.map.as_of)}.`);
    this.#showTools();
    put(this.body,
      h("div", {class: "map-frame"},
        this.canvas.element,
        this.#zoomButtons(),
        h("p", {class: "unseen", id: "map-help"},
          "Arrows move, plus and minus change the size, 0 shows all, Enter tells the track in the middle. ",
          "The clusters and their tracks are in the list beside it.")),
      this.panel,
      this.status);
    this.showClusters();
  }

  #showTools() {
    this.lasso = h("button",
      {
        type: "button",
        "aria-pressed": false,
        title: "Draw a line around tracks with the mouse or a finger",
        on: {click: () => this.#setLasso(this.lasso.getAttribute("aria-pressed") !== "true")},
      },
      "Encircle");
    this.search = h("input", {
      type: "search",
      name: "find",
      "aria-label": "Find tracks on the map",
      placeholder: "Find a track or artist",
      on: {input: () => this.find()},
    });
    put(this.tools, this.search, this.lasso);
  }

  #zoomButtons() {
    const button = (label, text, act) =>
      h("button", {type: "button", "aria-label": label, title: label, on: {click: act}}, text);
    return h("div", {class: "map-zoom"},
      button("Nearer", "+", () => this.canvas.zoom(1.6)),
      button("Farther", "−", () => this.canvas.zoom(1 / 1.6)),
      button("Show all", "⤢", () => this.canvas.showWhole()));
  }

  #setLasso(isLasso) {
    this.lasso.setAttribute("aria-pressed", String(isLasso));
    this.canvas.gestures.lasso = isLasso;
  }

  // ---- what is beside it ----

  showClusters() {
    this.canvas.lone = undefined;
    this.canvas.single(null);
    this.canvas.mark(-1);
    put(this.panel, clusterList(this.map, (place) => this.showCluster(place)));
    this.panel.scrollTop = 0;
  }

  showCluster(place) {
    const cluster = this.map.clusters[place];
    const members = this.points.ofCluster(place);
    this.canvas.lone = place;
    this.canvas.mark(-1);
    this.canvas.single(members);
    this.canvas.showAll(members);
    this.#put(`${cluster.name}, ${counted(members.length, "track")}`,
      clusterPart(cluster, {
        place,
        members,
        list: (tracks) => this.#list(tracks),
        back: this.#back(),
        recipe: () => this.#make(recipeOfCluster(cluster, this.map.as_of)),
      }));
  }

  showChosen(members, line) {
    this.#setLasso(false);
    this.canvas.lone = undefined;
    this.canvas.mark(-1);
    this.canvas.single(members.length ? members : null, members.length ? line : null);
    const tracks = members.map((k) => ({id: this.points.ids[k], name: this.points.names[k]}));
    this.#put(`${counted(members.length, "track")} encircled`,
      chosenPart({
        members: this.points.byName([...members]),
        list: (each) => this.#list(each),
        back: this.#back(),
        recipe: () => this.#make(recipeOfTracks(tracks, this.#nameOf(members), this.map.as_of)),
      }));
  }

  showTrack(track, isFocused = false) {
    const place = this.points.clusters[track];
    const cluster = this.map.clusters[place] ?? null;
    this.canvas.mark(track);
    this.#put(this.points.names[track],
      trackPart({id: this.points.ids[track], name: this.points.names[track], cluster},
        {
          near: this.points.neighbours(track, kNear),
          list: (tracks) => this.#list(tracks),
          back: this.#back(),
          toCluster: () => this.showCluster(place),
        }),
      isFocused);
  }

  async find() {
    const words = this.search.value.trim();
    if (words === "") return this.showClusters();
    const members = await this.points.find(words);
    if (words !== this.search.value.trim() || this.signal.aborted) return;
    this.canvas.lone = undefined;
    this.canvas.mark(-1);
    this.canvas.single(members.length ? members : null);
    put(this.status, `${counted(members.length, "track")} found`);
    put(this.panel, foundPart({words, members, list: (tracks) => this.#list(tracks), back: this.#back()}));
    this.panel.scrollTop = 0;
  }

  #list(tracks) {
    return trackList(this.points, tracks, (track) => {
      this.canvas.goTo(track);
      this.showTrack(track, true);
    });
  }

  #back() {
    return h("button",
      {
        type: "button",
        class: "quiet map-back",
        on: {
          click: () => {
            this.search.value = "";
            this.showClusters();
            this.panel.querySelector("button")?.focus();
          },
        },
      },
      "← All clusters");
  }

  // What came into the panel is said; the focus goes there where it was there before.
  #put(told, content, isFocused = this.panel.contains(document.activeElement)) {
    put(this.status, told);
    put(this.panel, content);
    this.panel.scrollTop = 0;
    if (!isFocused) return;
    const heading = this.panel.querySelector("h2");
    heading.tabIndex = -1;
    heading.focus();
  }

  // What most of them have in common: their cluster's name, or the first track's.
  #nameOf(members) {
    const counts = new Map();
    for (const k of members) {
      const place = this.points.clusters[k];
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    const [place] = [...counts].sort((a, b) => b[1] - a[1])[0];
    return this.map.clusters[place]?.name ?? this.points.names[members[0]];
  }

  async #make(recipe) {
    try {
      await makeRecipe(recipe);
    } catch (error) {
      sayError(error);
    }
  }
}
