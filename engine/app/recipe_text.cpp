#include "app/recipe_text.hpp"

#include <filesystem>
#include <unistd.h>

#include "app/recipe_files.hpp"
#include "core/hash.hpp"
#include "core/paths.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestRecipe = 1 << 20;

/// The engine's own are replaced by its next version, and may belong to somebody else.
bool is_of_engine(const std::string& file) {
  std::error_code failed;
  const fs::path inside =
      fs::weakly_canonical(file, failed)
          .lexically_relative(fs::weakly_canonical(own_folders().recipes, failed));
  return !failed && !inside.empty() && *inside.begin() != "..";
}

void require_length(const std::string& recipe, std::uintmax_t bytes) {
  if (bytes <= kLongestRecipe) return;
  throw Error(Exit::kInput, recipe + " is longer than a megabyte",
              {"", "", "a recipe is a text that people read", ""});
}

/// The engine's own recipe of that name; "" for none.
std::string engines_own(const std::string& name) {
  for (const char* folder : {"", "cookbook/"}) {
    const std::string file = own_folders().recipes + "/" + folder + name + ".lua";
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored)) return file;
  }
  return "";
}

RecipeText text_at(const std::string& file) {
  std::error_code ignored;
  require_length(file, fs::file_size(file, ignored));
  RecipeText text;
  text.name = listed_name(file);
  text.path = file;
  text.text = read_file(file);
  text.hash = content_hash(text.text);
  text.is_own = !is_of_engine(file);
  if (file.starts_with(users_recipes() + "/")) text.hides = engines_own(text.name);
  return text;
}

/// A name beside the file's that is free: FILE.aside, FILE.aside.2 ...
std::string aside_of(const std::string& file) {
  std::error_code ignored;
  std::string aside = file + ".aside";
  for (int k = 2; fs::exists(fs::symlink_status(aside, ignored)); ++k)
    aside = file + ".aside." + std::to_string(k);
  return aside;
}

}  // namespace

RecipeText read_recipe_text(const Caller& caller, const std::string& recipe) {
  return text_at(find_recipe(caller, recipe));
}

SavedRecipe save_recipe_text(const Caller& caller, const std::string& recipe,
                             const std::string& text, const std::string& expected_hash) {
  require_length(recipe, text.size());
  RecipeText before = read_recipe_text(caller, recipe);
  if (before.hash != expected_hash) return {false, std::move(before)};
  const std::string file =
      before.is_own ? before.path
                    : (fs::path(users_recipes()) / fs::path(before.path).filename()).string();
  std::error_code ignored;
  if (!before.is_own && fs::exists(file, ignored))
    throw Error(Exit::kInput, "there is a recipe of yours of that name already",
                {file, "", before.path + " is the engine's, and comes before yours here",
                 "change yours, or give this one another name: engine recipe new NAME --from " +
                     before.name});
  write_file_atomically(file, text);
  return {true, text_at(file)};
}

RevertedRecipe revert_recipe(const Caller& caller, const std::string& recipe) {
  const RecipeText before = read_recipe_text(caller, recipe);
  if (before.hides.empty())
    throw Error(
        Exit::kInput, "no recipe of yours stands before the engine's own \"" + recipe + "\"",
        {before.path, "",
         before.is_own ? "the engine has none of that name" : "it is the engine's own", ""});
  const fs::path file(before.path);
  RevertedRecipe reverted;
  for (const fs::path& mine : {file, file.parent_path() / (file.stem().string() + "_test.lua")}) {
    std::error_code failed;
    if (!fs::exists(mine, failed)) continue;
    const std::string aside = aside_of(mine.string());
    fs::rename(mine, aside, failed);
    if (failed)
      throw Error(Exit::kInput, "cannot put " + mine.string() + " aside",
                  {mine.string(), "", failed.message(), ""});
    reverted.moved.push_back({mine.string(), aside});
  }
  reverted.now = read_recipe_text(caller, before.name);
  return reverted;
}

}  // namespace engine::app
