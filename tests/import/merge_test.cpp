#include "library/merge.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "library/library_summary.hpp"
#include "store/runs.hpp"
#include "support/import_run.hpp"

using engine::Error;
using engine::Store;
using engine::library::find_track;
using engine::library::merge_tracks;
using engine::library::unmerge_tracks;
using test::DirectImport;
using test::Row;

namespace {

/// Track 1 "Song" of a catalogue, track 2 "Sung" of a history, both played, liked and listed.
void fill(const std::string& path) {
  DirectImport import(path);
  import.file("catalogue", "c", "tracks",
              {{ {"artist", "A"},
                 {"title", "Song"},
                 {"spotify_id", "0000000000000000000001"},
                 {"energy", "0.5"},
                 { "tags",
                   "rock" } }});
  import.file("history", "h", "listens",
              {{{"ts", "1000"},
                {"ms_played", "5000"},
                {"artist", "A"},
                { "title",
                  "Song" }},
               {{"ts", "1000"},
                {"ms_played", "5000"},
                {"artist", "A"},
                {"title", "Sung"},
                {"mbid", "m-2"},
                { "album",
                  "LP" }},
               { {"ts", "2000"},
                 {"ms_played", "50000"},
                 {"artist", "A"},
                 { "title",
                   "Sung" } }});
  import.file("library", "l", "likes",
              {{{"artist", "A"},
                {"title", "Song"},
                { "ts",
                  "7" }},
               { {"artist", "A"},
                 {"title", "Sung"},
                 { "ts",
                   "8" } }});
  engine::RunRecord run;
  run.track_ids = {2, 1};
  engine::save_run(import.store(), run);
}

std::string dump_without_version(const std::string& path) {
  Store store = Store::open(path);
  store.execute("DELETE FROM settings; DELETE FROM different_tracks");
  return test::dump(path);
}

}  // namespace

TEST_CASE("merging two tracks gives one everything, and can be undone", "[import][merge]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  fill(path);
  const std::string before = dump_without_version(path);
  std::int64_t id = 0;
  {
    Store store = Store::open(path);
    CHECK(find_track(store, "spotify:track:0000000000000000000001") == 1);
    CHECK(find_track(store, "https://open.spotify.com/track/0000000000000000000001?si=x") == 1);
    CHECK(find_track(store, "m-2") == 2);
    CHECK(find_track(store, "2") == 2);
    id = merge_tracks(store, 1, 2, 99);
    CHECK(store.integer("SELECT count(*) FROM tracks") == 1);
    CHECK(store.integer("SELECT count(*) FROM listens WHERE track_id = 1") == 2);
    CHECK(store.integer("SELECT ts FROM likes") == 7);
    CHECK(store.integer("SELECT count(*) FROM tracks WHERE album = 'LP' AND mbid = 'm-2'") == 1);
    CHECK(store.integer("SELECT count(*) FROM run_tracks WHERE track_id = 1") == 2);
    CHECK(store.data_version() == 1);
    CHECK(store.check().empty());
    REQUIRE(engine::library::list_merges(store).size() == 1);
    CHECK(engine::library::list_merges(store)[0].merged == 2);
    unmerge_tracks(store, id);
  }
  CHECK(dump_without_version(path) == before);
}

TEST_CASE("a merge made before likes were holdings can be undone", "[import][merge]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  fill(path);
  Store store = Store::open(path);
  const std::int64_t id = merge_tracks(store, 1, 2, 99);
  // As schema 3 wrote it: (user, track, ts), and (user, 1, track, ts) of a ban that the kept track
  // had as well.
  store.execute(
      "UPDATE merges SET undo = json_set(json_remove(undo, '$.rows.holdings'), '$.rows.likes', "
      "json('[{\"row\":[1,2,8],\"moved\":true}]'), '$.rows.banned', "
      "json('[{\"row\":[1,1,2,5],\"moved\":false}]'))");
  unmerge_tracks(store, id);
  CHECK(store.integer("SELECT ts FROM likes WHERE track_id = 1") == 7);
  CHECK(store.integer("SELECT ts FROM likes WHERE track_id = 2") == 8);
  CHECK(store.integer("SELECT ts FROM banned WHERE kind = 1 AND id = 2") == 5);
  CHECK(store.integer("SELECT count(*) FROM holdings") == 3);
}

TEST_CASE("after a merge later imports find the joined track", "[import][merge]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  fill(path);
  std::int64_t id = 0;
  {
    Store store = Store::open(path);
    id = merge_tracks(store, 1, 2, 99);
  }
  {
    DirectImport import(path);
    import.file("history", "h2", "listens",
                {{{"ts", "3000"},
                  {"artist", "A"},
                  { "title",
                    "Sung" }},
                 { {"ts", "4000"},
                   {"artist", "A"},
                   { "title",
                     "Something new" } }});
    CHECK(import.store().integer("SELECT track_id FROM listens WHERE ts = 3000") == 1);
    // The number 2 stays free for the track that may come back.
    CHECK(import.store().integer("SELECT track_id FROM listens WHERE ts = 4000") == 3);
  }
  Store store = Store::open(path);
  unmerge_tracks(store, id);
  CHECK(store.integer("SELECT count(*) FROM tracks") == 3);
  CHECK(store.integer("SELECT track_id FROM listens WHERE ts = 2000") == 2);
  CHECK(store.integer("SELECT track_id FROM listens WHERE ts = 3000") == 1);
}

TEST_CASE("merges that cannot be made or undone say why", "[import][merge]") {
  const TemporaryFolder folder;
  fill(folder.file("a.db"));
  Store store = Store::open(folder.file("a.db"));
  CHECK_THROWS_WITH(merge_tracks(store, 1, 1, 0), "both names mean track 1");
  CHECK_THROWS_WITH(merge_tracks(store, 1, 7, 0), "there is no track 7");
  CHECK_THROWS_WITH(find_track(store, "nothing"), "there is no track \"nothing\"");
  CHECK_THROWS_WITH(unmerge_tracks(store, 5), "there is no merge 5");
  store.execute("INSERT INTO tracks (title) VALUES ('third')");
  const auto first = merge_tracks(store, 1, 2, 0);
  const auto second = merge_tracks(store, 3, 1, 0);
  try {
    unmerge_tracks(store, first);
    FAIL("it was undone");
  } catch (const Error& error) {
    CHECK_THAT(error.text(), Catch::Contains("engine library unmerge " + std::to_string(second)));
  }
  unmerge_tracks(store, second);
  unmerge_tracks(store, first);
  CHECK(store.integer("SELECT count(*) FROM tracks") == 3);
}
