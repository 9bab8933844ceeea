#include "import/track_matcher.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/text_key.hpp"
#include "core/title_words.hpp"
#include "import/credits.hpp"

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
      remove_id_(store.prepare("DELETE FROM track_ids WHERE kind = ?1 AND id = ?2")),
      other_id_(store.prepare("SELECT id FROM track_ids WHERE track_id = ?1 AND kind = ?2 "
                              "AND id <> ?3 ORDER BY id LIMIT 1")),
      find_key_(store.prepare(
          "SELECT track_id, duration_ms FROM tracks WHERE key = ?1 ORDER BY track_id")),
      // Keys of one title on every album are those between KEY + '\x1f' and KEY + ' '.
      find_keys_(store.prepare("SELECT track_id, duration_ms FROM tracks "
                               "WHERE key > ?1 || char(31) AND key < ?1 || ' ' LIMIT 2")),
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
      set_main_id_(store.prepare(
          "UPDATE tracks SET spotify_id = ?3 WHERE track_id = ?1 AND spotify_id = ?2")),
      set_keys_(store.prepare("UPDATE tracks SET key = ?2, song_key = ?3 WHERE track_id = ?1")),
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
      title_(store.prepare("UPDATE tracks SET title = ?2 WHERE track_id = ?1 AND title IS NULL")),
      clear_artists_(store.prepare("DELETE FROM track_artists WHERE track_id = ?1")),
      insert_artist_(store.prepare("INSERT OR IGNORE INTO track_artists VALUES (?1, ?2, ?3)")),
      count_artists_(store.prepare("SELECT count(*) FROM track_artists WHERE track_id = ?1")),
      artist_name_(store.prepare("SELECT name FROM artists WHERE artist_id = ?1")),
      duration_(store.prepare("SELECT duration_ms FROM tracks WHERE track_id = ?1")),
      is_credited_(store.prepare("SELECT a.is_credit FROM tracks JOIN artists a USING (artist_id) "
                                 "WHERE track_id = ?1 AND a.is_credit")),
      insert_same_(store.prepare("INSERT OR IGNORE INTO same_tracks VALUES (?1, ?2)")),
      credits_(store.prepare(
          "SELECT track_id, a.name, title, ifnull(album, '') FROM artists a "
          "CROSS JOIN tracks t USING (artist_id) WHERE a.is_credit AND t.key IS NOT NULL "
          "ORDER BY track_id")) {
  is_merged_ = has_merges_.find_integer().has_value();
}

// ---- credits
// ------------------------------------------------------------------------------------------------

void TrackMatcher::load_credits() {
  has_credits_ = true;
  credit_keys_.clear();
  for (credits_.start(); credits_.step();) {
    remember_credit(credits_.integer(0), credits_.text(1), credits_.text(2), credits_.text(3));
  }
}

void TrackMatcher::remember_credit(std::int64_t track, std::string_view credit,
                                   std::string_view title, std::string_view album) {
  TextKey key = text_key("", title, album);
  for (const std::string& name : credited_names(credit)) {
    key.artist = artist_key(name);
    credit_keys_.emplace(key.track_key(), track);
  }
}

/// The artists of a row with a credit: none when the text joins the names of known tracks' artists.
TrackMatcher::RowArtists TrackMatcher::credited_artist(const TrackIdentity& row) {
  RowArtists artists;
  const bool is_one = credited_names(row.credit).empty();
  const std::int64_t artist = is_one ? names_.artist(row.credit) : names_.credit(row.credit);
  if (artist == 0) return artists;
  names_.learn_artist(artist, row.artist_id, row.artist_mbid);
  artists.ids.push_back(artist);
  artists.primary_name = row.credit;
  return artists;
}

