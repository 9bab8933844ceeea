// ReccoBeats, brought in by engine sync once somebody wants it: what it is asked and told, which track
// an answer is of, and that what was imported goes before.
#include <algorithm>
#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "fake_service.hpp"
#include "store/store.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;

namespace {

constexpr const char* kNow = "2026-11-21T12:00:00Z";

std::string id_of(int number) {
  std::string id = std::to_string(number);
  id.insert(0, 22 - id.size(), '0');
  return id;
}

json features(int number, double energy) {
  return {{"spotify_id", id_of(number)},
          {"isrc", "XXABC26" + id_of(number).substr(17)},
          {"acousticness", 0.12},
          {"danceability", 0.61},
          {"energy", energy},
          {"instrumentalness", 0.0},
          {"key", 9},
          {"liveness", 0.1},
          {"loudness", -6.5},
          {"mode", 0},
          {"speechiness", 0.04},
          {"tempo", 121.9},
          {"valence", 0.45}};
}

struct FakeReccoBeats : players_test::FakeService {
  FakeReccoBeats() : FakeService("fake_reccobeats.py") {}
};

struct SoundListener : support::EngineHome {
  /// Ann has played tracks 1 to `count` of Low, all on one day, which have Spotify ids and ISRCs; and one
  /// that has none. `imported`: title,energy,tempo of tracks whose features were imported.
  explicit SoundListener(int count, const std::string& imported = "") {
    std::ofstream tracks(path("tracks.csv")), plays(path("plays.csv"));
    tracks << "title,artist,album,spotify_id,isrc,energy,tempo\n";
    plays << "title,artist,album,time\nWithout Id,Low,Album,2026-01-01 09:00:00\n";
    for (int k = 1; k <= count; ++k) {
      tracks << "Track " << k << ",Low,Album," << id_of(k) << ",XXABC26" << id_of(k).substr(17)
             << "," << (imported.empty() || k > 1 ? "," : imported) << "\n";
      plays << "Track " << k << ",Low,Album,2026-01-01 10:" << (k / 10 % 6) << k % 10 << ":00\n";
    }
    tracks << "Never Played,Low,Album," << id_of(999) << ",,,\n";
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
  Ended done(const std::vector<std::string>& arguments, const char* now = kNow) const {
    Ended ended = run(arguments, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == 0);
    return ended;
  }
  Ended connect(const FakeReccoBeats& service, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"connect",   "reccobeats",
                                          "--address", service.address() + "/v1",
                                          "--field",   "requests_per_second=1000"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return done(arguments);
  }
  [[nodiscard]] json sync(int exit_code = 0, const char* now = kNow) const {
    const Ended ended = run({"sync", "reccobeats", "--json"}, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == exit_code);
    return json::parse(ended.out).at("accounts").at(0);
  }
  [[nodiscard]] json stats(const char* now = kNow) const {
    return json::parse(done({"stats", "--json"}, now).out);
  }
  /// "Track 1 250122": a million times the energy and the tempo, as a recipe has them; each -1 where it
  /// is not known.
  [[nodiscard]] std::vector<std::string> seen(const char* now = kNow) const {
    engine::write_file_atomically(
        path("seen.lua"),
        "local pl = require 'playlist'\n"
        "return pl.recipe { title = 'Seen', build = function(p, user)\n"
        "  return user.listens:score(function(t)\n"
        "    return known(t.energy, -1) * 1000000 + known(t.tempo, -1) end) end }\n");
    std::vector<std::string> all;
    const json list = json::parse(done({"run", path("seen.lua"), "--json"}, now).out);
    for (const json& track : list.at("tracks")) {
      all.push_back(track.at("title").get<std::string>() + " " +
                    std::to_string(std::lround(track.at("score").get<double>())));
    }
    std::sort(all.begin(), all.end());
    return all;
  }
};

}  // namespace

TEST_CASE("features of what is played come from ReccoBeats, by the right track",
          "[sync][reccobeats]") {
  const FakeReccoBeats reccobeats;
  json edition = features(3, 0.75);
  edition["asked_as"] = id_of(3);
  edition["spotify_id"] = id_of(777);  // of another edition: the ISRC tells
  json silent = features(4, 0.5);
  silent["tempo"] = 0;
  silent["key"] = -1;
  silent["valence"] = 1.5;  // is none
  reccobeats.put("features.json", json::array({features(1, 0.25), edition, silent}));
  const SoundListener ann(5);
  const Ended refused = ann.run({"sync", "reccobeats"});
  CHECK(refused.exit_code == 3);
  CHECK(reccobeats.requests().empty());
  CHECK_THAT(ann.connect(reccobeats).out, Contains("it is sent the Spotify ids of tracks") &&
                                              Contains("before that it is asked nothing"));
  const json came = ann.sync();
  CHECK(came.at("buckets") == json({{"new", 3}, {"not_found", 2}}));
  const std::vector<std::string> asked = reccobeats.requests();
  REQUIRE(asked.size() == 1);
  CHECK_THAT(asked[0], Contains("/v1/audio-features ids=" + id_of(1)) && !Contains(id_of(999)));
  CHECK(ann.seen() == std::vector<std::string>{"Track 1 250122", "Track 2 -1000001",
                                               "Track 3 750122", "Track 4 499999",
                                               "Track 5 -1000001", "Without Id -1000001"});
  CHECK(ann.stats().at("service_features") ==
        json({{"sources", {{"reccobeats", 3}}}, {"not_found", 2}}));
  CHECK(ann.stats().at("heard_features").at("energy").at("own") == 3);

  // Nothing of it is known as of the day before, and what is known is not asked for again.
  CHECK(ann.seen("2026-11-20T12:00:00Z")[0] == "Track 1 -1000001");
  CHECK(ann.stats("2026-11-20T12:00:00Z").at("service_features").at("sources").empty());
  CHECK(ann.sync().at("records") == 0);
  CHECK(ann.sync(0, "2026-12-20T12:00:00Z").at("records") == 0);
  CHECK(reccobeats.requests().empty());
  CHECK(ann.sync(0, "2026-12-22T12:00:00Z").at("buckets") == json({{"not_found", 2}}));
  CHECK_THAT(reccobeats.requests().at(0), !Contains(id_of(1)));

  // It can be taken back.
  const json imports = json::parse(ann.done({"library", "imports", "--json"}).out).at("imports");
  const Ended undone = ann.done(
      {"library", "undo-import", std::to_string(imports[2].at("import").get<int>()), "--yes"});
  CHECK_THAT(undone.out, Contains("tracks' features"));
  CHECK(ann.seen()[0] == "Track 1 -1000001");
}

TEST_CASE("an imported feature goes before ReccoBeats'", "[sync][reccobeats]") {
  const FakeReccoBeats reccobeats;
  reccobeats.put("features.json", json::array({features(1, 0.25), features(2, 0.75)}));
  const SoundListener ann(2, "0.5,");
  ann.connect(reccobeats);
  CHECK(ann.sync().at("buckets") == json({{"new", 2}}));
  CHECK(ann.seen() ==
        std::vector<std::string>{"Track 1 500122", "Track 2 750122", "Without Id -1000001"});
}

TEST_CASE("forty tracks are asked for at once, and bad answers cost those", "[sync][reccobeats]") {
  const FakeReccoBeats reccobeats;
  json all = json::array();
  for (int k = 1; k <= 59; ++k) all.push_back(features(k, 0.5));
  reccobeats.put("features.json", all);
  const SoundListener ann(59);
  ann.connect(reccobeats);
  SECTION("none") {
    CHECK(ann.sync().at("buckets") == json({{"new", 59}}));
    CHECK(reccobeats.requests().size() == 2);
  }
  SECTION("so many in one sync") {
    ann.connect(reccobeats, {"--field", "tracks_per_sync=45"});
    CHECK(ann.sync().at("buckets") == json({{"new", 45}}));
    CHECK(ann.sync().at("buckets") == json({{"new", 14}}));
  }
  SECTION("one") {
    reccobeats.put("trouble.json", {"html"});
    CHECK(ann.sync().at("buckets") == json({{"failed", 40}, {"new", 19}}));
    CHECK(ann.sync().at("buckets") == json({{"new", 40}}));
  }
  SECTION("it passes") {
    reccobeats.put("trouble.json", {429, 500});
    CHECK(ann.sync().at("buckets") == json({{"new", 59}}));
  }
  SECTION("what came before it is kept") {
    reccobeats.put("trouble.json", {nullptr, 404});
    const json came = ann.sync(3);
    CHECK_THAT(came.at("error").get<std::string>(), Contains("not ReccoBeats"));
    CHECK(came.at("buckets") == json({{"new", 40}}));
    CHECK(ann.sync().at("buckets") == json({{"new", 19}}));
  }
}
