// engine discover --grow: a catalogue that grows around a person from services that answer about
// artists; what they are asked, that nothing is asked twice, and what becomes of it.
#include <fstream>
#include <map>
#include <set>

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

/// A world of artists in a ring: those next to each other resemble each other.
json ring_of_artists(int count, int tracks) {
  json artists = json::array();
  for (int k = 0; k < count; ++k) {
    json one = {{"id", k + 1},
                {"name", "Artist " + std::to_string(k)},
                {"fans", 1000 - k},
                {"related", json::array()},
                {"tracks", json::array()}};
    for (const int step : {1, -1, 2, -2, 3, -3, 4, -4})
      one["related"].push_back((k + step + count) % count + 1);
    for (int t = 0; t < tracks; ++t)
      one["tracks"].push_back({"Song " + std::to_string(k) + " of " + std::to_string(t),
                               "Album " + std::to_string(t / 4), 180 + t});
    artists.push_back(std::move(one));
  }
  return artists;
}

struct FakeDeezer : players_test::FakeService {
  explicit FakeDeezer(const json& artists)
      : FakeService("fake_deezer.py", {{"artists.json", artists}}) {}
};

struct Grower : EngineHome {
  /// Ann has played one song of each of these artists of the ring, every day.
  explicit Grower(const std::vector<int>& artists) {
    std::ofstream plays(path("plays.csv"));
    plays << "title,artist,album,time\n";
    int hour = 0;
    for (int day = 1; day <= 20; ++day)
      for (const int artist : artists)
        plays << "Song " << artist << " of 0,Artist " << artist << ",Album 0,2026-10-"
              << (day < 10 ? "0" : "") << day << " " << 10 + hour++ % 10 << ":00:00\n";
    plays.close();
    done({"import", path("plays.csv"), "--user", "ann", "--columns",
          "title=title,artist=artist,album=album,time=time"});
  }
  [[nodiscard]] std::string library() const { return path("library.db"); }
  [[nodiscard]] Ended run(std::vector<std::string> arguments, const char* now = kNow) const {
    arguments.insert(arguments.begin(), {"--library", library(), "--now", now});
    return engine(arguments);
  }
  Ended done(const std::vector<std::string>& arguments, const char* now = kNow) const {
    Ended ended = run(arguments, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == 0);
    return ended;
  }
  void connect(const FakeDeezer& deezer, const char* rate = "1000") const {
    done({"connect", "deezer", "--address", deezer.address(), "--field",
          std::string("requests_per_second=") + rate});
  }
  [[nodiscard]] json grow(const std::vector<std::string>& more = {}, int exit_code = 0,
                          const char* now = kNow) const {
    std::vector<std::string> arguments{"discover", "--grow", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = run(arguments, now);
    INFO(ended.err << ended.out);
    // 1: it has grown, and nothing is left to suggest.
    REQUIRE((ended.exit_code == exit_code || (exit_code == 0 && ended.exit_code == 1)));
    return support::parse_json(ended.out).at("growth");
  }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    return engine::Store::open(library(), {.is_read_only = true, .may_create = false})
        .integer(sql.c_str());
  }
};

/// By the first parts of their paths.
std::map<std::string, int> kinds_of(const std::vector<std::string>& requests) {
  std::map<std::string, int> kinds;
  for (const std::string& request : requests)
    ++kinds[request.find("/related") != request.npos ? "related"
            : request.find("/top") != request.npos   ? "top"
            : request.starts_with("/search")         ? "search"
                                                     : "other"];
  return kinds;
}

}  // namespace

