// A newer export is the truth about what it lists: what a service listed before and does not list
// any more has ended, and the import says so.
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/duration.hpp"
#include "import/import.hpp"
#include "support/import_run.hpp"

using engine::Store;
using engine::import::EndedList;
using engine::import::FileResult;
using engine::import::ImportResult;
using test::import_options;
using test::write_file;

namespace {

using engine::kDay;

constexpr std::int64_t kFirst = 1'700'000'000;

/// Imports into one store, a day later each time.
class Exports {
 public:
  ImportResult import(const std::string& path) {
    auto options = import_options(store_path(), {folder_.file(path)}, "ann");
    options.now = now_ += kDay;
    return import_paths(options);
  }
  ImportResult import(const std::string& path, const std::string& content) {
    write(path, content);
    return import(path);
  }
  std::string write(const std::string& path, const std::string& content) {
    return write_file(folder_.file(path), content);
  }
  void remove(const std::string& path) { std::filesystem::remove_all(folder_.file(path)); }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    return Store::open(store_path()).integer("SELECT count(*) FROM " + sql);
  }
  [[nodiscard]] std::string store_path() const { return folder_.file("library.db"); }
  [[nodiscard]] std::int64_t now() const { return now_; }

 private:
  TemporaryFolder folder_;
  std::int64_t now_ = kFirst;
};

std::string liked(const std::string& title) {
  return R"({"artist":"A","album":"X","track":")" + title + "\"}";
}
std::string library(const std::string& tracks, const std::string& albums = "",
                    const std::string& artists = "", const std::string& banned_tracks = "",
                    const std::string& banned_artists = "") {
  return R"({"tracks":[)" + tracks + R"(],"albums":[)" + albums +
         R"(],"shows":[],"bannedTracks":[)" + banned_tracks + R"(],"artists":[)" + artists +
         R"(],"bannedArtists":[)" + banned_artists + "]}";
}

const std::string kHeader =
    "\"Track URI\",\"Track Name\",\"Artist URI(s)\",\"Artist Name(s)\",\"Album URI\",\"Album "
    "Name\",\"Added At\",\"Track Duration (ms)\"\n";
/// A row of Exportify's; `number` stands for the track.
std::string row(int number, const std::string& added = "2023-01-05T10:00:00Z") {
  const std::string id = "000000000000000000000" + std::to_string(number);
  return "\"spotify:track:" + id + "\",\"Song " + std::to_string(number) +
         "\",\"\",\"A\",\"\",\"X\",\"" + added + "\",\"200000\"\n";
}

std::string told(const FileResult& file) {
  std::string text;
  for (const EndedList& ended : file.ended) {
    text += std::to_string(ended.count) + " " + ended.list + ":";
    for (const std::string& name : ended.names) text += " " + name + ";";
    text += "\n";
  }
  return text;
}

std::string feedback(int recording, int score, std::int64_t created) {
  return R"({"recording_msid":null,"recording_mbid":"00000000-0000-4000-8000-00000000000)" +
         std::to_string(recording) + R"(","score":)" + std::to_string(score) + R"(,"created":)" +
         std::to_string(created) + "}\n";
}

}  // namespace

TEST_CASE("what a newer library export does not list has ended", "[import][lists]") {
  Exports exports;
  const std::string all = library(
      liked("One") + "," + liked("Two") + "," + liked("Three"), R"({"artist":"B","album":"First"})",
      R"({"name":"C"},{"name":"D"})", R"({"artist":"E","track":"Noise"})", R"({"name":"F"})");
  CHECK(told(exports.import("YourLibrary.json", all).files[0]).empty());
  const std::int64_t first = exports.now();
  const ImportResult newer =
      exports.import("YourLibrary.json", library(liked("Two"), "", R"({"name":"D"})"));
  CHECK(exports.count("likes") == 1);
  CHECK(exports.count("saved_albums") == 0);
  CHECK(exports.count("saved_artists") == 1);
  CHECK(exports.count("banned") == 0);
  CHECK(told(newer.files[0]) ==
        "2 bans: E - Noise; F;\n"
        "2 likes: A - One; A - Three;\n"
        "1 saved albums: B - First;\n"
        "1 saved artists: C;\n");
  CHECK_THAT(engine::import::import_text(newer),
             Catch::Contains("no longer listed: 2 bans (E - Noise, F); 2 likes (A - One, A - "
                             "Three); 1 saved album (B - First); 1 saved artist (C)"));
  const nlohmann::json json = engine::import::import_json(newer);
  CHECK(json.at("files")[0].at("ended")[1] ==
        nlohmann::json{{"list", "likes"}, {"count", 2}, {"names", {"A - One", "A - Three"}}});
  // They ended with the import that did not list them.
  CHECK(exports.count("holdings WHERE ended_at = " + std::to_string(first + kDay)) == 6);
}

