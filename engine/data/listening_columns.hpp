// What is told of each track beyond its own counts, made at first use: a run that reads none of
// these columns pays for none.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/listen_statistics.hpp"
#include "data/owned_table.hpp"
#include "data/tables.hpp"

namespace engine {

/// last_finished  start of the latest listen to the end, Unix seconds; INT64_MIN: none. What counts
///                is what "finished" of the table "track_statistics" counts.
std::unique_ptr<OwnedTable> make_track_finished(const ListenColumns& listens,
                                                std::size_t track_count);

/// base_level     ln(0.001 + sum over plays of t^-1/2), t the hours since the play began, one minute
///                at least: the base-level activation of ACT-R (Anderson and Schooler: Reflections of
///                the Environment in Memory, 1991; for music Reiter-Haas et al.: Predicting Music
///                Relistening Behavior Using the ACT-R Framework, RecSys 2021). -6.9 without plays.
std::unique_ptr<OwnedTable> make_track_base_level(const ListenColumns& listens,
                                                  std::size_t track_count, std::int64_t now);

/// plays_at       plays that began on the weekday and in the part of the day that the zone's clocks
///                show at `now`, of all weeks so far. A night is told by the clock as well: its
///                hours before and after midnight belong to two weekdays.
std::unique_ptr<OwnedTable> make_track_plays_at(const ListenColumns& listens,
                                                std::size_t track_count, std::int64_t now,
                                                const std::string& timezone);

/// plays_night, plays_morning, plays_afternoon, plays_evening  plays that began in that part of a day
/// plays_workday, plays_weekend  that began from Monday to Friday, on a Saturday or Sunday
/// By the zone's clocks, of all plays so far.
std::unique_ptr<OwnedTable> make_track_dayparts(const ListenColumns& listens,
                                                std::size_t track_count, std::int64_t now,
                                                const std::string& timezone);

/// Of each track's first artist, over all tracks that the artist is on, as a guest too:
/// artist_plays        plays
/// artist_rank         1 the most played, equal ones by their number; INT32_MIN: never played
/// artist_last_played  start of the latest play, Unix seconds; INT64_MIN: never
/// Reads   tables "tracks", "artists" and "track_statistics", lists "artist_tracks"
std::unique_ptr<OwnedTable> make_track_artist_statistics(const Tables& tables);

/// The start of the last play of each of these tracks, Unix seconds; INT64_MIN: never. What
/// "track_statistics" tells of every track of the library, without counting for all.
std::vector<std::int64_t> last_plays_of(const Tables& tables, std::span<const std::int32_t> tracks);

/// The tracks with a play, by number; likewise without a pass over the listens where that can be.
std::vector<std::int32_t> played_tracks(const Tables& tables);

/// The artists that the user has played, most plays first, equal ones by their number.
struct PlayedArtist {
  std::int32_t artist = 0;
  std::int64_t plays = 0;
  std::int64_t last_played = INT64_MIN;
};
std::vector<PlayedArtist> most_played_artists(const Tables& tables);

}  // namespace engine
