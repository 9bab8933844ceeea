#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::Recalled;
using support::run_recall;
using support::TinyLibrary;

namespace {

constexpr char kName[] = "recall.recommendations";
using Numbers = std::vector<std::int32_t>;

TinyLibrary five_songs() {
  TinyLibrary library;
  for (const char* title : {"One", "Two", "Three", "Four", "Five"})
    library.add({.title = title, .artists = {"Ann"}});
  library.recommend({.track = 1, .service = "lastfm", .score = 0.5f, .seed = 0});
  library.recommend({.track = 2, .service = "lastfm", .score = 0.9f, .seed = 0});
  library.recommend(
      {.track = 2, .service = "listenbrainz", .channel = "collaborative", .score = 7});
  library.recommend(
      {.track = 3, .service = "listenbrainz", .channel = "collaborative", .score = 5});
  library.recommend({.track = 4, .service = "mine", .channel = "odd", .score = NAN});
  return library;
}

}  // namespace

TEST_CASE("recall.recommendations takes services' lists in turns, each by its own score",
          "[recall]") {
  const Recalled found = run_recall(kName, {}, five_songs());
  CHECK(found.numbers() == Numbers{2, 4, 1, 3});
  CHECK(found.tracks.at(0).explanation ==
        "SERVICES: Last.fm holds it for similar to \"One\" by Ann");
  CHECK(found.tracks.at(0).seed == "\"One\" by Ann");
  CHECK(found.tracks.at(0).score == 1.0f);
  CHECK(found.tracks.at(1).explanation == "SERVICES: mine recommends it (odd)");
  CHECK(found.tracks.at(3).explanation == "SERVICES: ListenBrainz recommends it (collaborative)");
  CHECK(found.tracks.at(3).score == 0.5f);
}

TEST_CASE("recall.recommendations of some services and lists alone", "[recall]") {
  CHECK(run_recall(kName, {{"services", "mine, listenbrainz"}}, five_songs()).numbers() ==
        Numbers{2, 4, 3});
  CHECK(run_recall(kName, {{"channels", "similar_tracks"}}, five_songs()).numbers() ==
        Numbers{2, 1});
  CHECK(run_recall(kName, {{"limit", 2.0}}, five_songs()).numbers() == Numbers{2, 4});
}

TEST_CASE("recall.recommendations says where nobody recommends anything", "[recall]") {
  TinyLibrary library;
  library.add({.title = "One", .artists = {"Ann"}});
  const Recalled found = run_recall(kName, {}, library);
  CHECK(found.status == PLAYLIST_NO_DATA);
  CHECK_THAT(found.message, Catch::Contains("no service that is connected recommends anything"));
}
