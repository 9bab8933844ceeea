// Whole imports: files on disc, the built sources, a worker that reads and this process that
// writes.
#include "import/import.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "store/devices.hpp"
#include "store/users.hpp"
#include "support/import_run.hpp"

using engine::Error;
using engine::Store;
using engine::import::BucketCounts;
using engine::import::FileResult;
using engine::import::ImportOptions;
using engine::import::ImportResult;
using test::import_options;
using test::write_file;

namespace {

std::string play(int second, const std::string& title, int ms = 200'000) {
  char ts[32];
  std::snprintf(ts, sizeof ts, "2024-01-02T%02d:%02d:%02dZ", second / 3600, second / 60 % 60,
                second % 60);
  return std::string(R"({"ts":")") + ts + R"(","ms_played":)" + std::to_string(ms) +
         R"(,"conn_country":"DE","master_metadata_track_name":")" + title +
         R"(","master_metadata_album_artist_name":"A","master_metadata_album_album_name":"B",)"
         R"("spotify_track_uri":null,"episode_name":null,"reason_end":"trackdone","skipped":false})";
}

std::string history(const std::vector<std::string>& plays) {
  std::string text = "[";
  for (const std::string& one : plays) text += (text.size() > 1 ? "," : "") + one;
  return text + "]";
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const char* const kCatalogue =
    "track_id,track_name,artists,energy,track_genre\n"
    "0000000000000000000001,One,A,0.5,rock\n"
    "0000000000000000000002,Two,A,0.25,jazz\n";

/// A tar archive of files that are given as name and content.
std::string tar(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string bytes;
  for (const auto& [name, content] : files) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    header.replace(100, 7, "0000644");
    char size[12];
    std::snprintf(size, sizeof size, "%011zo", content.size());
    header.replace(124, 11, size);
    header.replace(136, 11, "00000000000");
    header[156] = '0';
    header.replace(257, 8,
                   std::string("ustar\0"
                               "00",
                               8));
    header.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char check[8];
    std::snprintf(check, sizeof check, "%06o", sum);
    header.replace(148, 7, std::string(check, 7));
    bytes += header + content + std::string((512 - content.size() % 512) % 512, '\0');
  }
  return bytes + std::string(1024, '\0');
}

void check_sums(const ImportResult& result) {
  for (const FileResult& file : result.files) {
    CAPTURE(file.path);
    CHECK(test::sum(file.buckets) == file.rows);
  }
}

}  // namespace

TEST_CASE("a player's .scrobbler.log is read, other hidden files are not", "[import][files]") {
  const TemporaryFolder folder;
  write_file(folder.file("in/.scrobbler.log"),
             "#AUDIOSCROBBLER/1.1\n#TZ/UTC\n#CLIENT/Rockbox\n"
             "A Band\tAn Album\tA Song\t1\t200\tL\t1700000000\t\n");
  write_file(folder.file("in/.other.log"), "#AUDIOSCROBBLER/1.1\n");
  const ImportResult result =
      import_paths(import_options(folder.file("library.db"), {folder.file("in")}, "ann"));
  REQUIRE(result.files.size() == 1);
  CHECK(result.files[0].buckets == BucketCounts{{"new", 1}});
}

