// The numbers of smart-shuffle as sliders: chance, the weights that engine tune fits, and which songs it
// draws from.

import {h, put} from "./dom.js";
import {slider} from "./sliders.js";

const kTemperature = "wildness";
const kReach = {wildness: 5, neighbours: 200, recent: 500, by_lot: 50, tracks: 200, days: 90, finished: 10};
const kNamesOfSongs = new Set(["from", "to"]);

export class ShuffleWeights {
  #values = new Map(); // by parameter, what is not as the recipe says
  #definitions = [];
  #shape = "";

  /** @param {function} changed is called at every move */
  constructor(changed) {
    this.changed = changed;
    this.back = h("button",
      {type: "button", class: "quiet", hidden: true, on: {click: () => this.#putBack()}},
      "Reset");
    this.groups = h("div", {class: "weight-groups"});
    this.element = h("section", {class: "weights card", "aria-label": "Weights"},
      h("header", {}, h("h2", {}, "Weights"), this.back),
      this.groups);
  }

  /** As the command line's --set. */
  get set() {
    return [...this.#values].map(([name, value]) => `${name}=${value}`);
  }

  /** A value that stands as long as nobody draws another. */
  suggest(name, value) {
    if (value === null) this.#values.delete(name);
    else this.#values.set(name, value);
    this.#shape = "";
  }

  has(name) {
    return this.#values.has(name);
  }

  /**
   * @param {Object[]} definitions  of the newest list
   * @param {boolean} isLearned  whether anything is known of what is let play
   */
  show(definitions, isLearned) {
    const ranges = definitions.map(({name, min, max, default: usual}) => [name, min, max, usual]);
    const shape = JSON.stringify([ranges, isLearned]);
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#definitions = definitions;
    this.isLearned = isLearned;
    this.#draw();
  }

  #draw() {
    const isOther = ({name, tune}) => !tune && name !== kTemperature;
    const numbers = this.#definitions.filter(
      ({name, kind}) => ["int", "number", "share"].includes(kind) && !kNamesOfSongs.has(name));
    const group = (title, rows, isOpen, ...rest) =>
      rows.length > 0 &&
      h("details", {open: isOpen},
        h("summary", {}, title),
        h("div", {class: "weight-rows"}, rows.map((each) => this.#slider(each)), rest));
    const isDesk = matchMedia("(min-width: 961px)").matches;
    put(this.groups,
      group("Chance", numbers.filter(({name}) => name === kTemperature), true),
      group("What a song is drawn for", numbers.filter(({tune}) => tune), isDesk, whereFrom()),
      group("Which songs it draws from", numbers.filter(isOther), false));
    this.#showBack();
  }

  #slider({name, kind, default: standard, min, max, help}) {
    const value = this.#values.get(name) ?? standard;
    return slider({
      name,
      label: name.replaceAll("_", " "),
      value,
      least: min,
      most: Math.max(value, Math.min(max, kReach[name] ?? Math.max(20, 2.5 * standard))),
      help: this.#help(name, help),
      standard,
      isWhole: kind === "int",
      change: (number) => this.#take(name, number, standard),
    });
  }

  #help(name, help) {
    const text = help.replace(/^weight of /, "").replaceAll("`", "");
    if (name === "learned" && !this.isLearned)
      return "what you let play: nothing is learned of that yet (House > Models: choice)";
    return text;
  }

  #take(name, number, standard) {
    if (number === (this.#values.get(name) ?? standard)) return;
    if (number === standard) this.#values.delete(name);
    else this.#values.set(name, number);
    this.#showBack();
    this.changed();
  }

  #showBack() {
    this.back.hidden = this.#values.size === 0;
  }

  #putBack() {
    this.#values.clear();
    this.#draw();
    this.changed();
  }
}

function whereFrom() {
  return h("p", {class: "soft"},
    "They are parameters of ",
    h("a", {href: "#/workbench/smart-shuffle"}, "smart-shuffle"),
    ": its formula, and fitting them to what you played, are in the workbench.");
}
