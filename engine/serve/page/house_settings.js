// Settings: every value, where it comes from, and changing it. What is set here is kept in the library and
// goes before the settings' file.

import {ask} from "./api.js";
import {field, openForm} from "./dialogs.js";
import {h, put} from "./dom.js";
import {listen} from "./events.js";
import {counted} from "./figures.js";
import {say, sayError} from "./messages.js";
import {fill} from "./states.js";

/** @param {HTMLElement} place @param {AbortSignal} signal */
export async function showSection(place, signal) {
  const list = h("div", {});
  const search = h("input", {
    type: "search",
    "aria-label": "Find a setting",
    placeholder: "Find a setting",
    on: {input: () => narrow(list, search.value)},
  });
  put(place,
    h("p", {class: "soft"},
      "What is set here is kept in the library and goes before the file of settings. Nothing has to be set."),
    h("div", {class: "settings-bar"}, search, h("p", {class: "soft", role: "status"})),
    list);
  const load = () =>
    fill(list, "the settings", async () => {
      const [values, {settings}] = await Promise.all([
        ask("config/show", {}, {signal}),
        ask("config/default", {}, {signal}),
      ]);
      const kinds = new Map(settings.map((each) => [each.key, each]));
      return groups(values).map(([name, keys]) =>
        h("section", {class: "settings-group"},
          h("h2", {}, name),
          h("ul", {}, keys.map((key) => settingRow(key, values[key], kinds.get(key), load)))));
    }).then(() => narrow(list, search.value));
  await load();
  listen("back", load, signal);
}

// limits.recipe_seconds belongs to limits; what has no point is of the engine itself.
function groups(values) {
  const all = new Map();
  for (const key of Object.keys(values)) {
    const name = key.includes(".") ? key.split(".")[0] : "engine";
    all.set(name, [...(all.get(name) ?? []), key]);
  }
  return [...all];
}

function narrow(list, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of list.querySelectorAll(".setting")) {
    const content = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => content.includes(word));
    if (!row.hidden) ++shown;
  }
  for (const group of list.querySelectorAll(".settings-group"))
    group.hidden = !group.querySelector(".setting:not([hidden])");
  const told = list.parentElement?.querySelector(".settings-bar p");
  if (told) told.textContent = words.length > 0 ? counted(shown, "setting") : "";
}

function settingRow(key, {value, origin, help}, kind, load) {
  const isOurs = origin !== "default";
  return h("li", {class: `setting${isOurs ? " changed" : ""}`},
    h("div", {class: "setting-what"}, h("code", {}, key), h("p", {class: "soft", dir: "auto"}, help)),
    h("div", {class: "setting-value"},
      h("output", {dir: "auto"}, value === "" ? "(empty)" : value),
      h("span", {class: isOurs ? "warm" : "soft"}, originText(origin))),
    h("button", {type: "button", class: "quiet", on: {click: () => change(key, value, help, kind, load)}},
      "Change …",
      h("span", {class: "unseen"}, ` ${key}`)));
}

function originText(origin) {
  return origin === "default" ? "as shipped" : `from ${origin}`;
}

function change(key, value, help, kind, load) {
  const range =
    kind?.min !== undefined && kind?.max !== undefined ? `From ${kind.min} to ${kind.max}. ` : "";
  const set = async (next) => {
    await ask("config/set", {key, value: next, user: undefined});
    say(next === "" ? `${key} is as the file or the engine has it.` : `${key} is ${next}.`);
    await load();
  };
  const dialog = openForm({
    title: key,
    label: "Set",
    fields: [
      h("p", {dir: "auto"}, help),
      field("Value",
        control(kind, value),
        `${range}${kind ? `As shipped: ${kind.default || "empty"}.` : ""}`),
      h("button",
        {
          type: "button",
          class: "quiet setting-back",
          on: {
            click: async () => {
              try {
                await set("");
                dialog.close();
              } catch (error) {
                sayError(error);
              }
            },
          },
        },
        "Forget what was set here"),
    ],
    act: ({value: next}) => set(next.trim()),
  });
}

function control(kind, value) {
  if (kind?.type === "boolean")
    return h("select", {name: "value"},
      ["true", "false"].map((each) => h("option", {value: each, selected: each === value}, each)));
  const isNumber = kind?.type === "number" || kind?.type === "integer";
  return h("input", {
    type: "text",
    name: "value",
    inputmode: isNumber ? "decimal" : null,
    autocomplete: "off",
    value,
  });
}
