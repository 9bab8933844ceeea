// Tables whose heads say what the columns are, and which scroll by themselves on a phone.

import {h} from "./dom.js";

/**
 * @param {string} caption for screen readers
 * @param {{head: string, cell: function(Object): (Node|string), isNumber?: boolean, className?: string}[]}
 *   columns
 * @param {Object[]} rows
 */
export function table(caption, columns, rows) {
  const kind = (column) => [column.isNumber && "number", column.className].filter(Boolean).join(" ") || null;
  return h("div", {class: "table", tabindex: "0", role: "region", "aria-label": caption},
    h("table", {},
      h("caption", {class: "unseen"}, caption),
      h("thead", {},
        h("tr", {}, columns.map((column) => h("th", {scope: "col", class: kind(column)}, column.head)))),
      h("tbody", {},
        rows.map((row) =>
          h("tr", {}, columns.map((column) => h("td", {class: kind(column)}, column.cell(row))))))));
}

/** Facts by name: facts([["recipe", "dynamic"], ["kept since", ...]]) */
export function facts(pairs) {
  return h("dl", {class: "facts"},
    pairs.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}
