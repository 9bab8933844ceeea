// Models: what was learned, how old it is, what its card says; training as a job.

import {ask, person} from "./api.js";
import {h, named, put} from "./dom.js";
import {listen} from "./events.js";
import {counted, short, when} from "./figures.js";
import {Work} from "./house_work.js";
import {fill} from "./states.js";
import {table} from "./tables.js";

const kDay = 86400000;
// Of a card's fields those that say nothing of the model itself.
const kNotShown = new Set(["file", "hash", "data", "path"]);

/** @param {HTMLElement} place @param {AbortSignal} signal */
export async function showSection(place, signal) {
  const list = h("div", {});
  const buttons = [];
  const load = () => fill(list, "the models", async () => modelList(await read(signal), train));
  const work = new Work({
    verb: "train",
    signal,
    buttons: () => [...buttons, ...list.querySelectorAll("button.train")],
    async done({models}) {
      await load();
      return h("ul", {class: "trained"}, models.map(trainedLine));
    },
  });
  const train = (models) => work.begin({models});
  const button = (label, act, isMain) =>
    h("button", {type: "button", class: isMain ? "go" : null, on: {click: act}}, label);
  const due = button("Train what is due", async () => {
    const {models} = await read(signal);
    const names = models.filter(isDue).map(({name}) => shortName(name));
    if (names.length > 0) train(names);
    else put(work.element, h("p", {class: "soft"}, "Nothing is due."));
  }, true);
  const all = button("Train all", () => train(["all"]));
  buttons.push(due, all);
  put(place,
    h("p", {class: "soft"},
      "What recipes know of your taste, of what is alike and of when you listen is learned from the ",
      "library. Training reads it again; lists use the newest model at once."),
    h("div", {class: "buttons"}, buttons),
    work.element,
    list);
  work.resume();
  await load();
  listen("back", load, signal);
}

async function read(signal) {
  const answer = await ask("models", {}, {signal});
  // A version serves everybody, or one person: those of others are not this person's.
  const isMine = ({user}) => user === undefined || person() === null || user === person();
  return {
    models: answer.models.map(({name, versions}) => ({name, versions: versions.filter(isMine)})),
  };
}

const shortName = (name) => name.replace(/^model\./, "");
const isDue = ({versions}) => versions.some((version) => version.due_since);

function modelList({models}, train) {
  const known = models.filter(({versions}) => versions.length > 0);
  const unknown = models.filter(({versions}) => versions.length === 0);
  return [
    known.length === 0 &&
      h("p", {class: "notice"},
        "Nothing was learned yet: recipes that need no model run, the others say which they miss."),
    known.length > 0 &&
      h("ul", {class: "models"}, known.map((model) => modelCard(model, train))),
    unknown.length > 0 && [
      h("h2", {}, "Not trained yet"),
      h("ul", {class: "untrained"},
        unknown.map(({name}) =>
          h("li", {}, h("b", {}, shortName(name)), trainButton(name, "Train", train)))),
    ],
  ];
}

function modelCard({name, versions}, train) {
  const [newest] = versions;
  return h("li", {class: "card model"},
    h("div", {class: "model-head"},
      h("h2", {}, shortName(name)),
      newest.due_since && h("b", {class: "warm"}, "due"),
      trainButton(name, "Train again", train)),
    h("p", {class: "soft"},
      `${ageText(newest.as_of)}, as of ${when(newest.as_of)}; `,
      newest.user === undefined ? "for everybody" : ["of ", named(newest.user), " alone"],
      versions.length > 1 ? `; ${counted(versions.length, "version")} are kept.` : "."),
    newest.due_since && h("p", {class: "warm"}, `It was to be trained again ${when(newest.due_since)}.`),
    newest.damaged && h("p", {class: "down", dir: "auto"}, `Its files are damaged: ${newest.damaged}`),
    h("details", {},
      h("summary", {}, "Card"),
      table(`Card of ${name}`,
        [
          {head: "field", cell: ([field]) => field, className: "field-name"},
          {head: "value", cell: ([, value]) => h("span", {dir: "auto"}, value)},
        ],
        cardRows(newest.card))));
}

function trainButton(name, label, train) {
  return h("button", {type: "button", class: "train", on: {click: () => train([shortName(name)])}},
    label,
    h("span", {class: "unseen"}, ` ${shortName(name)}`));
}

function ageText(asOf) {
  const days = Math.floor((Date.now() - Date.parse(asOf)) / kDay);
  return days <= 0 ? "New today" : `${counted(days, "day")} old`;
}

// A card's fields are its plugin's: nested ones get their parents' names before theirs.
function cardRows(card, before = "") {
  return Object.entries(card).flatMap(([field, value]) => {
    if (kNotShown.has(field) && before === "") return [];
    const name = before ? `${before} ${field}` : field;
    if (Array.isArray(value)) return value.length > 0 ? [[name.replaceAll("_", " "), listText(value)]] : [];
    if (value !== null && typeof value === "object") return cardRows(value, name);
    return [[name.replaceAll("_", " "), valueText(field, value)]];
  });
}

function listText(values) {
  const shown = values.slice(0, 12).map((value) =>
    value !== null && typeof value === "object"
      ? Object.values(value).map((each) => valueText("", each)).join(" ")
      : valueText("", value));
  return shown.join(", ") + (values.length > 12 ? ` … (${values.length})` : "");
}

function valueText(field, value) {
  if (value === null) return "not known";
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value !== "number") return String(value);
  return ["as_of", "trained_at"].includes(field) ? when(value) : short(value);
}

function trainedLine({name, trained, user, why}) {
  return h("li", {dir: "auto"},
    h("b", {}, shortName(name)),
    user ? [" of ", named(user)] : "",
    trained ? " was trained." : ` was not trained: ${why}`);
}
