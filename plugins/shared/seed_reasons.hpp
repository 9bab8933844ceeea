// What a recall tells of the seed that speaks most for a candidate: in its explanation, and in two
// columns, by which a list keeps one seed from carrying it (:limit { per_seed_share = 0.2 }) and
// says how much of a track's score the seed gave.
#pragma once

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace shared {

/// kOutputs of a recall that names seeds. Missing where no single seed speaks for a candidate.
inline constexpr playlist::Field kSeedOutputs[] = {
    {"seed", PLAYLIST_STRING,
     "the seed that speaks most for it: \"Title\" by Artist, or an artist"},
    {"seed_share", PLAYLIST_F32, "how much of all that speaks for it that seed gave, 0..1"},
};

/// `"Title" by Artist`
inline std::string named_track(const playlist::Table& tracks, std::int32_t track) {
  const auto at = static_cast<std::size_t>(track);
  return playlist::concat("\"", tracks["title"].texts()[at], "\" by ",
                          tracks["artist_name"].texts()[at]);
}

/// The codes of what is told of one seed; made when it is first needed.
struct SeedTexts {
  std::int32_t explanation = playlist::kMissingText, seed = playlist::kMissingText;
  [[nodiscard]] bool is_made() const { return explanation != playlist::kMissingText; }
};

/// `share` missing (NaN) where it is not known.
inline void add_candidate(playlist::Candidates& candidates, std::int32_t track, float score,
                          const SeedTexts& texts, float share) {
  candidates.add(track, score, texts.explanation);
  candidates.set(0, texts.seed);
  candidates.set(1, std::min(share, 1.0f));  // what others take away is no more than all of it
}

}  // namespace shared
