// Lists: the kept playlists with what changed at their last refresh. One of them is in kept_list.js.

import {ask, startJob} from "./api.js";
import {h, named, put} from "./dom.js";
import {listen} from "./events.js";
import {counted, when} from "./figures.js";
import {followJob} from "./jobs.js";
import {keepList} from "./keep_list.js";
import {say, sayError} from "./messages.js";
import {empty, fill} from "./states.js";

/** @param {{root: HTMLElement, argument: string, signal: AbortSignal, title: function(string)}} view */
export async function show(view) {
  if (view.argument) {
    const {showKeptList} = await import("./kept_list.js");
    return showKeptList(view);
  }
  return showAll(view);
}

export const addressOf = (name) => `#/lists/${encodeURIComponent(name)}`;

async function showAll({root, signal}) {
  const cards = h("div", {});
  const refreshAll = h("button", {type: "button", on: {click: () => refresh({}, refreshAll, signal)}},
    "Refresh all");
  refreshAll.hidden = true; // until it is known that there are any
  put(root,
    h("div", {class: "head"},
      h("h1", {}, "Lists"),
      refreshAll,
      h("button", {type: "button", class: "go", on: {click: () => keepList({})}}, "New list …"),
      h("p", {}, "Playlists that are kept: each refresh makes a version, of which only a share is new.")),
    cards);
  const load = () =>
    fill(cards, "your lists", async () => {
      const {playlists} = await ask("playlist/list", {}, {signal});
      refreshAll.hidden = playlists.length === 0;
      return playlists.length === 0
        ? noLists()
        : h("ul", {class: "cards"}, await Promise.all(playlists.map((each) => card(each, signal))));
    });
  await load();
  for (const kind of ["library", "back"]) listen(kind, load, signal);
}

function noLists() {
  return empty("No list is kept yet",
    "It has a name, a recipe and versions: what you pin stays, and a refresh changes only a part of it.",
    h("div", {class: "buttons"},
      h("button", {type: "button", class: "go", on: {click: () => keepList({recipe: "dynamic"})}},
        "Keep a list …"),
      h("a", {class: "button", href: "#/workbench"}, "Write a recipe")));
}

async function card(list, signal) {
  return h("li", {class: "card list-card"},
    h("h2", {}, h("a", {href: addressOf(list.playlist)}, named(list.playlist))),
    h("p", {class: "soft"},
      list.version === null
        ? "No version yet."
        : `${counted(list.tracks, "track")} · version ${list.version} · ${when(list.refreshed_at)}`),
    list.versions > 1 && h("p", {}, await lastChange(list, signal)),
    h("p", {class: "soft"},
      "made by ",
      h("a", {href: `#/workbench/${encodeURIComponent(recipeName(list.recipe))}`}, recipeName(list.recipe)),
      list.set.length ? ` with ${list.set.join(", ")}` : "",
      goesTo(list)));
}

async function lastChange({playlist}, signal) {
  const change = await ask("playlist/diff", {name: playlist}, {signal}).catch((error) => {
    if (error.name === "AbortError") throw error;
    return null;
  });
  if (change === null) return null;
  if (change.came.length + change.left.length + change.moved.length === 0)
    return "Nothing changed at the last refresh.";
  return [
    h("span", {class: "new"}, `${change.came.length} came`),
    " · ",
    h("span", {class: "down"}, `${change.left.length} left`),
    change.moved.length ? ` · ${change.moved.length} moved` : "",
    ` · ${change.stayed} stayed`,
    change.came.length > 0 &&
      h("span", {class: "card-tracks"},
        "New: ",
        change.came.slice(0, 3).flatMap(({title}, k) => [k > 0 && ", ", named(title)]),
        change.came.length > 3 && " …"),
  ];
}

/** "recipes/weekly.lua" is weekly, ".../recipes/cookbook/gym.lua" cookbook/gym. */
export function recipeName(path) {
  return path.replace(/^(.*\/)?recipes\//, "").replace(/\.lua$/, "");
}

function goesTo({outputs}) {
  if (outputs.length === 0) return "";
  return `; goes to ${outputs.map(({format, file}) => `${format}:${file}`).join(", ")}`;
}

/** Makes the next version of a list, or of all; what it came to is said. */
export async function refresh(parameters, button, signal) {
  button.disabled = true;
  button.classList.add("busy");
  try {
    const job = await followJob(await startJob("refresh", parameters), {signal});
    if (job.state === "done") for (const each of job.answer.refreshed) say(refreshed(each));
    if (job.state === "failed") sayError(Object.assign(new Error(job.error.message), job.error));
  } catch (error) {
    sayError(error);
  }
  button.disabled = false;
  button.classList.remove("busy");
}

function refreshed({playlist, version, came, left, files, pushed}) {
  const change =
    came.length + left.length === 0 ? "nothing changed" : `${came.length} came, ${left.length} left`;
  const places = files.length + pushed.length;
  return `${playlist} has version ${version}: ${change}${
    places ? `; put into ${counted(places, "place")}` : ""
  }.`;
}