TEST_CASE("an emptied list is empty", "[import][lists]") {
  Exports exports;
  exports.import("YourLibrary.json", library(liked("One")));
  const ImportResult emptied = exports.import("YourLibrary.json", library(""));
  CHECK(exports.count("likes") == 0);
  CHECK(told(emptied.files[0]) == "1 likes: A - One;\n");
}

TEST_CASE("the same bytes again stand for what the store holds only while it holds that",
          "[import][lists]") {
  Exports exports;
  const std::string two = library(liked("One") + "," + liked("Two")), one = library(liked("One"));
  exports.import("YourLibrary.json", two);
  // Unchanged: not read, nothing added.
  const std::string before = test::dump(exports.store_path());
  CHECK(exports.import("YourLibrary.json", two).files[0].notes ==
        std::vector<std::string>{"imported before"});
  CHECK(test::dump(exports.store_path()) == before);
  exports.import("YourLibrary.json", one);
  CHECK(exports.count("likes") == 1);
  const ImportResult back = exports.import("YourLibrary.json", two);
  CHECK(back.files[0].buckets == engine::import::BucketCounts{{"duplicate", 1}, {"new", 1}});
  CHECK(exports.count("likes") == 2);
  CHECK(exports.count("ingestions") == 2);
}

TEST_CASE("old and new export in one folder give the new state, again and again",
          "[import][lists]") {
  Exports exports;
  exports.write("all/2023/YourLibrary.json", library(liked("One") + "," + liked("Two")));
  exports.write("all/2024/YourLibrary.json", library(liked("Two") + "," + liked("Three")));
  const ImportResult first = exports.import("all");
  CHECK(exports.count("likes") == 2);
  CHECK(told(first.files[1]).empty());  // nothing that was there before this import is gone
  const std::string before = test::dump(exports.store_path());
  for (int k = 0; k < 2; ++k) {
    const ImportResult again = exports.import("all");
    CHECK(exports.count("likes") == 2);
    CHECK(exports.count("holdings") == Store::open(exports.store_path())
                                           .integer("SELECT count(*) FROM holdings WHERE "
                                                    "ended_at IS NULL OR ended_at < " +
                                                    std::to_string(exports.now())));
    CHECK(told(again.files[0]) + told(again.files[1]) == "");
  }
}

