// A recipe to begin with: `engine recipe new`.
#pragma once

#include <string>
#include <vector>

#include "app/caller.hpp"

namespace engine::app {

/// Writes NAME.lua into the user's folder of recipes, which is made where it is missing: a copy of
/// the recipe `from` with its NAME_test.lua, byte for byte, or one that explains itself when `from`
/// is "". Nothing that is there is replaced. The files, the recipe first. Throws Error(kUsage) for
/// a name that cannot be, Error(kInput) where there is one of that name or no `from`.
std::vector<std::string> make_recipe(const Caller& caller, const std::string& name,
                                     const std::string& from);

}  // namespace engine::app
