// The tracks that a service is asked for the lyrics of: those that one person has played or likes, the
// most played first, whose lyrics nobody has told, and for which the service was not asked within
// the last thirty days. What was played in private sessions or is to be forgotten is not among them.
#pragma once

#include <cstddef>
#include <string>

#include "accounts/accounts.hpp"
#include "app/caller.hpp"

namespace engine::pipelines {

struct LyricsWanted {
  std::string tracks;     // as source.lrclib takes them: a JSON array
  std::size_t count = 0;  // of them
  std::size_t later = 0;  // that are left for the next time
};

/// As many as the account's field "tracks_per_sync" says. Throws Error: kInput where that is no
/// number of 1 to 100,000, kStore when the library cannot be read.
LyricsWanted lyrics_wanted(const app::Caller& caller, const accounts::Account& account);

}  // namespace engine::pipelines
