#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::Recalled;
using support::run_recall;
using support::TinyLibrary;
using support::TrackSetArgument;

namespace {

constexpr char kName[] = "recall.genre";

Recalled recall(const TinyLibrary& library, const std::vector<std::int32_t>& seeds,
                engine::Arguments arguments = {}, std::uint64_t random_seed = 1) {
  const TrackSetArgument set(seeds);
  arguments.emplace_back("seeds", set.argument());
  return run_recall(kName, arguments, library, {random_seed});
}

/// Seeds 0..5: rock 3, indie 2, jazz 1 and one without a genre (rock through no one). New tracks:
/// 6 7 8 rock, 9 indie, 10 jazz, 11 pop.
TinyLibrary six_seeds() {
  TinyLibrary library;
  library.add({.artists = {"S1"}, .tags = {"rock"}});
  library.add({.artists = {"S2"}, .tags = {"rock", "indie"}});
  library.add({.artists = {"S3"}, .tags = {"rock"}});
  library.add({.artists = {"S4"}, .tags = {"indie"}});
  library.add({.artists = {"S5"}, .tags = {"jazz"}});
  library.add({.artists = {"S6"}});
  for (int i = 0; i < 3; ++i) library.add({.artists = {"N1"}, .tags = {"rock"}});
  library.add({.artists = {"N2"}, .tags = {"indie"}});
  library.add({.artists = {"N3"}, .tags = {"jazz"}});
  library.add({.artists = {"N4"}, .tags = {"pop"}});
  return library;
}
const std::vector<std::int32_t> kSeeds{0, 1, 2, 3, 4, 5};

}  // namespace

TEST_CASE("recall.genre finds tracks of the seeds' top genres, scored by the genre's share",
          "[recall]") {
  const TinyLibrary library = six_seeds();
  const Recalled found = recall(library, kSeeds, {{"top", 2.0}});
  std::map<std::int32_t, float> score;
  for (const auto& track : found.tracks) {
    score[track.track] = track.score;
    // The one that matched: 6, 7 and 8 are rock, 9 is indie.
    CHECK(track.explanation == (track.track == 9 ? "GENRE-BASED: discovered via indie"
                                                 : "GENRE-BASED: discovered via rock"));
  }
  // 3 seeds are rock and 2 indie
  CHECK(score == std::map<std::int32_t, float>{{6, 0.6f}, {7, 0.6f}, {8, 0.6f}, {9, 0.4f}});
}

TEST_CASE("recall.genre names the genre that matched and no other", "[recall]") {
  const TinyLibrary library = six_seeds();
  for (const auto& track : recall(library, kSeeds).tracks) {
    const std::string genre = library.track(track.track).tags.at(0);
    CHECK(track.explanation == "GENRE-BASED: discovered via " + genre);
  }
}

TEST_CASE("recall.genre breaks ties between genres by name", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"S"}, .tags = {"zydeco", "ambient", "metal"}});
  library.add({.artists = {"N"}, .tags = {"ambient"}});
  CHECK(recall(library, {0}, {{"top", 2.0}}).tracks.at(0).explanation ==
        "GENRE-BASED: discovered via ambient");
}

TEST_CASE("recall.genre never brings a song the user has, nor another version of it", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"S"}, .tags = {"rock"}, .song = 1});  // the seed
  library.add({.artists = {"S"}, .tags = {"rock"}, .song = 1});  // its live version
  library.add({.artists = {"N"}, .tags = {"rock"}, .song = 2});  // in the library
  library.add({.artists = {"N"}, .tags = {"rock"}, .song = 2});  // its live version
  library.add({.artists = {"N"}, .tags = {"rock"}, .song = 3});  // new
  library.add({.artists = {"N"}, .tags = {"rock"}, .song = 3});  // its live version
  library.own(2);
  const std::vector<std::int32_t> found = recall(library, {0}).numbers();
  REQUIRE(found.size() == 1);
  CHECK((found[0] == 4 || found[0] == 5));
}

