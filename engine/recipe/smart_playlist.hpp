// Navidrome's smart playlists (.nsp) as recipes.
//
// A smart playlist is JSON: rules joined by "all" and "any", "sort", "order", "limit",
// "limitPercent". Rules become filters: those about the row one formula, those about a set (loved)
// an element, any of several a union. Comparing goes as Navidrome's SQL does: a missing value fits
// nothing but what asks for missing or not lately; contains, startsWith and endsWith do not tell
// case apart, is does. https://www.navidrome.org/docs/usage/smartplaylists/
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// The text of a recipe that gives the same tracks of this library. `name` is its title where the
/// file has none; `source` is named in its first comment. Throws Error(kInput): no JSON, no smart
/// playlist, a rule that cannot be said here (ratings, files, playlists by their ids), all of them
/// named.
std::string smart_playlist_recipe(std::string_view json, const std::string& name,
                                  const std::string& source);

}  // namespace engine
