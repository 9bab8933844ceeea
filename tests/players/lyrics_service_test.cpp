// LRCLIB, brought in by engine sync once somebody wants it: what it is asked and told, what becomes
// of its answers, and that it is not asked twice.
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fake_service.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/music_players.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

constexpr const char* kNow = "2026-11-21T12:00:00Z";

json record(const std::string& artist, const std::string& title, const std::string& plain,
            double duration = 200, const std::string& album = "Album") {
  return {{"id", 1},
          {"name", title},
          {"trackName", title},
          {"artistName", artist},
          {"albumName", album},
          {"duration", duration},
          {"instrumental", false},
          {"plainLyrics", plain.empty() ? json() : json(plain)},
          {"syncedLyrics", json()}};
}

struct FakeLrclib : players_test::FakeService {
  FakeLrclib() : FakeService("fake_lrclib.py") {}
  [[nodiscard]] std::string agents() const { return text("agents.log"); }
};

struct LyricsListener : EngineHome {
  /// Ann has played these titles of Low, each once more than the next, 200 seconds long.
  explicit LyricsListener(const std::vector<std::string>& titles) {
    std::ofstream tracks(path("tracks.csv")), plays(path("plays.csv"));
    tracks << "title,artist,album,duration_ms,energy\n";
    plays << "title,artist,album,time\n";
    int day = 1;
    for (std::size_t k = 0; k < titles.size(); ++k) {
      tracks << titles[k] << ",Low,Album,200000,0.5\n";
      for (std::size_t times = titles.size() - k; times > 0; --times, ++day)
        plays << titles[k] << ",Low,Album,2026-0" << 1 + day / 28 % 9 << "-"
              << (day % 28 < 9 ? "0" : "") << 1 + day % 28 << " 10:00:00\n";
    }
    tracks << "Never Played,Low,Album,200000,0.5\n";
    tracks.close(), plays.close();
    done({"import", path("tracks.csv")});
    done({"import", path("plays.csv"), "--user", "ann", "--columns",
          "title=title,artist=artist,album=album,time=time"});
  }
  [[nodiscard]] std::string library() const { return path("library.db"); }
  [[nodiscard]] Ended run(std::vector<std::string> arguments, const char* now = kNow) const {
    arguments.insert(arguments.begin(), {"--library", library(), "--now", now});
    return engine(arguments);
  }
  Ended done(const std::vector<std::string>& arguments) const {
    Ended ended = run(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == 0);
    return ended;
  }
  Ended connect(const FakeLrclib& lrclib, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"connect",        "lrclib",  "--address",
                                          lrclib.address(), "--field", "requests_per_second=1000"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return done(arguments);
  }
  [[nodiscard]] json sync(int exit_code = 0, const char* now = kNow) const {
    const Ended ended = run({"sync", "lrclib", "--json"}, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out).at("accounts").at(0);
  }
  [[nodiscard]] json lyrics() const {
    return support::parse_json(done({"stats", "--json"}).out).at("lyrics");
  }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    return engine::Store::open(library(), {.is_read_only = true, .may_create = false})
        .integer(sql.c_str());
  }
};

/// Runs `script` under node with packages that npm installed for everybody.
Ended run_node(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{"/bin/sh", "-c", "NODE_PATH=$(npm root -g) exec node \"$@\"", "sh"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return support::run_program(argv);
}

bool has_lrclib_client() {
  static const bool is_there = run_node({"-e", "require('lrclib-api')"}).exit_code == 0;
  if (!is_there)
    WARN(
        "lrclib-api is not installed (npm install -g lrclib-api@2.1.1): the fake LRCLIB was not "
        "proven by it");
  return is_there;
}

}  // namespace

TEST_CASE("the fake LRCLIB is one to a client that is not ours", "[sync][lyrics]") {
  if (!has_lrclib_client()) return;
  const FakeLrclib lrclib;
  lrclib.put("lyrics.json", json::array({record("Low", "Starfire", "one line\nand another"),
                                         record("Low", "Two-Step", "no")}));
  const Ended ended =
      run_node({PLAYLIST_SOURCE_DIR "/tests/players/prove_lrclib.js", lrclib.port()});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json told = support::parse_json(ended.out);
  CHECK(told.at("title") == "Starfire");
  CHECK(told.at("lines") == json({"one line", "and another"}));
  CHECK(told.at("unknown") == "NotFoundError 404");
  CHECK(told.at("longer") == "NotFoundError 404");
  CHECK(told.at("searched") == 1);
}

