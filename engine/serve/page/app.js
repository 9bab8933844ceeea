// The page: its header, and the view that the address names (#/lists, #/workbench/weekly).

import {h, put} from "./dom.js";
import {takeDrops} from "./dropped_files.js";
import {connect} from "./events.js";
import {showJobs} from "./jobs.js";
import {showPeople} from "./people.js";
import {failure, loading} from "./states.js";
import {views} from "./views.js";

const main = document.getElementById("view");
let leaving = new AbortController();
let isFirst = true;

function placeOf(address) {
  const [, path = "", ...rest] = address.replace(/^#/, "").split("/");
  return {path, argument: decoded(rest.join("/"))};
}

// Who types an address may write a % that stands for itself.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function showView() {
  const {path, argument} = placeOf(location.hash);
  const view = views.find((each) => each.path === path);
  if (!view) {
    location.replace(`#/${views[0].path}`);
    return;
  }
  leaving.abort();
  leaving = new AbortController();
  const {signal} = leaving;
  const root = h("div", {class: `view view-${path}`});
  put(main, root);
  markPlace(path);
  const title = (text) => {
    document.title = `${text} · Playlist Engine`;
  };
  title(argument ? `${argument} · ${view.name}` : view.name);
  // A view that has to ask first is not blank meanwhile; its own content takes this away.
  const waiting = setTimeout(() => put(root, h("h1", {}, view.name), loading(view.name.toLowerCase())), 300);
  new MutationObserver((changes, observer) => {
    clearTimeout(waiting);
    observer.disconnect();
  }).observe(root, {childList: true});
  try {
    const module = await view.load();
    if (signal.aborted) return;
    await module.show({root, argument, signal, title, isFirst});
  } catch (error) {
    if (error.name === "AbortError" || signal.aborted) return;
    put(root, h("h1", {}, view.name), failure(error, showView));
  }
  if (!signal.aborted) greet(root);
}

// Who comes by keyboard or screen reader begins at the view's head; at the first view the browser does.
function greet(root) {
  const heading = root.querySelector("h1");
  if (heading && !isFirst && !root.contains(document.activeElement)) {
    heading.tabIndex = -1;
    heading.focus({preventScroll: true});
    scrollTo(0, 0);
  }
  isFirst = false;
}

function showPlaces() {
  put(document.getElementById("places"),
    views.map(({path, name}) => h("a", {href: `#/${path}`, "data-path": path}, name)));
}

function markPlace(path) {
  for (const place of document.querySelectorAll("#places a")) {
    const isHere = place.dataset.path === path;
    if (isHere) place.setAttribute("aria-current", "page");
    else place.removeAttribute("aria-current");
    if (isHere) place.scrollIntoView({block: "nearest", inline: "nearest"});
  }
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address is the view's
  main.focus();
});
addEventListener("hashchange", showView);
showPlaces();
takeDrops();
connect();
showJobs(document.getElementById("jobs"));
await showPeople(document.getElementById("person"), showView);
showView();
