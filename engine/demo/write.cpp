#include "demo/write.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "core/text_key.hpp"
#include "demo/names.hpp"
#include "store/holdings.hpp"

namespace engine::demo {
namespace {

constexpr double kRelatedShare = 0.6;   // of the artists have imported relations
constexpr int kSpotify = 1, kIsrc = 2;  // track_ids.kind
constexpr int kUnlistedEvery = 5;       // of the heard tracks without features
constexpr int kFromCatalogue = 1;       // track_ids.origin

std::string isrc_of(std::int64_t track, std::int32_t year) {
  std::string number = std::to_string(track % 100'000);
  number.insert(0, 5 - number.size(), '0');
  std::string registrant = std::to_string(track / 100'000);
  registrant.insert(0, 3 - registrant.size(), '0');
  return "QZ" + registrant + std::to_string(year % 100 + 100).substr(1) + number;
}

struct OutsideId {
  int kind;
  std::string id;
  std::int64_t track_id;
};

void write_ids(Store& store, std::vector<OutsideId>& ids) {
  // In the order of the table's key: appending is several times faster than inserting.
  std::sort(ids.begin(), ids.end(), [](const OutsideId& a, const OutsideId& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.id < b.id;
  });
  Statement insert =
      store.prepare("INSERT INTO track_ids (kind, id, track_id, origin) VALUES (?1, ?2, ?3, ?4)");
  for (const OutsideId& id : ids) insert.run(id.kind, id.id, id.track_id, kFromCatalogue);
}

}  // namespace

void DemoWriter::write_artists() {
  Statement insert = store_.prepare(
      "INSERT INTO artists (artist_id, name, key, popularity) VALUES (?1, ?2, ?3, ?4)");
  std::int64_t id = 0;
  for (const Artist& artist : world_.artists)
    insert.run(++id, artist.name, artist_key(artist.name), std::round(artist.popularity));
}

void DemoWriter::write_tracks() {
  Random random(mix_seed(options_.random_seed, "demo ids"));
  std::string columns, values;
  for (std::size_t k = 0; k < kFeatureColumns.size(); ++k) {
    columns += std::string(", ") + kFeatureColumns[k].column;
    values += ", ?" + std::to_string(15 + k);
  }
  Statement insert = store_.prepare(
      "INSERT INTO tracks (track_id, title, artist_id, album, key, song_key, version, spotify_id, "
      "isrc, duration_ms, year, popularity, explicit, in_catalogue" +
      columns + ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14" + values +
      ")");
  Statement insert_artist = store_.prepare(
      "INSERT INTO track_artists (track_id, position, artist_id) VALUES (?1, ?2, ?3)");
  std::vector<OutsideId> ids;
  std::int64_t id = 0;
  for (const Track& track : world_.tracks) {
    const Album& album = world_.albums[static_cast<std::size_t>(track.album)];
    const TextKey key =
        text_key(world_.artists[static_cast<std::size_t>(track.artist)].name, track.title);
    const std::string song_key = key.song_key(), track_key = key.track_key();
    const std::string spotify_id = service_id(random, 22), isrc = isrc_of(++id, album.year);
    insert.reset();
    insert.bind(1, id);
    insert.bind(2, track.title);
    insert.bind(3, track.artist + 1);
    insert.bind(4, album.name);
    insert.bind(5, track_key);
    insert.bind(6, song_key);
    insert.bind(7, key.version);
    insert.bind(8, spotify_id);
    insert.bind(9, isrc);
    insert.bind(10, track.duration_ms);
    insert.bind(11, album.year);
    insert.bind(12, std::round(static_cast<double>(track.popularity)));
    insert.bind(13, static_cast<int>(track.is_explicit));
    insert.bind(14, 1);
    for (std::size_t k = 0; k < kFeatureColumns.size(); ++k) {
      const int place = static_cast<int>(15 + k);
      if (!track.has_features) {
        insert.bind(place, nullptr);
      } else if (kFeatureColumns[k].is_integer) {
        insert.bind(place, static_cast<std::int64_t>(track.features[k]));
      } else {
        insert.bind(place, static_cast<double>(track.features[k]));
      }
    }
    while (insert.step()) {
    }
    insert_artist.run(id, 0, track.artist + 1);
    if (track.guest >= 0) insert_artist.run(id, 1, track.guest + 1);
    ids.push_back({kSpotify, spotify_id, id});
    ids.push_back({kIsrc, isrc, id});
  }
  write_ids(store_, ids);
}

void DemoWriter::write_tags() {
  Statement insert = store_.prepare("INSERT INTO tags (tag_id, name) VALUES (?1, ?2)");
  for (std::size_t k = 0; k < world_.genres.size(); ++k) insert.run(k + 1, world_.genres[k].name);
  Statement tag_artist =
      store_.prepare("INSERT INTO artist_tags (artist_id, tag_id, weight) VALUES (?1, ?2, ?3)");
  for (std::size_t k = 0; k < world_.artists.size(); ++k) {
    const std::vector<std::int32_t>& genres = world_.artists[k].genres;
    for (std::size_t place = 0; place < genres.size(); ++place)
      tag_artist.run(k + 1, genres[place] + 1, place == 0 ? 1.0 : 0.5);
  }
  Statement tag_track = store_.prepare("INSERT INTO track_tags (track_id, tag_id) VALUES (?1, ?2)");
  Random random(mix_seed(options_.random_seed, "demo tags"));
  for (std::size_t k = 0; k < world_.tracks.size(); ++k) {
    const Artist& artist = world_.artists[static_cast<std::size_t>(world_.tracks[k].artist)];
    for (std::size_t place = 0; place < artist.genres.size(); ++place)
      if (place == 0 || random.uniform() < 0.5) tag_track.run(k + 1, artist.genres[place] + 1);
  }
}

// The artists of the same genre that sound most alike, found among some of them.
void DemoWriter::write_relations() {
  constexpr std::size_t kLookedAt = 40, kMost = 8;
  Statement insert = store_.prepare(
      "INSERT INTO artist_relations (artist_id, related_id, weight) VALUES (?1, ?2, ?3)");
  Random random(mix_seed(options_.random_seed, "demo relations"));
  for (std::size_t k = 0; k < world_.artists.size(); ++k) {
    if (random.uniform() > kRelatedShare) continue;
    const Artist& artist = world_.artists[k];
    const auto& others = world_.by_genre[static_cast<std::size_t>(artist.genres[0])];
    std::set<std::pair<double, std::int32_t>> nearest;
    for (std::size_t look = 0; look < std::min(kLookedAt, others.size()); ++look) {
      const std::int32_t other =
          others.size() <= kLookedAt ? others[look] : others[random.next() % others.size()];
      if (other == static_cast<std::int32_t>(k)) continue;
      nearest.emplace(distance(artist.sound, world_.artists[static_cast<std::size_t>(other)].sound),
                      other);
      if (nearest.size() > kMost) nearest.erase(std::prev(nearest.end()));
    }
    for (const auto& [away, other] : nearest) insert.run(k + 1, other + 1, 1 / (1 + 4 * away));
  }
}

void DemoWriter::write_public_playlists() {
  Random random(mix_seed(options_.random_seed, "demo playlists"));
  const std::size_t count = std::min<std::size_t>(200, 10 + world_.tracks.size() / 100);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t genre = random.next() % world_.genres.size();
    const auto& artists = world_.by_genre[genre];
    if (artists.empty()) continue;
    OwnPlaylist playlist{world_.genres[genre].name + " mix " + std::to_string(k + 1), 0, {}};
    const std::size_t length = 15 + random.next() % 40;
    for (std::size_t place = 0; place < length; ++place) {
      const Artist& artist =
          world_.artists[static_cast<std::size_t>(artists[random.next() % artists.size()])];
      playlist.tracks.push_back(
          {artist.first_track + static_cast<std::int32_t>(
                                    random.next() % static_cast<std::uint64_t>(artist.track_count)),
           0});
    }
    write_playlist(0, playlist);
  }
}

void DemoWriter::write_playlist(std::int64_t user_id, const OwnPlaylist& playlist) {
  Statement insert = store_.prepare(
      "INSERT INTO playlists (playlist_id, user_id, name, external_id, ts) "
      "VALUES (?1, nullif(?2, 0), ?3, ?4, ?5)");
  ++playlists_;
  insert.run(playlists_, user_id, playlist.name, "demo:" + std::to_string(playlists_), playlist.ts);
  Statement add = store_.prepare(
      "INSERT INTO playlist_tracks (playlist_id, position, track_id, ts) VALUES (?1, ?2, ?3, ?4)");
  std::int64_t position = 0;
  for (const Dated& track : playlist.tracks)
    add.run(playlists_, position++, track.number + 1, track.ts);
}

void DemoWriter::write_listener(std::int64_t number, const Listener& listener) {
  const std::int64_t user_id = number + 1, ingestion_id = number == 0 ? 1 : 2;
  store_.prepare("INSERT INTO users (user_id, name, timezone, created_at) VALUES (?1, ?2, ?3, ?4)")
      .run(user_id, listener.name, "Europe/Berlin", options_.now);
  Statement device = store_.prepare("INSERT INTO devices VALUES (?1, ?2, ?3)");
  std::int64_t device_number = 0;
  for (const char* name : kDeviceNames) device.run(user_id, ++device_number, name);
  Statement insert = store_.prepare(
      "INSERT INTO listens (user_id, ts, track_id, ms_played, flags, country, ingestion_id) "
      "VALUES (?1, ?2, ?3, ?4, ?5, 'DE', ?6)");
  for (const Listen& listen : listener.listens)
    insert.run(user_id, listen.ts, listen.track + 1, listen.ms_played, listen.flags, ingestion_id);

  Statement hold = store_.prepare(
      "INSERT INTO holdings (user_id, kind, id, name, ts) VALUES (?1, ?2, ?3, ?4, ?5)");
  const auto kind = [](HoldingKind of) { return static_cast<std::int64_t>(of); };
  for (const Dated& row : listener.likes)
    hold.run(user_id, kind(HoldingKind::kLike), row.number + 1, "", row.ts);
  for (const Dated& row : listener.saved_albums) {
    const Album& album = world_.albums[static_cast<std::size_t>(row.number)];
    hold.run(user_id, kind(HoldingKind::kSavedAlbum), album.artist + 1, album.name, row.ts);
  }
  for (const Dated& row : listener.saved_artists)
    hold.run(user_id, kind(HoldingKind::kSavedArtist), row.number + 1, "", row.ts);
  for (const OwnPlaylist& playlist : listener.playlists) write_playlist(user_id, playlist);
}

void DemoWriter::unlist_some(const Listener& listener) {
  Statement unlist = store_.prepare("UPDATE tracks SET in_catalogue = 0 WHERE track_id = ?1");
  Statement unlist_ids = store_.prepare(
      "UPDATE track_ids SET origin = 2 WHERE kind = ?2 AND id = "
      "(SELECT CASE ?2 WHEN 1 THEN spotify_id ELSE isrc END FROM tracks WHERE track_id = ?1)");
  std::vector<bool> is_heard(world_.tracks.size());
  for (const Listen& listen : listener.listens)
    is_heard[static_cast<std::size_t>(listen.track)] = true;
  std::int64_t found = 0;
  for (std::size_t k = 0; k < world_.tracks.size(); ++k) {
    if (!is_heard[k] || world_.tracks[k].has_features || ++found % kUnlistedEvery != 0) continue;
    unlist.run(k + 1);
    for (const int kind : {kSpotify, kIsrc}) unlist_ids.run(k + 1, kind);
  }
}

void DemoWriter::write_ingestions(std::int64_t own_records, std::int64_t other_records) {
  Statement insert = store_.prepare(
      "INSERT INTO ingestions (ingestion_id, user_id, path, hash, format, records, records_done, "
      "is_complete, note, first_ts, last_ts, started_at, finished_at) "
      "VALUES (?1, nullif(?2, 0), ?3, ?4, 'demo', ?5, ?5, 1, 'made by engine demo', ?6, ?7, ?7, "
      "?7)");
  Statement rows = store_.prepare(
      "INSERT INTO ingestion_rows (ingestion_id, first, last, bucket) VALUES (?1, 0, ?2, 'new')");
  const std::int64_t first = options_.now - options_.days * 86'400;
  const auto add = [&](std::int64_t id, std::int64_t user_id, const char* path,
                       std::int64_t records) {
    insert.run(id, user_id, path, std::string("demo ") + path, records, first, options_.now);
    if (records > 0) rows.run(id, records - 1);
  };
  add(1, 1, "demo history", own_records);
  add(2, 0, "demo catalogue", other_records);
}

}  // namespace engine::demo
