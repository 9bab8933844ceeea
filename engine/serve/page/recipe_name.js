// What a new recipe is called: the field, and a name that none has.

import {h} from "./dom.js";

/** @param {string} value @param {Object<string, function>} on  listeners */
export function recipeNameInput(value, on = {}) {
  return h("input", {
    type: "text",
    name: "name",
    required: true,
    pattern: "[A-Za-z0-9_\\-]+",
    maxlength: 80,
    autocomplete: "off",
    value,
    title: "letters, digits, - and _",
    on,
  });
}

/** The name that is wished, or with the first number behind it that makes it free. */
export function freeName(wish, taken) {
  if (!taken.has(wish)) return wish;
  for (let k = 2; ; ++k) if (!taken.has(`${wish}-${k}`)) return `${wish}-${k}`;
}
