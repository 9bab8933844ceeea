// What somebody has with services, brought into the library: a Last.fm that pylast takes for one,
// and a real OpenSubsonic server.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>
#include <unistd.h>

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
using support::SupysonicServer;

namespace {

namespace fs = std::filesystem;

constexpr const char* kKey = "k3y";
constexpr const char* kNow = "2026-11-21T12:00:00Z";
constexpr std::int64_t kNoon = 1'795'262'400;  // kNow

struct FakeLastfm : players_test::FakeService {
  FakeLastfm() : FakeService("fake_lastfm.py") {}
};

const json kCatalogue = support::parse_json(R"({
  "similar_artists": {"Ada": [["Bo", 0.9], ["Cy", 0.4]]},
  "top_tracks": {"Ada": ["One", "Two"], "Bo": ["Other"], "Cy": ["Third"]},
  "tags": {"Ada": [["rock", 100], ["seen live", 60], ["jazz", 50], ["2010s", 40]]},
  "track_tags": {"Ada - One": [["dream pop", 80], ["Ada", 70], ["calm", 40], ["rare", 4]]},
  "similar_tracks": {"Ada - One": [["Bo", "Other", 1.0], ["Cy", "Third", 0.5]]},
  "friends": {"bob": [[1767225600, "Cy", "Third", "x"], [1767225700, "Bo", "Other", "x"]],
              "dan": [[1767225600, "Cy", "Third", "x"]], "eve": null}})");

/// One each ten minutes, the last at `last`; two of them in one second.
json scrobbles(int count, std::int64_t last) {
  json all = json::array();
  for (int k = 0; k < count; ++k) {
    const std::int64_t time = last - 600 * static_cast<std::int64_t>(count - 1 - k);
    all.push_back({k % 37 == 1 ? time - 600 : time, "Artist " + std::to_string(k % 17),
                   "Title " + std::to_string(k % 53), "Album " + std::to_string(k % 7)});
  }
  return all;
}

struct Listener : EngineHome {
  [[nodiscard]] std::string library() const { return path("library.db"); }
  [[nodiscard]] Ended run(std::vector<std::string> arguments, const char* now = kNow) const {
    arguments.insert(arguments.begin(), {"--library", library(), "--now", now, "--json"});
    return engine(arguments);
  }
  void connect(const FakeLastfm& lastfm, const std::string& key = kKey,
               const std::vector<std::string>& more = {}) const {
    std::ofstream(path("key")) << key << "\n";
    fs::permissions(path("key"), fs::perms::owner_read | fs::perms::owner_write);
    std::vector<std::string> arguments = {
        "connect",        "lastfm",  "--address", lastfm.address(),
        "--login",        "ann",     "--secret",  path("key"),
        "--secret-field", "api_key", "--field",   "requests_per_second=1000"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = run(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    fs::remove(path("key"));
  }
  /// What came of the only account.
  [[nodiscard]] json sync(int exit_code = 0, const char* now = kNow,
                          const std::string& account = "lastfm") const {
    const Ended ended = run({"sync", account}, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out).at("accounts").at(0);
  }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    return engine::Store::open(library(), {.is_read_only = true, .may_create = false})
        .integer(sql.c_str());
  }
  [[nodiscard]] json sync_all(const char* now = kNow) const {
    const Ended ended = run({"sync", "lastfm"}, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out).at("accounts");
  }
  [[nodiscard]] std::int64_t listens() const { return count("SELECT count(*) FROM listens"); }
};

bool has_pylast() {
  static const bool is_there =
      support::run_program({"/usr/bin/python3", "-c", "import pylast"}).exit_code == 0;
  if (!is_there) WARN("python3-pylast is not installed: the fake Last.fm was not proven by it");
  return is_there;
}

}  // namespace

