// The library that a recipe's test runs on: made for it, in a temporary folder that is gone again
// when this returns.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "data/column_cache.hpp"

namespace engine {

struct TestLibrary {
  std::shared_ptr<const PreparedColumns> columns;
  std::set<std::int64_t> banned;  // ids of banned tracks and of all tracks by banned artists
};

/// What `library = { ... }` of a test describes (scripts/expectations.lua says how).
///
/// Synthetic  tracks, artists, genres, listens, users, days, random_seed: numbers, as of
///            `engine demo`; by default 2000 tracks by 250 artists, 8000 listens of 3 people. And
///            banned: the share of tracks and of artists that they banned, 0.05.
/// Written    tracks is a list; also listens, likes, library, playlists, saved_artists, banned. The person is
///            called "test". people has others, each with what they have by the same names.
/// `user`     "": "demo" or "test".
///
/// `recipe_text`  the library has everybody's columns where the recipe may ask for other people.
///
/// Columns stay in memory. Throws Error(kRecipe) naming what it does not know: a field, a title.
TestLibrary test_library(const nlohmann::ordered_json& spec, std::int64_t now,
                         const std::string& user, const PlayRule& rule,
                         std::string_view recipe_text);

}  // namespace engine