TEST_CASE("a folder of exports and catalogues is imported", "[import][files]") {
  const TemporaryFolder folder;
  const std::string store_path = folder.file("library.db");
  write_file(folder.file("in/Streaming_History_Audio_2024_10.json"), history({play(60, "One")}));
  write_file(folder.file("in/Streaming_History_Audio_2024_2.json"),
             history({play(0, "One"), play(0, "Two", 5000)}));
  write_file(folder.file("in/catalogue.csv"), kCatalogue);
  write_file(folder.file("in/__MACOSX/._x.json"), "litter");
  write_file(folder.file("in/.hidden"), "litter");
  write_file(folder.file("in/notes.txt"), "nothing that anybody reads");

  const auto options = import_options(store_path, {folder.file("in")}, "ann");
  const ImportResult result = import_paths(options);
  REQUIRE(result.files.size() == 4);
  CHECK(result.files[0].format == "tracks_csv");
  CHECK(result.files[2].path == folder.file("in/Streaming_History_Audio_2024_2.json"));
  CHECK(result.files[2].buckets == BucketCounts{{"new", 1}, {"short", 1}});
  CHECK(result.files[3].buckets == BucketCounts{{"new", 1}});
  CHECK(result.unrecognised == std::vector<std::string>{folder.file("in/notes.txt")});
  CHECK(result.user == "ann");
  CHECK(result.is_good());
  check_sums(result);
  REQUIRE(result.match_rates.size() == 1);
  CHECK(result.match_rates[0].second.plays_by_name == 3);

  const std::string before = test::dump(store_path);
  const ImportResult again = import_paths(options);
  CHECK(test::dump(store_path) == before);
  CHECK(again.files[2].buckets == BucketCounts{{"duplicate", 2}});
  CHECK(again.files[2].notes == std::vector<std::string>{"imported before"});
  CHECK(again.files[2].first == result.files[2].first);
  check_sums(again);
  CHECK(again.buckets() == BucketCounts{{"duplicate", 5}, {"unrecognised", 1}});

  const auto json = engine::import::import_json(result);
  CHECK(json.at("user") == "ann");
  CHECK(json.at("files")[2].at("format") == "spotify_extended");
  CHECK(json.at("files")[2].at("rows") == 2);
  CHECK(json.at("files")[2].at("buckets") == nlohmann::json{{"new", 1}, {"short", 1}});
  CHECK(json.at("files")[3].at("first") == "2024-01-01T23:57:40Z");
  CHECK_THAT(engine::import::import_text(result),
             Catch::Contains("match rate of ann: 100.0 % of 3 plays") &&
                 Catch::Contains("notes.txt: not recognised by any source"));
}

TEST_CASE("a dry run tells the truth and changes nothing", "[import][files]") {
  const TemporaryFolder folder;
  const std::string store_path = folder.file("library.db");
  const std::string first =
      write_file(folder.file("endsong_0.json"), history({play(0, "One"), play(60, "Two")}));
  const std::string second =
      write_file(folder.file("endsong_1.json"), history({play(60, "Two"), play(120, "Three")}));
  auto options = import_options(store_path, {first, second}, "ann");
  options.is_dry_run = true;
  const ImportResult fresh = import_paths(options);
  CHECK(fresh.is_dry_run);
  CHECK(fresh.buckets() == BucketCounts{{"duplicate", 1}, {"new", 3}});
  CHECK_FALSE(std::filesystem::exists(store_path));

  import_paths(import_options(store_path, {first}, "ann"));
  const std::string before = bytes_of(store_path);
  CHECK(import_paths(options).buckets() == BucketCounts{{"duplicate", 3}, {"new", 1}});
  CHECK(bytes_of(store_path) == before);
  CHECK_THAT(engine::import::import_text(fresh), Catch::Contains("nothing was written"));
}

TEST_CASE("people are told apart by folder", "[import][files]") {
  const TemporaryFolder folder;
  write_file(folder.file("in/ann/endsong_0.json"), history({play(0, "One")}));
  write_file(folder.file("in/bob/deep/endsong_0.json"), history({play(0, "One")}));
  write_file(folder.file("in/catalogue.csv"), kCatalogue);
  auto options = import_options(folder.file("library.db"), {folder.file("in")});
  options.is_user_per_folder = true;
  const ImportResult result = import_paths(options);
  // The same bytes, but two people; one catalogue track was known by its name.
  CHECK(result.buckets() == BucketCounts{{"new", 3}, {"updated", 1}});
  const Store store = Store::open(folder.file("library.db"));
  CHECK(engine::list_users(store).size() == 2);
  CHECK(store.integer("SELECT count(*) FROM listens WHERE user_id = "
                      "(SELECT user_id FROM users WHERE name = 'bob')") == 1);

  // Without folders and without --user nobody can tell whose this is.
  const std::string other = write_file(folder.file("endsong_1.json"), history({play(9, "Two")}));
  try {
    import_paths(import_options(folder.file("library.db"), {other}));
    FAIL("it guessed a user");
  } catch (const Error& error) {
    CHECK(error.exit() == engine::Exit::kUsage);
    CHECK_THAT(error.text(),
               Catch::Contains("its users are ann, bob") && Catch::Contains("--user"));
  }
  CHECK(Store::open(folder.file("library.db")).integer("SELECT count(*) FROM listens") == 2);
}

