// What somebody has with Spotify, brought into the library: a Spotify in development mode that a
// client which is not ours takes for one.
#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "spotify_listener.hpp"
#include "support/json.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;

namespace {

using players_test::Ann;
using players_test::FakeSpotify;
constexpr std::int64_t kNoon = players_test::kSpotifyNoon;

json track(int number) {
  return players_test::spotify_track(number);
}

/// One each five minutes, the last at `last`.
json plays(int count, std::int64_t last, int first = 0) {
  json all = json::array();
  for (int k = 0; k < count; ++k)
    all.push_back(
        {last - 300'000 * static_cast<std::int64_t>(count - 1 - k) + k % 3 * 17, track(first + k)});
  return all;
}

json sync(const Ann& ann, int exit_code = 0) {
  const Ended ended = ann.run({"sync", "spotify"});
  INFO(ended.err << ended.out);
  REQUIRE(ended.exit_code == exit_code);
  return support::parse_json(ended.out).at("accounts").at(0);
}

/// 120 saved tracks, 70 artists, and four lists: one of Ann's, one that she shares, one of Bob's,
/// and one that is gone.
void fill(const FakeSpotify& spotify) {
  json saved = json::array(), artists = json::array();
  for (int k = 0; k < 120; ++k)
    saved.push_back(
        {"2026-0" + std::to_string(k / 20 + 1) + "-" + std::to_string(10 + k % 20) + "T10:00:00Z",
         track(200 + k)});
  for (int k = 0; k < 70; ++k)
    artists.push_back({"artist" + std::to_string(k), "Followed " + std::to_string(k)});
  json items = json::array();
  for (int k = 0; k < 60; ++k) items.push_back(track(400 + k));
  items.push_back(nullptr);
  items.push_back("episode");
  items.push_back({"spotify:local:Own+Artist::Own+Song:200", "Own Song", {"Own Artist"}, ""});
  spotify.put("plays.json", plays(50, kNoon - 3'600'000));
  spotify.put("saved.json", saved);
  spotify.put("artists.json", artists);
  spotify.put(
      "playlists.json",
      {{{"id", "p1"}, {"name", "Mine"}, {"owner", "ann0"}, {"snapshot_id", "s1"}, {"items", items}},
       {{"id", "p2"},
        {"name", "Ours"},
        {"owner", "bob"},
        {"collaborative", true},
        {"snapshot_id", "s2"},
        {"items", {track(1)}}},
       {{"id", "p3"},
        {"name", "Bob's"},
        {"owner", "bob"},
        {"snapshot_id", "s3"},
        {"items", {track(2)}}}});
}

}  // namespace

TEST_CASE("the fake Spotify is one to a client that is not ours", "[sync][spotify]") {
  if (!players_test::has_spotify_client()) return;
  const FakeSpotify spotify;
  fill(spotify);
  const json said = players_test::proof_of_spotify(spotify, "");
  CHECK(said.at("me") == "ann0");
  CHECK(said.at("plays") == 50);
  CHECK(said.at("newest") == "Title 49");
  CHECK(said.at("saved") == 120);
  CHECK(said.at("artists") == 70);
  CHECK(said.at("lists") == json({"Mine", "Ours", "Bob's"}));
  CHECK(said.at("closed") == 403);
  CHECK(said.at("renewed") == "refresh-number-2");
  CHECK(said.at("old") == 401);
}

TEST_CASE("plays, saved tracks, artists and lists of Spotify come once", "[sync][spotify]") {
  const FakeSpotify spotify;
  fill(spotify);
  const Ann ann(spotify);
  const json first = sync(ann);
  INFO(first.dump());
  CHECK(first.at("buckets").at("new") == 50 + 120 + 70 + 2 + 62);
  CHECK(first.at("buckets").at("podcast") == 1);
  CHECK(first.at("buckets").at("empty") == 1);
  CHECK(ann.listens() == 50);
  // recently played; 3 pages saved; 2 of artists; lists; 2 pages of Mine, 1 of Ours.
  const std::vector<std::string> asked = spotify.requests();
  CHECK(asked.size() == 1 + 3 + 2 + 1 + 2 + 1);
  for (const std::string& request : asked) {
    CAPTURE(request);
    CHECK(request.find("p3") == std::string::npos);  // Bob's, which is closed
  }
  CHECK(sync(ann).at("records") == 0);
  CHECK(spotify.requests().size() == 4 + 1);
  CHECK(ann.count("SELECT count(*) FROM ingestions") == 1);
  // Of plays, saved tracks and lists: of the pictures of an album the one of 300 pixels; a file of
  // one's own has none.
  CHECK(ann.count("SELECT count(*) FROM artworks WHERE address <> "
                  "'https://i.scdn.co/image/ab67616d0000300'") == 0);
  CHECK(ann.count("SELECT count(*) FROM artworks") == ann.count("SELECT count(*) FROM tracks") - 1);

  // A play, and one that came late.
  json heard = plays(51, kNoon - 3'300'000);
  heard.push_back({kNoon - 3'600'000 - 150'000, track(99)});
  spotify.put("plays.json", heard);
  CHECK(sync(ann).at("buckets") == json{{"new", 2}});
  CHECK(ann.listens() == 52);

  // What is no longer saved or listed has ended.
  json saved = json::array();
  for (int k = 0; k < 10; ++k) saved.push_back({"2026-01-10T10:00:00Z", track(200 + k)});
  spotify.put("saved.json", saved);
  spotify.put("artists.json", json::array());
  const json less = sync(ann);
  INFO(less.dump());
  REQUIRE(less.at("ended").size() == 2);
  CHECK(less.at("ended").at(0).at("count") == 110);
  CHECK(less.at("ended").at(1).at("count") == 70);
}

TEST_CASE("that Spotify may have forgotten plays is told", "[sync][spotify]") {
  const FakeSpotify spotify;
  spotify.put("plays.json", plays(50, kNoon - 7'200'000));
  const Ann ann(spotify);
  CHECK(sync(ann).at("notes").empty());
  spotify.put("plays.json", plays(80, kNoon - 60'000, 100));
  const json after = sync(ann);
  INFO(after.dump());
  CHECK(after.at("buckets").at("new") == 50);
  CHECK_THAT(after.at("notes").dump(), Contains("some before them may be missing"));
  CHECK(sync(ann).at("records") == 0);
}

TEST_CASE("a play that the extended history told is known when Spotify tells it",
          "[sync][spotify]") {
  const FakeSpotify spotify;
  const json heard = plays(40, kNoon - 3'600'000);
  spotify.put("plays.json", heard);
  const Ann ann(spotify);
  json history = json::array();
  for (const json& play : heard)
    history.push_back({{"ts", engine::format_time(play[0].get<std::int64_t>() / 1000)},
                       {"ms_played", 214'000},
                       {"master_metadata_track_name", play[1][1]},
                       {"master_metadata_album_artist_name", play[1][2][0]},
                       {"master_metadata_album_album_name", play[1][3]},
                       {"spotify_track_uri", "spotify:track:" + play[1][0].get<std::string>()},
                       {"reason_end", "trackdone"}});
  std::ofstream(ann.path("Streaming_History_Audio_2026_0.json")) << history.dump();
  REQUIRE(ann.run({"import", ann.path("Streaming_History_Audio_2026_0.json")}).exit_code == 0);
  REQUIRE(ann.listens() == 40);
  const json known = sync(ann);
  INFO(known.dump());
  CHECK(known.at("records") == 40);
  CHECK_FALSE(known.at("buckets").contains("new"));
  CHECK(ann.listens() == 40);
}

TEST_CASE("a login that ends in the middle of a sync is renewed", "[sync][spotify]") {
  const FakeSpotify spotify;
  fill(spotify);
  const Ann ann(spotify);
  spotify.put("tokens.json", {{"access", {"access-number-0"}}, {"refresh", "refresh-number-1"}});
  spotify.put("trouble.json", {nullptr, nullptr, 502, nullptr});
  CHECK(sync(ann).at("error") == nullptr);
  CHECK(ann.listens() == 50);
  CHECK(ann.login().at("access_token") == "access-number-2");
  CHECK(ann.login().at("refresh_token") == "refresh-number-2");
  const std::vector<std::string> asked = spotify.requests();
  CHECK(std::count(asked.begin(), asked.end(), "token") == 1);
  // One that Spotify has ended costs this account, and says what to do.
  spotify.put("tokens.json", {{"access", {"other"}}, {"refresh", "other"}});
  const json ended = sync(ann, 3);
  CHECK_THAT(ended.at("error").get<std::string>(),
             Contains("invalid_grant") && Contains("engine connect spotify"));
  CHECK(ann.login().at("refresh_token") == "refresh-number-2");
  CHECK(ann.files_with_tokens().empty());
}

TEST_CASE("a sync tells that its login ends soon", "[sync][spotify]") {
  const FakeSpotify spotify;
  const Ann ann(spotify);
  CHECK(ann.run({"sync", "spotify"}).err.empty());
  const Ended late = ann.run({"sync", "spotify"}, "2027-05-01T12:00:00Z");
  CHECK_THAT(late.err, Contains("spotify: the login of 2026-11-21 ends on 2027-05-21, in 20 days"));
}

TEST_CASE("what Spotify refuses is told, and what came is kept", "[sync][spotify]") {
  const FakeSpotify spotify;
  fill(spotify);
  const Ann ann(spotify);
  spotify.put("trouble.json", {nullptr, "quota", "quota", "quota"});
  const json quota = sync(ann, 3);
  CHECK_THAT(quota.at("error").get<std::string>(), Contains("quota"));
  CHECK(ann.listens() == 50);
  spotify.put("trouble.json", {nullptr, "html"});
  CHECK_THAT(sync(ann, 3).at("error").get<std::string>(), Contains("not Spotify"));
  spotify.put("trouble.json", {nullptr, 403});
  CHECK_THAT(sync(ann, 3).at("error").get<std::string>(), Contains("status 403: Server error."));
  spotify.put("trouble.json", {nullptr, "429:1"});
  CHECK(sync(ann).at("error") == nullptr);
  CHECK(ann.count("SELECT count(*) FROM listens") == 50);
  spotify.put("trouble.json", {"429:86400"});
  CHECK_THAT(sync(ann, 3).at("error").get<std::string>(), Contains("left alone until"));
}
