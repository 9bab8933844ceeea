// What people hand to an import: files that no source reads are named, text in other forms is read,
// a reading by other settings takes the place of the one before.
#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/zone_changes.hpp"
#include "support/import_run.hpp"
#include "support/packed_files.hpp"

using engine::Store;
using engine::import::BucketCounts;
using engine::import::import_json;
using engine::import::import_paths;
using engine::import::import_text;
using engine::import::ImportResult;
using test::import_options;
using test::write_file;
using namespace std::string_literals;

namespace {

const std::string kPlays =
    "artist,track,date\nA,Beyonc\xc3\xa9,2025-06-03 18:00:00\nA,C,2025-06-04 18:00:00\n";

std::vector<std::int64_t> listens(const std::string& store_path) {
  const Store store = Store::open(store_path, {.is_read_only = true});
  std::vector<std::int64_t> times;
  engine::Statement select = store.prepare("SELECT ts FROM listens ORDER BY ts");
  for (select.start(); select.step();) times.push_back(select.integer(0));
  return times;
}

/// One file of its own store, as `ann`.
ImportResult import_one(const TemporaryFolder& folder, const std::string& name,
                        const std::string& bytes) {
  return import_paths(
      import_options(folder.file(name + ".db"), {write_file(folder.file(name), bytes)}, "ann"));
}

std::string in_utf16(const std::string& text, bool is_little) {
  std::string wide;
  for (std::size_t k = 0; k < text.size(); ++k) {
    std::string unit(1, text[k]);
    if (text[k] == '\xc3') unit = "\xe9", ++k;  // the only one beyond ASCII
    unit.insert(is_little ? unit.end() : unit.begin(), '\0');
    wide += unit;
  }
  return wide;
}

std::string title_of(const std::string& store_path) {
  const Store store = Store::open(store_path, {.is_read_only = true});
  engine::Statement select =
      store.prepare("SELECT title FROM tracks JOIN listens USING (track_id) ORDER BY ts LIMIT 1");
  select.start();
  return select.step() ? std::string(select.text(0)) : "";
}

}  // namespace

TEST_CASE("a named file that no source reads is named with what to do", "[import][recognition]") {
  const struct {
    const char* name;
    std::string bytes;
    const char* what;
  } files[] = {
      {"a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"s, "as CSV"},
      {"list.json",
       R"({"title":"x","description":"","creator":"e","created":"2026-01-01T00:00:00Z","tracks":[)"
       R"({"position":1,"track":17,"title":"B","artist":"A","features":{}}]})",
       "a playlist that `engine run --to json` wrote"},
      {"run.json",
       R"({"run":1,"recipe":"weekly.lua","title":"x","random_seed":1,"tracks":[{"track":17}]})",
       "`engine run --json`"},
      {"stream.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.0,\na.ts\n",
       "a list of streams (HLS)"},
      {"other.xml", "<?xml version=\"1.0\"?>\n<plist><dict><key>Other</key>", "XML"},
      {"own.csv", "Wer,Was\nA,B\n",
       "--columns title=...,artist=...,time=...; its first line is: Wer,Was"},
      {"empty.csv", "", "an empty file"},
  };
  const TemporaryFolder folder;
  for (const auto& [name, bytes, what] : files) {
    CAPTURE(name);
    const ImportResult result = import_one(folder, name, bytes);
    REQUIRE(result.files.size() == 1);
    CHECK_THAT(result.files[0].what, Catch::Contains(what));
    CHECK(result.files[0].buckets == BucketCounts{{"unrecognised", 1}});
    CHECK_FALSE(result.is_good());
    const std::string text = import_text(result);
    CHECK_THAT(text, Catch::Contains("not recognised by any source: ") &&
                         Catch::Contains("nothing came of ") &&
                         Catch::Contains("what is read:\n") && Catch::Contains("  lastfm_csv "));
  }
}

TEST_CASE("a text document is told from an archive by the names in it", "[import][recognition]") {
  const TemporaryFolder folder;
  const ImportResult result =
      import_one(folder, "letter.docx",
                 test::pack_zip({{"[Content_Types].xml", ""}, {"word/document.xml", ""}}));
  REQUIRE(result.files.size() == 1);
  CHECK(result.files[0].what == "a text document (.docx)");
  CHECK_FALSE(result.is_good());
}

TEST_CASE("the sheets of a workbook are read as tables", "[import][recognition]") {
  const TemporaryFolder folder;
  const ImportResult result =
      import_one(folder, "deezer-data_1.xlsx", test::pack_workbook("documents/deezer"));
  CHECK(result.is_good());
  std::map<std::string, std::string> formats;  // by sheet
  for (const auto& file : result.files) {
    formats[file.path.substr(file.path.rfind('/') + 1)] = file.format;
    CHECK(file.error == "");
  }
  CHECK(formats == std::map<std::string, std::string>{{"1_creationData.csv", "deezer"},
                                                      {"4_favoriteArtist.csv", "deezer"},
                                                      {"5_favoriteAlbum.csv", "deezer"},
                                                      {"8_favoriteSong.csv", "deezer"},
                                                      {"9_dislikedTracks.csv", "deezer"},
                                                      {"10_listeningHistory.csv", "plays_csv"},
                                                      {"11_playlistCreated.csv", "deezer"}});
  CHECK(listens(folder.file("deezer-data_1.xlsx.db")) ==
        std::vector<std::int64_t>{1'767'225'600, 1'767'225'900});
}

