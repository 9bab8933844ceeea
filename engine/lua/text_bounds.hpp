// How long the texts of a recipe may be: they stand in terminals, records, playlists and pages, a
// hundred times in a list. Longer ones are an error at the recipe's line.
#pragma once

#include <cstddef>
#include <string>

namespace engine {

constexpr std::size_t kMostNameBytes = 200;           // of a parameter, a choice
constexpr std::size_t kMostTitleBytes = 500;          // of a recipe
constexpr std::size_t kMostHelpBytes = 2'000;         // of a parameter
constexpr std::size_t kMostExplanationBytes = 2'000;  // of a track, by :explain
constexpr std::size_t kMostTextBytes = 10'000;        // `about`, texts given to a step, values

/// The first `most` bytes of a text, with a note where it goes on; whole characters.
std::string clipped(std::string text, std::size_t most);

/// Throws Error(kRecipe) "WHAT has 100000 bytes" at `where` when a text is longer.
void check_text(const std::string& what, std::size_t bytes, std::size_t most,
                const std::string& where, const std::string& source);

}  // namespace engine
