// Recipes as people name them, and what their files turn out to be.
//
// NAME is the file NAME, else NAME.lua here, else NAME.lua in a recipe folder: those configured,
// the user's own (users_recipes()), the engine's, each with the cookbook in it. In a folder of
// recipes NAME_test.lua holds tests, and what is no recipe but loads is a module that recipes
// require.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/caller.hpp"
#include "recipe/recipe.hpp"

namespace engine::app {

/// $XDG_CONFIG_HOME/playlist-engine/recipes, whether it exists or not.
std::string users_recipes();

/// Throws Error(kInput) where there is none, with the one that may be meant.
std::string find_recipe(const Caller& caller, const std::string& name);

/// How a recipe is called in records and messages: "recipes/weekly.lua" for one of the engine's or
/// a configured folder, the whole path for one of the user's own, however it was asked for; else
/// the file as find_recipe() gave it.
std::string recipe_name(const Caller& caller, const std::string& file);

/// Where modules of the recipe of that name, or of that file, are looked for: folders of scripts,
/// then the folder in which it stands, as lua_state.hpp has it.
std::vector<std::string> script_directories(const Caller& caller, const std::string& recipe);

/// The folder in which that recipe stands, or stood.
std::string recipe_folder(const Caller& caller, const std::string& recipe);

/// The modules beside the recipe file that `text` requires by name, and those that they require.
std::vector<std::string> modules_beside(const std::string& file, const std::string& text);

/// Recipes as they were named, folders replaced by the recipes in them, sorted; modules in them are
/// left out and told of. Throws Error(kInput) when nothing is left.
std::vector<std::string> recipe_files(const Caller& caller, const std::vector<std::string>& names);

/// What can be asked for by its name: of the folders, then of the cookbooks in them.
std::vector<std::string> recipes_by_name(const Caller& caller);
/// By which name one of them is asked for: "weekly", "cookbook/deep_cuts".
std::string listed_name(const std::string& file);
/// Is it of a cookbook?
bool is_of_cookbook(const std::string& file);

/// One file after loading it, without a library.
struct LoadedFile {
  nlohmann::ordered_json told;  // what `tell` made of it; null where it is no recipe
  bool is_module = false;
  std::optional<Error> error;
};

/// Loads files one after the other in a confined worker: one that hangs or crashes costs its own
/// place only.
std::vector<LoadedFile> load_recipes(
    const Caller& caller, const std::vector<std::string>& files,
    const std::function<nlohmann::ordered_json(const RecipeDefinition&)>& tell);

}  // namespace engine::app