TEST_CASE("text in UTF-16 and Windows-1252 and with lone returns is read",
          "[import][recognition]") {
  const TemporaryFolder folder;
  std::string latin = kPlays, returns = kPlays;
  latin.replace(latin.find("\xc3\xa9"), 2, "\xe9");
  for (char& c : returns) c = c == '\n' ? '\r' : c;
  const struct {
    const char* name;
    std::string bytes;
    const char* note;
  } files[] = {
      {"little-bom.csv", "\xff\xfe" + in_utf16(kPlays, true), "UTF-16"},
      {"big-bom.csv", "\xfe\xff" + in_utf16(kPlays, false), "UTF-16"},
      {"little.csv", in_utf16(kPlays, true), "UTF-16"},
      {"big.csv", in_utf16(kPlays, false), "UTF-16"},
      {"latin.csv", latin, "iconv -f ENCODING -t UTF-8"},
      {"returns.csv", returns, "carriage returns"},
  };
  for (const auto& [name, bytes, note] : files) {
    CAPTURE(name);
    const ImportResult result = import_one(folder, name, bytes);
    REQUIRE(result.files.size() == 1);
    CHECK(result.files[0].buckets == BucketCounts{{"new", 2}});
    CHECK(title_of(folder.file(name + ".db"s)) == "Beyonc\xc3\xa9");
    REQUIRE(result.files[0].notes.size() == 1);
    CHECK_THAT(result.files[0].notes[0], Catch::Contains(note));
    CHECK(result.is_good());
  }
  // One broken byte in a file that is UTF-8 otherwise stays a broken byte.
  std::string mostly = kPlays + "A,\xe9,2025-06-05 18:00:00\n";
  const ImportResult result = import_one(folder, "mostly.csv", mostly);
  REQUIRE(result.files[0].notes.size() == 1);
  CHECK_THAT(result.files[0].notes[0], Catch::Contains("U+FFFD"));
  CHECK(title_of(folder.file("mostly.csv.db")) == "Beyonc\xc3\xa9");
}

TEST_CASE("a path of the command line of which nothing came is an input error",
          "[import][recognition]") {
  const TemporaryFolder folder;
  const std::string good = write_file(folder.file("in/plays.csv"), kPlays);
  const std::string empty = write_file(folder.file("header.csv"), "artist,track,date\n");
  const std::string broken =
      write_file(folder.file("broken.csv"), "artist,track,date\nA,B,never\n");
  write_file(folder.file("in/notes.txt"), "dear diary");

  const ImportResult both =
      import_paths(import_options(folder.file("a.db"), {good, empty, broken}, "ann"));
  CHECK(both.fruitless == std::vector<std::string>{empty, broken});
  CHECK_FALSE(both.is_good());
  CHECK_THAT(import_text(both), Catch::Contains("nothing came of " + empty + "\n"));
  CHECK(import_json(both).contains("fruitless"));

  // What a folder holds beside does no harm, and neither does what is known already.
  CHECK(import_paths(import_options(folder.file("a.db"), {folder.file("in")}, "ann")).is_good());
  write_file(folder.file("others/notes.txt"), "dear diary");
  const ImportResult none =
      import_paths(import_options(folder.file("a.db"), {folder.file("others")}, "ann"));
  CHECK(none.fruitless == std::vector<std::string>{folder.file("others")});
  CHECK_FALSE(none.is_good());
}

TEST_CASE("plays after now are stored and told", "[import][recognition]") {
  const TemporaryFolder folder;
  // The import's now is 2027-01-15.
  const ImportResult result = import_one(folder, "plays.csv",
                                         kPlays +
                                             "A,D,2031-05-05 05:05:05\n"
                                             "A,E,2030-05-05 05:05:05\n");
  CHECK(result.files[0].buckets == BucketCounts{{"new", 4}});
  CHECK(result.files[0].notes ==
        std::vector<std::string>{"2 plays are dated after now, the last 2031-05-05: stored, but of "
                                 "no effect before that time; some clock was set wrong"});
}

