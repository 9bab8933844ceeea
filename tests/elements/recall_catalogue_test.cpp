#include <algorithm>
#include <limits>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::Recalled;
using support::run_recall;
using support::TinyLibrary;
using Numbers = std::vector<std::int32_t>;

TEST_CASE("recall.catalogue gives every track by number, or those with a tag", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .tags = {"jazz"}});
  library.add({.artists = {"B"}});
  library.add({.artists = {"C"}, .tags = {"pop", "jazz"}});
  library.add({.artists = {"D"}});
  library.tag_artist("D", "jazz");
  const Recalled all = run_recall("recall.catalogue", {}, library);
  CHECK(all.numbers() == Numbers{0, 1, 2, 3});
  CHECK(all.tracks[0].explanation == "CATALOGUE: a track of the catalogue");
  CHECK(run_recall("recall.catalogue", {{"limit", 2.0}}, library).numbers() == Numbers{0, 1});

  const Recalled jazz = run_recall("recall.catalogue", {{"tag", "Jazz"}}, library);
  CHECK(jazz.numbers() == Numbers{0, 2, 3});
  CHECK(jazz.tracks[0].explanation == "CATALOGUE: a track tagged jazz");

  const Recalled none = run_recall("recall.catalogue", {{"tag", "polka"}}, library);
  CHECK(none.status == PLAYLIST_NO_DATA);
  CHECK(none.message == "no track is tagged \"polka\"");
}

TEST_CASE("recall.catalogue gives what an artist is on, by a name as people write it", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Björk"}, .tags = {"pop"}});
  library.add({.artists = {"B"}});
  library.add({.artists = {"B", "Björk"}});
  library.add({.artists = {"!!!"}});
  const Recalled found = run_recall("recall.catalogue", {{"artist", "bjork"}}, library);
  CHECK(found.numbers() == Numbers{0, 2});
  CHECK(found.tracks[0].explanation == "CATALOGUE: a track by bjork");
  CHECK(run_recall("recall.catalogue", {{"artist", "!!!"}}, library).numbers() == Numbers{3});
  const Recalled both =
      run_recall("recall.catalogue", {{"artist", "BJÖRK"}, {"tag", "pop"}}, library);
  CHECK(both.numbers() == Numbers{0});
  CHECK(both.tracks[0].explanation == "CATALOGUE: a track by BJÖRK, tagged pop");
  const Recalled none = run_recall("recall.catalogue", {{"artist", "Bj"}}, library);
  CHECK(none.status == PLAYLIST_NO_DATA);
  CHECK(none.message == "no artist here is called \"Bj\"");
}

TEST_CASE("recall.catalogue gives the tracks of a title, by a name as people write it",
          "[recall]") {
  TinyLibrary library;
  library.add({.title = "Jóga", .artists = {"Björk"}});
  library.add({.title = "Joga", .artists = {"B"}});
  library.add({.title = "Yoga", .artists = {"B"}});
  const Recalled found = run_recall("recall.catalogue", {{"title", "joga"}}, library);
  CHECK(found.numbers() == Numbers{0, 1});
  CHECK(found.tracks[0].explanation == "CATALOGUE: a track called \"joga\"");
  const Recalled hers =
      run_recall("recall.catalogue", {{"title", "JOGA"}, {"artist", "bjork"}}, library);
  CHECK(hers.numbers() == Numbers{0});
  CHECK(hers.tracks[0].explanation == "CATALOGUE: a track called \"JOGA\" by bjork");
  const Recalled none =
      run_recall("recall.catalogue", {{"title", "Yoga"}, {"artist", "bjork"}}, library);
  CHECK(none.status == PLAYLIST_NO_DATA);
  CHECK(none.message == "no track here is called \"Yoga\" by bjork");
}

TEST_CASE("recall.popular goes by popularity, then by the artist's users", "[recall]") {
  constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
  TinyLibrary library;
  library.add({.artists = {"A"}, .popularity = kUnknown});  // 0
  library.add({.artists = {"B"}, .popularity = kUnknown});  // 1, two users
  library.add({.artists = {"A"}, .popularity = 40});        // 2
  library.add({.artists = {"A"}, .popularity = 80});        // 3
  library.add({.artists = {"B"}, .popularity = 40});        // 4, two users
  library.add({.artists = {}, .popularity = kUnknown});     // 5
  library.user_plays(0, {"B"});
  library.user_plays(1, {"B"});
  const Recalled found = run_recall("recall.popular", {}, library);
  const Numbers numbers = found.numbers();
  REQUIRE(numbers.size() == 6);
  CHECK(Numbers(numbers.begin(), numbers.begin() + 4) == Numbers{3, 4, 2, 1});
  CHECK(std::min(numbers[4], numbers[5]) == 0);
  CHECK(std::max(numbers[4], numbers[5]) == 5);
  CHECK(found.tracks[0].score == Approx(0.8f));
  CHECK(found.tracks[3].score == 0.0f);
  CHECK(found.tracks[0].explanation == "POPULAR: popularity 80 of 100");
  CHECK(found.tracks[3].explanation == "POPULAR: by an artist whom 2 users here play");
  CHECK(found.tracks[4].explanation == "POPULAR: a track of unknown popularity");
  CHECK(run_recall("recall.popular", {{"limit", 2.0}}, library).numbers() == Numbers{3, 4});
  // Nothing says that 0 and 5 are popular; with two users an artist is, with one fewer than asked
  // not.
  CHECK(run_recall("recall.popular", {{"min_users", 2.0}}, library).numbers() ==
        Numbers{3, 4, 2, 1});
  CHECK(run_recall("recall.popular", {{"min_users", 3.0}}, library).numbers() == Numbers{3, 4, 2});
}

TEST_CASE("recall.popular lists equally popular tracks in an order that says nothing", "[recall]") {
  TinyLibrary library;
  for (int k = 0; k < 60; ++k) library.add({.artists = {"A"}, .popularity = 40});
  const Numbers ten = run_recall("recall.popular", {{"limit", 10.0}}, library).numbers();
  CHECK(ten == run_recall("recall.popular", {{"limit", 10.0}}, library).numbers());
  // By numbers the ten that were imported first would be first.
  CHECK(std::ranges::count_if(ten, [](std::int32_t track) { return track < 10; }) < 6);
  CHECK_FALSE(std::ranges::is_sorted(ten));
}

TEST_CASE("recall.popular finds nothing where nothing says what is popular", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .popularity = std::numeric_limits<float>::quiet_NaN()});
  library.user_plays(0, {"A"});
  const Recalled found = run_recall("recall.popular", {}, library);
  REQUIRE(found.numbers() == Numbers{0});
  CHECK(found.tracks[0].explanation == "POPULAR: by an artist whom one user here plays");
  const Recalled none = run_recall("recall.popular", {{"min_users", 2.0}}, library);
  CHECK(none.status == PLAYLIST_NO_DATA);
  CHECK(none.message == "no track has a popularity, and no artist is played by 2 users");
}