TEST_CASE("the fake Last.fm is one to a client that is not ours", "[sync]") {
  if (!has_pylast()) return;
  const FakeLastfm lastfm;
  lastfm.put("scrobbles.json", scrobbles(450, kNoon - 60));
  lastfm.put("loved.json", json::array({{kNoon - 999, "Artist & Co", "Tïtle \"<1>\"", ""}}));
  lastfm.put("playing", true);
  lastfm.put("catalogue.json", kCatalogue);
  const Ended told = support::run_program(
      {"/usr/bin/python3", PLAYLIST_SOURCE_DIR "/tests/players/prove_lastfm.py", lastfm.port()});
  INFO(told.err);
  REQUIRE(told.exit_code == 0);
  const json said = support::parse_json(told.out);
  json newest_first = scrobbles(450, kNoon - 60);
  std::sort(newest_first.rbegin(), newest_first.rend());
  CHECK(said.at("heard") == newest_first);
  CHECK(said.at("loved") == json::array({{"Artist & Co", "Tïtle \"<1>\""}}));
  CHECK_THAT(said.at("refused").get<std::string>(), Contains("Invalid API key"));
  const json& known = said.at("known");
  CHECK(known.at("similar") == support::parse_json(R"([["Bo",0.9],["Cy",0.4]])"));
  CHECK(known.at("top") == json{"One", "Two"});
  CHECK(known.at("tags").size() == 4);
  CHECK(known.at("track tags").at(0) == json{"dream pop", "80"});
  CHECK(known.at("like") == support::parse_json(R"([["Bo","Other"],["Cy","Third"]])"));
  CHECK(known.at("friends") == json{"bob", "dan", "eve"});
}

TEST_CASE("another address is not told what lets in at the one before", "[sync]") {
  const FakeLastfm lastfm, other;
  const Listener ann;
  ann.connect(lastfm);
  const Ended moved = ann.run({"connect", "lastfm", "--address", other.address()});
  CHECK(moved.exit_code == 2);
  CHECK_THAT(moved.err, Contains("is not told there") && Contains("needs --secret FILE"));
  CHECK(ann.run({"connect", "lastfm", "--field", "address=" + other.address()}).exit_code == 2);
  CHECK(ann.run({"connect", "lastfm", "--field", "friends=yes"}).exit_code == 0);
  ann.connect(other);  // with the key
}

TEST_CASE("tracks like yours and what friends heard become recommendations", "[sync][grow]") {
  const FakeLastfm lastfm;
  lastfm.put("scrobbles.json", json::array({{kNoon - 9000, "Ada", "One", "First"},
                                            {kNoon - 5000, "Ada", "One", "First"},
                                            {kNoon - 3000, "Ada", "Unknown There", "First"}}));
  lastfm.put("catalogue.json", kCatalogue);
  Listener ann;
  ann.connect(lastfm);
  const auto recommended = [&](const std::string& which) {
    return ann.count("SELECT count(*) FROM recommendations WHERE ended_at IS NULL AND " + which);
  };
  const json first = ann.sync_all();
  REQUIRE(first.size() == 2);
  CHECK(first.at(1).at("account") == "lastfm, tracks like 2 tracks of yours");
  CHECK(first.at(1).at("buckets") == json{{"new", 1}, {"not_found", 1}});
  CHECK(recommended("channel = 'similar_tracks'") == 2);
  CHECK(recommended("seed_id = (SELECT track_id FROM tracks WHERE title = 'One')") == 2);
  CHECK(recommended("channel = 'friends'") == 0);  // nobody asked for them
  CHECK(ann.count("SELECT count(*) FROM tracks WHERE in_catalogue") == 0);

  SECTION("nothing is asked twice within thirty days") {
    lastfm.put("answers.log", nullptr);
    CHECK(ann.sync_all().size() == 1);
    CHECK(lastfm.text("answers.log") == "null");
  }
  SECTION("friends are asked for where that is wished, and each time all of it counts") {
    ann.connect(lastfm, kKey, {"--field", "friends=yes"});
    CHECK(ann.sync_all().at(0).at("error").is_null());
    CHECK(recommended("channel = 'friends'") == 2);
    CHECK(recommended("channel = 'friends' AND score = 2") == 1);  // Third: bob and dan
    json later = kCatalogue;
    later["friends"] = {{"bob", {{1767225600, "Cy", "Another", "x"}}}};
    lastfm.put("catalogue.json", later);
    CHECK(ann.sync_all("2026-11-23T12:00:00Z").at(0).at("error").is_null());
    CHECK(recommended("channel = 'friends'") == 1);
    CHECK(recommended("channel = 'similar_tracks'") == 2);
  }
  SECTION("tags of tracks that have none are asked for where that is wished, once") {
    ann.connect(lastfm, kKey, {"--field", "track_tags=yes", "--field", "tracks_per_sync=1"});
    const json tagged = ann.sync_all();
    REQUIRE(tagged.size() == 2);
    CHECK(tagged.at(1).at("account") == "lastfm, tags of 1 track of yours");
    CHECK(ann.sync_all().at(1).at("buckets") == json{{"not_found", 1}});
    CHECK(ann.sync_all().size() == 1);
    CHECK(ann.count("SELECT count(*) FROM track_tags") == 2);  // not the artist's name, not "rare"
    CHECK(ann.count("SELECT count(*) FROM track_tags JOIN tags USING (tag_id) JOIN tracks USING "
                    "(track_id) WHERE title = 'One' AND name = 'calm' AND weight = 0.5") == 1);
  }
  SECTION("discover draws from them, with the reason") {
    const Ended found = ann.run({"discover"});
    INFO(found.err);
    REQUIRE(found.exit_code == 0);
    const json queued = support::parse_json(found.out).at("queued");
    REQUIRE(queued.size() == 2);
    CHECK_THAT(queued.at(0).at("reason").get<std::string>(),
               Contains("Last.fm holds it for similar to \"One\" by Ada"));
  }
  SECTION("a catalogue grows from Last.fm") {
    const Ended grown = ann.run({"discover", "--grow"});
    INFO(grown.err << grown.out);
    REQUIRE(grown.exit_code == 0);
    CHECK(ann.count("SELECT count(*) FROM service_tracks WHERE service = 'lastfm'") == 4);
    CHECK(ann.count("SELECT count(*) FROM artist_relations WHERE ts > 0") == 2);
    CHECK(ann.count("SELECT count(*) FROM artist_tags") == 2);  // not "seen live", not "2010s"
  }
  SECTION("one bad answer costs one question") {
    lastfm.put("trouble.json", {nullptr, nullptr, "error:8", "error:8", "error:8", "error:8"});
    const Ended grown = ann.run({"discover", "--grow"});
    INFO(grown.err << grown.out);
    CHECK(support::parse_json(grown.out).at("growth").at("failed").empty());
  }
}

