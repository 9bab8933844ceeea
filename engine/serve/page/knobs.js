// The controls below a recipe's text: a slider for each of its parameters, from its range, and one for each
// number of its :score { ... }. A parameter's value goes with the list that is asked for (--set NAME=VALUE),
// until it is written into the text; a score's number is changed in the text.

import {h, put} from "./dom.js";
import {counted} from "./figures.js";
import {defaultOf, weightsOf, written} from "./score_weights.js";
import {slider} from "./sliders.js";

export class Knobs {
  #shape = "";
  #controls = new Map(); // by parameter name, or the key of a weight
  #values = new Map(); // of parameters that are not what their recipe says

  /**
   * @param {HTMLElement} place
   * @param {{changed: function, text: function(): string, replace: function(number, number, string)}} options
   *   `changed()`: other values than before; `text` and `replace` are the editor's
   */
  constructor(place, options) {
    this.place = place;
    this.place.hidden = true; // until the first list tells what they are
    this.options = options;
  }

  /** As the command line's --set. */
  get set() {
    return [...this.#values].map(([name, value]) => `${name}=${value}`);
  }

  reset() {
    this.#values.clear();
    this.#shape = "";
  }

  /** @param {Object[]} parameters  the definitions of the newest list, as engine recipes has them */
  show(parameters) {
    this.parameters = parameters;
    const weights = weightsOf(this.options.text());
    const shape = JSON.stringify([
      parameters.map(({name, kind, default: standard, min, max}) => [name, kind, standard, min, max]),
      weights.map(({key}) => key),
    ]);
    for (const name of this.#values.keys())
      if (!parameters.some((each) => each.name === name)) this.#values.delete(name);
    if (shape !== this.#shape) this.#draw(parameters, weights);
    this.#shape = shape;
    for (const {key, value} of weights) this.#controls.get(key)?.show(value);
  }

  #draw(parameters, weights) {
    this.place.hidden = false;
    const hadFocus = this.place.contains(document.activeElement) ? document.activeElement.name : null;
    this.#controls.clear();
    const button = (label, act) => h("button", {type: "button", on: {click: act}}, label);
    this.buttons = h("div", {class: "buttons"},
      (this.writeButton = button("Write into the recipe", () => this.#write())),
      button("Reset", () => this.#putBack()));
    put(this.place,
      h("summary", {},
        "Numbers: ",
        [
          parameters.length > 0 && counted(parameters.length, "parameter"),
          weights.length > 0 && `${weights.length} of the score`,
        ]
          .filter(Boolean)
          .join(", ") || "none"),
      weights.length > 0 &&
        h("section", {"aria-label": "Numbers of the score"},
          h("h2", {}, "Score"),
          h("div", {class: "knob-grid"}, weights.map((weight) => this.#weight(weight)))),
      parameters.length > 0 &&
        h("section", {"aria-label": "Parameters"},
          h("h2", {}, "Parameters"),
          h("div", {class: "knob-grid"}, parameters.map((parameter) => this.#parameter(parameter))),
          this.buttons));
    this.#showWhatDiffers();
    if (hadFocus) this.place.querySelector(`[name="${CSS.escape(hadFocus)}"]`)?.focus();
  }

  #parameter(parameter) {
    const {name, kind, default: standard, min: least, max: most, help} = parameter;
    const value = this.#values.get(name) ?? standard;
    const change = (number) => this.#take(name, number, standard);
    const isNumber = ["int", "number", "share"].includes(kind);
    const control =
      isNumber && Number.isFinite(least) && Number.isFinite(most)
        ? slider({name, value, least, most, help, change, standard, isWhole: kind === "int", isExact: true})
        : plainControl(parameter, value, change);
    this.#controls.set(name, control);
    return control;
  }

  #weight({key, name, value}) {
    const reach = Math.max(1, 2 * Math.abs(value));
    const control = slider({
      name: key,
      label: name,
      value,
      least: -reach,
      most: reach,
      isExact: true,
      change: (number) => {
        const weight = weightsOf(this.options.text()).find((each) => each.key === key);
        if (weight) this.options.replace(weight.from, weight.to, written(number));
        this.options.changed();
      },
    });
    this.#controls.set(key, control);
    return control;
  }

  #take(name, value, standard) {
    if (value === standard) this.#values.delete(name);
    else this.#values.set(name, value);
    this.#showWhatDiffers();
    this.options.changed();
  }

  #showWhatDiffers() {
    this.buttons.hidden = this.#values.size === 0;
    this.writeButton.hidden = ![...this.#values.keys()].some((name) => defaultOf(this.options.text(), name));
  }

  #putBack() {
    this.#values.clear();
    this.#draw(this.parameters, weightsOf(this.options.text()));
    this.options.changed();
  }

  #write() {
    for (const [name, value] of [...this.#values]) {
      const place = defaultOf(this.options.text(), name);
      if (!place) continue;
      this.options.replace(place.from, place.to, written(Number(value)));
      this.#values.delete(name);
    }
    this.options.changed();
  }
}

// For what has no range: a choice, a yes or no, a text, a number without bounds.
function plainControl({name, kind, choices, help, default: standard}, value, change) {
  const id = `knob-${name}`;
  let control;
  if (kind === "choice") {
    control = h("select", {id, name, on: {change: () => change(control.value)}},
      (choices ?? [standard]).map((choice) =>
        h("option", {value: choice, selected: choice === value}, choice)));
  } else if (kind === "boolean") {
    const isOn = value === true || value === "true";
    control = h("input", {
      type: "checkbox",
      id,
      name,
      checked: isOn,
      on: {change: () => change(control.checked)},
    });
  } else {
    control = h("input", {
      type: "text",
      id,
      name,
      value,
      on: {change: () => change(kind === "text" ? control.value : Number(control.value))},
    });
  }
  const row = h("div", {class: "slider plain-knob"},
    h("label", {for: id, title: help, dir: "auto"}, name),
    control);
  row.show = () => {};
  return row;
}
