// Which tracks somebody means while they type: those that have every word, as far as it is typed, in
// their title, artist or album, case, accents and signs aside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine::library {

struct FoundTrack {
  std::int64_t id = 0;
  std::string title, artist, album, spotify_uri;  // "" where it is not known
  std::optional<std::int64_t> duration_ms;
  std::int64_t plays = 0;  // by the user
};

/// The `limit` that are meant most likely: whose title is the text, then whose title begins with it,
/// then the most played by the user, then the most popular. "track:NUMBER" means that track alone.
std::vector<FoundTrack> search_tracks(const Store& store, std::int64_t user_id,
                                      const std::string& text, std::size_t limit);

}  // namespace engine::library