TEST_CASE("one service does not end what another or the person says", "[import][lists]") {
  Exports exports;
  exports.write("lb/listens.jsonl",
                R"({"listened_at":1690000000,"track_metadata":{"artist_name":"A","track_name":)"
                R"("One","additional_info":{"recording_mbid":)"
                R"("00000000-0000-4000-8000-000000000001"}}})"
                "\n");
  exports.write("lb/feedback.jsonl", feedback(1, 1, 1'690'000'100));
  exports.import("lb");
  CHECK(exports.count("likes") == 1);
  {
    Store store = Store::open(exports.store_path());
    store.execute(
        "INSERT INTO holdings (user_id, kind, id, teller, ts) SELECT 1, 1, "
        "track_id, 'you', 1690000200 FROM tracks");
  }
  exports.import("YourLibrary.json", library(liked("One") + "," + liked("Two")));
  const ImportResult newer = exports.import("YourLibrary.json", library(""));
  CHECK(told(newer.files[0]) == "2 likes: A - One; A - Two;\n");
  CHECK(exports.count("likes") == 1);
  CHECK(exports.count("holdings WHERE ended_at IS NULL AND teller = 'you'") == 1);
  CHECK(exports.count("holdings WHERE ended_at IS NULL AND teller = 'listenbrainz'") == 1);
}

TEST_CASE("an export that is cut off or damaged ends nothing", "[import][lists]") {
  Exports exports;
  const std::string all = library(liked("One") + "," + liked("Two") + "," + liked("Three"));
  exports.import("YourLibrary.json", all);
  SECTION("cut off") {
    exports.import("YourLibrary.json", all.substr(0, all.find("Two") + 5));
    CHECK(exports.count("likes") == 3);
  }
  SECTION("a record that cannot be read") {
    const ImportResult damaged = exports.import(
        "YourLibrary.json",
        library(liked("One") + R"(,{"artist":"A,"track":nothing},)" + liked("Three")));
    CHECK(damaged.files[0].buckets.at("malformed") == 1);
    CHECK(exports.count("likes") == 3);
    CHECK_THAT(damaged.files[0].notes.back(), Catch::Contains("does not list was kept"));
  }
  SECTION("one without the section says nothing of it") {
    exports.import("YourLibrary.json", R"({"tracks":[],"albums":[],"shows":[]})");
    CHECK(exports.count("likes") == 0);
    exports.import("YourLibrary.json", all);
    exports.import("YourLibrary.json", R"({"albums":[],"shows":[],"tracks":"none"})");
    CHECK(exports.count("likes") == 3);
  }
}

TEST_CASE("what the person took back does not return with the next export", "[import][lists]") {
  Exports exports;
  exports.import("YourLibrary.json", library(liked("One") + "," + liked("Two")));
  {
    Store store = Store::open(exports.store_path());
    store.execute("UPDATE holdings SET ended_at = " + std::to_string(exports.now() + 10) +
                  ", ended_by = 'you' WHERE id = 1");
  }
  exports.import("YourLibrary.json", library(liked("Two") + "," + liked("One")));
  CHECK(exports.count("likes") == 1);
  exports.import("YourLibrary.json", library(liked("Two")));
  exports.import("YourLibrary.json", library(liked("One") + "," + liked("Two")));
  CHECK(exports.count("likes") == 2);
}

TEST_CASE("hated later is no like and is banned, neither ends both", "[import][lists]") {
  Exports exports;
  exports.write("lb/listens.jsonl",
                R"({"listened_at":1690000000,"track_metadata":{"artist_name":"A","track_name":)"
                R"("One","additional_info":{"recording_mbid":)"
                R"("00000000-0000-4000-8000-000000000001"}}})"
                "\n");
  exports.write("lb/feedback.jsonl", feedback(1, 1, 1'690'000'100));
  exports.import("lb");
  CHECK(exports.count("likes") == 1);
  exports.write("lb/feedback.jsonl", feedback(1, -1, 1'690'000'500));
  exports.import("lb");
  CHECK(exports.count("likes") == 0);
  CHECK(exports.count("banned") == 1);
  // The like ended when it was hated, not when that was imported.
  CHECK(exports.count("holdings WHERE kind = 1 AND ts = 1690000100 AND ended_at = 1690000500") ==
        1);
  CHECK(exports.count("holdings WHERE kind = 4 AND ts = 1690000500 AND ended_at IS NULL") == 1);
  SECTION("an older export tells by its dates that it is older") {
    exports.write("lb/feedback.jsonl", feedback(1, 1, 1'690'000'200));
    exports.import("lb");
    CHECK(exports.count("likes") == 0);
    CHECK(exports.count("banned") == 1);
  }
  SECTION("no opinion") {
    exports.write("lb/feedback.jsonl", feedback(1, 0, 1'690'000'900));
    exports.import("lb");
    CHECK(exports.count("likes") == 0);
    CHECK(exports.count("banned") == 0);
  }
  SECTION("loved again") {
    exports.write("lb/feedback.jsonl", feedback(1, 1, 1'690'000'900));
    exports.import("lb");
    CHECK(exports.count("likes") == 1);
    CHECK(exports.count("banned") == 0);
  }
}

TEST_CASE("liked songs of Exportify are Spotify's likes", "[import][lists]") {
  Exports exports;
  exports.import("liked_songs.csv", kHeader + row(1) + row(2) + row(3));
  CHECK(exports.count("likes") == 3);
  const ImportResult newer = exports.import("Liked Songs (1).csv", kHeader + row(2));
  CHECK(exports.count("likes") == 1);
  CHECK(told(newer.files[0]) == "2 likes: A - Song 1; A - Song 3;\n");
  // Any playlist may be called so: it adds its tracks and ends nothing.
  exports.import("liked_in_summer.csv", kHeader + row(4));
  CHECK(exports.count("likes") == 2);
}

TEST_CASE("two lists of one content are two lists, empty ones too", "[import][lists]") {
  Exports exports;
  exports.write("lists/Road_trip.csv", kHeader + row(1) + row(2));
  exports.write("lists/Copy_of_Road_trip.csv", kHeader + row(1) + row(2));
  exports.write("lists/Nothing.csv", kHeader);
  exports.write("lists/Nothing_either.csv", kHeader);
  const ImportResult first = exports.import("lists");
  CHECK(exports.count("playlists") == 4);
  CHECK(exports.count("playlist_tracks") == 4);
  CHECK(first.files[2].rows == 1);
  CHECK(first.files[2].buckets == engine::import::BucketCounts{{"new", 1}});
  const std::string before = test::dump(exports.store_path());
  exports.import("lists");
  CHECK(test::dump(exports.store_path()) == before);
}

TEST_CASE("a list whose file was renamed has the new name", "[import][lists]") {
  Exports exports;
  exports.import("lists/Road_trip.csv", kHeader + row(1) + row(2));
  exports.remove("lists/Road_trip.csv");
  const ImportResult renamed = exports.import("lists/Holiday.csv", kHeader + row(1) + row(2));
  CHECK(exports.count("playlists") == 1);
  CHECK(exports.count("playlists WHERE name = 'Holiday'") == 1);
  CHECK(told(renamed.files[0]) == "1 playlists: Road trip;\n");
  // Another list; a file that is only gone may be anywhere, and its list stays.
  exports.remove("lists/Holiday.csv");
  exports.import("lists/Other.csv", kHeader + row(3));
  CHECK(exports.count("playlists") == 2);
}

TEST_CASE("a playlist that is changed back is as the last import says", "[import][lists]") {
  Exports exports;
  exports.import("Road_trip.csv", kHeader + row(1) + row(2));
  exports.import("Road_trip.csv", kHeader + row(1));
  CHECK(exports.count("playlist_tracks") == 1);
  // As of the day in between it was there.
  CHECK(exports.count("holdings WHERE kind = 6 AND ended_at = " + std::to_string(exports.now())) ==
        1);
  exports.import("Road_trip.csv", kHeader + row(1) + row(2));
  CHECK(exports.count("playlist_tracks") == 2);
  exports.import("Road_trip.csv", kHeader);
  CHECK(exports.count("playlist_tracks") == 0);
  CHECK(exports.count("playlists") == 1);
}

TEST_CASE("a playlist is replaced when its file has been read to the end", "[import][lists]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  const auto list = std::pair<std::string, test::Row>{"playlists", {{"playlist", "Mix"}}};
  const auto item = [](int position, const std::string& title) {
    return std::pair<std::string, test::Row>{"playlist_tracks",
                                             {{"playlist", "Mix"},
                                              {"position", std::to_string(position)},
                                              {"artist", "A"},
                                              {"title", title}}};
  };
  test::DirectImport(path).records("x", "1", {{list}, {item(0, "a")}, {item(1, "b")}});
  test::DirectImport(path).unfinished("x", "2", {{list}, {item(0, "c")}});
  const auto count = [&](const std::string& sql) {
    return Store::open(path).integer("SELECT count(*) FROM " + sql);
  };
  CHECK(count("playlist_tracks t JOIN playlists p USING (playlist_id) WHERE p.user_id = 1") == 2);
  CHECK(count("playlists WHERE replaces IS NULL") == 1);
  // It goes on where it ended.
  test::DirectImport(path).records("x", "2",
                                   {{list}, {item(0, "c")}, {item(1, "d")}, {item(2, "e")}});
  CHECK(count("playlist_tracks") == 3);
  CHECK(count("playlists") == 1);
  // Undated, they had been there from ever.
  CHECK(count("holdings WHERE kind = 6 AND ts = 0 AND ended_at = 1700000000") == 2);
}

TEST_CASE("playlists that a newer export of all of them does not tell are gone",
          "[import][lists]") {
  Exports exports;
  const auto playlist = [](const std::string& name, const std::string& title) {
    return R"({"name":")" + name + R"(","lastModifiedDate":"2023-05-01","items":[{"track":)" +
           R"({"trackName":")" + title + R"(","artistName":"A","albumName":"X"},)" +
           R"("addedDate":"2023-05-01"}],"numberOfFollowers":0})";
  };
  const auto file = [](const std::string& playlists) {
    return R"({"playlists":[)" + playlists + "]}";
  };
  exports.write("out/Playlist1.json",
                file(playlist("Old name", "a") + "," + playlist("Both", "b")));
  exports.write("out/Playlist2.json", file(playlist("Moves", "c")));
  exports.import("out");
  CHECK(exports.count("playlists") == 3);
  // Renamed, kept, and moved from the second file into the first.
  exports.write("out/Playlist1.json", file(playlist("New name", "a") + "," + playlist("Both", "b") +
                                           "," + playlist("Moves", "c")));
  exports.write("out/Playlist2.json", file(playlist("Another", "d")));
  const ImportResult newer = exports.import("out");
  CHECK(exports.count("playlists") == 4);
  CHECK(exports.count("playlists WHERE name = 'Old name'") == 0);
  CHECK(told(newer.files[0]) + told(newer.files[1]) == "1 playlists: Old name;\n");
  const std::string before = test::dump(exports.store_path());
  exports.import("out");
  CHECK(test::dump(exports.store_path()) == before);
}
