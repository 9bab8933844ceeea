// House: what the engine knows and from where, what it has learned, what it does, whom it asks. A section
// at a time: #/house/imports.

import {h, put} from "./dom.js";

const kSections = [
  {path: "imports", name: "Imports", load: () => import("./house_imports.js")},
  {path: "models", name: "Models", load: () => import("./house_models.js")},
  {path: "jobs", name: "Jobs", load: () => import("./house_jobs.js")},
  {path: "services", name: "Services", load: () => import("./house_services.js")},
  {path: "people", name: "People", load: () => import("./house_people.js")},
  {path: "settings", name: "Settings", load: () => import("./house_settings.js")},
  {path: "doctor", name: "Doctor", load: () => import("./house_doctor.js")},
];

/** @param {{root: HTMLElement, argument: string, signal: AbortSignal, title: function(string)}} view */
export async function show({root, argument, signal, title}) {
  const section = kSections.find(({path}) => path === argument);
  if (!section) {
    location.replace(`#/house/${kSections[0].path}`);
    return;
  }
  title(`${section.name} · House`);
  const place = h("div", {class: "house-section"});
  put(root,
    h("div", {class: "head house-head"},
      h("h1", {}, h("span", {class: "unseen"}, "House: "), section.name),
      h("nav", {class: "house-places", "aria-label": "Sections of the house"},
        kSections.map(({path, name}) =>
          h("a", {href: `#/house/${path}`, "aria-current": path === argument ? "page" : null}, name)))),
    place);
  root.querySelector(".house-places [aria-current]").scrollIntoView({block: "nearest", inline: "nearest"});
  const {showSection} = await section.load();
  if (!signal.aborted) await showSection(place, signal);
}
