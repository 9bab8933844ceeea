// Since when tracks, artists and tags are known, and who heard or listed which artist since when.
#include "data/catalogue_builder.hpp"

namespace engine {

void CatalogueBuilder::note_likes_and_playlists() {
  // Also what has ended: it was there.
  for (const char* sql :
       {"SELECT id, ts FROM holdings WHERE kind IN (1, 4, 6)",
        "SELECT track_id, ts FROM service_tracks", "SELECT track_id, ts FROM recommendations",
        "SELECT t.track_id, CASE t.ts WHEN 0 THEN p.ts ELSE t.ts END FROM playlist_tracks t "
        "JOIN playlists p USING (playlist_id) WHERE p.replaces IS NULL"}) {
    Statement rows = store_.prepare(sql);
    while (rows.step()) note_track(rows.integer(0), rows.integer(1));
  }
  for (const char* sql : {"SELECT id, ts FROM holdings WHERE kind IN (2, 3, 5)",
                          "SELECT artist_id, 0 FROM artist_plays"}) {
    Statement rows = store_.prepare(sql);
    while (rows.step()) note_artist(rows.integer(0), rows.integer(1));
  }
}

void CatalogueBuilder::note_listens(const std::vector<FirstHeard>& heard) {
  for (const FirstHeard& first : heard) note_track(first.track_id, first.ended);
  pass_known_on();
  add_users_of_artists(heard);
}

// Artists are known with their tracks, tags with what has them.
void CatalogueBuilder::pass_known_on() {
  for (const ListEntry& entry : track_artist_)
    if (entry.row >= 0 && entry.value >= 0)
      lower(artists_.known, entry.value, tracks_.known[static_cast<std::size_t>(entry.row)]);
  for (const ListEntry& entry : track_tag_)
    if (entry.row >= 0 && entry.value >= 0)
      lower(tags_.known, entry.value, tracks_.known[static_cast<std::size_t>(entry.row)]);
  for (const ListEntry& entry : artist_tag_)
    if (entry.row >= 0 && entry.value >= 0)
      lower(tags_.known, entry.value, artists_.known[static_cast<std::size_t>(entry.row)]);
}

// Users and playlists are numbered by id; play totals without times hold always.
void CatalogueBuilder::add_users_of_artists(const std::vector<FirstHeard>& heard) {
  const Lists artists_of = make_lists(tracks_.id.size(), track_artist_);
  const auto add = [&](std::int64_t track_id, std::int32_t value, std::int64_t known,
                       std::vector<ListEntry>& entries) {
    const std::int32_t place = track_places_.number(track_id);
    if (place < 0) return;
    const auto track = static_cast<std::size_t>(place);
    for (std::uint64_t k = artists_of.offsets[track]; k < artists_of.offsets[track + 1]; ++k)
      entries.push_back({artists_of.values[k], value, 1, known});
  };
  std::vector<std::int64_t> ids;
  for (Statement rows = store_.prepare("SELECT user_id FROM users ORDER BY user_id"); rows.step();)
    ids.push_back(rows.integer(0));
  const IdMap users(ids);
  for (const FirstHeard& first : heard)
    if (first.long_ended != kNever)
      add(first.track_id, users.number(first.user_id), first.long_ended, artist_user_);
  for (Statement rows = store_.prepare("SELECT artist_id, user_id FROM artist_plays"); rows.step();)
    artist_user_.push_back(
        {artist_places_.number(rows.integer(0)), users.number(rows.integer(1)), 1, 0});

  ids.clear();
  Statement playlists = store_.prepare(
      "SELECT playlist_id FROM playlists WHERE replaces IS NULL ORDER BY playlist_id");
  while (playlists.step()) ids.push_back(playlists.integer(0));
  const IdMap playlist_numbers(ids);
  Statement entries = store_.prepare(
      "SELECT t.playlist_id, t.track_id, CASE t.ts WHEN 0 THEN p.ts ELSE t.ts END "
      "FROM playlist_tracks t JOIN playlists p USING (playlist_id) WHERE p.replaces IS NULL");
  while (entries.step())
    add(entries.integer(1), playlist_numbers.number(entries.integer(0)), entries.integer(2),
        artist_playlist_);
}

}  // namespace engine
