#include "library/match_rate.hpp"

#include <optional>
#include <unordered_set>

namespace engine::library {

bool has_catalogue(const Store& store) {
  return store.integer("SELECT 1 FROM tracks WHERE in_catalogue = 1 LIMIT 1") != 0;
}

namespace {

/// How often each track was heard, by its number. Counted here, as SQLite would sort all listens.
std::vector<std::int64_t> plays_of_tracks(const Store& store, std::int64_t user_id) {
  std::vector<std::int64_t> plays;
  Statement listens = store.prepare("SELECT track_id FROM listens WHERE user_id = ?1");
  for (listens.start(user_id); listens.step();) {
    const auto track = static_cast<std::size_t>(listens.integer(0));
    if (track >= plays.size()) plays.resize(2 * track + 1);
    ++plays[track];
  }
  return plays;
}

/// Tracks with an id that a catalogue and an export know.
std::unordered_set<std::int64_t> shared_tracks(const Store& store) {
  std::unordered_set<std::int64_t> tracks;
  Statement shared = store.prepare("SELECT track_id FROM track_ids WHERE origin = 3");
  for (shared.start(); shared.step();) tracks.insert(shared.integer(0));
  return tracks;
}

}  // namespace

MatchRate match_rate(const Store& store, std::int64_t user_id) {
  const std::vector<std::int64_t> plays = plays_of_tracks(store, user_id);
  const std::unordered_set<std::int64_t> shared = shared_tracks(store);
  Statement in_catalogue = store.prepare("SELECT in_catalogue FROM tracks WHERE track_id = ?1");
  MatchRate rate;
  for (std::size_t k = 0; k < plays.size(); ++k) {
    if (plays[k] == 0) continue;
    const auto track = static_cast<std::int64_t>(k);
    const std::optional<std::int64_t> is_matched = in_catalogue.find_integer(track);
    if (!is_matched) continue;
    rate.plays += plays[k];
    ++rate.tracks;
    if (*is_matched == 0) continue;
    const bool is_by_id = shared.contains(track);
    (is_by_id ? rate.plays_by_id : rate.plays_by_name) += plays[k];
    ++(is_by_id ? rate.tracks_by_id : rate.tracks_by_name);
  }
  return rate;
}

std::vector<UnmatchedTrack> unmatched_tracks(const Store& store, std::int64_t user_id,
                                             std::int64_t limit) {
  Statement select = store.prepare(
      "WITH had AS (SELECT track_id, count(*) AS plays FROM listens WHERE user_id = ?1 "
      "             GROUP BY track_id "
      "             UNION ALL SELECT track_id, 0 FROM likes WHERE user_id = ?1) "
      "SELECT track_id, sum(plays) AS total, t.title, a.name, t.album, t.spotify_id "
      "FROM had JOIN tracks t USING (track_id) LEFT JOIN artists a USING (artist_id) "
      "WHERE t.in_catalogue = 0 GROUP BY track_id ORDER BY total DESC, track_id LIMIT ?2");
  std::vector<UnmatchedTrack> tracks;
  for (select.start(user_id, limit); select.step();) {
    UnmatchedTrack& track = tracks.emplace_back();
    track.track_id = select.integer(0);
    track.plays = select.integer(1);
    track.title = select.text(2);
    track.artist = select.text(3);
    track.album = select.text(4);
    track.spotify_id = select.text(5);
  }
  return tracks;
}

}  // namespace engine::library
