// A recipe that draws from a part of the map: a cluster, by its number, or tracks that were encircled, which
// its text holds.

import {ask} from "./api.js";
import {h} from "./dom.js";
import {field, openForm} from "./dialogs.js";
import {counted, dayText} from "./figures.js";
import {say} from "./messages.js";
import {freeName, recipeNameInput} from "./recipe_name.js";

const kNamed = 400; // tracks that have a line each; of more there are only the numbers
const kOfALine = 16; // numbers
const kMost = 20000;

/**
 * Asks for a name, makes the recipe and opens it in the workbench.
 * @param {{title: string, text: string, about: string}} recipe
 */
export async function makeRecipe({title, text, about}) {
  const {recipes} = await ask("recipes");
  const taken = new Set(recipes.map(({name}) => name));
  openForm({
    title: "A recipe that draws from these tracks",
    label: "Make it",
    fields: [
      h("p", {class: "soft", dir: "auto"}, about),
      field("Name",
        recipeNameInput(freeName(wishedName(title), taken)),
        "By this name it is found from anywhere: engine run NAME."),
    ],
    async act({name}) {
      await ask("recipe/new", {name});
      const {hash} = await ask("recipe/show", {recipe: name});
      await ask("recipe/save", {recipe: name, text, "if-hash": hash});
      say(`${name} is a recipe of yours.`);
      location.hash = `#/workbench/${encodeURIComponent(name)}`;
    },
  });
}

function wishedName(title) {
  return (
    title
      .normalize("NFKD")
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 40) || "from-the-map"
  );
}

/** Of a cluster: it keeps its number and name when clusters are found again. */
export function recipeOfCluster({id, name, tracks}, asOf) {
  const title = oneLine(name);
  return {
    title: name,
    about:
      `It draws from the cluster “${name}”, ${counted(tracks, "track")} now, ` +
      "and follows it when clusters are found again.",
    text: recipeText({
      title,
      about: "From one kind of music of yours.",
      head: [
        `-- ${title}: one kind of music of yours, as the map of ${dayText(asOf)} names it.`,
        "-- Own     what you have or played of this cluster, which keeps its number (engine clusters)",
      ],
      own: [
        "    local own = (user.library + user.listens)",
        "      :rank(pl.ranking.clusters {})",
        `      :filter(function(t) return t.cluster == ${id} end, "of another kind of music")`,
      ],
    }),
  };
}

/** @param {{id: number, name: string}[]} tracks @param {string} title what they are told by */
export function recipeOfTracks(tracks, title, asOf) {
  const chosen = tracks.slice(0, kMost);
  return {
    title: `near ${title}`,
    about:
      `It draws from these ${counted(chosen.length, "track")}; its text holds them.` +
      (chosen.length < tracks.length ? ` Of ${tracks.length} it holds the first ${kMost}.` : ""),
    text: recipeText({
      title: `Near ${oneLine(title)}`,
      about: "From tracks that were chosen on the map.",
      head: [
        `-- Near ${oneLine(title)}: ${counted(chosen.length, "track")} of the map of ${dayText(asOf)}.`,
        "-- Own     the tracks below, by their numbers in the library (t.id)",
      ],
      before: ["", ...chosenLines(chosen)],
      own: [
        "    local own = (user.library + user.listens)",
        '      :filter(function(t) return chosen[t.id] == true end, "not chosen on the map")',
      ],
    }),
  };
}

function chosenLines(tracks) {
  if (tracks.length <= kNamed)
    return ["local chosen = {", ...tracks.map(({id, name}) => `  [${id}] = true, -- ${oneLine(name)}`), "}"];
  const lines = [];
  for (let k = 0; k < tracks.length; k += kOfALine)
    lines.push(
      `  ${tracks
        .slice(k, k + kOfALine)
        .map(({id}) => id)
        .join(" ")}`);
  return [
    "local chosen = {}",
    "for id in ([[",
    ...lines,
    ']]):gmatch "%d+" do chosen[tonumber(id)] = true end',
  ];
}

// A title may hold anything; in a comment, or between quotes, it must not end it.
function oneLine(text) {
  const line = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
const quoted = (text) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

function recipeText({title, about, head, before = [], own}) {
  return [
    ...head,
    "-- Result  `tracks` of them, other ones every week: gladly heard ones and rested ones more likely",
    "-- Try     another temperature: near 0 the best are always there, at 5 all are about as likely",
    'local pl = require "playlist"',
    ...before,
    "",
    "return pl.recipe {",
    `  title = ${quoted(title)},`,
    `  about = ${quoted(about)},`,
    "  params = {",
    '    tracks      = pl.int    { 30,  min = 1, max = 500,  help = "length of the playlist" },',
    '    per_artist  = pl.int    { 3,   min = 1, max = 100,  help = "at most this many of one artist" },',
    '    temperature = pl.number { 1,   min = 0.05, max = 10, help = "how much is left to chance" },',
    "  },",
    '  random_seed = "week",   -- the same draws all week',
    "  build = function(p, user)",
    ...own,
    "    return own",
    "      :filter(pl.filtering.allowed {})",
    "      :score(function(t)",
    "        local gladly = math.log(1 + t.finished) - 2 * known(t.skip_rate, 0)",
    "        local rested = math.log(1 + known(t.days_since_played, 365) / 30)",
    "        return gladly + rested",
    "      end)",
    "      :sample { temperature = p.temperature }",
    "      :limit { tracks = p.tracks, per_artist = p.per_artist }",
    "      :order(pl.ordering.artist_spacing { gap = 3 })",
    "  end,",
    "}",
    "",
  ].join("\n");
}
