// The recipes there are, those that do not load too.

import {ask} from "./api.js";

/**
 * @typedef {{name: string, recipe: string, title: string, about: string, error?: Object,
 *   isBroken?: boolean}} Recipe
 * @param {string} wanted  the name of one that is asked for, "" for none: its text may make no recipe
 * @returns {Promise<Recipe[]>} `isBroken`: its text does not run, and its title is not known
 */
export async function readRecipes(wanted, signal) {
  const recipes = (await ask("recipes", {}, {signal})).recipes.map((each) => ({
    ...each,
    isBroken: each.error !== undefined,
  }));
  if (wanted === "" || recipes.some(({name}) => name === wanted)) return recipes;
  const other = await unlisted(wanted, signal);
  return other ? [...recipes, other] : recipes;
}

/** Those that run. @returns {Promise<Recipe[]>} */
export async function readRunning(signal) {
  return (await readRecipes("", signal)).filter(({isBroken}) => !isBroken);
}

// The file of one that is not listed, as a text without its end; null where there is none.
async function unlisted(name, signal) {
  try {
    const {path} = await ask("recipe/show", {recipe: name}, {signal});
    return {name, recipe: path, title: "", about: "", isBroken: true};
  } catch (error) {
    if (error.name === "AbortError" || error.status === 0) throw error;
    return null;
  }
}

/** What a choice of recipes says of one. @param {Recipe} recipe */
export function recipeLabel({name, title, isBroken}) {
  if (isBroken) return `${name} · does not run`;
  return title ? `${name} · ${title}` : name;
}
