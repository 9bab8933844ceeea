// Verbs that other libraries of lists have, :shuffle() and :sort() first of all, and what to write
// for them in a recipe.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// "write :order(pl.ordering.shuffle {})" for "shuffle"; "" where the word is none of them.
std::string other_verbs_fix(std::string_view word);

}  // namespace engine
