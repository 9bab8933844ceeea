// Numbers that are drawn along a line, each with its name before it and its value behind it.

import {h} from "./dom.js";
import {short} from "./figures.js";

const kPlaces = 1000; // along the line
let sliderCount = 0;

/**
 * @param {{name: string, label?: string, value: number, least: number, most: number, help?: string,
 *          change: function(number), isWhole?: boolean, standard?: number, isExact?: boolean}} number
 *   `change` is called at every move; `standard` is where a double click, or Delete, puts it back to;
 *   `isExact`: the value behind it can be typed, too
 * @returns {HTMLElement & {show: function(number), value: number}}
 */
export function slider({name, label = name, value, least, most, help, change, isWhole, standard, isExact}) {
  const id = `slider-${++sliderCount}`;
  const scale = new Scale(least, most, isWhole, standard ?? value);
  const input = h("input", {
    type: "range",
    id,
    name,
    min: 0,
    max: kPlaces,
    step: 1,
    title: help,
    "aria-describedby": help && `${id}-help`,
  });
  const output = isExact
    ? h("input", {type: "text", inputmode: "decimal", class: "exact", "aria-label": `${label}, as a number`})
    : h("output", {for: id});
  const row = h("div", {class: "slider"},
    h("label", {for: id, title: help, dir: "auto"}, label),
    input,
    output,
    help && h("span", {class: "unseen", id: `${id}-help`}, help));

  const set = (number, isTold = true) => {
    row.value = number;
    input.value = scale.place(number);
    input.setAttribute("aria-valuetext", short(number));
    row.classList.toggle("changed", standard !== undefined && number !== standard);
    if (isExact && document.activeElement !== output) output.value = String(number);
    if (!isExact) output.textContent = short(number);
    if (isTold) change(number);
  };
  input.addEventListener("input", () => {
    const number = scale.number(input.valueAsNumber);
    const isStep = Math.abs(input.valueAsNumber - scale.place(row.value)) <= 1.5;
    set(isStep ? scale.next(row.value, input.valueAsNumber - scale.place(row.value)) : number);
  });
  input.addEventListener("dblclick", () => standard !== undefined && set(standard));
  input.addEventListener("keydown", (event) => {
    if (standard !== undefined && ["Delete", "Backspace"].includes(event.key)) set(standard);
  });
  output.addEventListener("change", () => {
    const number = Number(output.value.replace(",", ".").replace("−", "-"));
    if (Number.isFinite(number) && output.value.trim() !== "") set(scale.within(number));
    output.value = String(row.value);
  });
  row.show = (number) => number !== row.value && set(number, false);
  set(value, false);
  return row;
}

// Where a standard value lies near one end of a wide range (14 of 1..1000), the line is drawn out there.
class Scale {
  constructor(least, most, isWhole, standard) {
    Object.assign(this, {least, most, isWhole});
    const share = (standard - least) / (most - least || 1);
    this.power = share > 0 && share < 0.1 ? Math.min(4, Math.log(share) / Math.log(0.3)) : 1;
    this.digits = isWhole ? 0 : Math.max(0, 2 - Math.floor(Math.log10(most - least || 1)));
  }

  place(number) {
    return Math.round(kPlaces * ((number - this.least) / (this.most - this.least || 1)) ** (1 / this.power));
  }

  number(place) {
    return this.within(this.least + (this.most - this.least) * (place / kPlaces) ** this.power);
  }

  // By keys every press is a step, also where a place is less than the smallest difference.
  next(number, way) {
    const step = Math.max(10 ** -this.digits,
      10 ** (Math.floor(Math.log10(Math.max(Math.abs(number), 1e-9))) - 1));
    return way === 0
      ? number
      : this.within(number + Math.sign(way) * (this.isWhole ? Math.max(1, Math.round(step)) : step));
  }

  within(number) {
    return Number(Math.min(this.most, Math.max(this.least, number)).toFixed(Math.min(this.digits, 6)));
  }
}
