// Joining two tracks by hand that matching could not join, and undoing it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "store/store.hpp"

namespace engine::library {

/// A table whose rows name a track.
struct TrackReference {
  const char* table;
  const char* column;
  const char* condition;  // further condition on the rows, or ""
  bool is_moved;          // false: the merged track's rows go, the kept one's stay
};
/// All of them, but for `tracks`, `merges`, and `listens` and `tellings`, which follow from what
/// was told of both tracks: move_joined_tellings().
std::span<const TrackReference> track_references();

/// Makes the listens of tracks that became one anew: of every row of the temporary table `joined`
/// (from_id, to_id), what was told of `from_id` is of `to_id`. One pass over the listens. To be
/// called in a transaction.
void move_joined_tellings(Store& store);

/// The track that a user names: its number, a Spotify id, uri or link, an ISRC or a MusicBrainz id.
/// Throws Error(kInput) when there is none.
std::int64_t find_track(const Store& store, const std::string& name);

/// Makes everything that is known of `merged` belong to `kept`: listens, likes, playlists, ids,
/// tags; what `kept` lacks is taken from `merged`, whose name leads to `kept` from now on, also in
/// later imports. Returns the number of the merge. Throws Error(kInput) for a track that does not
/// exist or when both are the same.
std::int64_t merge_tracks(Store& store, std::int64_t kept, std::int64_t merged, std::int64_t now);

/// The same of two tracks whose titles are alike (library/likeness.hpp). To be called in a
/// transaction, behind which the store's data version is to be bumped.
void merge_like_track(Store& store, std::int64_t kept, std::int64_t merged, std::int64_t now,
                      double score);

/// Undoes a merge: every row is where it was. Rows that came later stay with the kept track. The two
/// are not taken for one by their likeness any more.
/// Throws Error(kInput) when there is no such merge, or a later one must be undone first.
void unmerge_tracks(Store& store, std::int64_t merge_id);

}  // namespace engine::library
