// ReccoBeats, brought in by engine sync once somebody wants it: what it is asked and told, which track
// an answer is of, and that what was imported goes before.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sound_listener.hpp"
#include "support/json.hpp"

using Catch::Contains;
using nlohmann::json;
using players_test::id_of;
using players_test::isrc_of;
using players_test::SoundListener;
using support::Ended;

namespace {

json features(int number, double energy) {
  return {{"spotify_id", id_of(number)},
          {"isrc", isrc_of(number)},
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
  const SoundListener ann("reccobeats", 5);
  const Ended refused = ann.run({"sync", "reccobeats"});
  CHECK(refused.exit_code == 3);
  CHECK(reccobeats.requests().empty());
  CHECK_THAT(ann.connect(reccobeats, "/v1").out, Contains("it is sent the Spotify ids of tracks") &&
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
  const json imports =
      support::parse_json(ann.done({"library", "imports", "--json"}).out).at("imports");
  const Ended undone = ann.done(
      {"library", "undo-import", std::to_string(imports[2].at("import").get<int>()), "--yes"});
  CHECK_THAT(undone.out, Contains("tracks' features"));
  CHECK(ann.seen()[0] == "Track 1 -1000001");
}

TEST_CASE("an imported feature goes before ReccoBeats'", "[sync][reccobeats]") {
  const FakeReccoBeats reccobeats;
  reccobeats.put("features.json", json::array({features(1, 0.25), features(2, 0.75)}));
  const SoundListener ann("reccobeats", 2, "0.5,");
  ann.connect(reccobeats, "/v1");
  CHECK(ann.sync().at("buckets") == json({{"new", 2}}));
  CHECK(ann.seen() ==
        std::vector<std::string>{"Track 1 500122", "Track 2 750122", "Without Id -1000001"});
}

TEST_CASE("forty tracks are asked for at once, and bad answers cost those", "[sync][reccobeats]") {
  const FakeReccoBeats reccobeats;
  json all = json::array();
  for (int k = 1; k <= 59; ++k) all.push_back(features(k, 0.5));
  reccobeats.put("features.json", all);
  const SoundListener ann("reccobeats", 59);
  ann.connect(reccobeats, "/v1");
  SECTION("none") {
    CHECK(ann.sync().at("buckets") == json({{"new", 59}}));
    CHECK(reccobeats.requests().size() == 2);
  }
  SECTION("so many in one sync") {
    ann.connect(reccobeats, "/v1", {"--field", "tracks_per_sync=45"});
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

TEST_CASE("tracks like those that are played most come from ReccoBeats", "[sync][reccobeats]") {
  const FakeReccoBeats reccobeats;
  const json shared = {{"spotify_id", id_of(501)}, {"title", "Shared"}, {"artists", {"Cy"}}};
  reccobeats.put("similar.json",
                 {{id_of(1),
                   {{{"spotify_id", id_of(500)}, {"title", "Like It"}, {"artists", {"Bo", "Di"}}},
                    shared,
                    {{"spotify_id", id_of(1)}, {"title", "Track 1"}, {"artists", {"Low"}}}}},
                  {id_of(2), {shared}}});
  const SoundListener ann("reccobeats", 3);
  ann.play_lately(3);
  ann.connect(reccobeats, "/v1");
  const json like = ann.sync_all().at(1);
  CHECK_THAT(like.at("account").get<std::string>(), Contains("tracks like 3 tracks of yours"));
  CHECK(like.at("error") == nullptr);
  CHECK(ann.count("SELECT count(*) FROM recommendations WHERE ended_at IS NULL AND service = "
                  "'reccobeats' AND channel = 'similar_tracks'") == 2);
  CHECK(ann.count("SELECT count(*) FROM recommendations r JOIN tracks t USING (track_id) JOIN "
                  "tracks s ON s.track_id = seed_id WHERE t.title = 'Like It' AND s.title = "
                  "'Track 1' AND t.spotify_id = '" +
                  id_of(500) + "' AND score = 1 AND ended_at IS NULL") == 1);
  // The third it does not know; none is asked about twice within a month.
  CHECK(reccobeats.requests().size() == 1 + 3);
  CHECK(ann.sync_all().size() == 1);
  CHECK(reccobeats.requests().empty());
}
