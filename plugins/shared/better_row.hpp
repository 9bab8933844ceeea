// Which of two scored rows comes first.
#pragma once

#include "exact_search.hpp"

namespace shared {

/// The higher score, of equal scores the lower row number. An object and no function, so that what
/// sorts by it has it inlined.
inline constexpr auto kIsBetterRow = [](const ScoredRow& a, const ScoredRow& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
};

}  // namespace shared
