// What ListenBrainz recommends, and what it knows of artists.
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "listenbrainz_listener.hpp"
#include "support/json.hpp"

using Catch::Contains;
using nlohmann::json;
using players_test::FakeListenbrainz;
using players_test::kListenbrainzNoon;
using players_test::kListenbrainzToken;
using players_test::ListenbrainzAnn;
using players_test::mbid;
using support::Ended;

namespace {

constexpr const char* kTomorrow = "2026-11-22T13:00:00Z";
constexpr int kArtist = 900;  // number of the MBID of "Artist 0"

/// `count` recordings that Ann does not know, the first with the highest score.
json recommendations(int count, int first = 0) {
  json all = json::array();
  for (int k = first; k < first + count; ++k)
    all.push_back({mbid(100 + k), 10 - k * 0.01, "Recommended " + std::to_string(k),
                   "New Artist " + std::to_string(k % 5), mbid(800 + k % 5), "New Album"});
  return all;
}

/// Ann plays three artists, whom ListenBrainz knows.
void fill(const FakeListenbrainz& service) {
  json heard = json::array();
  for (int k = 0; k < 60; ++k)
    heard.push_back({kListenbrainzNoon - 100'000 + 600 * k,
                     "Artist " + std::to_string(k % 3),
                     "Song " + std::to_string(k % 6),
                     "Album",
                     {{"mapping",
                       {{"recording_mbid", mbid(1 + k % 6)},
                        {"artist_mbids", json::array({mbid(kArtist + k % 3)})}}}}});
  service.put("listens.json", heard);
  json artists = json::object();
  for (int k = 0; k < 3; ++k) {
    json similar = json::array(), top = json::array();
    for (int other = 0; other < 4; ++other)
      similar.push_back({mbid(700 + 10 * k + other),
                         "Like " + std::to_string(k) + std::to_string(other), 1000 - 100 * other});
    for (int track = 0; track < 3; ++track)
      top.push_back({mbid(500 + 10 * k + track), "Best " + std::to_string(track),
                     "Artist " + std::to_string(k), json::array({mbid(kArtist + k)}), mbid(600 + k),
                     "Fresh", 200'000, 100 - track});
    artists[mbid(kArtist + k)] = {{"name", "Artist " + std::to_string(k)},
                                  {"similar", similar},
                                  {"top", top},
                                  {"tags", {{"dub", 9, true}, {"slow", 12, false}}}};
    for (int other = 0; other < 4; ++other)
      artists[mbid(700 + 10 * k + other)] = {
          {"name", "Like"},
          {"top", json::array(
                      {{mbid(400 + 10 * k + other), "Hit", "Like",
                        json::array({mbid(700 + 10 * k + other)}), mbid(1), "Hits", 180'000, 7}})}};
  }
  service.put("artists.json", artists);
}

std::int64_t recommended(const ListenbrainzAnn& ann, const std::string& channel) {
  return ann.count("SELECT count(*) FROM recommendations WHERE ended_at IS NULL AND channel = '" +
                   channel + "' AND service = 'listenbrainz'");
}

}  // namespace

TEST_CASE("what ListenBrainz recommends comes with a sync, once a day", "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  fill(service);
  service.put("fresh.json",
              json::array({{mbid(600), "Fresh", "2026-11-10", "Artist 0", {mbid(kArtist)}},
                           {mbid(601), "Soon", "2026-12-24", "Artist 1", {mbid(kArtist + 1)}},
                           {mbid(602), "Old", "2025-01-01", "Artist 2", {mbid(kArtist + 2)}}}));
  const ListenbrainzAnn ann(service, kListenbrainzToken);
  // None were worked out yet: a 204.
  const json first = ann.sync();
  INFO(first.dump());
  CHECK(first.at("buckets") == json{{"new", 60 + 3}});
  CHECK(recommended(ann, "fresh_releases") == 3);
  CHECK(recommended(ann, "cf") == 0);
  CHECK(ann.sync().at("records") == 0);

  service.put("recommendations.json", recommendations(120));
  CHECK(ann.sync().at("records") == 0);  // asked for today
  const json second = ann.sync(0, kTomorrow);
  INFO(second.dump());
  CHECK(second.at("buckets").at("new") == 120);
  CHECK(recommended(ann, "cf") == 120);
  CHECK(ann.count("SELECT count(*) FROM recommendations r JOIN tracks t USING (track_id) WHERE "
                  "t.title = 'Recommended 7' AND r.channel = 'cf'") == 1);
  // That it does not tell them costs no listen, and is made good.
  json heard = support::parse_json(service.text("listens.json"));
  heard.push_back({kListenbrainzNoon - 60, "Artist 1", "One more", "Album"});
  service.put("listens.json", heard);
  service.put("trouble.json", json::array({nullptr, nullptr, nullptr, nullptr, 403}));
  const json failed = ann.sync(0, "2026-11-23T13:30:00Z");
  CHECK(failed.at("error") == nullptr);
  CHECK(failed.at("buckets").at("new") == 1);
  CHECK_THAT(failed.at("notes").dump(), Contains("what it recommends is not known"));
  CHECK(recommended(ann, "cf") == 120);
  // Others the day after: those of before have ended.
  service.put("recommendations.json", recommendations(100, 50));
  const json third = ann.sync(0, "2026-11-23T14:00:00Z");
  INFO(third.dump());
  CHECK(recommended(ann, "cf") == 100);
  CHECK(recommended(ann, "fresh_releases") == 3);
}

TEST_CASE("without a token ListenBrainz recommends what it works out, and nothing is asked in vain",
          "[sync][listenbrainz]") {
  const FakeListenbrainz service;
  fill(service);
  service.put("recommendations.json", recommendations(10));
  const ListenbrainzAnn ann(service);
  CHECK(ann.sync().at("buckets") == json{{"new", 60 + 10}});
  // The six that are played are asked about by their recordings; each is like the ten.
  CHECK(recommended(ann, "similar_tracks") == 10);
  CHECK_THAT(service.text("requests.log"),
             Contains("GET /similar-recordings/json recording_mbids=" + mbid(1)));
  CHECK_THAT(service.text("requests.log"), !Contains("401 ") && !Contains("fresh"));
}

TEST_CASE("a catalogue grows by what ListenBrainz knows of artists", "[players][listenbrainz]") {
  const FakeListenbrainz service;
  fill(service);
  const bool has_token = GENERATE(true, false);
  CAPTURE(has_token);
  const ListenbrainzAnn ann(service, has_token ? kListenbrainzToken : "");
  CHECK(ann.sync().at("error") == nullptr);
  static_cast<void>(service.requests());
  const Ended grown = ann.run({"discover", "--grow"});
  INFO(grown.err << grown.out);
  // Without tracks there is nothing to suggest.
  REQUIRE(grown.exit_code == (has_token ? 0 : 1));
  CHECK(ann.count("SELECT count(*) FROM artist_relations WHERE weight > 0.99") >= 3);
  CHECK(ann.count("SELECT count(*) FROM artists WHERE name LIKE 'Like %'") == 12);
  CHECK(ann.count("SELECT count(*) FROM artists WHERE name LIKE 'Like %' AND mbid IS NOT NULL") ==
        12);
  CHECK(ann.count("SELECT count(*) FROM artist_tags") == 3);  // "dub": a genre goes before tags
  CHECK(ann.count("SELECT count(*) FROM tracks WHERE title = 'Hit'") == (has_token ? 12 : 0));
  const std::string asked = service.text("requests.log");
  CHECK_THAT(asked, !Contains("401 ") && !Contains("400 "));
  CHECK_THAT(asked, Contains("GET /similar-artists/json artist_mbids=" + mbid(kArtist)));
  // Nothing is asked twice.
  static_cast<void>(service.requests());
  static_cast<void>(ann.run({"discover", "--grow"}));
  CHECK(service.text("requests.log").empty());
}
