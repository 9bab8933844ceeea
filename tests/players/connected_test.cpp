// From an empty store and accounts alone: connected, read, grown, discovered, asked about and pushed;
// and all of it again, with nothing new.
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "listenbrainz_listener.hpp"
#include "support/json.hpp"

using nlohmann::json;
using players_test::FakeListenbrainz;
using players_test::FakeService;
using players_test::kListenbrainzNoon;
using players_test::kListenbrainzNow;
using players_test::kListenbrainzToken;
using players_test::mbid;
using support::Ended;

namespace {

constexpr int kArtists = 40, kSongs = 6;
constexpr const char* kEvening = "2026-11-21T18:00:00Z";

/// The same songs all week, also where they were served before.
constexpr const char* kFinds =
    "local pl = require 'playlist'\n"
    "return pl.recipe { title = 'Finds', random_seed = 'week', build = function(p, user)\n"
    "  return pl.recall.similar_artists { seeds = user.listens, pool = 50 }\n"
    "    :filter(pl.filtering.not_in { user.listens }):limit { tracks = 20, per_artist = 2 }\n"
    "end }\n";

std::string artist_name(int artist) {
  return "Artist " + std::to_string(artist);
}
std::string song_title(int artist, int song) {
  return "Song " + std::to_string(artist) + " of " + std::to_string(song);
}

/// Artists in a ring, who resemble the eight next to them.
json deezers_artists() {
  json artists = json::array();
  for (int k = 0; k < kArtists; ++k) {
    json one = {{"id", k + 1},
                {"name", artist_name(k)},
                {"fans", 100},
                {"related", json::array()},
                {"tracks", json::array()}};
    for (const int step : {1, -1, 2, -2, 3, -3, 4, -4})
      one["related"].push_back((k + step + kArtists) % kArtists + 1);
    for (int song = 0; song < kSongs; ++song)
      one["tracks"].push_back({song_title(k, song), "Album", 200});
    artists.push_back(std::move(one));
  }
  return artists;
}

/// Ann has heard six artists of them, and ListenBrainz knows all songs.
void fill(const FakeListenbrainz& listenbrainz) {
  json heard = json::array(), names = json::object();
  for (int play = 0; play < 60; ++play) {
    const int artist = play % 6 * 7;
    heard.push_back({kListenbrainzNoon - 500'000 + 7'000 * play, artist_name(artist),
                     song_title(artist, 0), "Album"});
  }
  for (int k = 0; k < kArtists; ++k)
    for (int song = 0; song < kSongs; ++song)
      names["artist " + std::to_string(k) + " / song " + std::to_string(k) + " of " +
            std::to_string(song)] = {mbid(k * kSongs + song + 1), artist_name(k),
                                     song_title(k, song), "Album"};
  listenbrainz.put("listens.json", heard);
  listenbrainz.put("names.json", names);
}

struct Connected : players_test::ListenbrainzAnn {
  Connected(const FakeListenbrainz& listenbrainz, const FakeService& deezer)
      : ListenbrainzAnn(listenbrainz, kListenbrainzToken) {
    done({"connect", "deezer", "--address", deezer.address(), "--field",
          "requests_per_second=1000"});
  }
  [[nodiscard]] json done(const std::vector<std::string>& arguments,
                          const char* now = kListenbrainzNow, int exit_code = 0) const {
    const Ended ended = run(arguments, now);
    INFO(ended.err << ended.out);
    REQUIRE(ended.exit_code == exit_code);
    CHECK(ended.err.find(kListenbrainzToken) == std::string::npos);
    return support::parse_json(ended.out);
  }
};

}  // namespace

TEST_CASE("from accounts alone to a list over there, and again with nothing new",
          "[players][grow][connected]") {
  const FakeListenbrainz listenbrainz;
  const FakeService deezer("fake_deezer.py", {{"artists.json", deezers_artists()}});
  fill(listenbrainz);
  const Connected ann(listenbrainz, deezer);
  CHECK(ann.done({"sync"}).at("accounts").at(0).at("buckets") == json{{"new", 60}});
  const json grown = ann.done({"discover", "--grow", "--tracks", "150"});
  CHECK(grown.at("growth").at("tracks") >= 140);
  CHECK(grown.at("queued").size() == 30);
  const json asked = ann.done({"next"});
  CHECK_FALSE(asked.at("question").at("suggestion").at("reason").get<std::string>().empty());
  CHECK(asked.at("question").at("track").at("places").empty());
  CHECK(ann.done({"run", "discover-weekly"}).at("tracks").size() >= 28);
  std::ofstream(ann.path("finds.lua")) << kFinds;
  ann.done({"playlist", "keep", "Finds", ann.path("finds.lua"), "--to", "listenbrainz:Finds"});
  const json refreshed = ann.done({"refresh", "Finds"}).at("refreshed").at(0);
  CHECK(refreshed.at("tracks") == 20);
  const json lists = support::parse_json(listenbrainz.text("playlists.json"));
  REQUIRE(lists.size() == 1);
  CHECK(lists.at(0).at("tracks").size() == 20);

  static_cast<void>(listenbrainz.requests());
  static_cast<void>(deezer.requests());
  CHECK(ann.done({"sync"}, kEvening).at("accounts").at(0).at("records") == 0);
  CHECK(listenbrainz.requests().size() <= 3);
  ann.done({"discover", "--grow", "--tracks", "150"}, kEvening);
  CHECK(deezer.requests().empty());
  ann.done({"next"}, kEvening);
  CHECK(listenbrainz.requests().empty());
  ann.done({"refresh", "Finds"}, kEvening);
  CHECK(listenbrainz.requests().size() <= 4);  // it is read, and is as it should be
  CHECK(support::parse_json(listenbrainz.text("playlists.json")) == lists);
}