TEST_CASE("one export and no catalogue: what grows around it fills a Discover Weekly",
          "[players][grow]") {
  const Grower ann({0, 6, 12, 18, 24, 30});
  const FakeDeezer deezer(ring_of_artists(40, 12));
  const Ended before = ann.run({"discover", "--grow"});
  CHECK(before.exit_code == 1);
  CHECK_THAT(before.err, Contains("engine connect deezer"));

  ann.connect(deezer);
  const Ended dry = ann.done({"discover", "--grow", "--dry-run"});
  CHECK_THAT(dry.err, Contains("deezer is asked for artists like 6 artists"));
  CHECK_THAT(dry.err, Contains("it is sent the names of artists that you play or love"));
  CHECK(deezer.requests().empty());

  const json grown = ann.grow({"--tracks", "300"});
  CHECK(grown.at("artists_loved") == 6);
  CHECK(grown.at("tracks") >= 200);
  CHECK(grown.at("tracks") <= 325);
  CHECK(grown.at("interrupted") == false);
  const std::map<std::string, int> asked = kinds_of(deezer.requests());
  CHECK(asked.at("related") >= 6);
  CHECK(asked.at("top") == grown.at("artists"));
  CHECK(asked.at("search") == 6);  // of the others the answers had their numbers
  CHECK(ann.count("SELECT count(*) FROM tracks WHERE in_catalogue") == 0);

  const json list = support::parse_json(ann.done({"run", "discover-weekly", "--json"}).out);
  CHECK(list.at("tracks").size() == 30);
  std::set<std::string> artists;
  for (const json& track : list.at("tracks")) {
    const std::string title = track.at("title");
    CHECK_FALSE((title == "Song 0 of 0" || title == "Song 6 of 0" || title == "Song 12 of 0"));
    CHECK_FALSE(track.at("explanation").empty());
    artists.insert(track.at("artist"));
  }
  CHECK(artists.size() >= 12);

  SECTION("nothing is asked twice") {
    CHECK(ann.grow({"--tracks", "300"}).at("tracks") == grown.at("tracks"));
    CHECK(deezer.requests().size() <= 2);  // what nobody has asked yet
    CHECK(ann.grow({"--tracks", "300"}).at("rounds").empty());
    CHECK(deezer.requests().empty());
  }
  SECTION("as of a day before it grew nothing of it is there") {
    const json early = support::parse_json(
        ann.done({"run", "discover-weekly", "--json", "--no-record"}, "2026-11-20T12:00:00Z").out);
    for (const json& track : early.at("tracks"))
      CHECK_THAT(track.at("title").get<std::string>(), Catch::EndsWith(" of 0"));
  }
  SECTION("taken back it is gone, and is asked for again") {
    for (std::int64_t import = ann.count("SELECT max(ingestion_id) FROM ingestions"); import > 1;
         --import)
      ann.done({"library", "undo-import", std::to_string(import), "--yes"});
    CHECK(ann.count("SELECT count(*) FROM service_tracks") == 0);
    CHECK(ann.count("SELECT count(*) FROM artist_relations") == 0);
    CHECK(ann.count("SELECT count(*) FROM artist_questions") == 0);
    CHECK(ann.grow({"--tracks", "300"}).at("tracks") == grown.at("tracks"));
  }
}

TEST_CASE("whatever ends it, growing goes on where it ended", "[players][grow]") {
  const Grower ann({0, 1, 2, 3, 4});
  const FakeDeezer deezer(ring_of_artists(60, 5));
  ann.connect(deezer);
  SECTION("what passes is asked for again") {
    deezer.put("trouble.json", {"quota", nullptr, "busy", "busy", 502, nullptr, 429});
    CHECK(ann.grow({"--tracks", "100"}).at("failed").empty());
  }
  SECTION("one bad answer costs one question, which a later run asks again") {
    deezer.put("trouble.json", {nullptr, "html", nullptr, nullptr, "list", nullptr, "half"});
    const json grown = ann.grow({"--tracks", "100"});
    CHECK(grown.at("failed").empty());
    CHECK(grown.at("rounds").at(0).at("buckets").at("failed") >= 1);
    const auto asked = deezer.requests().size();
    CHECK(ann.grow({"--tracks", "100"}).at("failed").empty());
    CHECK(deezer.requests().size() < asked);
  }
  SECTION("a service that is gone is told, and what came is kept") {
    json troubles = json::array();
    for (int k = 0; k < 30; ++k) troubles.push_back(nullptr);
    for (int k = 0; k < 40; ++k) troubles.push_back("html");
    deezer.put("trouble.json", troubles);
    const json grown = ann.grow({"--tracks", "200"}, 3);
    CHECK(grown.at("failed").size() == 1);
    const std::int64_t tracks = grown.at("tracks");
    CHECK(tracks > 0);
    deezer.put("trouble.json", json::array());
    CHECK(ann.grow({"--tracks", "200"}).at("tracks") > tracks);
  }
}

