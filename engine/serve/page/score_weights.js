// The numbers of :score { plays = 1, staleness = -0.4 } in a recipe's text, and changing one of them.

/** @typedef {{key: string, name: string, value: number, from: number, to: number}} Weight  at from .. to */

/** @returns {Weight[]} in the order of the text; `key` tells equal names of several scores apart */
export function weightsOf(text) {
  const weights = [];
  let count = 0;
  for (const score of withoutComments(text).matchAll(/:score\s*\{([^{}]*)\}/g)) {
    count += 1;
    const start = score.index + score[0].indexOf("{") + 1;
    for (const term of score[1].matchAll(/(\w+)(\s*=\s*)(-?\s*\d+(?:\.\d+)?)(?=\s*(?:,|$))/g)) {
      const from = start + term.index + term[1].length + term[2].length;
      weights.push({
        key: `${count}:${term[1]}`,
        name: term[1],
        value: Number(term[3].replace(/\s/g, "")),
        from,
        to: from + term[3].length,
      });
    }
  }
  return weights;
}

/** The default of a parameter, as written: pl.int { 40, ... }. @returns {{from: number, to: number}|null} */
export function defaultOf(text, name) {
  const form = new RegExp(`\\b${name}\\s*=\\s*pl\\.(?:int|number|share)\\s*\\{\\s*(-?\\d+(?:\\.\\d+)?)`);
  const found = form.exec(withoutComments(text));
  if (!found) return null;
  const to = found.index + found[0].length;
  return {from: to - found[1].length, to};
}

/** A number as one writes it into a recipe. */
export function written(number) {
  return String(Number(number.toPrecision(6)));
}

// Of the same length, so that places stay what they are.
function withoutComments(text) {
  return text.replace(/--\[\[[\s\S]*?\]\]|--[^\n]*/g, (comment) => comment.replace(/[^\n]/g, " "));
}
