#include "import/track_matcher.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/text_key.hpp"

namespace engine::import {
namespace {

constexpr int kFromCatalogue = 1, kFromExport = 2;

std::optional<std::string_view> given(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}
std::optional<std::int32_t> given(std::int32_t number) {
  return number < 0 ? std::nullopt : std::optional(number);
}

}  // namespace

TrackMatcher::TrackMatcher(Store& store, NameBook& names)
    : store_(store),
      names_(names),
      find_id_(store.prepare("SELECT track_id, origin FROM track_ids WHERE kind = ?1 AND id = ?2")),
      insert_id_(store.prepare("INSERT INTO track_ids VALUES (?1, ?2, ?3, ?4)")),
      set_origin_(
          store.prepare("UPDATE track_ids SET origin = origin | ?3 WHERE kind = ?1 AND id = ?2")),
      find_key_(store.prepare(
          "SELECT track_id, duration_ms FROM tracks WHERE key = ?1 ORDER BY track_id")),
      find_alias_(store.prepare("SELECT track_id FROM track_aliases WHERE key = ?1")),
      has_merges_(store.prepare("SELECT 1 FROM merges LIMIT 1")),
      // A number that a merge freed stays free: the merge can be undone.
      insert_track_(store.prepare(
          "INSERT INTO tracks (title, artist_id, album, key, song_key, version, spotify_id, isrc, "
          "mbid, duration_ms, in_catalogue, track_id) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, iif(?12, "
          "1 + max((SELECT ifnull(max(track_id), 0) FROM tracks), "
          "(SELECT ifnull(max(merged_id), 0) FROM merges)), NULL))")),
      look_(store.prepare("SELECT key IS NULL, artist_id FROM tracks WHERE track_id = ?1")),
      fill_(store.prepare(
          "UPDATE tracks SET album = ifnull(album, ?2), spotify_id = ifnull(spotify_id, ?3), "
          "isrc = ifnull(isrc, ?4), mbid = ifnull(mbid, ?5), "
          "duration_ms = ifnull(duration_ms, ?6), in_catalogue = in_catalogue | ?7 "
          "WHERE track_id = ?1 AND ((album IS NULL AND ?2 IS NOT NULL) OR "
          "(spotify_id IS NULL AND ?3 IS NOT NULL) OR (isrc IS NULL AND ?4 IS NOT NULL) OR "
          "(mbid IS NULL AND ?5 IS NOT NULL) OR (duration_ms IS NULL AND ?6 IS NOT NULL) OR "
          "(in_catalogue | ?7 <> in_catalogue))")),
      name_(store.prepare(
          "UPDATE tracks SET title = ?2, artist_id = ?3, key = ?4, song_key = ?5, version = ?6 "
          "WHERE track_id = ?1")),
      insert_artist_(store.prepare("INSERT OR IGNORE INTO track_artists VALUES (?1, ?2, ?3)")),
      count_artists_(store.prepare("SELECT count(*) FROM track_artists WHERE track_id = ?1")),
      artist_name_(store.prepare("SELECT name FROM artists WHERE artist_id = ?1")),
      duration_(store.prepare("SELECT duration_ms FROM tracks WHERE track_id = ?1")) {
  is_merged_ = has_merges_.find_integer().has_value();
}

TrackMatcher::RowArtists TrackMatcher::artists_of(const TrackIdentity& row) {
  RowArtists artists;
  const auto names = split_list(row.artist);
  const auto ids = split_list(row.artist_id);
  for (std::size_t i = 0; i < std::max(names.size(), ids.size()); ++i) {
    const std::string_view name = i < names.size() ? names[i] : std::string_view();
    const std::string_view outside_id = i < ids.size() ? ids[i] : std::string_view();
    const std::int64_t artist = names_.artist(name, outside_id);
    if (artist == 0) continue;
    names_.learn_artist(artist, outside_id, i == 0 ? row.artist_mbid : std::string_view());
    if (std::find(artists.ids.begin(), artists.ids.end(), artist) != artists.ids.end()) continue;
    if (artists.ids.empty()) {
      artists.primary_name = name.empty() ? artist_name(artist) : std::string(name);
    }
    artists.ids.push_back(artist);
  }
  return artists;
}

std::string TrackMatcher::artist_name(std::int64_t artist) {
  artist_name_.start(artist);
  std::string name;
  while (artist_name_.step()) name = artist_name_.text(0);
  return name;
}

TrackMatcher::KnownId TrackMatcher::find_id(IdKind kind, std::string_view id) {
  KnownId known;
  find_id_.start(static_cast<int>(kind), id);
  while (find_id_.step()) {
    known = {find_id_.integer(0), static_cast<int>(find_id_.integer(1))};
  }
  return known;
}

std::int64_t TrackMatcher::find_by_id(const TrackIdentity& row) {
  for (const auto& [kind, id] :
       {std::pair(kSpotify, row.spotify_id), {kIsrc, row.isrc}, {kMbid, row.mbid}}) {
    if (id.empty()) continue;
    if (const KnownId known = find_id(kind, id); known.track != 0) return known.track;
  }
  return 0;
}

std::int64_t TrackMatcher::find_by_key(const std::string& key, std::int32_t duration_ms) {
  std::int64_t found = 0;
  find_key_.start(key);
  while (find_key_.step()) {
    const bool is_same =
        duration_ms < 0 || find_key_.is_null(1) ||
        std::abs(find_key_.integer(1) - std::int64_t{duration_ms}) <= kSameRecordingMs;
    if (is_same && found == 0) found = find_key_.integer(0);
  }
  if (found == 0 && is_merged_) found = find_alias_.find_integer(key).value_or(0);
  return found;
}

MatchedTrack TrackMatcher::find_or_make(const TrackIdentity& row, bool is_catalogue) {
  const RowArtists artists = artists_of(row);
  const bool has_name = !row.title.empty() && !artists.ids.empty();
  const bool has_id = !row.spotify_id.empty() || !row.isrc.empty() || !row.mbid.empty();
  if (!has_name && !has_id) return {};
  MatchedTrack match;
  match.id = find_by_id(row);
  if (match.id == 0 && has_name) {
    match.id = find_by_key(text_key(artists.primary_name, row.title).track_key(), row.duration_ms);
  }
  if (match.id == 0) {
    match.id = insert(row, artists, is_catalogue);
    match.is_new = true;
  } else {
    match.is_changed = complete(match.id, row, artists, is_catalogue);
  }
  match.is_changed |= add_ids(match.id, row, is_catalogue);
  return match;
}

std::int64_t TrackMatcher::insert(const TrackIdentity& row, const RowArtists& artists,
                                  bool is_catalogue) {
  const bool has_name = !row.title.empty() && !artists.ids.empty();
  const TextKey key = has_name ? text_key(artists.primary_name, row.title) : TextKey();
  const std::string track_key = key.track_key(), song_key = key.song_key();
  insert_track_.run(given(row.title),
                    artists.ids.empty() ? std::nullopt : std::optional(artists.ids[0]),
                    given(row.album), has_name ? given(track_key) : std::nullopt,
                    has_name ? given(song_key) : std::nullopt, key.version, given(row.spotify_id),
                    given(row.isrc), given(row.mbid), given(row.duration_ms), is_catalogue ? 1 : 0,
                    is_merged_ ? 1 : 0);
  const std::int64_t track = sqlite3_last_insert_rowid(store_.handle());
  keep_duration(track, row.duration_ms);
  for (std::size_t i = 0; i < artists.ids.size(); ++i) insert_artist_.run(track, i, artists.ids[i]);
  return track;
}

/// Adds what the row knows and the track lacks.
bool TrackMatcher::complete(std::int64_t track, const TrackIdentity& row, const RowArtists& artists,
                            bool is_catalogue) {
  bool is_changed = fill_.run(track, given(row.album), given(row.spotify_id), given(row.isrc),
                              given(row.mbid), given(row.duration_ms), is_catalogue ? 1 : 0) > 0;
  if (is_changed) keep_duration(track, kNotLooked);
  is_changed |= name_track(track, row, artists);
  return is_changed;
}

bool TrackMatcher::name_track(std::int64_t track, const TrackIdentity& row,
                              const RowArtists& artists) {
  look_.start(track);
  if (!look_.step()) return false;
  const bool is_nameless = look_.integer(0) != 0;
  const std::int64_t artist = look_.integer(1);
  look_.reset();
  if (!is_nameless) {
    return !artists.ids.empty() && artist == artists.ids[0] && add_artists(track, artists);
  }
  if (row.title.empty() || artists.ids.empty()) return false;
  const TextKey key = text_key(artists.primary_name, row.title);
  name_.run(track, row.title, artists.ids[0], key.track_key(), key.song_key(), key.version);
  for (std::size_t i = 0; i < artists.ids.size(); ++i) insert_artist_.run(track, i, artists.ids[i]);
  ++generation_;
  return true;
}

/// Featured artists, where so far the primary one alone was known.
bool TrackMatcher::add_artists(std::int64_t track, const RowArtists& artists) {
  if (artists.ids.size() < 2 || count_artists_.find_integer(track) != 1) return false;
  for (std::size_t i = 1; i < artists.ids.size(); ++i) insert_artist_.run(track, i, artists.ids[i]);
  return true;
}

bool TrackMatcher::add_ids(std::int64_t track, const TrackIdentity& row, bool is_catalogue) {
  const int origin = is_catalogue ? kFromCatalogue : kFromExport;
  bool is_changed = false;
  for (const auto& [kind, id] :
       {std::pair(kSpotify, row.spotify_id), {kIsrc, row.isrc}, {kMbid, row.mbid}}) {
    if (!id.empty()) is_changed |= add_id(track, kind, id, origin);
  }
  return is_changed;
}

bool TrackMatcher::add_id(std::int64_t track, IdKind kind, std::string_view id, int origin) {
  const KnownId known = find_id(kind, id);
  if (known.track == 0) {
    insert_id_.run(static_cast<int>(kind), id, track, origin);
    return true;
  }
  // An id belongs to one track: that of the row that brought it first.
  if ((known.origin & origin) == 0) set_origin_.run(static_cast<int>(kind), id, origin);
  return false;
}

void TrackMatcher::keep_duration(std::int64_t track, std::int32_t duration_ms) {
  const auto place = static_cast<std::size_t>(track);
  if (place >= durations_.size()) durations_.resize(2 * place + 1024, kNotLooked);
  durations_[place] = duration_ms;
}

std::int32_t TrackMatcher::duration_ms(std::int64_t track) {
  const auto place = static_cast<std::size_t>(track);
  if (place >= durations_.size() || durations_[place] == kNotLooked) {
    keep_duration(track, static_cast<std::int32_t>(duration_.find_integer(track).value_or(-1)));
  }
  return durations_[place];
}

void TrackMatcher::forget() {
  durations_.clear();
  is_merged_ = has_merges_.find_integer().has_value();
  ++generation_;
}

}  // namespace engine::import
