// A recipe of one's own: "New …", a template, "Create".

import {ask} from "./api.js";
import {h} from "./dom.js";
import {field, openForm} from "./dialogs.js";
import {say} from "./messages.js";
import {freeName, recipeNameInput} from "./recipe_name.js";

/** The recipes by where they come from. @param {{name, recipe, title, about}[]} recipes */
export function grouped(recipes) {
  const isOf =
    (folder) =>
    ({recipe}) =>
      recipe.includes(`/${folder}/`);
  const cookbook = recipes.filter(isOf("recipes/cookbook"));
  const own = recipes.filter((each) => isOf("playlist-engine/recipes")(each) && !cookbook.includes(each));
  const shipped = recipes.filter((each) => !cookbook.includes(each) && !own.includes(each));
  return [
    ["Yours", own],
    ["Recipes", shipped],
    ["Cookbook", cookbook],
  ].filter(([, all]) => all.length > 0);
}

/** @param {Object[]} recipes  all there are */
export function newRecipe(recipes) {
  const taken = new Set(recipes.map(({name}) => name));
  let isNamed = false;
  const name = recipeNameInput(freeName(wishedName(""), taken), {
    input: () => {
      isNamed = true;
    },
  });
  const choose = (template) => {
    if (!isNamed) name.value = freeName(wishedName(template), taken);
  };
  openForm({
    title: "New recipe",
    label: "Create",
    fields: [
      templates(recipes, choose),
      field("Name", name, "By this name it is found from anywhere: engine run NAME."),
    ],
    async act(values) {
      await ask("recipe/new", {name: values.name, from: values.template || undefined});
      say(`${values.name} is a recipe of yours.`);
      location.hash = `#/workbench/${encodeURIComponent(values.name)}`;
    },
  });
}

function templates(recipes, choose) {
  const card = (value, title, about) =>
    h("label", {class: "template"},
      h("input", {
        type: "radio",
        name: "template",
        value,
        checked: value === "",
        on: {change: () => choose(value)},
      }),
      h("span", {}, h("b", {dir: "auto"}, title), h("small", {dir: "auto"}, about)));
  return h("fieldset", {class: "templates"},
    h("legend", {}, "Begin with"),
    card("",
      "A short one that explains itself",
      "Tracks you like and have not heard for a while, other ones every week."),
    grouped(recipes.filter(({isBroken}) => !isBroken)).map(([group, all]) => [
      h("h3", {}, group),
      all.map((each) => card(each.name, each.title, each.about)),
    ]));
}

function wishedName(template) {
  const name = template.split("/").at(-1); // cookbook/gym
  return template ? `my-${name.replace(/^my-/, "")}` : "my-recipe";
}
