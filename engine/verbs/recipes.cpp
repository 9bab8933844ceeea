// engine recipes [RECIPE]: the recipes there are, or the parameters of one. Their texts run in a
// confined worker: one that hangs or crashes costs its own title only, and is listed with why.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "app/recipe_files.hpp"
#include "recipe/run_view.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

std::string parameter_text(const RecipeParameter& p) {
  std::ostringstream text;
  text << "  " << p.name << " = " << text_of(p.default_value);
  text << std::string(std::max<std::size_t>(1, 28 - std::min<std::size_t>(27, text.str().size())),
                      ' ')
       << p.help;
  if (p.min && p.max) text << " (" << *p.min << ".." << *p.max << ")";
  for (std::size_t i = 0; i < p.choices.size(); ++i)
    text << (i == 0 ? " (" : ", ") << p.choices[i] << (i + 1 == p.choices.size() ? ")" : "");
  if (p.is_tunable) text << " [engine tune]";
  return text.str() + "\n";
}

/// What `--json` says of one recipe.
Json definition_json(const std::string& file, const RecipeDefinition& recipe) {
  Json parameters = Json::array();
  for (const RecipeParameter& p : recipe.parameters) parameters.push_back(parameter_json(p));
  return {{"recipe", file},
          {"title", recipe.title},
          {"about", recipe.about},
          {"random_seed", recipe.random_seed},
          {"parameters", std::move(parameters)}};
}

std::string definition_text(const std::string& file, const RecipeDefinition& recipe) {
  std::string text =
      recipe.title + ": " + recipe.about + "\n" + file + "\n\nparameters (--set NAME=VALUE):\n";
  for (const RecipeParameter& p : recipe.parameters) text += parameter_text(p);
  return text;
}

/// For --json, and as `engine recipes RECIPE` shows it.
Json both_forms(const RecipeDefinition& recipe) {
  return Json::array({definition_json(recipe.path, recipe), definition_text(recipe.path, recipe)});
}

Answer show_recipe(const app::Caller& caller, const std::string& name) {
  const std::vector<std::string> files{app::find_recipe(caller, name)};
  const app::LoadedFile file = app::load_recipes(caller, files, both_forms).front();
  if (file.error) throw *file.error;
  if (file.is_module) {
    throw Error(Exit::kRecipe, files[0] + " is a module for recipes to require, and no recipe",
                {"", "", "", "see: engine recipes"});
  }
  return {.data = file.told.at(0), .text = file.told.at(1).get<std::string>()};
}

/// A file that does not load is listed, too: it is there, and may be mended.
Json listed_json(const std::string& file, const app::LoadedFile& loaded) {
  Json one{{"name", app::listed_name(file)}, {"recipe", file}, {"title", ""}, {"about", ""}};
  if (!loaded.error) {
    one.update(
        {{"title", loaded.told.at(0).at("title")}, {"about", loaded.told.at(0).at("about")}});
    return one;
  }
  const Error::Parts& parts = loaded.error->parts();
  one["error"] = {{"message", loaded.error->what()},
                  {"where", parts.where},
                  {"why", parts.why},
                  {"fix", parts.fix}};
  return one;
}

std::string listed_text(const Json& one) {
  std::string text = one.at("name");
  text.resize(std::max<std::size_t>(text.size() + 2, 32), ' ');
  if (one.contains("error")) {
    const Json& error = one.at("error");
    const std::string where = error.at("where");
    return text + "does not load: " + std::string(error.at("message")) +
           (where.empty() ? "" : " (" + where + ")") + "\n";
  }
  const std::string title = one.at("title"), about = one.at("about");
  return text + title + (about.empty() ? "" : ": " + about) + "\n";
}

Answer list_recipes(const app::Caller& caller) {
  Json all = Json::array();
  std::string text;
  Exit worst = Exit::kDone;
  const std::vector<std::string> files = app::recipes_by_name(caller);
  const std::vector<app::LoadedFile> loaded = app::load_recipes(caller, files, both_forms);
  for (std::size_t k = 0; k < files.size(); ++k) {
    if (loaded[k].is_module) continue;
    if (loaded[k].error) {
      caller.error(*loaded[k].error);
      worst = loaded[k].error->exit();
    }
    all.push_back(listed_json(files[k], loaded[k]));
    text += listed_text(all.back());
  }
  return {worst, {{"recipes", all}}, text};
}

Answer recipes(const app::Caller& caller, const Arguments& arguments) {
  const std::string& name = arguments.text("recipe");
  return name.empty() ? list_recipes(caller) : show_recipe(caller, name);
}

}  // namespace

std::vector<Verb> recipes_verbs() {
  return {{.name = "recipes",
           .help = "List the recipes, or the parameters of one",
           .parameters = {{.name = "recipe",
                           .value_name = "RECIPE",
                           .help = "Show this one's parameters",
                           .is_first = true}},
           .answer = recipes}};
}

}  // namespace engine::verbs