TEST_CASE("LRCLIB is asked nothing before somebody connects it", "[sync][lyrics]") {
  const FakeLrclib lrclib;
  const LyricsListener ann({"One"});
  const Ended refused = ann.run({"sync", "lrclib"});
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.err,
             Contains("no account lrclib is connected") && Contains("engine connect lrclib"));
  const Ended connected = ann.connect(lrclib);
  CHECK_THAT(connected.out, Contains("it is sent artist, title, album and length") &&
                                Contains("before that it is asked nothing"));
  CHECK(lrclib.requests().empty());
}

TEST_CASE("lyrics of what is played come from LRCLIB, and it is told no more than it needs",
          "[sync][lyrics]") {
  const FakeLrclib lrclib;
  json silent = record("Low", "Silent", "");
  silent["instrumental"] = true;
  json timed = record("Low", "Timed", "");
  timed["syncedLyrics"] = "[00:01.00]Stay\n[00:02.00]with me";
  lrclib.put(
      "lyrics.json",
      json::array({record("Low", "Known", "In the light"), silent, timed,
                   record("Low", "Edition", "Found by search", 201, "Another Album"),
                   record("Low", "Long", "Of another length", 300), record("Low", "Empty", "")}));
  const LyricsListener ann({"Known", "Silent", "Timed", "Edition", "Long", "Empty", "Unknown"});
  ann.connect(lrclib);
  const Ended first = ann.run({"sync", "lrclib", "--json"});
  CHECK(first.exit_code == 0);
  CHECK_THAT(first.err, Contains("lrclib is asked for the lyrics of 7 tracks; it is sent artist, "
                                 "title, album and length"));
  const json came = support::parse_json(first.out).at("accounts").at(0);
  CHECK(came.at("user") == "ann");
  CHECK(came.at("records") == 7);
  CHECK(came.at("buckets") == json({{"new", 4}, {"not_found", 3}}));
  CHECK(ann.lyrics() == json({{"tracks", 3},
                              {"heard", 3},
                              {"sources", {{"lrclib", 3}}},
                              {"instrumental", 1},
                              {"not_found", 3}}));
  CHECK(ann.count("SELECT count(*) FROM track_lyrics WHERE text = 'Stay' || char(10) || 'with me' "
                  "|| char(10)") == 1);

  const std::vector<std::string> asked = lrclib.requests();
  REQUIRE(asked.size() == 10);  // four that are not known as they are were searched for
  CHECK(asked[0] == "/api/get artist_name=Low&track_name=Known&album_name=Album&duration=200");
  CHECK(asked[4] == "/api/search artist_name=Low&track_name=Edition");
  for (const std::string& request : asked) {
    CAPTURE(request);
    CHECK_THAT(request, !Contains("Never") && !Contains("ann"));
    std::istringstream query(request.substr(request.find(' ') + 1));
    for (std::string part; std::getline(query, part, '&');)
      CHECK(std::set<std::string>{"artist_name", "track_name", "album_name", "duration"}.contains(
          part.substr(0, part.find('='))));
  }
  CHECK_THAT(lrclib.agents(), Catch::StartsWith("playlist-engine/"));

  // What is known, and what was not found lately, is not asked for again.
  CHECK(ann.sync().at("records") == 0);
  CHECK(lrclib.requests().empty());
  CHECK(ann.sync(0, "2026-12-20T12:00:00Z").at("records") == 0);
  CHECK(ann.sync(0, "2026-12-22T12:00:00Z").at("buckets") == json({{"not_found", 3}}));
  CHECK(lrclib.requests().size() == 5);  // of one the length is known to LRCLIB, without a text
}

TEST_CASE("one sync asks for so many tracks, the most played first, and goes on where it ended",
          "[sync][lyrics]") {
  const FakeLrclib lrclib;
  const LyricsListener ann({"A", "B", "C", "D", "E"});
  ann.connect(lrclib, {"--field", "tracks_per_sync=2"});
  const Ended first = ann.run({"sync", "lrclib"});
  CHECK_THAT(first.err, Contains("of 2 tracks, of 3 more the next time"));
  CHECK_THAT(lrclib.requests().at(0), Contains("track_name=A&"));
  CHECK(ann.sync().at("records") == 2);
  CHECK_THAT(lrclib.requests().at(0), Contains("track_name=C&"));
  CHECK(ann.sync().at("records") == 1);
  CHECK(ann.sync().at("records") == 0);
  ann.connect(lrclib, {"--field", "tracks_per_sync=0"});
  CHECK_THAT(ann.run({"sync", "lrclib"}).err, Contains("tracks_per_sync is a whole number"));
}

