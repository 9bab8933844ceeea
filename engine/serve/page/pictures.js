// Pictures of albums beside tracks, where the person allows them (the setting http.artwork): the server
// fetches and keeps them, so that no other site hears of this browser.

import {ask} from "./api.js";
import {h} from "./dom.js";
import {listen} from "./events.js";

let allowed = null; // a promise of a boolean, asked again once settings have changed
listen("settings", () => (allowed = null));

function areAllowed() {
  allowed ??= ask("config/get", {key: "http.artwork"}).then(
    ({value}) => value === "true",
    () => false);
  return allowed;
}

/** A quiet square until the picture has come, and where there is none; nothing where none is allowed. */
export function picture(track) {
  const place = h("span", {class: "picture", "aria-hidden": true, hidden: true});
  areAllowed().then((isAllowed) => {
    if (!isAllowed) return;
    place.hidden = false;
    const image = h("img", {src: `/api/artwork/${track}`, alt: "", loading: "lazy", width: 38, height: 38});
    image.addEventListener("error", () => image.remove());
    place.append(image);
  });
  return place;
}