TEST_CASE("an artist who is banned is not asked about, however near", "[players][grow]") {
  const Grower ann({0, 2});
  const FakeDeezer deezer(ring_of_artists(8, 2));
  ann.connect(deezer);
  CHECK(ann.grow({"--tracks", "4"}).at("failed").empty());
  ann.done({"ban", "Artist 1"});
  deezer.requests();
  CHECK(ann.grow({"--tracks", "100"}).at("failed").empty());
  std::set<std::string> asked;
  for (const std::string& request : deezer.requests())
    asked.insert(request.substr(0, request.find('/', 8)));
  CHECK(asked.contains("/artist/4"));
  CHECK_FALSE(asked.contains("/artist/2"));  // Deezer's number of Artist 1
}

TEST_CASE("Deezer's own limit is kept", "[players][grow]") {
  const Grower ann({0, 1, 2, 3});
  const FakeDeezer deezer(ring_of_artists(30, 3));
  deezer.put("limit.json", 50);
  ann.connect(deezer, "8");
  CHECK(ann.grow({"--tracks", "30"}).at("failed").empty());
  CHECK(deezer.text("over.log").empty());
}

namespace {

struct FakeMusicBrainz : players_test::FakeService {
  explicit FakeMusicBrainz(const json& artists)
      : FakeService("fake_musicbrainz.py", {{"artists.json", artists}}) {}
};

constexpr const char *kLow = "00000000-0000-4000-8000-000000000001",
                     *kLowToo = "00000000-0000-4000-8000-000000000002",
                     *kCodeine = "00000000-0000-4000-8000-000000000003",
                     *kAlan = "00000000-0000-4000-8000-000000000005",
                     *kSong = "00000000-0000-4000-8000-0000000000a1",
                     *kOtherSong = "00000000-0000-4000-8000-0000000000a2", *kIsrc = "USABC0100001",
                     *kOtherIsrc = "USABC0100002", *kLostIsrc = "USABC0100003";

json three_bands() {
  return {{{"id", kLow},
           {"name", "Artist 0"},
           {"genres", {{"slowcore", 12}, {"dream pop", 3}}},
           {"tags", {{"seen live", 9}}},
           {"relations",
            {{"member of band", kAlan, "Alan"},
             {"member of band", kAlan, "Alan"},
             {"teacher", "00000000-0000-4000-8000-000000000006", "Zak"}}}},
          {{"id", kLowToo}, {"name", "Artist 1"}, {"tags", {{"sadcore", 4}, {"mine", 1}}}},
          {{"id", kCodeine}, {"name", "Artist 2"}, {"genres", {{"polka", 5}}}},
          {{"id", "00000000-0000-4000-8000-000000000004"}, {"name", "ARTIST 2"}}};
}

}  // namespace