TEST_CASE("scrobbles come page by page, once, and what came late as well", "[sync]") {
  const FakeLastfm lastfm;
  json all = scrobbles(450, kNoon - 3600);
  lastfm.put("scrobbles.json", all);
  lastfm.put("loved.json", json::array({{kNoon - 9000, "Artist 3", "Title 3", ""}}));
  lastfm.put("playing", true);
  const Listener listener;
  listener.connect(lastfm);

  const Ended dry = listener.run({"sync", "lastfm", "--dry-run"});
  REQUIRE(dry.exit_code == 0);
  CHECK(support::parse_json(dry.out).at("accounts").at(0).at("records") == 451);
  CHECK_FALSE(fs::exists(listener.library()));
  static_cast<void>(lastfm.requests());

  const json first = listener.sync();
  CHECK(first.at("records") == 451);
  CHECK(first.at("buckets") == json{{"new", 451}});
  CHECK(listener.listens() == 450);
  CHECK(lastfm.requests().size() == 5);  // page 1 to count, 3, 2, 1, and what is loved

  const json nothing = listener.sync();
  CHECK(nothing.at("records") == 0);
  CHECK(nothing.at("error") == nullptr);
  CHECK(lastfm.requests().size() == 2);
  CHECK(listener.count("SELECT count(*) FROM ingestions WHERE path = 'lastfm'") == 1);

  // Two new ones, and one that a player tells three days late: found within a day.
  all.push_back({kNoon - 600, "Artist 1", "Title 99", "Album 1"});
  all.push_back({kNoon - 600, "Artist 1", "Title 98", "Album 1"});
  all.push_back({kNoon - 3 * 86'400 + 7, "Artist 1", "Late", "Album 1"});
  lastfm.put("scrobbles.json", all);
  CHECK(listener.sync().at("buckets") == json{{"new", 2}});
  CHECK(listener.listens() == 452);
  const json later = listener.sync(0, "2026-11-22T13:00:00Z");
  CHECK(later.at("buckets").at("new") == 1);
  CHECK(later.at("buckets").at("duplicate") == later.at("records").get<int>() - 1);
  CHECK(listener.listens() == 453);
  CHECK(listener.sync(0, "2026-11-22T13:01:00Z").at("records") == 0);

  // As of: what was scrobbled later than the clock of the sync is not asked for.
  all.push_back({kNoon + 9 * 86'400, "Artist 1", "Tomorrow", "Album 1"});
  lastfm.put("scrobbles.json", all);
  CHECK(listener.sync(0, "2026-11-22T13:02:00Z").at("records") == 0);

  // What is no longer loved has ended.
  lastfm.put("loved.json", json::array({{kNoon - 8000, "Artist 4", "Title 4", ""}}));
  const json changed = listener.sync(0, "2026-11-22T13:03:00Z");
  CHECK(changed.at("buckets") == json{{"new", 1}});
  CHECK(changed.at("ended").at(0).at("list") == "likes");
}

TEST_CASE("a sync that is taken back is asked for again", "[sync]") {
  const FakeLastfm lastfm;
  lastfm.put("scrobbles.json", scrobbles(30, kNoon - 600));
  const Listener listener;
  listener.connect(lastfm);
  CHECK(listener.sync().at("buckets") == json{{"new", 30}});
  const Ended undone = listener.run({"library", "undo-import", "1", "--yes"});
  INFO(undone.err << undone.out);
  REQUIRE(undone.exit_code == 0);
  CHECK(listener.listens() == 0);
  CHECK(listener.sync().at("buckets") == json{{"new", 30}});
  CHECK(listener.listens() == 30);
}

TEST_CASE("an update syncs what was synced before", "[sync][update]") {
  const FakeLastfm lastfm;
  json all = scrobbles(30, kNoon - 9000);
  lastfm.put("scrobbles.json", all);
  const Listener listener;
  listener.connect(lastfm);
  const auto ingest = [&](int exit_code = 0) {
    const Ended ended = listener.run({"update"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out).at("people").at(0).at("steps").at(0);
  };
  CHECK(listener.run({"update"}).exit_code == 1);  // nobody is there
  CHECK(lastfm.requests().empty());
  CHECK(listener.sync().at("buckets") == json{{"new", 30}});
  static_cast<void>(ingest());
  all.push_back({kNoon - 600, "Artist 1", "Title 99", "Album 1"});
  lastfm.put("scrobbles.json", all);
  const json came = ingest();
  CHECK(came.at("figures").at("accounts") == 1);
  CHECK(came.at("figures").at("listens") == 1);
  CHECK(listener.listens() == 31);
  CHECK(ingest().at("reason") == "nothing has changed at 1 account");

  // One that fails costs itself, and is told.
  lastfm.put("trouble.json", json::array({"error:10", "error:10"}));
  const json failed = ingest(3);
  CHECK(failed.at("outcome") == "failed");
  CHECK(failed.at("reason") == "1 account could not be read");
  CHECK(failed.at("figures").at("failed_accounts") == 1);

  static_cast<void>(lastfm.requests());
  REQUIRE(listener.run({"config", "set", "http.offline", "true"}).exit_code == 0);
  CHECK(ingest().at("figures").at("accounts") == 0);
  REQUIRE(listener.run({"config", "set", "http.offline", "false"}).exit_code == 0);
  REQUIRE(listener.run({"disconnect", "lastfm"}).exit_code == 0);
  CHECK(ingest().at("figures").at("accounts") == 0);
  CHECK(lastfm.requests().empty());
}

TEST_CASE("a play that an export told is known when Last.fm tells it", "[sync]") {
  const FakeLastfm lastfm;
  const json all = scrobbles(120, kNoon - 600);
  lastfm.put("scrobbles.json", all);
  const Listener listener;
  listener.connect(lastfm);
  std::ofstream csv(listener.path("lastfm.csv"));
  csv << "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n";
  for (const json& one : all)
    csv << one[0] << ",,\"" << one[1].get<std::string>() << "\",,\"" << one[3].get<std::string>()
        << "\",,\"" << one[2].get<std::string>() << "\",\n";
  csv.close();
  REQUIRE(listener.run({"import", listener.path("lastfm.csv")}).exit_code == 0);
  REQUIRE(listener.listens() == 120);
  const json known = listener.sync();
  CHECK(known.at("records") == 120);
  CHECK_FALSE(known.at("buckets").contains("new"));
  CHECK(listener.listens() == 120);
}

TEST_CASE("what fails and passes again costs no scrobble", "[sync]") {
  const FakeLastfm lastfm;
  lastfm.put("scrobbles.json", scrobbles(450, kNoon - 600));
  const Listener listener;
  listener.connect(lastfm);
  lastfm.put("trouble.json", json::array({500, "error:8", nullptr, "error400:11", "html", nullptr,
                                          "half", nullptr, "foreign", "error:16", nullptr}));
  CHECK(listener.sync().at("buckets") == json{{"new", 450}});
  CHECK(listener.listens() == 450);
}

TEST_CASE("a sync that ends early keeps what came, and goes on behind it", "[sync]") {
  const FakeLastfm lastfm;
  lastfm.put("scrobbles.json", scrobbles(450, kNoon - 600));
  const Listener listener;
  listener.connect(lastfm);
  lastfm.put("trouble.json", json::array({nullptr, nullptr, nullptr, "error:17"}));
  const json first = listener.sync(3);
  CHECK_THAT(first.at("error").get<std::string>(), Contains("privacy settings"));
  CHECK(listener.listens() == 250);
  static_cast<void>(lastfm.requests());
  CHECK(listener.sync().at("buckets").at("new") == 200);
  CHECK(listener.listens() == 450);
  CHECK(lastfm.requests().size() <= 4);
  CHECK(listener.count("SELECT count(*) FROM ingestions WHERE is_complete = 0") == 0);
}

TEST_CASE("a wrong key is told without the key, and stands nowhere", "[sync]") {
  const FakeLastfm lastfm;
  lastfm.put("scrobbles.json", scrobbles(3, kNoon - 600));
  const Listener listener;
  listener.connect(lastfm, "s3cret&wrong k3y");
  const json told = listener.sync(3);
  CHECK_THAT(told.at("error").get<std::string>(), Contains("does not know this API key"));
  for (const auto& entry : fs::recursive_directory_iterator(listener.path(""))) {
    if (!entry.is_regular_file() || entry.path().filename() == "accounts.json") continue;
    CAPTURE(entry.path().string());
    const std::string bytes = players_test::text_of_file(entry.path());
    CHECK(bytes.find("s3cret") == std::string::npos);
  }
  const Ended all = listener.run({"--verbose", "sync"});
  CHECK(all.err.find("s3cret") == std::string::npos);
  CHECK(all.out.find("s3cret") == std::string::npos);
}

TEST_CASE("killed at any moment a sync loses nothing and tells nothing twice", "[sync][kill]") {
  const FakeLastfm lastfm;
  lastfm.put("scrobbles.json", scrobbles(3000, kNoon - 600));
  const Listener listener;
  listener.connect(lastfm);
  std::mt19937 random(7);
  const std::vector<std::string> sync = {PLAYLIST_BUILD_DIR "/engine",
                                         "--library",
                                         listener.library(),
                                         "--now",
                                         kNow,
                                         "sync",
                                         "lastfm"};
  int killed = 0;
  for (int round = 0; round < 30; ++round) {
    const auto wait =
        std::chrono::milliseconds(10 + random() % 100);  // a sync of nothing takes as long
    support::Background running(sync, listener.path("log"), listener.environment());
    std::this_thread::sleep_for(wait);
    killed += running.is_running() ? 1 : 0;
    running.kill();
  }
  CHECK(killed >= 10);
  const json last = listener.sync();
  CHECK(last.at("error") == nullptr);
  CHECK(listener.listens() == 3000);
  CHECK(listener.count("SELECT count(*) FROM (SELECT DISTINCT ts, track_id FROM listens)") == 3000);
  CHECK(listener.sync().at("records") == 0);
}

TEST_CASE("stars and ratings of a real server become likes and ratings", "[sync][subsonic]") {
  if (!support::has_supysonic()) return;
  const SupysonicServer server;
  const Listener listener;
  std::ofstream(listener.path("password")) << SupysonicServer::kPassword << "\n";
  fs::permissions(listener.path("password"), fs::perms::owner_read | fs::perms::owner_write);
  REQUIRE(listener
              .run({"connect", "subsonic", "--address", server.address(), "--login",
                    SupysonicServer::kUser, "--secret", listener.path("password")})
              .exit_code == 0);
  const auto songs = [&] {
    const json answer = support::parse_json(
        server.ask("search3", "query=Song&songCount=100&albumCount=0&artistCount=0"));
    return answer.at("subsonic-response").at("searchResult3").at("song");
  }();
  REQUIRE(songs.size() == 30);
  const auto id = [&](int song) {
    return "id=" + songs.at(static_cast<std::size_t>(song)).at("id").get<std::string>();
  };
  const auto tell = [&](const std::string& method, const std::string& query) {
    static_cast<void>(server.ask(method, query));
  };
  for (const int song : {0, 1, 2}) tell("star", id(song));
  tell("setRating", id(1) + "&rating=5");
  tell("setRating", id(7) + "&rating=2");

  const json first = listener.sync(0, kNow, "subsonic");
  INFO(first.dump());
  CHECK(first.at("buckets") == json{{"new", 5}});
  CHECK(listener.count("SELECT count(*) FROM holdings WHERE ended_at IS NULL") == 3);
  CHECK(listener.sync(0, kNow, "subsonic").at("records") == 0);

  tell("unstar", id(2));
  const json second = listener.sync(0, "2026-11-21T13:00:00Z", "subsonic");
  INFO(second.dump());
  CHECK(second.at("ended").at(0).at("count") == 1);
}