TEST_CASE("what LRCLIB answers badly costs that track, or ends the sync with what came kept",
          "[sync][lyrics]") {
  const FakeLrclib lrclib;
  json all = json::array();
  std::vector<std::string> titles;
  for (char title = 'A'; title <= 'H'; ++title) {
    titles.emplace_back(1, title);
    all.push_back(record("Low", titles.back(), "Text of " + titles.back()));
  }
  lrclib.put("lyrics.json", all);
  const LyricsListener ann(titles);
  ann.connect(lrclib);
  SECTION("answers that are none") {
    lrclib.put("trouble.json", {"html", "null"});
    const json came = ann.sync();
    CHECK(came.at("buckets") == json({{"failed", 2}, {"new", 6}}));
    CHECK(ann.sync().at("buckets") == json({{"new", 2}}));  // they are asked for again
  }
  SECTION("three behind each other are the service's") {
    lrclib.put("trouble.json", {"html", "html", "html"});
    const json came = ann.sync(3);
    CHECK_THAT(came.at("error").get<std::string>(), Contains("its answer is no JSON"));
    CHECK(ann.sync().at("buckets") == json({{"new", 8}}));
  }
  SECTION("it is no LRCLIB") {
    lrclib.put("trouble.json", {"foreign404"});
    CHECK_THAT(ann.sync(3).at("error").get<std::string>(),
               Contains("what answers there is not LRCLIB"));
    CHECK(ann.count("SELECT count(*) FROM track_lyrics") == 0);
  }
  SECTION("what came before it is kept") {
    lrclib.put("trouble.json", {nullptr, nullptr, "foreign404"});
    CHECK(ann.sync(3).at("buckets") == json({{"new", 2}}));
    CHECK(ann.sync().at("buckets") == json({{"new", 6}}));
  }
  SECTION("it passes") {
    lrclib.put("trouble.json", {500, 429});
    CHECK(ann.sync().at("buckets") == json({{"new", 8}}));
  }
  SECTION("it wants to be left alone") {
    lrclib.put("trouble.json", std::vector<int>(20, 429));
    CHECK_THAT(ann.sync(3).at("error").get<std::string>(), Contains("left alone"));
    CHECK(lrclib.requests().size() < 8);
  }
}

TEST_CASE("lyrics of files go before LRCLIB's, and what it told can be taken back",
          "[sync][lyrics]") {
  const FakeLrclib lrclib;
  lrclib.put("lyrics.json", json::array({record("Low", "One", "Of the service"),
                                         record("Low", "Two", "Of the service")}));
  const LyricsListener ann({"One", "Two"});
  {
    engine::Store writable = engine::Store::open(ann.library());
    writable.execute(
        "INSERT INTO track_lyrics SELECT track_id, 'tag', '/a.mp3', 0, 0, 'In the tag' FROM tracks "
        "WHERE title = 'One'");
    writable.bump_data_version();
  }
  ann.connect(lrclib);
  CHECK(ann.sync().at("records") == 1);  // of the other it is known
  CHECK(ann.lyrics().at("sources") == json({{"lrclib", 1}, {"tag", 1}}));
  const Ended listed = ann.done({"library", "imports", "--json"});
  const json imports = support::parse_json(listed.out).at("imports");
  CHECK(imports.back().at("format") == "lrclib");
  const Ended undone = ann.done(
      {"library", "undo-import", std::to_string(imports.back().at("import").get<int>()), "--yes"});
  CHECK_THAT(undone.out, Contains("1 track's lyrics"));
  CHECK(ann.lyrics().at("sources") == json({{"tag", 1}}));
  CHECK(ann.sync().at("buckets") == json({{"new", 1}}));
}

TEST_CASE("as of a day before LRCLIB was asked nothing is known from it", "[sync][lyrics]") {
  const FakeLrclib lrclib;
  lrclib.put("lyrics.json", json::array({record("Low", "One", "Of the service")}));
  const LyricsListener ann({"One"});
  ann.connect(lrclib);
  CHECK(ann.sync().at("records") == 1);
  CHECK(support::parse_json(ann.run({"stats", "--json"}, "2026-11-20T12:00:00Z").out)
            .at("lyrics")
            .at("tracks") == 0);
  CHECK(ann.lyrics().at("tracks") == 1);
}
