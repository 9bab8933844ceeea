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

RecipeText text_at(const std::string& file) {
  std::error_code ignored;
  require_length(file, fs::file_size(file, ignored));
  RecipeText text{.name = listed_name(file), .path = file, .text = read_file(file), .hash = {}};
  text.hash = content_hash(text.text);
  text.is_own = !is_of_engine(file);
  return text;
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

}  // namespace engine::app
