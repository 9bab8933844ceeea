// "did you mean rock?": the nearest of some words to one that is not among them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shared {

/// The word that the fewest letters added, left out, changed or swapped with the next make of
/// `word`, at most a third of its letters; the first by name of several. "" where none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace shared
