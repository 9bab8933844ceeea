// engine recipe show / save / revert: a recipe's text, for who edits it elsewhere than in a file.
#include "app/recipe_text.hpp"

#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Json recipe_text_json(const app::RecipeText& recipe) {
  Json data{{"name", recipe.name},
            {"path", recipe.path},
            {"text", recipe.text},
            {"hash", recipe.hash},
            {"own", recipe.is_own}};
  if (!recipe.hides.empty()) data["hides"] = recipe.hides;
  return data;
}

Answer show_text(const app::Caller& caller, const Arguments& arguments) {
  const app::RecipeText recipe = app::read_recipe_text(caller, arguments.text("recipe"));
  return {.data = recipe_text_json(recipe), .text = recipe.text};
}

Answer save_text(const app::Caller& caller, const Arguments& arguments) {
  const app::SavedRecipe saved = app::save_recipe_text(
      caller, arguments.text("recipe"), arguments.text("text"), arguments.text("if-hash"));
  Json data{{"saved", saved.is_saved}};
  data.update(recipe_text_json(saved.now));
  return {.exit = saved.is_saved ? Exit::kDone : Exit::kNothing,
          .data = std::move(data),
          .text = saved.is_saved ? "wrote " + saved.now.path + "\n"
                                 : saved.now.path + " was changed elsewhere; nothing is written\n"};
}

Answer revert(const app::Caller& caller, const Arguments& arguments) {
  const app::RevertedRecipe reverted = app::revert_recipe(caller, arguments.text("recipe"));
  std::string text;
  Json moved = Json::array();
  for (const auto& [from, to] : reverted.moved) {
    text += "put " + from + " aside, as " + to + "\n";
    moved.push_back({{"from", from}, {"to", to}});
  }
  text += "engine run " + reverted.now.name + " means " + reverted.now.path + " from now on\n";
  Json data = recipe_text_json(reverted.now);
  data["moved"] = std::move(moved);
  return {.data = std::move(data), .text = text};
}

}  // namespace

std::vector<Verb> recipe_text_verbs() {
  return {
      {.name = "recipe show",
       .help = "Show a recipe's text, with its hash",
       .parameters = {recipe_parameter("The name of a recipe (see: engine recipes)")},
       .answer = show_text},
      {.name = "recipe save",
       .help = "Give a recipe another text; one of the engine's becomes one of yours, of the "
               "same name",
       .parameters = {recipe_parameter("The name of a recipe (see: engine recipes)"),
                      {.name = "text",
                       .value_name = "TEXT",
                       .help = "The whole text: \"$(cat FILE)\"",
                       .is_required = true},
                      {.name = "if-hash",
                       .value_name = "HASH",
                       .help = "What engine recipe show --json told; where the recipe has "
                               "another by now, somebody else has changed it, and nothing is "
                               "written",
                       .is_required = true}},
       .answer = save_text},
      {.name = "recipe revert",
       .help = "Put your own copy of one of the engine's recipes aside, so that the engine's is "
               "found again",
       .parameters = {recipe_parameter("The name of a recipe (see: engine recipes)")},
       .footer =
           "Nothing is deleted: NAME.lua becomes NAME.lua.aside beside it, and NAME_test.lua\n"
           "NAME_test.lua.aside. Give it back its name, and it is yours again.",
       .answer = revert}};
}

}  // namespace engine::verbs
