// An import that is undone leaves what the others told, and nothing of its own.
#include <catch2/catch.hpp>

#include "core/duration.hpp"
#include "core/error.hpp"
#include "import/import.hpp"
#include "library/imports.hpp"
#include "library/merge.hpp"
#include "library/opinions.hpp"
#include "library/people.hpp"
#include "store/users.hpp"
#include "support/import_run.hpp"

using engine::Store;
using engine::library::list_imports;
using engine::library::try_undoing;
using engine::library::undo_imports;
using engine::library::UndoneImport;
using test::DirectImport;
using test::Row;

namespace {

/// What people have and did, without who brought it.
std::string story(const Store& store) {
  std::string text;
  const auto add = [&](const std::string& sql) {
    engine::Statement rows = store.prepare(sql);
    for (rows.start(); rows.step();) text += std::string(rows.text(0)) + "\n";
    text += "--\n";
  };
  // The lower bits of the flags: the teller's number hangs on the order of imports.
  add("SELECT user_id || '|' || ts || '|' || title || '|' || ms_played || '|' || (flags & 65535) "
      "FROM listens JOIN tracks USING (track_id) ORDER BY 1");
  add("SELECT user_id || '|' || ts || '|' || title || '|' || ms_played || '|' || name "
      "FROM tellings JOIN tracks USING (track_id) JOIN tellers USING (teller_id) ORDER BY 1");
  add("SELECT user_id || '|' || kind || '|' || id || '|' || name || '|' || teller || '|' || ts || "
      "'|' || ifnull(ended_at, '') || '|' || ifnull(ended_by, '') FROM holdings ORDER BY 1");
  add("SELECT user_id || '|' || p.name || '|' || position || '|' || title || '|' || t.ts "
      "FROM playlists p JOIN playlist_tracks t USING (playlist_id) JOIN tracks USING (track_id) "
      "ORDER BY p.name, position");
  add("SELECT f.user_id || '|' || f.verdict || '|' || f.subject || '|' || ifnull(f.track_id, '') "
      "|| "
      "'|' || ifnull(f.artist_id, '') || '|' || f.ts || '|' || f.origin || '|' || ifnull(u.ts, '') "
      "FROM feedback f LEFT JOIN feedback u ON u.undoes = f.feedback_id WHERE f.undoes IS NULL "
      "ORDER BY 1");
  return text;
}

Row heard(int number, const std::string& title = "Song") {
  return {{"ts", std::to_string(1'600'000'000 + 1000 * number)},
          {"ms_played", "200000"},
          {"artist", "A"},
          {"title", title + " " + std::to_string(number)}};
}
std::vector<Row> plays(int first, int last) {
  std::vector<Row> rows;
  for (int number = first; number <= last; ++number) rows.push_back(heard(number));
  return rows;
}

/// Imports of files into one store, a day later each time.
class Library {
 public:
  [[nodiscard]] std::string path() const { return folder_.file("library.db"); }
  [[nodiscard]] Store store() const { return Store::open(path()); }
  void plays_file(const std::string& hash, int first, int last,
                  const std::string& format = "spotify_extended") {
    DirectImport(path(), "ann", now_ += engine::kDay)
        .file(format, hash, "listens", plays(first, last));
  }
  void file(const std::string& name, const std::string& content) {
    auto options =
        test::import_options(path(), {test::write_file(folder_.file(name), content)}, "ann");
    options.now = now_ += engine::kDay;
    REQUIRE(import_paths(options).is_good());
  }
  [[nodiscard]] std::string story() const { return ::story(store()); }
  [[nodiscard]] std::int64_t now() const { return now_; }
  std::vector<UndoneImport> undo(const std::vector<std::int64_t>& imports) const {
    Store opened = store();
    const std::string before = ::story(opened);
    const std::vector<UndoneImport> tried = try_undoing(opened, imports);
    CHECK(::story(opened) == before);
    std::vector<UndoneImport> undone = undo_imports(opened, imports);
    CHECK(opened.check().empty());
    REQUIRE(tried.size() == undone.size());
    for (std::size_t k = 0; k < undone.size(); ++k) {
      CHECK(tried[k].listens == undone[k].listens);
      CHECK(tried[k].rows.removed == undone[k].rows.removed);
    }
    return undone;
  }
  [[nodiscard]] std::string why_not(std::int64_t import) const {
    Store opened = store();
    const std::string before = test::dump(path());
    try {
      undo_imports(opened, {import});
      return "";
    } catch (const engine::Error& error) {
      CHECK(error.exit() == engine::Exit::kInput);
      CHECK(test::dump(path()) == before);
      return error.text();
    }
  }

 private:
  TemporaryFolder folder_;
  std::int64_t now_ = 1'700'000'000;
};

std::string liked(const std::string& titles, const std::string& banned = "") {
  std::string tracks;
  for (const char title : titles)
    tracks += (tracks.empty() ? "" : ",") +
              (R"({"artist":"A","album":"X","track":")" + std::string(1, title) + "\"}");
  return R"({"tracks":[)" + tracks + R"(],"albums":[],"shows":[],"bannedTracks":[],"artists":[)" +
         R"(],"bannedArtists":[)" + banned + "]}";
}

std::string playlist(const std::string& numbers) {
  std::string csv =
      "\"Track URI\",\"Track Name\",\"Artist URI(s)\",\"Artist Name(s)\",\"Album URI\",\"Album "
      "Name\",\"Added At\",\"Track Duration (ms)\"\n";
  for (const char number : numbers)
    csv += std::string("\"spotify:track:000000000000000000000") + number + "\",\"Song " + number +
           "\",\"\",\"A\",\"\",\"X\",\"2023-01-05T10:00:00Z\",\"200000\"\n";
  return csv;
}

}  // namespace

TEST_CASE("what was said of an import's ban goes with it", "[import][undo][feedback]") {
  Library library;
  library.plays_file("a", 1, 3);
  library.file("YourLibrary.json", liked("", R"({"name":"A"})"));
  {
    Store store = library.store();
    const std::int64_t ann = store.integer("SELECT user_id FROM users WHERE name = 'ann'");
    engine::library::say(store, {.is_ban = true, .begins = false}, ann, "A", library.now() + 50);
    CHECK(store.integer("SELECT count(*) FROM feedback") == 2);
  }
  Store store = library.store();
  undo_imports(store, {2});
  CHECK(library.store().integer("SELECT count(*) FROM feedback") == 0);
  CHECK(library.story().find("|ban|") == std::string::npos);
}

TEST_CASE("plays of an import that is undone are gone, and can be imported again",
          "[import][undo]") {
  Library library;
  library.plays_file("a", 1, 20);
  const std::string before = library.story();
  library.plays_file("b", 30, 40);
  const std::string after = library.story();
  const std::vector<UndoneImport> undone = library.undo({2});
  REQUIRE(undone.size() == 1);
  CHECK(undone[0].listens == 11);
  CHECK(undone[0].import.user == "ann");
  CHECK(library.story() == before);
  CHECK(list_imports(library.store(), 0).size() == 1);
  library.plays_file("b", 30, 40);
  CHECK(library.story() == after);
}

TEST_CASE("what a later export of the same service told too stays", "[import][undo]") {
  Library alone, both;
  alone.plays_file("b", 11, 30);
  both.plays_file("a", 1, 20);
  both.plays_file("b", 11, 30);
  CHECK(both.undo({1})[0].listens == 10);
  CHECK(both.story() == alone.story());
  // By its word now: without it they are gone.
  CHECK(both.undo({2})[0].listens == 20);
  CHECK(both.store().integer("SELECT count(*) FROM listens") == 0);
}

TEST_CASE("what another service told too stays as it tells it", "[import][undo]") {
  Library alone, both;
  alone.plays_file("b", 11, 30, "lastfm_csv");
  both.plays_file("a", 1, 20);
  both.plays_file("b", 11, 30, "lastfm_csv");
  both.undo({1});
  CHECK(both.story() == alone.story());
}

TEST_CASE("plays that were told twice stay through merges and joins", "[import][undo]") {
  Library library;
  library.plays_file("a", 1, 4);
  library.plays_file("b", 3, 4);
  {
    Store store = library.store();
    const auto number = [&](const std::string& title) {
      return store.integer("SELECT track_id FROM tracks WHERE title = '" + title + "'");
    };
    engine::library::merge_tracks(store, number("Song 1"), number("Song 3"), 1);
    DirectImport(library.path(), "bob").file("spotify_extended", "c", "listens", plays(2, 3));
    engine::library::join_people(store, *engine::find_user(store, "ann"),
                                 *engine::find_user(store, "bob"));
  }
  library.undo({1});  // 1 is gone; 2 was bob's, 3 is called 1 now, 4 is told by b
  CHECK(library.store().integer("SELECT count(*) FROM listens") == 3);
}

TEST_CASE("likes, bans and playlists are as before an import that is undone", "[import][undo]") {
  Library library;
  library.file("YourLibrary.json", liked("abc", R"({"name":"F"})"));
  library.file("Mix.csv", playlist("123"));
  const std::string before = library.story();
  library.file("YourLibrary.json", liked("bcde"));
  library.file("Mix.csv", playlist("245"));
  CHECK(library.story() != before);
  CHECK_THAT(library.why_not(1), Catch::Contains("import 1 cannot be undone") &&
                                     Catch::Contains("import 3 has told its lists again since"));
  CHECK_THAT(library.why_not(2), Catch::Contains("import 2 cannot be undone"));
  const std::vector<UndoneImport> undone = library.undo({3, 4});
  CHECK(undone.size() == 2);
  CHECK(undone[0].import.id == 4);                     // the newest first
  CHECK(undone[1].rows.removed.at("holdings") == 2);   // d, e
  CHECK(undone[1].rows.restored.at("holdings") == 4);  // a and F hold again; b, c as told before
  CHECK(library.story() == before);
  // What holds now was told by the first: its bytes stand for that.
  CHECK(library.store().integer("SELECT count(*) FROM ingestions WHERE is_superseded = 1 AND "
                                "format = 'spotify_library'") == 0);
  library.undo({1, 2});
  CHECK(library.store().integer("SELECT count(*) FROM holdings") == 0);
  CHECK(library.store().integer("SELECT count(*) FROM playlists") == 0);
}

TEST_CASE("what a person said after an import stands when it is undone", "[import][undo]") {
  Library library;
  library.file("YourLibrary.json", liked("ab"));
  {
    Store store = library.store();
    const std::int64_t ann = engine::find_user(store, "ann")->id;
    engine::library::say(store, {.is_ban = false, .begins = false}, ann, "A - a",
                         library.now() + 10);
    engine::library::say(store, {.is_ban = false, .begins = true}, ann, "A - b",
                         library.now() + 10);
  }
  const std::vector<UndoneImport> undone = library.undo({1});
  CHECK(undone[0].rows.left == 1);  // that a was liked until she said otherwise
  const Store store = library.store();
  CHECK(store.integer("SELECT count(*) FROM likes") == 1);
  CHECK(store.integer("SELECT count(*) FROM holdings WHERE teller = 'you' AND ended_at IS NULL") ==
        1);
}

TEST_CASE("an import that cannot be undone says why", "[import][undo]") {
  Library library;
  library.plays_file("a", 1, 3);
  library.file("tracks.csv", "track_name,artist_name,energy\nSong,B,0.5\n");
  CHECK_THAT(library.why_not(9),
             Catch::Contains("there is no import 9") && Catch::Contains("engine library imports"));
  CHECK_THAT(library.why_not(2), Catch::Contains("it is nobody's: a catalogue"));
  library.store().execute("UPDATE ingestions SET is_recorded = 0 WHERE ingestion_id = 1");
  CHECK_THAT(library.why_not(1), Catch::Contains("an earlier engine imported it"));
  const auto imports = list_imports(library.store(), 0);
  REQUIRE(imports.size() == 2);
  CHECK(imports[0].buckets == std::map<std::string, std::int64_t>{{"new", 3}});
  CHECK_FALSE(imports[0].obstacle.empty());
}
