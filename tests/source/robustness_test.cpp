// Broken and hostile files: good records before and after a bad one survive, every record lands in
// exactly one place, nothing crashes.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>

#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
using namespace std::string_literals;
using Sizes = std::map<std::string, int>;

namespace {

std::string play(const std::string& title) {
  return R"({"ts":"2023-05-01T10:03:20Z","ms_played":200000,"master_metadata_track_name":")" +
         title + R"(","master_metadata_album_artist_name":"A","spotify_track_uri":null})";
}

/// Three plays, the second of which is replaced by `broken`.
SourceRun read_with_broken(const std::string& broken) {
  SourceRun run =
      read_source("endsong_0.json", "[" + play("first") + "," + broken + "," + play("third") + "]");
  CHECK(run.source == "source.spotify_extended");
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  return run;
}

std::vector<std::string> titles(const SourceRun& run) {
  std::vector<std::string> found;
  for (const CollectedRow& row : run.of("listens")) found.push_back(row["title"]);
  return found;
}

std::vector<std::string> all_fixtures() {
  namespace fs = std::filesystem;
  const fs::path root = PLAYLIST_SOURCE_DIR "/tests/data";
  std::vector<std::string> found;
  for (const char* folder :
       {"spotify_extended", "spotify_account", "lastfm", "listenbrainz", "exportify", "tracks",
        "mpd", "hetrec", "benchmark", "scrobblers", "youtube", "apple", "databases", "documents",
        "rateyourmusic", "soundiiz"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string path = fs::relative(entry.path(), root).string();
      // What tests make databases and workbooks of is none itself.
      const bool is_part = entry.path().extension() == ".sql" || path.find("/deezer/") != path.npos;
      if (entry.is_regular_file() && !is_part) found.push_back(path);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

TEST_CASE("a broken JSON record costs itself only", "[source]") {
  const std::vector<std::string> both = {"first", "third"};
  const struct {
    std::string record, reason;
  } cases[] = {
      {R"({"ts":"2023-05-01T10:03:20Z","ms_played":tru})", "a value is expected"},
      {R"({"ts":"2023-05-01T10:03:20Z,"ms_played":1})", "\",\" is expected"},
      {R"({"ts":"2023-05-01T10:03:20Z","ms_played" 1})", "\":\" is expected behind a key"},
      {R"({"ts":"2023-05-01T10:03:20Z","ms_played":1)", "a text in quotes is expected"},
      {"{\"ts\":\"2023\n\",\"ms_played\":1}", "a control character inside a text"},
      {"{\"ts\":\"2023\0\"}"s, "a NUL byte inside a text"},
      {R"({"ts":"\x"})", "an unknown escape in a text"},
      {R"({"ts":"\u12"})", "\\u without four hexadecimal digits"},
      {R"("a text")", "a record in {} is expected"},
      {"17", "a record in {} is expected"},
      {"{\"ts\":" + std::string(100, '[') + std::string(100, ']') + "}", "nested too deeply"},
  };
  for (const auto& [record, reason] : cases) {
    CAPTURE(record);
    const SourceRun run = read_with_broken(record);
    CHECK(titles(run) == both);
    CHECK(run.rows->total == 3);
    CHECK_THAT(run.reason("malformed"), Catch::StartsWith("byte ") && Catch::EndsWith(reason));
  }
}

TEST_CASE("a truncated JSON file keeps its whole records and says where it broke", "[source]") {
  const std::string bytes = "[" + play("first") + ",\n" + play("second") + "]";
  for (std::size_t length = bytes.size() - 1; length > 250; --length) {
    CAPTURE(length);
    const SourceRun run = read_source("endsong_0.json", bytes.substr(0, length));
    REQUIRE(run.source == "source.spotify_extended");
    REQUIRE(run.rows->problem() == "");
    REQUIRE(run.rows->total >= 1);
    REQUIRE(titles(run)[0] == "first");
    const int broken = run.rows->bucket_sizes()["malformed"];
    const bool is_said = !run.rows->notices.empty() || broken == 1;
    REQUIRE(is_said);
    REQUIRE(run.of("listens").size() + static_cast<std::size_t>(broken) ==
            static_cast<std::size_t>(run.rows->total));
  }
}

TEST_CASE("a record of 10 MB is malformed and the next one is read", "[source]") {
  const std::string huge = play(std::string(10 << 20, 'x'));
  const SourceRun run = read_with_broken(huge);
  CHECK(titles(run) == std::vector<std::string>{"first", "third"});
  CHECK_THAT(run.reason("malformed"), Catch::EndsWith("longer than 1 MiB"));

  const SourceRun lines = read_source(
      "1.jsonl",
      R"({"listened_at":1767225600,"track_metadata":{"artist_name":"A","track_name":"B"}})"
      "\n{\"listened_at\":1767225600,\"x\":\"" +
          std::string(10 << 20, 'x') + "\"}\n");
  CHECK(lines.rows->problem() == "");
  CHECK(lines.of("listens").size() == 1);
  CHECK(lines.rows->bucket_sizes() == Sizes{{"malformed", 1}});

  const SourceRun csv = read_source("x.csv", "artist,track,date\nA," + std::string(10 << 20, 'x') +
                                                 ",2021-04-01 10:00:00\nA,B,2021-04-01 10:00:00\n");
  CHECK(csv.rows->problem() == "");
  CHECK(csv.of("listens").size() == 1);
  CHECK(csv.reason("malformed") == "longer than 1 MiB");
}

TEST_CASE("bytes that are not UTF-8 are replaced and counted", "[source]") {
  const SourceRun run = read_with_broken(play("bad \xff\xc3 bytes"));
  CHECK(titles(run)[1] == "bad \xef\xbf\xbd\xef\xbf\xbd bytes");
  CHECK(run.rows->notices == std::vector<std::string>{"1 texts held bytes that are not UTF-8: "
                                                      "U+FFFD stands in their place"});
}

TEST_CASE("escapes become the characters they stand for", "[source]") {
  const SourceRun run = read_with_broken(play(R"(\u00e9\ud83c\udfb5\ud83c\/\"\\)"));
  CHECK(titles(run)[1] == "é🎵\xef\xbf\xbd/\"\\");
}

TEST_CASE("a byte order mark and CRLF change nothing", "[source]") {
  const SourceRun json =
      read_source("endsong_0.json", "\xef\xbb\xbf[\r\n" + play("first") + "\r\n]\r\n");
  CHECK(json.rows->problem() == "");
  CHECK(titles(json) == std::vector<std::string>{"first"});

  const std::string csv = "artist,track,date\r\n\"A\",\"B\r\nC\",2021-04-01 10:00:00\r\n\r\nA,D,";
  const SourceRun table = read_source("x.csv", "\xef\xbb\xbf" + csv + "2021-04-01 10:00:00");
  CHECK(table.rows->problem() == "");
  CHECK(titles(table) == std::vector<std::string>{"B\r\nC", "D"});
}

TEST_CASE("a quote that never closes costs one line", "[source]") {
  const SourceRun run = read_source("x.csv",
                                    "artist,track,date\n"
                                    "A,\"B,2021-04-01 10:00:00\n"
                                    "A,\"C\",2021-04-01 10:00:00\n"
                                    "A,5\" of rain,2021-04-01 10:00:00\n");
  CHECK(run.rows->problem() == "");
  CHECK(titles(run) == std::vector<std::string>{"C", "5\" of rain"});
  CHECK(run.rows->bucket_sizes() == Sizes{{"malformed", 1}});
}

TEST_CASE("a file of stray quotes is read in linear time", "[source]") {
  std::string bytes = "artist,track,date\n";
  for (int k = 0; k < 200'000; ++k) bytes += "\"a\n";
  const SourceRun run = read_source("x.csv", bytes);
  CHECK(run.rows->problem() == "");
  CHECK(run.of("listens").empty());
  CHECK(run.rows->bucket_sizes()["malformed"] == run.rows->total);
}

TEST_CASE("NUL bytes in a table make the record malformed", "[source]") {
  const SourceRun run = read_source(
      "x.csv", "artist,track,date\nA,B\0,2021-04-01 10:00:00\nA,C,2021-04-01 10:00:00\n"s);
  CHECK(run.rows->problem() == "");
  CHECK(titles(run) == std::vector<std::string>{"C"});
  CHECK(run.reason("malformed") == "it holds NUL bytes");
}

TEST_CASE("every fixture is accounted for to the last record", "[source]") {
  for (const std::string& path : all_fixtures()) {
    CAPTURE(path);
    const SourceRun run =
        read_fixture(path, path == "tracks/own_table.csv" ? "title=TrackName" : "");
    CHECK(run.source != "");
    CHECK(run.error == "");
    CHECK(run.rows->problem() == "");
  }
}

TEST_CASE("mutated files never break the accounting of any source", "[source]") {
  std::vector<std::string> bytes;
  for (const std::string& path : all_fixtures()) bytes.push_back(fixture(path));
  const std::vector<std::string> sources = source_names();
  std::mt19937_64 random(20260101);
  const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  const std::string spice = "\"{}[],:;\t\n\r\\\0\xff\xef-9eu'#"s;

  const auto mutate = [&](std::string text) {
    for (std::size_t k = below(6) + 1; k > 0 && !text.empty(); --k) {
      const std::size_t at = below(text.size());
      const std::size_t length = std::min(below(40), text.size() - at);
      switch (below(5)) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, length);
          break;
        case 2:
          text.insert(at, text.substr(below(text.size()), length));
          break;
        case 3:
          text.insert(at, 1, spice[below(spice.size())]);
          break;
        default:
          if (below(4) == 0) text.resize(at);
      }
    }
    return text;
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  int rounds = 0;
  for (; rounds < 100 || std::chrono::steady_clock::now() < end; ++rounds) {
    const std::string text = mutate(bytes[below(bytes.size())]);
    CAPTURE(rounds);
    const SourceRun recognised = read_source("Streaming.json", text);
    const SourceRun forced = read_with(sources[below(sources.size())], "liked.csv", text);
    for (const SourceRun* run : {&recognised, &forced}) {
      CAPTURE(run->source, run->error);
      const bool is_archive = run->source == "source.archive" || run->source == "source.workbook" ||
                              run->source.empty();
      if (run->error.empty() && !is_archive) REQUIRE(run->rows->problem() == "");
    }
  }
  CHECK(rounds >= 100);
}
