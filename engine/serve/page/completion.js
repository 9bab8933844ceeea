// What can be written next: elements with their parameters, columns, sets and steps, as this engine has
// them: its plugins list, and the pages of its help that are written from its own tables.

import {ask} from "./api.js";

/** @typedef {{text: string, help?: string}} Suggestion */

const kKinds = ["recall", "ranking", "filtering", "ordering"];
const kOfRecipes = [
  {text: "recipe", help: "what a recipe file returns"},
  ...["int", "number", "share", "boolean", "text", "choice"].map((text) => ({
    text,
    help: "a parameter { default, help = ... }",
  })),
  ...kKinds.map((text) => ({text, help: `elements for ${text}`})),
];

export class Registry {
  /** @returns {Promise<Registry>} what cannot be read is not suggested */
  static async read(signal) {
    const markdown = async (topic) => (await ask("help", {topic}, {signal})).markdown;
    const [plugins, columns, sets, recipes] = await Promise.allSettled([
      ask("plugins/list", {}, {signal}),
      markdown("columns"),
      markdown("sets"),
      markdown("recipes"),
    ]);
    return new Registry(plugins.value?.elements ?? [],
      columns.value ?? "",
      sets.value ?? "",
      recipes.value ?? "");
  }

  constructor(elements, columns, sets, recipes) {
    this.elements = new Map(elements.map((element) => [element.name, element]));
    const outputs = elements.flatMap(({name, outputs: all}) => all.map((output) => columnOf(output, name)));
    this.columns = distinct([...cells(columns, "t\\."), ...cells(recipes, "t\\."), ...outputs]);
    this.sets = distinct(cells(sets, "user\\."));
    this.steps = distinct(headings(recipes, /^### `:(\w+)`/gm));
    this.combiners = distinct(headings(recipes, /^### `pl\.(\w+)`/gm));
  }

  /**
   * @param {string} before  the text up to the cursor
   * @param {string[]} parameters  of the recipe
   * @returns {{word: string, options: Suggestion[]}} the word that is there, and how it may go on
   */
  suggestions(before, parameters) {
    const word = /\w*$/.exec(before)[0];
    const all = this.#fitting(before.slice(0, before.length - word.length), before, parameters);
    const begun = word.toLowerCase();
    const options = all.filter(({text}) => text.toLowerCase().includes(begun));
    options.sort((a, b) => b.text.toLowerCase().startsWith(begun) - a.text.toLowerCase().startsWith(begun));
    return {word, options: options.slice(0, 60)};
  }

  #fitting(head, before, parameters) {
    const kind = /\bpl\.(recall|ranking|filtering|ordering)\.$/.exec(head)?.[1];
    if (kind) return this.#elementsOf(kind);
    if (/\bpl\.$/.test(head)) return [...kOfRecipes, ...this.combiners];
    if (/\buser\.$/.test(head)) return this.sets;
    if (/\bp\.$/.test(head)) return parameters.map((text) => ({text, help: "a parameter of this recipe"}));
    const row = /(\w+)\.$/.exec(head)?.[1];
    if (row) return isRow(row, head) ? this.columns : [];
    if (/(^|[^:]):$/.test(head)) return this.steps;
    return this.#namesIn(openCall(before));
  }

  #elementsOf(kind) {
    return [...this.elements.values()]
      .filter((element) => element.kind === kind)
      .map(({name, help}) => ({text: name.slice(kind.length + 1), help}));
  }

  // Within { ... }: the parameters of that element, or the columns of a score.
  #namesIn(call) {
    if (call === null || !call.isName) return [];
    if (/:score\s*$/.test(call.head)) return this.columns;
    const name = /\bpl\.(\w+\.\w+)\s*\(?\s*$/.exec(call.head)?.[1];
    return (this.elements.get(name)?.parameters ?? []).map(({name: text, help}) => ({text, help}));
  }
}

// The last brace that is open, what stands before it, and whether a name may come now.
function openCall(before) {
  let depth = 0;
  for (let k = before.length - 1; k >= 0 && before.length - k < 2000; --k) {
    if (before[k] === "}") depth += 1;
    if (before[k] !== "{") continue;
    if (depth === 0) return {head: before.slice(0, k), isName: /(^|,)\s*\w*$/.test(before.slice(k + 1))};
    depth -= 1;
  }
  return null;
}

// t, or what the formula around it calls its track.
function isRow(name, head) {
  return name === "t" || head.slice(-400).includes(`function(${name})`);
}

function columnOf(output, element) {
  const name = typeof output === "string" ? output : output.name;
  return {
    text: name,
    help: typeof output === "string" ? `added by ${element}` : (output.help ?? `added by ${element}`),
  };
}

// The rows of tables whose first cell is `t.NAME`: the name, and the last cell.
function cells(markdown, before) {
  const row = new RegExp(`^\\| \`${before}(\\w+)\` \\|(?:[^\\n]*\\|)? ([^|\\n]*) \\|$`, "gm");
  return [...markdown.matchAll(row)].map(([, text, help]) => ({text, help}));
}

function headings(markdown, heading) {
  return [...markdown.matchAll(heading)].map(({1: text, 0: {length}, index}) => ({
    text,
    help: sentenceAfter(markdown, index + length),
  }));
}

function sentenceAfter(markdown, at) {
  const line =
    markdown
      .slice(at)
      .split("\n")
      .find((each) => /^\w/.test(each)) ?? "";
  return line.split(/(?<=\.)\s/)[0].slice(0, 120);
}

function distinct(suggestions) {
  const names = new Map();
  for (const suggestion of suggestions)
    if (!names.has(suggestion.text)) names.set(suggestion.text, suggestion);
  return [...names.values()];
}
