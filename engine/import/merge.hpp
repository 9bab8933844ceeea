// Joining two tracks by hand that matching could not join, and undoing it.
#pragma once

#include <cstdint>
#include <string>

#include "store/store.hpp"

namespace engine::import {

/// The track that a user names: its number, a Spotify id, uri or link, an ISRC or a MusicBrainz id.
/// Throws Error(kInput) when there is none.
std::int64_t find_track(const Store& store, const std::string& name);

/// Makes everything that is known of `merged` belong to `kept`: listens, likes, playlists, ids,
/// tags; what `kept` lacks is taken from `merged`, whose name leads to `kept` from now on, also in
/// later imports. Returns the number of the merge. Throws Error(kInput) for a track that does not
/// exist or when both are the same.
std::int64_t merge_tracks(Store& store, std::int64_t kept, std::int64_t merged, std::int64_t now);

/// Undoes a merge: every row is where it was. Rows that came later stay with the kept track.
/// Throws Error(kInput) when there is no such merge, or a later one must be undone first.
void unmerge_tracks(Store& store, std::int64_t merge_id);

}  // namespace engine::import
