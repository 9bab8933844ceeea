// One person's history as a line of JSON: what engine batch --histories reads.
//
//   {"user": "ann", "timezone": "Europe/Berlin",
//    "listens": [{"ts": 1795219200, "ms_played": 183000, "spotify_id": "4uLU6hMCjMI75M1A2tKUQC"},
//                {"ts": "2026-11-20T18:00:00Z", "title": "Blue Monday", "artist": "New Order"}],
//    "likes": [{"isrc": "GBAAP8300004", "ts": 1795219200}]}
//
// user      required; not ""
// timezone  a name of the time zone database; UTC where it is missing
// track     one of id (the library's number), spotify_id, isrc, mbid, or title and artist; album where known
// listens   ts required, when it began: Unix seconds or a time as --now takes it, UTC; ms_played, where it is missing the
//           listen is of unknown length; skipped, shuffle, incognito, offline: true or false; reason_start, reason_end
//           and country as Spotify's exports have them
// likes     ts, where it is missing the track was liked ever since
//
// Any order. A member that is not named here, or is there twice, is an error, so that none is missed in silence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "data/history_columns.hpp"
#include "library/track_finder.hpp"

namespace engine::batch {

struct ReadHistory {
  History history;
  std::size_t listens = 0, likes = 0;                  // in the line
  std::size_t unknown_listens = 0, unknown_likes = 0;  // of tracks that the library does not have
};

/// The library's number of a track, 0 where it has none; `id` is 0 where none is told.
using FindTrack = std::function<std::int64_t(std::int64_t id, const library::TrackNames& named)>;

/// Throws Error(kInput) that says which member is wrong and how.
ReadHistory read_history(std::string_view line, const FindTrack& find);

/// The member "user" of a line, "" where it cannot be told: for a word about a line that is wrong.
std::string user_of_history(std::string_view line);

}  // namespace engine::batch
