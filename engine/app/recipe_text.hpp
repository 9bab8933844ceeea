// A recipe's text, read and written by whoever edits it elsewhere than in an editor of theirs:
// `engine recipe show` and `save`, the workbench of engine serve.
#pragma once

#include <string>
#include <vector>

#include "app/caller.hpp"

namespace engine::app {

struct RecipeText {
  std::string name;  // as it is asked for: "weekly"
  std::string path;
  std::string text;
  std::string hash;     // content_hash() of the text
  bool is_own = false;  // in a folder of the person's: it is changed where it stands
  std::string hides;    // the engine's own of that name, which it comes before; "" for none
};

/// Throws Error(kInput) where there is none, or one longer than a megabyte.
RecipeText read_recipe_text(const Caller& caller, const std::string& recipe);

/// Writes `text` where the recipe stands; one of the engine's own becomes one of the person's, under
/// the same name, which comes before it from then on. Writes nothing, and gives what stands there
/// now, where its hash is another than `expected_hash`: somebody else has changed it. Throws
/// Error(kInput) where there is no such recipe or it cannot be written.
struct SavedRecipe {
  bool is_saved = false;
  RecipeText now;
};
SavedRecipe save_recipe_text(const Caller& caller, const std::string& recipe,
                             const std::string& text, const std::string& expected_hash);

/// Puts the person's own recipe of that name aside, with its tests, so that the engine's own is found
/// again: weekly.lua becomes weekly.lua.aside, or weekly.lua.aside.2 where there is one. What was
/// moved, and what is found now. Throws Error(kInput) where no recipe of theirs hides one.
struct RevertedRecipe {
  struct Moved {
    std::string from, to;
  };
  std::vector<Moved> moved;  // the recipe first
  RecipeText now;
};
RevertedRecipe revert_recipe(const Caller& caller, const std::string& recipe);

}  // namespace engine::app
