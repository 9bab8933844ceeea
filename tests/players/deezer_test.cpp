// Deezer, brought in by engine sync: tempo and loudness of what is played, and what its radio plays.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sound_listener.hpp"

using Catch::Contains;
using nlohmann::json;
using players_test::FakeService;
using players_test::id_of;
using players_test::isrc_of;
using players_test::SoundListener;

namespace {

/// Two artists, of whom Ann plays the first.
json artists() {
  return json::array({{{"id", 7},
                       {"name", "Low"},
                       {"fans", 10},
                       {"related", {8}},
                       {"tracks", {{"Starfire", "Things", 200}}}},
                      {{"id", 8},
                       {"name", "Codeine"},
                       {"fans", 5},
                       {"related", json::array()},
                       {"tracks", {{"Broken", "Frigid", 180}}}}});
}

json recording(double tempo, double gain) {
  return {{"artist", 7}, {"title", "Track"}, {"bpm", tempo}, {"gain", gain}};
}

struct FakeDeezer : FakeService {
  FakeDeezer() : FakeService("fake_deezer.py", {{"artists.json", artists()}}) {}
};

}  // namespace

TEST_CASE("tempo and loudness of what is played come from Deezer, by the ISRC", "[sync][deezer]") {
  const FakeDeezer deezer;
  deezer.put("recordings.json",
             {{isrc_of(1), recording(0, -9.5)}, {isrc_of(2), recording(120, -7)}});
  const SoundListener ann("deezer", 3);
  CHECK_THAT(ann.connect(deezer, "").out, Contains("the ISRCs of tracks that you play or like"));
  CHECK(ann.sync().at("buckets") == json({{"new", 2}, {"not_found", 1}}));
  CHECK(deezer.requests() == std::vector<std::string>{"/track/isrc:" + isrc_of(1),
                                                      "/track/isrc:" + isrc_of(2),
                                                      "/track/isrc:" + isrc_of(3)});
  const std::string score = "known(t.tempo, -1) * 1000 + known(t.loudness, -1)";
  CHECK(ann.seen(players_test::kNow, score) ==
        std::vector<std::string>{"Track 1 -1010", "Track 2 119993", "Track 3 -1001",
                                 "Without Id -1001"});
  CHECK(ann.seen("2026-11-20T12:00:00Z", score)[1] == "Track 2 -1001");
  // What it has told is known, and what it does not know is asked for again after thirty days.
  CHECK(ann.sync().at("records") == 0);
  CHECK(deezer.requests().empty());
  CHECK(ann.sync(0, "2026-12-22T12:00:00Z").at("buckets") == json({{"not_found", 1}}));
}

TEST_CASE("what ReccoBeats tells goes before what Deezer does, and its key stays",
          "[sync][deezer][reccobeats]") {
  const FakeDeezer deezer;
  deezer.put("recordings.json", {{isrc_of(1), recording(120, -7)}});
  const FakeService reccobeats("fake_reccobeats.py",
                               {{"features.json", json::array({{{"spotify_id", id_of(1)},
                                                                {"isrc", isrc_of(1)},
                                                                {"energy", 0.5},
                                                                {"tempo", 90},
                                                                {"key", 9},
                                                                {"mode", 0}}})}});
  const SoundListener ann("deezer", 1);
  ann.connect(deezer, "");
  CHECK(ann.sync().at("buckets") == json({{"new", 1}}));
  ann.done({"connect", "reccobeats", "--address", reccobeats.address() + "/v1"});
  ann.done({"sync", "reccobeats"});
  CHECK(ann.seen()[0] == "Track 1 500090");
  CHECK(ann.seen(players_test::kNow, "known(t.key, -1) * 1000 + known(t.loudness, -1)")[0] ==
        "Track 1 8993");
}

TEST_CASE("what fails at Deezer costs that track, and what came is kept", "[sync][deezer]") {
  const FakeDeezer deezer;
  json recordings;
  for (int k = 1; k <= 30; ++k) recordings[isrc_of(k)] = recording(100 + k, -7);
  deezer.put("recordings.json", recordings);
  const SoundListener ann("deezer", 30);
  ann.connect(deezer, "", {"--field", "tracks_per_sync=25"});
  SECTION("one") {
    deezer.put("trouble.json", {"quota", 500, "html", nullptr, "half"});
    CHECK(ann.sync().at("buckets") == json({{"new", 23}, {"failed", 2}}));
    CHECK(ann.sync().at("buckets") == json({{"new", 7}}));
  }
  SECTION("all from then on") {
    json trouble = json::array();
    for (int k = 0; k < 22; ++k) trouble.push_back(nullptr);
    for (int k = 0; k < 4; ++k) trouble.push_back("quota");
    deezer.put("trouble.json", trouble);
    const json came = ann.sync(3);
    CHECK_THAT(came.at("error").get<std::string>(), Contains("Quota limit exceeded"));
    CHECK(came.at("buckets") == json({{"new", 22}}));
    CHECK(ann.sync().at("buckets") == json({{"new", 8}}));
  }
}

TEST_CASE("what Deezer's radio plays behind an artist is recommended, once for their tracks",
          "[sync][deezer]") {
  const FakeDeezer deezer;
  deezer.put("recordings.json", {{isrc_of(1), recording(120, -7)}});
  const SoundListener ann("deezer", 2);
  ann.play_lately(2);
  ann.connect(deezer, "");
  const json like = ann.sync_all().at(1);
  CHECK_THAT(like.at("account").get<std::string>(), Contains("tracks like 2 tracks of yours"));
  CHECK(like.at("error") == nullptr);
  CHECK(ann.count("SELECT count(*) FROM recommendations r JOIN tracks t USING (track_id) JOIN "
                  "tracks s ON s.track_id = seed_id WHERE s.title = 'Track 1' AND service = "
                  "'deezer' AND t.title IN ('Starfire', 'Broken')") == 2);
  const std::vector<std::string> asked = deezer.requests();
  CHECK(std::count(asked.begin(), asked.end(), "/artist/7/radio?limit=25") == 1);
  CHECK(ann.sync_all().size() == 1);
  CHECK(deezer.requests().empty());
}