TEST_CASE("a file of which an earlier engine asked less completes what it told",
          "[import][files]") {
  const TemporaryFolder folder;
  std::string one = play(300, "One");
  one.insert(one.size() - 1, R"(,"reason_start":"clickrow","shuffle":false)");
  write_file(folder.file("in/endsong_0.json"), history({one, play(600, "Two")}));
  const auto options = import_options(folder.file("library.db"), {folder.file("in")});
  import_paths(options);
  const auto starts = [&] {
    return Store::open(folder.file("library.db"))
        .integer("SELECT group_concat(flags >> 48) || '0' FROM listens");
  };
  const std::int64_t told = starts();
  {
    Store store = Store::open(folder.file("library.db"));  // as migration 12 leaves it
    store.execute("UPDATE listens SET flags = flags & 0xffffffffff7f");
    store.execute("UPDATE ingestions SET is_superseded = 1");
  }
  REQUIRE(starts() != told);
  CHECK(import_paths(options).buckets() == BucketCounts{{"duplicate", 1}, {"updated", 1}});
  CHECK(starts() == told);
  CHECK(import_paths(options).buckets() == BucketCounts{{"duplicate", 2}});
}

TEST_CASE("what a play was played on is kept by its name, and told by a file read again",
          "[import][files][devices]") {
  const TemporaryFolder folder;
  std::vector<std::string> plays = {play(300, "One"), play(600, "Two"), play(900, "Three")};
  const char* const platforms[] = {"iOS 14.4 (iPhone12,1)", "not_applicable",
                                   "iOS 15.0 (iPhone12,1)"};
  for (std::size_t k = 0; k < plays.size(); ++k)
    plays[k].insert(plays[k].size() - 1, R"(,"platform":")" + std::string(platforms[k]) + "\"");
  write_file(folder.file("in/endsong_0.json"), history(plays));
  const auto options = import_options(folder.file("library.db"), {folder.file("in")});
  import_paths(options);
  const auto devices = [&] {
    const Store store = Store::open(folder.file("library.db"));
    CHECK(engine::device_names(store, 1) == std::vector<std::string>{"", "iOS (iPhone12,1)"});
    return store.integer("SELECT group_concat(flags >> 56, '') FROM listens");
  };
  CHECK(devices() == 101);
  {
    Store store = Store::open(folder.file("library.db"));  // as migration 17 leaves it
    store.execute("UPDATE listens SET flags = flags & 0xffffffffffffff");
    store.execute("UPDATE ingestions SET is_superseded = 1");
  }
  REQUIRE(devices() == 0);
  CHECK(import_paths(options).buckets() == BucketCounts{{"duplicate", 1}, {"updated", 2}});
  CHECK(devices() == 101);
}

TEST_CASE("a catalogue that lies in two people's folders is imported once", "[import][files]") {
  const TemporaryFolder folder;
  write_file(folder.file("in/ann/catalogue.csv"), kCatalogue);
  write_file(folder.file("in/bob/copy.csv"), kCatalogue);
  auto options = import_options(folder.file("library.db"), {folder.file("in")});
  options.is_user_per_folder = true;
  const ImportResult result = import_paths(options);
  CHECK(result.is_good());
  CHECK(result.buckets() == BucketCounts{{"duplicate", 2}, {"new", 2}});
  CHECK(result.files[1].notes == std::vector<std::string>{"imported before"});
  CHECK(Store::open(folder.file("library.db")).integer("SELECT count(*) FROM ingestions") == 1);
}