/// The track of one of the names that the row's credit may be joined from.
std::int64_t TrackMatcher::find_credited(const TrackIdentity& row) {
  if (row.title.empty() || names_.is_one_artist(row.credit)) return 0;
  TextKey key = text_key("", row.title, row.album);
  for (const std::string& name : credited_names(row.credit)) {
    key.artist = artist_key(name);
    if (const std::int64_t found = find_by_name(row, key)) return found;
  }
  return 0;
}

/// A track that is known by a credit which the row's artist is part of.
std::int64_t TrackMatcher::find_by_credit(const TrackIdentity& row, const TextKey& key) {
  if (!has_credits_) load_credits();
  if (credit_keys_.empty()) return 0;
  const auto found = credit_keys_.find(key.track_key());
  if (found == credit_keys_.end()) return 0;
  const std::int64_t track = found->second;
  return is_credited_.find_integer(track) && has_length(track, row.duration_ms) ? track : 0;
}

/// True unless both lengths are known and differ too much.
bool TrackMatcher::has_length(std::int64_t track, std::int32_t length) {
  const std::int32_t known = length < 0 ? -1 : duration_ms(track);
  return known < 0 || std::abs(known - length) <= kSameRecordingMs;
}

bool TrackMatcher::is_named(std::int64_t track) {
  look_.start(track);
  const bool is_named = look_.step() && look_.integer(0) == 0;
  look_.reset();
  return is_named;
}

/// Gives a track the artists and the key of the row.
void TrackMatcher::rename(std::int64_t track, const TrackIdentity& row, const TextKey& key,
                          const RowArtists& artists) {
  name_.run(track, row.title, artists.ids[0], key.track_key(), key.song_key(), key.version);
  has_renamed_ = has_changed_known_ = true;
  changed_tracks_.insert(track);
  clear_artists_.run(track);
  for (std::size_t i = 0; i < artists.ids.size(); ++i) insert_artist_.run(track, i, artists.ids[i]);
}

