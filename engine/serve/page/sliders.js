// Numbers that are drawn along a line, each with its name before it and its value behind it.

import {h} from "./dom.js";
import {short} from "./figures.js";

let sliderCount = 0;

/**
 * @param {{name: string, label?: string, value: number, least: number, most: number, step?: number,
 *          help?: string, change: function(number), isWhole?: boolean, standard?: number}} number
 *   `change` is called at every move; `standard` is where a double click, or Delete, puts it back to
 * @returns {HTMLElement & {show: function(number)}}
 */
export function slider({name, label = name, value, least, most, step, help, change, isWhole, standard}) {
  const id = `slider-${++sliderCount}`;
  const output = h("output", {for: id}, short(value));
  const input = h("input", {
    type: "range",
    id,
    name,
    min: least,
    max: most,
    step: step ?? stepOf(least, most, isWhole),
    title: help,
    "aria-describedby": help && `${id}-help`,
  });
  input.value = value;
  const take = () => {
    output.textContent = short(input.valueAsNumber);
    change(input.valueAsNumber);
  };
  const putBack = () => {
    if (standard === undefined) return;
    input.value = standard;
    take();
  };
  input.addEventListener("input", take);
  input.addEventListener("dblclick", putBack);
  input.addEventListener("keydown",
    (event) => (event.key === "Delete" || event.key === "Backspace") && putBack());
  const row = h("div", {class: "slider"},
    h("label", {for: id, title: help, dir: "auto"}, label),
    input,
    output,
    help && h("span", {class: "unseen", id: `${id}-help`}, help));
  row.show = (number) => {
    if (document.activeElement === input && input.valueAsNumber === number) return;
    input.value = number;
    output.textContent = short(number);
  };
  return row;
}

// A hundred places along the line, at round numbers: 1, 2 or 5 times a power of ten.
function stepOf(least, most, isWhole) {
  const rough = (most - least) / 100;
  if (!(rough > 0)) return "any";
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].find((times) => times * power >= rough * 0.999) * power;
  return isWhole ? Math.max(1, Math.round(round)) : Number(round.toPrecision(1));
}