TEST_CASE("the first person of a library is called me, the only one is the default",
          "[import][files]") {
  const TemporaryFolder folder;
  const std::string first = write_file(folder.file("endsong_0.json"), history({play(0, "One")}));
  const std::string second = write_file(folder.file("endsong_1.json"), history({play(9, "One")}));
  CHECK(import_paths(import_options(folder.file("a.db"), {first})).user == "me");
  CHECK(import_paths(import_options(folder.file("b.db"), {first}, "ann")).user == "ann");
  CHECK(import_paths(import_options(folder.file("b.db"), {second})).user == "ann");
}

TEST_CASE("catalogues need no user", "[import][files]") {
  const TemporaryFolder folder;
  const std::string path = write_file(folder.file("c.csv"), kCatalogue);
  CHECK(import_paths(import_options(folder.file("a.db"), {path})).user.empty());
  const Store store = Store::open(folder.file("a.db"));
  CHECK(engine::list_users(store).empty());
  CHECK(store.integer("SELECT count(*) FROM tracks WHERE in_catalogue = 1") == 2);
}

TEST_CASE("archives are read member by member, unsafe names are refused", "[import][archive]") {
  const TemporaryFolder folder;
  const std::string inner = tar({{"endsong_3.json", history({play(300, "Four")})}});
  const std::string path = write_file(folder.file("export.tar"),
                                      tar({{"MyData/endsong_0.json", history({play(0, "One")})},
                                           {"../../evil.json", history({play(60, "Evil")})},
                                           {"/tmp/evil.json", history({play(60, "Evil")})},
                                           {"__MACOSX/._endsong_0.json", "litter"},
                                           {"inner.tar", inner}}));
  const ImportResult result = import_paths(import_options(folder.file("a.db"), {path}, "ann"));
  REQUIRE(result.files.size() == 2);
  CHECK(result.files[0].path == path + "/MyData/endsong_0.json");
  CHECK(result.files[1].path == path + "/inner.tar/endsong_3.json");
  REQUIRE(result.refused.size() == 2);
  CHECK(result.refused[0].first == path + "/../../evil.json");
  CHECK(result.refused[0].second == "its name leaves the archive");
  CHECK(result.refused[1].second == "its name is an absolute path");
  CHECK_FALSE(result.is_good());  // something was not read
  CHECK(result.buckets() == BucketCounts{{"new", 2}});

  // The same bytes outside of the archive are known.
  const std::string plain = write_file(folder.file("x.json"), history({play(0, "One")}));
  CHECK(import_paths(import_options(folder.file("a.db"), {plain})).buckets() ==
        BucketCounts{{"duplicate", 1}});
}