TEST_CASE("genres of artists, and with whom they play, come from MusicBrainz, once",
          "[players][grow]") {
  const Grower ann({0, 1, 2});
  const FakeMusicBrainz musicbrainz(three_bands());
  ann.done({"connect", "musicbrainz", "--address", musicbrainz.address() + "/ws/2", "--field",
            "requests_per_second=1000"});
  ann.done({"config", "set", "http.contact", "ann@example.org"});
  const json round = ann.grow().at("rounds").at(0);
  CHECK(round.at("asked").at("artist_tags") == 3);
  CHECK(round.at("buckets") == json{{"new", 2}, {"not_found", 1}});
  const auto weight = [&](const char* artist, const char* tag) {
    return ann.count(
        "SELECT ifnull(sum(round(weight * 100)), 0) FROM artist_tags JOIN tags USING (tag_id) JOIN "
        "artists USING (artist_id) WHERE artists.name = '" +
        std::string(artist) + "' AND tags.name = '" + tag + "'");
  };
  CHECK(weight("Artist 0", "slowcore") == 100);
  CHECK(weight("Artist 0", "dream pop") == 25);
  CHECK(weight("Artist 0", "seen live") == 0);  // not where there are genres
  CHECK(weight("Artist 1", "sadcore") == 100);
  CHECK(weight("Artist 1", "mine") == 0);   // one person's word
  CHECK(weight("Artist 2", "polka") == 0);  // two are called so
  CHECK(ann.count("SELECT count(*) FROM artists WHERE mbid IS NOT NULL") == 2 + 1);
  CHECK(ann.count("SELECT count(*) FROM artist_relations") == 1);  // not with a teacher
  CHECK(ann.count("SELECT count(*) FROM artist_relations r JOIN artists a ON a.artist_id = "
                  "related_id WHERE a.name = 'Alan' AND a.mbid = '" +
                  std::string(kAlan) + "'") == 1);
  CHECK(musicbrainz.requests().size() == 5);
  CHECK(ann.grow().at("rounds").empty());
  CHECK(musicbrainz.requests().empty());
}

TEST_CASE("recordings' ids come from MusicBrainz by ISRC, once", "[players][grow]") {
  const Grower ann({0});  // a song of theirs has no ISRC
  std::ofstream(ann.path("songs.csv")) << "title,artist,time,isrc\n"
                                       << "Words,Low,2026-11-01T10:00:00Z," << kIsrc << "\n"
                                       << "Shame,Low,2026-11-02T10:00:00Z," << kOtherIsrc << "\n"
                                       << "Lost,Low,2026-11-03T10:00:00Z," << kLostIsrc << "\n";
  ann.done({"import", ann.path("songs.csv"), "--user", "ann"});
  engine::Store::open(ann.library(), {.may_create = false})
      .execute("UPDATE tracks SET duration_ms = 250000 WHERE title = 'Shame'");
  const auto synced = [&] {
    return support::parse_json(ann.done({"--json", "sync"}).out).at("accounts");
  };
  const FakeMusicBrainz musicbrainz(json::array());
  // One ISRC on two recordings: the one of its title, and of its length.
  musicbrainz.put("isrcs.json", {{kIsrc, {{kSong, "Words", nullptr}}},
                                 {kOtherIsrc,
                                  {{kLow, "Shame (live)", 250000},
                                   {kLowToo, "Shame", 300000},
                                   {kOtherSong, "Shame", 251000}}}});
  ann.done({"connect", "musicbrainz", "--address", musicbrainz.address() + "/ws/2", "--field",
            "requests_per_second=1000"});
  const json first = synced();
  REQUIRE(first.size() == 2);
  CHECK(first.at(1).at("account") == "musicbrainz, MusicBrainz ids of 3 tracks of yours");
  CHECK(first.at(1).at("buckets").at("not_found") == 1);
  const auto id_of = [&](const char* title) {
    return ann.count("SELECT count(*) FROM tracks WHERE title = '" + std::string(title) +
                     "' AND mbid = '" + (title == std::string("Words") ? kSong : kOtherSong) + "'");
  };
  CHECK(id_of("Words") == 1);
  CHECK(id_of("Shame") == 1);
  CHECK(ann.count("SELECT count(*) FROM tracks") == 4);  // none is new
  CHECK(musicbrainz.requests().size() == 3);
  CHECK(synced().size() == 1);
  CHECK(musicbrainz.requests().empty());
}

TEST_CASE("MusicBrainz is asked once a second, and its refusal is told", "[players][grow]") {
  const Grower ann({0});
  const FakeMusicBrainz musicbrainz(three_bands());
  musicbrainz.put("seconds.json", 0.9);
  ann.done({"connect", "musicbrainz", "--address", musicbrainz.address() + "/ws/2"});
  SECTION("kept") {
    CHECK(ann.grow().at("failed").empty());
    CHECK(musicbrainz.text("over.log").empty());
  }
  SECTION("503 for good") {
    musicbrainz.put("trouble.json", {503, 503, 503, 503});
    const json failed = ann.grow({}, 3).at("failed");
    CHECK_THAT(failed.at(0).get<std::string>(), Contains("asked less often"));
  }
}

