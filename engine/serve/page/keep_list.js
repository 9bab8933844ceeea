// Keeping a list: its name, its recipe, and where each version goes to.

import {ask} from "./api.js";
import {field, openForm} from "./dialogs.js";
import {h} from "./dom.js";
import {say} from "./messages.js";
import {readRunning} from "./recipes.js";

/**
 * Asks for a name, keeps the list and makes its first version.
 * @param {{recipe?: string, set?: string[]}} from  without a recipe it is chosen, too
 */
export async function keepList({recipe, set = []}) {
  const [recipes, {accounts}] = await Promise.all([
    recipe ? [{name: recipe, title: recipe}] : readRunning(),
    ask("accounts").catch(() => ({accounts: []})),
  ]);
  const recipeChoice = h("select", {name: "recipe"},
    recipes.map((each) =>
      h("option", {value: each.name, selected: each.name === (recipe ?? "dynamic")},
        `${each.title} (${each.name})`)));
  openForm({
    title: "Keep as list",
    label: "Keep",
    fields: [
      field("Name",
        h("input", {type: "text", name: "name", required: true, maxlength: 200, autocomplete: "off"}),
        "The name of a list that is kept changes that one."),
      recipe ? null : field("Recipe", recipeChoice),
      set.length ? h("p", {class: "help"}, `With ${set.join(", ")}.`) : null,
      accounts.length === 0
        ? null
        : field(
            "Put each version into",
            h("select", {name: "to"},
              h("option", {value: ""}, "nowhere else"),
              accounts.map(({account}) => h("option", {value: account}, account)))),
    ],
    async act(values) {
      const to = values.to ? [`${values.to}:${values.name}`] : undefined;
      await ask("playlist/keep", {name: values.name, recipe: recipe ?? values.recipe, set, to});
      await ask("refresh", {name: values.name});
      say(`${values.name} is kept.`);
      location.hash = `#/lists/${encodeURIComponent(values.name)}`;
    },
  });
}