TEST_CASE("archives stop at their limits", "[import][archive]") {
  const TemporaryFolder folder;
  const std::string path =
      write_file(folder.file("export.tar"), tar({{"a.json", history({play(0, "One")})},
                                                 {"b.json", history({play(1, "Two")})},
                                                 {"c.json", history({play(2, "Three")})}}));
  auto options = import_options(folder.file("a.db"), {path}, "ann");
  SECTION("members") {
    options.archives.members = 2;
    const ImportResult result = import_paths(options);
    CHECK(result.files.size() == 2);
    REQUIRE(result.refused.size() == 1);
    CHECK(result.refused[0].second == "it holds more than 2 members; the rest is not read");
  }
  SECTION("bytes of one member") {
    options.archives.member_bytes = 10;
    const ImportResult result = import_paths(options);
    CHECK(result.files.empty());
    CHECK(result.refused.size() == 3);
  }
  SECTION("a bomb") {
    engine::import::ArchiveLimits limits;
    limits.free_bytes = 1000;
    limits.ratio = 10;
    engine::import::UnpackedSoFar so_far;
    so_far.packed_bytes = 200;
    std::vector<std::string> refused;
    engine::import::MembersReceiver members(
        "bomb.zip", 1, limits, so_far,
        {[](const std::string&, std::string_view) { FAIL("it was taken"); },
         [&](const std::string& member, const std::string& reason) {
           refused.push_back(member + ": " + reason);
         }});
    REQUIRE(members.begin("zeros") == PLAYLIST_OK);
    const std::string zeros(1500, '\0');
    CHECK(members.write(zeros.data(), zeros.size()) == PLAYLIST_OK);
    CHECK(members.write(zeros.data(), zeros.size()) == PLAYLIST_ERROR);
    members.end();
    CHECK(members.begin("more zeros") == PLAYLIST_ERROR);
    REQUIRE(refused.size() == 1);
    CHECK(refused[0] ==
          "bomb.zip/zeros: the archive unpacks to more than 10 times its size: it looks like a zip "
          "bomb");
  }
  SECTION("nesting") {
    std::string nested = tar({{"a.json", history({play(0, "One")})}});
    for (int depth = 0; depth < 3; ++depth) nested = tar({{"inner.tar", nested}});
    const std::string deep = write_file(folder.file("deep.tar"), nested);
    const ImportResult result = import_paths(import_options(folder.file("a.db"), {deep}, "ann"));
    CHECK(result.files.empty());
    REQUIRE(result.refused.size() == 2);  // the member, and that nothing was left
    CHECK(result.refused[0].second == "archives are nested deeper than 3");
  }
}

TEST_CASE("a named file that nothing reads is an input error", "[import][files]") {
  const TemporaryFolder folder;
  const std::string path = write_file(folder.file("notes.txt"), "dear diary");
  const ImportResult result = import_paths(import_options(folder.file("a.db"), {path}));
  CHECK(result.is_named_unrecognised);
  CHECK_FALSE(result.is_good());
  CHECK_THROWS_WITH(import_paths(import_options(folder.file("a.db"), {folder.file("nowhere")})),
                    Catch::Contains("nowhere"));
}

TEST_CASE("broken records are counted, the others are imported", "[import][files]") {
  const TemporaryFolder folder;
  const std::string path = write_file(
      folder.file("endsong_0.json"),
      "[" + play(0, "One") + R"(,{"ts":"never","ms_played":5,"master_metadata_track_name":"T",)" +
          R"("master_metadata_album_artist_name":"A"},)" + play(60, "Two") + "," +
          play(120, "Thr").substr(0, 80));
  const ImportResult result = import_paths(import_options(folder.file("a.db"), {path}, "ann"));
  REQUIRE(result.files.size() == 1);
  CHECK(result.files[0].buckets == BucketCounts{{"malformed", 2}, {"new", 2}});
  CHECK(result.files[0].rows == 4);
  REQUIRE(result.files[0].examples.size() == 2);
  CHECK_THAT(result.files[0].examples[0], Catch::Contains("record 2: malformed: "));
  check_sums(result);
}

TEST_CASE("a second import waits for the first, then says why it cannot go on",
          "[import][processes]") {
  const TemporaryFolder folder;
  const std::string path = write_file(folder.file("endsong_0.json"), history({play(0, "One")}));
  Store other = Store::open(folder.file("a.db"));
  const engine::Transaction writing(other);
  auto options = import_options(folder.file("a.db"), {path}, "ann");
  options.busy_seconds = 0.05;
  try {
    import_paths(options);
    FAIL("it wrote");
  } catch (const Error& error) {
    CHECK(error.exit() == engine::Exit::kStore);
    CHECK_THAT(error.text(), Catch::Contains("another process is writing to the store"));
  }
}

TEST_CASE("the import in this process ends like the one with a worker", "[import][processes]") {
  const TemporaryFolder folder;
  const std::string path =
      write_file(folder.file("endsong_0.json"), history({play(0, "One"), play(60, "Two")}));
  auto options = import_options(folder.file("a.db"), {path}, "ann");
  import_paths(options);
  options.store_path = folder.file("b.db");
  options.is_in_process = true;
  import_paths(options);
  CHECK(test::dump(folder.file("a.db")) == test::dump(folder.file("b.db")));
}
