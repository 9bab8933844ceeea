// engine recipe show / save: a recipe's text, for who edits it elsewhere than in a file.
#include "app/recipe_text.hpp"

#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Json recipe_text_json(const app::RecipeText& recipe) {
  return {{"name", recipe.name},
          {"path", recipe.path},
          {"text", recipe.text},
          {"hash", recipe.hash},
          {"own", recipe.is_own}};
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

}  // namespace

std::vector<Verb> recipe_text_verbs() {
  return {{.name = "recipe show",
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
           .answer = save_text}};
}

}  // namespace engine::verbs
