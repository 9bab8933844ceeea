// The tracks that a service is asked for the lyrics, the audio features, the tags or the MusicBrainz id
// of: those that one person has played or likes, the most played first, of which nobody has told them,
// and for which the service was not asked within the last thirty days (for tags and ids ninety), nor has
// answered. What was played in private sessions or is
// to be forgotten is not among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "accounts/accounts.hpp"
#include "accounts/services.hpp"
#include "app/caller.hpp"

namespace engine::pipelines {

struct TracksWanted {
  const char* setting = "";  // of the source: "lyrics_wanted", "features_wanted"
  const char* what = "";     // "lyrics", "audio features"
  std::string tracks;        // as source.lrclib and its like take them: a JSON array
  std::size_t count = 0;     // of them
  std::size_t later = 0;     // that are left for the next time
};

/// The person is in the library: somebody who is not has no tracks.
bool is_known(const app::Caller& caller);

/// Of a service that brings either, as many as the account's field "tracks_per_sync" says. Throws Error: kInput where that is no
/// number of 1 to 100,000, kStore when the library cannot be read.
TracksWanted tracks_wanted(const app::Caller& caller, const accounts::Account& account,
                           const accounts::KnownService& service);

struct TracksAsked {
  std::vector<std::int64_t> tracks;  // ids of the store
  std::size_t later = 0;             // that are left for the next time
};

/// As many. Throw as tracks_wanted().
TracksAsked tags_wanted(const app::Caller& caller, const accounts::Account& account);
/// Of those that have an ISRC, by which the service finds them.
TracksAsked mbids_wanted(const app::Caller& caller, const accounts::Account& account);

}  // namespace engine::pipelines
