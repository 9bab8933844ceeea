// Stores of versions before: what was stored by older rules about names is brought to today's.
#include <catch2/catch.hpp>

#include "library/merge.hpp"
#include "store/store.hpp"
#include "support/temporary_folder.hpp"

using engine::Statement;
using engine::Store;
using engine::Transaction;

namespace {

engine::StoreOptions version(std::size_t number) {
  return {.migrations = engine::store_migrations().first(number)};
}

/// "a|song|live" of a track.
std::string key_of(const Store& store, std::int64_t track, const std::string& column = "key") {
  Statement select = store.prepare("SELECT replace(ifnull(" + column +
                                   ", '-'), char(31), '|') FROM tracks WHERE track_id = ?1");
  select.start(track);
  return select.step() ? std::string(select.text(0)) : "(none)";
}

/// A track as version 5 stored it, with a key of its own making.
void put_track(Store& store, int id, const char* title, const char* album, const char* key) {
  store
      .prepare(
          "INSERT INTO tracks (track_id, title, artist_id, album, key, song_key) "
          "VALUES (?1, ?2, 1, ?3, replace(?4, '|', char(31)), ?4)")
      .run(id, title, album, key);
}

}  // namespace

TEST_CASE("a store from before edition words of many languages gets today's keys",
          "[store][rekey]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    Store store = Store::open(path, version(5));
    Transaction transaction(store);
    store
        .prepare(
            "INSERT INTO artists (name, key) VALUES ('Simon & Garfunkel', "
            "'simon and garfunkel')")
        .run();
    put_track(store, 1, "Song - Ao Vivo", "X", "simon and garfunkel|song ao vivo|");
    put_track(store, 2, "曲 (リマスター)", "X", "simon and garfunkel|曲 リマスター|");
    put_track(store, 3, "Intro", "First Winter (Deluxe)", "simon and garfunkel|intro|");
    put_track(store, 4, "Song", "X", "simon and garfunkel|song|");
    put_track(store, 5, "Song (Video Oficial)", "X", "simon and garfunkel|song video oficial|");
    store.prepare("INSERT INTO tracks (track_id, spotify_id) VALUES (6, 'S')").run();
    store.bump_data_version();
    transaction.commit();
    // Today's merge looks into tables of today.
    store.execute(
        "CREATE TEMP TABLE different_tracks (key, other_key);"
        "CREATE TEMP TABLE suggestions (suggestion_id INTEGER PRIMARY KEY, track_id);"
        "CREATE TEMP TABLE kept_pins (playlist_id INTEGER PRIMARY KEY, track_id);"
        "CREATE TEMP TABLE track_files (path PRIMARY KEY, track_id);"
        "CREATE TEMP TABLE track_sound (track_id PRIMARY KEY);"
        "CREATE TEMP TABLE track_lyrics (track_id, source, path, PRIMARY KEY (track_id, source));"
        "CREATE TEMP TABLE service_features (track_id, source, PRIMARY KEY (track_id, source));"
        "CREATE TEMP TABLE artworks (track_id PRIMARY KEY);"
        "CREATE TEMP TABLE encoded_tracks (space, track_id, PRIMARY KEY (space, track_id));"
        "CREATE TEMP TABLE service_tracks (service, track_id, PRIMARY KEY (service, track_id));"
        "CREATE TEMP TABLE track_questions (service, track_id, PRIMARY KEY (service, track_id));"
        "CREATE TEMP TABLE recommendations (track_id, seed_id, PRIMARY KEY (track_id))");
    engine::library::merge_tracks(store, 4, 5, 1);
  }
  Store store = Store::open(path);
  CHECK(store.version() == engine::store_migrations().back().version);
  CHECK(key_of(store, 1) == "simon and garfunkel|song|live");
  CHECK(key_of(store, 1, "song_key") == "simon and garfunkel|song");
  CHECK(key_of(store, 1, "version") == "live");
  CHECK(key_of(store, 2) == "simon and garfunkel|曲|");
  CHECK(key_of(store, 3) == "simon and garfunkel|intro||first winter");
  CHECK(key_of(store, 3, "song_key") == "simon and garfunkel|intro|first winter");
  CHECK(key_of(store, 6) == "-");
  CHECK(store.data_version() > 2);  // what was computed from the old keys is of no use
  CHECK(store.integer("SELECT count(*) FROM track_aliases WHERE track_id = 4") == 2);

  engine::library::unmerge_tracks(store, 1);
  CHECK(key_of(store, 5) == "simon and garfunkel|song|");
  CHECK(store.check().empty());
}