namespace {

Ended run_node(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{"/bin/sh", "-c", "NODE_PATH=$(npm root -g) exec node \"$@\"", "sh"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return support::run_program(argv);
}

bool has_deezer_client() {
  static const bool is_there = run_node({"-e", "require('deezer-public-api')"}).exit_code == 0;
  if (!is_there)
    WARN(
        "deezer-public-api is not installed (npm install -g deezer-public-api@2.2.1): the fake "
        "Deezer was not proven by it");
  return is_there;
}

}  // namespace

TEST_CASE("the fake Deezer is one to a client of others", "[players][grow]") {
  if (!has_deezer_client()) return;
  const FakeDeezer deezer(
      json::array({{{"id", 7},
                    {"name", "Low"},
                    {"fans", 10},
                    {"related", {8}},
                    {"tracks", {{"Starfire", "Things", 200}, {"Guest", "Things", 100, "Codeine"}}}},
                   {{"id", 8},
                    {"name", "Codeine"},
                    {"fans", 5},
                    {"related", json::array()},
                    {"tracks", json::array()}}}));
  deezer.put(
      "recordings.json",
      {{"USABC2600001", {{"artist", 7}, {"title", "Starfire"}, {"bpm", 120.5}, {"gain", -9.1}}}});
  const Ended proven =
      run_node({PLAYLIST_SOURCE_DIR "/tests/players/prove_deezer.js", deezer.port()});
  INFO(proven.err);
  REQUIRE(proven.exit_code == 0);
  const json told = support::parse_json(proven.out);
  CHECK(told.at("name") == "Low");
  CHECK(told.at("related") == json{"Codeine"});
  CHECK(told.at("tracks") ==
        support::parse_json(R"([["Starfire","Low",200],["Guest","Codeine",100]])"));
  CHECK(told.at("radio") == support::parse_json(R"([["Starfire","Low"]])"));
  CHECK(told.at("recording") == support::parse_json(R"(["Starfire",120.5,-9.1])"));
  CHECK_FALSE(told.at("unknownRecording").get<std::string>().empty());
  CHECK_FALSE(told.at("unknown").get<std::string>().empty());
}

TEST_CASE("the fake MusicBrainz is one to a client of others", "[players][grow]") {
  const FakeMusicBrainz musicbrainz(
      json::array({{{"id", kLow},
                    {"name", "Low"},
                    {"genres", {{"slowcore", 12}}},
                    {"tags", {{"live", 2}}},
                    {"relations", {{"member of band", kAlan, "Alan"}}}}}));
  musicbrainz.put("isrcs.json", {{kIsrc, {{kSong, "Words", 341000}}}});
  const Ended proven = support::run_program(
      {"/usr/bin/env", "node", PLAYLIST_SOURCE_DIR "/tests/players/prove_musicbrainz.mjs",
       musicbrainz.port(), kLow, kIsrc});
  if (proven.err.find("Cannot find module") != std::string::npos || proven.exit_code == 127) {
    WARN(
        "musicbrainz-api is not installed (npm install -g musicbrainz-api@1.2.1): the fake "
        "MusicBrainz was not proven by it");
    return;
  }
  INFO(proven.err);
  REQUIRE(proven.exit_code == 0);
  const json told = support::parse_json(proven.out);
  CHECK(told.at("name") == "Low");
  CHECK(told.at("genres") == support::parse_json(R"([["slowcore",12]])"));
  CHECK(told.at("tags").size() == 2);
  CHECK(told.at("relations") == support::parse_json(R"([["member of band","Alan"]])"));
  CHECK(told.at("recordings") == json::array({{kSong, "Words", 341000}}));
  CHECK(told.at("searched") == json{"Low"});
  CHECK_FALSE(told.at("unknown").get<std::string>().empty());
}