TrackMatcher::RowArtists TrackMatcher::artists_of(const TrackIdentity& row) {
  if (row.artist.empty() && !row.credit.empty()) return credited_artist(row);
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

/// By the key; a title that every album may have also without the album.
std::int64_t TrackMatcher::find_by_name(const TrackIdentity& row, const TextKey& key) {
  const std::string track_key = key.track_key();
  if (const std::int64_t found = find_by_key(track_key, row.duration_ms)) return found;
  return is_album_part(key.title) ? find_album_part(row, key) : 0;
}

/// A row without an album means the only track of that title; a row with one names the track that
/// was known without, when there is no track of another album yet.
std::int64_t TrackMatcher::find_album_part(const TrackIdentity& row, const TextKey& key) {
  TextKey any = key;
  any.album.clear();
  const std::string base = any.track_key();
  std::int64_t found = 0;
  int count = 0;
  for (find_keys_.start(base); find_keys_.step(); ++count) found = find_keys_.integer(0);
  if (key.album.empty()) return count == 1 && has_length(found, row.duration_ms) ? found : 0;
  if (count > 0) return 0;
  const std::int64_t track = find_by_key(base, row.duration_ms);
  if (track != 0) {
    set_keys_.run(track, key.track_key(), key.song_key());
    has_changed_known_ = true;
    changed_tracks_.insert(track);
  }
  return track;
}

MatchedTrack TrackMatcher::find_or_make(const TrackIdentity& row, bool is_catalogue) {
  MatchedTrack match;
  match.id = find_by_id(row);
  const bool is_credit = row.artist.empty() && !row.credit.empty();
  if (match.id == 0 && is_credit) match.id = find_credited(row);
  // A credit adds nothing to a track whose artist is known.
  const RowArtists artists =
      is_credit && match.id != 0 && is_named(match.id) ? RowArtists() : artists_of(row);
  const bool has_name = !row.title.empty() && !artists.ids.empty();
  const bool has_id = !row.spotify_id.empty() || !row.isrc.empty() || !row.mbid.empty();
  if (match.id == 0 && !has_name && !has_id) return {};
  if (match.id != 0) match.id = without_other_recording(match.id, row, artists);
  TextKey key;
  if (match.id == 0 && has_name) {
    key = text_key(artists.primary_name, row.title, row.album);
    match.id = find_by_name(row, key);
    if (match.id == 0 && !is_credit) {
      match.id = find_by_credit(row, key);
      if (match.id != 0) rename(match.id, row, key, artists);
    }
  }
  if (match.id == 0) {
    match.id = insert(row, artists, key, is_catalogue);
    match.is_new = true;
  } else {
    match.is_changed = complete(match.id, row, artists, is_catalogue);
  }
  match.is_changed |= add_ids(match.id, row, is_catalogue);
  has_changed_known_ |= match.is_changed && !match.is_new;
  return match;
}

/// The track, unless the length of the row's Spotify id shows that the id was taken for it wrongly:
/// then the id is nobody's again, and 0.
std::int64_t TrackMatcher::without_other_recording(std::int64_t track, const TrackIdentity& row,
                                                   const RowArtists& artists) {
  if (row.duration_ms < 0 || row.spotify_id.empty() || row.title.empty() || artists.ids.empty()) {
    return track;
  }
  if (has_length(track, row.duration_ms)) return track;
  if (find_id(kSpotify, row.spotify_id).track != track) return track;
  other_id_.start(track, static_cast<int>(kSpotify), row.spotify_id);
  if (!other_id_.step()) return track;
  const std::string other(other_id_.text(0));
  other_id_.reset();
  remove_id_.run(static_cast<int>(kSpotify), row.spotify_id);
  set_main_id_.run(track, row.spotify_id, other);
  has_changed_known_ = true;
  ++generation_;
  return 0;
}

std::int64_t TrackMatcher::insert(const TrackIdentity& row, const RowArtists& artists,
                                  const TextKey& key, bool is_catalogue) {
  const bool has_name = !row.title.empty() && !artists.ids.empty();
  const std::string track_key = key.track_key(), song_key = key.song_key();
  insert_track_.run(given(row.title),
                    artists.ids.empty() ? std::nullopt : std::optional(artists.ids[0]),
                    given(row.album), has_name ? given(track_key) : std::nullopt,
                    has_name ? given(song_key) : std::nullopt, key.version, given(row.spotify_id),
                    given(row.isrc), given(row.mbid), given(row.duration_ms), is_catalogue ? 1 : 0,
                    is_merged_ ? 1 : 0);
  const std::int64_t track = sqlite3_last_insert_rowid(store_.handle());
  keep_duration(track, row.duration_ms);
  changed_tracks_.insert(track);
  for (std::size_t i = 0; i < artists.ids.size(); ++i) insert_artist_.run(track, i, artists.ids[i]);
  if (has_credits_ && has_name && row.artist.empty())
    remember_credit(track, row.credit, row.title, row.album);
  return track;
}

/// Adds what the row knows and the track lacks.
bool TrackMatcher::complete(std::int64_t track, const TrackIdentity& row, const RowArtists& artists,
                            bool is_catalogue) {
  bool is_changed = fill_.run(track, given(row.album), given(row.spotify_id), given(row.isrc),
                              given(row.mbid), given(row.duration_ms), is_catalogue ? 1 : 0) > 0;
  if (is_changed) keep_duration(track, kNotLooked);
  is_changed |= name_track(track, row, artists);
  if (is_changed) changed_tracks_.insert(track);
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
  if (row.title.empty()) return false;
  if (artists.ids.empty()) return title_.run(track, row.title) > 0;
  const TextKey key = text_key(artists.primary_name, row.title, row.album);
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
  // An id belongs to one track: that of the row that brought it first. This row says that both
  // are one.
  if (known.track != track)
    insert_same_.run(std::min(track, known.track), std::max(track, known.track));
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
  has_credits_ = false;
  is_merged_ = has_merges_.find_integer().has_value();
  ++generation_;
}

}  // namespace engine::import