TEST_CASE("a track without tags has the strong ones of its artist", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Seed"}});                    // 0
  library.add({.artists = {"Other"}});                   // 1
  library.add({.artists = {"Weak"}});                    // 2
  library.add({.artists = {"Other"}, .tags = {"pop"}});  // 3: its own tag counts alone
  library.tag_artist("Seed", "folk", 10);
  library.tag_artist("Seed", "seen live", 4);  // less than half of 10
  library.tag_artist("Other", "folk", 5);
  library.tag_artist("Weak", "folk", 1);
  library.tag_artist("Weak", "metal", 9);
  const Recalled found = recall(library, {0});
  CHECK(found.numbers() == std::vector<std::int32_t>{1});
  CHECK(found.tracks[0].explanation == "GENRE-BASED: discovered via folk");
}

TEST_CASE("recall.genre draws genres in proportion to their seeds", "[recall]") {
  TinyLibrary library;
  for (int i = 0; i < 3; ++i) library.add({.artists = {"S"}, .tags = {"rock"}});
  library.add({.artists = {"S"}, .tags = {"jazz"}});
  for (int i = 0; i < 20; ++i) library.add({.artists = {"N"}, .tags = {i < 10 ? "rock" : "jazz"}});
  int rock = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    rock += library.track(recall(library, {0, 1, 2, 3}, {{"limit", 1.0}}, seed).tracks[0].track)
                .tags[0] == "rock";
  }
  CHECK(rock / 2000.0 == Approx(0.75).margin(0.049));
}

TEST_CASE("recall.genre gives a genre up after refills in vain", "[recall]") {
  // 200 rock tracks, of which the user has all but one: with pools of 1 and one refill in vain
  // allowed, the draw for it mostly ends before it is met; with many it is always found.
  TinyLibrary library;
  library.add({.artists = {"S"}, .tags = {"rock"}});
  for (int i = 0; i < 200; ++i) {
    const std::int32_t track = library.add({.artists = {"N"}, .tags = {"rock"}});
    if (i != 77) library.own(track);
  }
  int found = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    found += static_cast<int>(
        recall(library, {0}, {{"pool", 1.0}, {"max_failed_refills", 1.0}}, seed).tracks.size());
    CHECK(recall(library, {0}, {{"pool", 1.0}, {"max_failed_refills", 201.0}}, seed).numbers() ==
          std::vector<std::int32_t>{78});
  }
  CHECK(found <= 5);  // 1 in 201 each
}

TEST_CASE("recall.genre says why it has nothing", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"S"}});
  const Recalled no_genre = recall(library, {0});
  CHECK(no_genre.status == PLAYLIST_NO_DATA);
  CHECK(no_genre.message == "none of the 1 seeds has a genre");
  const Recalled no_seeds = recall(library, {});
  CHECK(no_seeds.status == PLAYLIST_NO_DATA);
  CHECK(no_seeds.message == "there are no seeds to take genres from");
  CHECK_THROWS_WITH(run_recall(kName, {}, library),
                    Catch::Contains(kName) && Catch::Contains("seeds"));
}

TEST_CASE("the size of the pool changes the draws, never what can be found", "[recall]") {
  const TinyLibrary library = six_seeds();
  const auto found = [&](double pool, double refill_below, std::uint64_t random_seed) {
    // A pool of 1 makes one try at a time and may meet all four rock seeds in a row.
    return recall(library, kSeeds,
                  {{"pool", pool}, {"refill_below", refill_below}, {"max_failed_refills", 10.0}},
                  random_seed)
        .numbers();
  };
  int different = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto one = found(1, 1, seed), many = found(20, 3, seed), odd = found(2, 50, seed);
    for (const auto& numbers : {one, many, odd}) {
      CHECK(std::set<std::int32_t>(numbers.begin(), numbers.end()) ==
            std::set<std::int32_t>{6, 7, 8, 9, 10});
    }
    different += one != many;
  }
  CHECK(different > 0);
}