TEST_CASE("a player's log imported again in the known zone has the right times",
          "[import][recognition]") {
  const TemporaryFolder folder;
  const std::string store_path = folder.file("a.db");
  const std::string log = write_file(folder.file(".scrobbler.log"),
                                     "#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\n"
                                     "A\tB\tC\t1\t250\tL\t1751400000\t\n"
                                     "A\tB\tD\t1\t250\tL\t1766599200\t\n");
  const auto set_zone = [&](const char* zone) {
    Store store = Store::open(store_path);
    engine::Transaction transaction(store);
    store.prepare("UPDATE users SET timezone = ?1").run(std::string(zone));
    transaction.commit();
  };
  const auto options = import_options(store_path, {log}, "ann");
  const ImportResult first = import_paths(options);
  CHECK_THAT(first.files[0].notes.at(0), Catch::Contains("engine library timezone ZONE"));
  CHECK(listens(store_path) == std::vector<std::int64_t>{1751400000, 1766599200});
  CHECK(import_paths(options).files[0].notes == std::vector<std::string>{"imported before"});

  set_zone("Europe/Berlin");
  const ImportResult second = import_paths(options);
  CHECK(listens(store_path) == std::vector<std::int64_t>{1751392800, 1766595600});
  CHECK(second.files[0].notes ==
        std::vector<std::string>{"takes the place of an earlier reading (timezone=UTC), of which "
                                 "2 listens are taken out"});
  CHECK(import_paths(options).files[0].notes == std::vector<std::string>{"imported before"});

  set_zone("UTC");
  import_paths(options);
  CHECK(listens(store_path) == std::vector<std::int64_t>{1751400000, 1766599200});
}

TEST_CASE("another order of dates takes the place of an earlier reading", "[import][recognition]") {
  const TemporaryFolder folder;
  const std::string store_path = folder.file("a.db");
  const std::string path =
      write_file(folder.file("x.csv"), "artist,track,date\nA,B,03/10/2017 21:47\n");
  auto options = import_options(store_path, {path}, "ann");
  const ImportResult first = import_paths(options);
  CHECK_THAT(first.files[0].notes.at(0), Catch::Contains("--dates day-first"));
  CHECK(listens(store_path) == std::vector<std::int64_t>{1489182420});
  options.dates = "day-first";
  import_paths(options);
  CHECK(listens(store_path) == std::vector<std::int64_t>{1507067220});
  // A file that no date of depends on it is the same file.
  const std::string iso = write_file(folder.file("iso.csv"), kPlays);
  import_paths(import_options(store_path, {iso}, "ann"));
  auto again = import_options(store_path, {iso}, "ann");
  again.dates = "day-first";
  CHECK(import_paths(again).files[0].notes == std::vector<std::string>{"imported before"});
}

TEST_CASE("another order of dates corrects when a track was liked", "[import][recognition]") {
  const TemporaryFolder folder;
  const std::string store_path = folder.file("a.db");
  // 10 March read month first, 3 October read day first: the later one is right here.
  auto options =
      import_options(store_path,
                     {write_file(folder.file("liked_songs.csv"),
                                 "Track URI,Track Name,Artist Name(s),Added At\n"
                                 "spotify:track:0000000000000000000001,B,A,03/10/2017 21:47\n")},
                     "ann");
  const auto liked = [&] {
    return Store::open(store_path, {.is_read_only = true}).integer("SELECT max(ts) FROM likes");
  };
  import_paths(options);
  CHECK(liked() == 1489182420);
  options.dates = "day-first";
  import_paths(options);
  CHECK(liked() == 1507067220);
  options.dates = "month-first";
  import_paths(options);
  CHECK(liked() == 1489182420);
}

TEST_CASE("columns that name nothing of a file are told", "[import][recognition]") {
  const TemporaryFolder folder;
  auto options =
      import_options(folder.file("a.db"), {write_file(folder.file("x.csv"), kPlays)}, "ann");
  options.columns = "title=Song,artist=Singer";
  const ImportResult result = import_paths(options);
  CHECK(result.files[0].buckets == BucketCounts{{"new", 2}});
  CHECK(result.files[0].notes ==
        std::vector<std::string>{"--columns names no column of this file and is not used"});
  options.paths = {write_file(folder.file("y.csv"), "Wer,Was\nA,B\n")};
  CHECK_THAT(import_paths(options).files[0].what,
             Catch::Contains("--columns names none of its columns"));
}

TEST_CASE("the changes of a zone are found to the second", "[import][recognition]") {
  const auto berlin = engine::zone_changes("Europe/Berlin", 1735689600, 1767225600);  // 2025
  REQUIRE(berlin.size() == 3);
  CHECK(berlin[0].offset == 3600);
  CHECK(berlin[1].from == 1743296400);  // 2025-03-30 01:00 UTC
  CHECK(berlin[1].offset == 7200);
  CHECK(berlin[2].from == 1761440400);  // 2025-10-26 01:00 UTC
  CHECK(engine::zone_changes("Asia/Kolkata", 1735689600, 1767225600).size() == 1);
  CHECK_THROWS_AS(engine::zone_changes("Europe/Nowhere", 0, 1), engine::Error);
}
