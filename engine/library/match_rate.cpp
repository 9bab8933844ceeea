#include "library/match_rate.hpp"

namespace engine::library {

bool has_catalogue(const Store& store) {
  return store.integer("SELECT 1 FROM tracks WHERE in_catalogue = 1 LIMIT 1") != 0;
}

MatchRate match_rate(const Store& store, std::int64_t user_id) {
  Statement select = store.prepare(
      "WITH played AS MATERIALIZED "
      "  (SELECT track_id, count(*) AS plays FROM listens WHERE user_id = ?1 GROUP BY track_id), "
      "shared AS MATERIALIZED "
      "  (SELECT DISTINCT track_id FROM track_ids WHERE origin = 3) "
      "SELECT sum(plays), count(*), "
      "  sum(plays * is_matched * by_id), sum(is_matched * by_id), "
      "  sum(plays * is_matched * (1 - by_id)), sum(is_matched * (1 - by_id)) "
      "FROM (SELECT plays, in_catalogue AS is_matched, "
      "      track_id IN (SELECT track_id FROM shared) AS by_id "
      "      FROM played JOIN tracks USING (track_id))");
  MatchRate rate;
  for (select.start(user_id); select.step();) {
    rate.plays = select.integer(0);
    rate.tracks = select.integer(1);
    rate.plays_by_id = select.integer(2);
    rate.tracks_by_id = select.integer(3);
    rate.plays_by_name = select.integer(4);
    rate.tracks_by_name = select.integer(5);
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
