// The recipes there are: those that run, which engine recipes lists, and files that do not run, which it
// leaves out. Of those the page knows the one that is asked for and those that were open in this browser.

import {ask} from "./api.js";

const kOpened = "playlist-engine.opened-recipes";

/**
 * @typedef {{name: string, recipe: string, title: string, about: string, isBroken?: boolean}} Recipe
 * @param {string} wanted  the name of one that is asked for, "" for none
 * @returns {Promise<Recipe[]>} `isBroken`: its text does not run, and its title is not known
 */
export async function readRecipes(wanted, signal) {
  const {recipes} = await ask("recipes", {}, {signal});
  const names = new Set([...openedNames(), wanted].filter(Boolean));
  for (const {name} of recipes) names.delete(name);
  const broken = await Promise.all([...names].map((name) => unlisted(name, signal)));
  return [...recipes, ...broken.filter(Boolean)];
}

/** It is offered from now on, whether or not its text runs. */
export function rememberOpened(name) {
  localStorage.setItem(kOpened, JSON.stringify([...new Set([...openedNames(), name])]));
}

function forget(name) {
  localStorage.setItem(kOpened, JSON.stringify(openedNames().filter((each) => each !== name)));
}

function openedNames() {
  return JSON.parse(localStorage.getItem(kOpened) ?? "[]");
}

// The file of a recipe that is not listed; null where there is none any more.
async function unlisted(name, signal) {
  try {
    const {path} = await ask("recipe/show", {recipe: name}, {signal});
    return {name, recipe: path, title: "", about: "", isBroken: true};
  } catch (error) {
    if (error.name === "AbortError" || error.status === 0) throw error;
    if (error.message.startsWith("there is no recipe")) forget(name);
    return null;
  }
}

/** What a choice of recipes says of one. @param {Recipe} recipe */
export function recipeLabel({name, title, isBroken}) {
  if (isBroken) return `${name} · does not run`;
  return title ? `${name} · ${title}` : name;
}
