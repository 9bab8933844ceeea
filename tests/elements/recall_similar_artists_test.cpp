#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::Recalled;
using support::run_recall;
using support::TinyLibrary;
using support::TrackSetArgument;

namespace {

constexpr char kName[] = "recall.similar_artists";

Recalled recall(const TinyLibrary& library, const std::vector<std::int32_t>& seeds,
                engine::Arguments arguments = {}, std::uint64_t random_seed = 1) {
  const TrackSetArgument set(seeds);
  arguments.emplace_back("seeds", set.argument());
  return run_recall(kName, arguments, library, {random_seed});
}

/// Score by the name of the found track's artist.
std::map<std::string, float> strengths(const TinyLibrary& library, const Recalled& found) {
  std::map<std::string, float> strengths;
  for (const auto& track : found.tracks) {
    strengths[library.track(track.track).artists[0]] = track.score;
  }
  return strengths;
}

TinyLibrary tracks_of_two() {
  TinyLibrary library;
  library.add({.artists = {"Seed"}});
  library.add({.artists = {"Other"}});
  return library;
}

}  // namespace

TEST_CASE("recall.similar_artists uses imported relations, scaled to the artist's strongest",
          "[recall]") {
  TinyLibrary library;
  for (int i = 0; i < 3; ++i) library.add({.artists = {"Liked"}});
  library.add({.artists = {"Near"}});
  library.add({.artists = {"Far"}});
  library.add({.artists = {"Unrelated"}});
  library.relate("Liked", "Near", 40);
  library.relate("Liked", "Far", 10);
  library.relate("Liked", "Without tracks", 80);
  const Recalled found = recall(library, {0, 1, 2});
  CHECK(strengths(library, found) == std::map<std::string, float>{{"Near", 1.0f}, {"Far", 0.25f}});
  for (const auto& track : found.tracks) {
    CHECK(track.seed == "Liked");
  }
}

TEST_CASE("recall.similar_artists tells likes and plays, not how many seeds there are",
          "[recall]") {
  // Three seeds of one artist, whose neighbour is Near.
  const auto told = [](const std::function<void(TinyLibrary&)>& listen) {
    TinyLibrary library;
    for (int i = 0; i < 3; ++i) library.add({.artists = {"Seed"}});
    library.add({.artists = {"Near"}});
    library.add({.artists = {"Seed"}});  // 4: no seed
    library.relate("Seed", "Near", 1);
    listen(library);
    return recall(library, {0, 1, 2}).tracks.at(0).explanation;
  };
  CHECK(told([](TinyLibrary& library) {
          for (const int track : {0, 1, 4}) library.like(track);
        }) == "ARTIST-BASED: similar to Seed, which you liked 3 times");
  CHECK(told([](TinyLibrary& library) { library.like(2); }) ==
        "ARTIST-BASED: similar to Seed, which you liked once");
  // Without a like what was played counts, skips do not.
  CHECK(told([](TinyLibrary& library) {
          for (int day = 1; day <= 5; ++day) library.listen(0, day);
          library.listen(1, 9, false, true);
        }) == "ARTIST-BASED: similar to Seed, which you played 5 times");
  CHECK(told([](TinyLibrary& library) { library.listen(1, 9, false, true); }) ==
        "ARTIST-BASED: similar to Seed, one of the artists it was asked to start from");
}

TEST_CASE("artists liked often enough come first, in proportion to their likes", "[recall]") {
  TinyLibrary library;
  const auto liked = [&](const std::string& name, int times) {
    std::vector<std::int32_t> tracks;
    for (int i = 0; i < times; ++i) tracks.push_back(library.add({.artists = {name}}));
    for (int i = 0; i < 4; ++i) library.add({.artists = {"like " + name}});
    library.relate(name, "like " + name, 1);
    return tracks;
  };
  std::vector<std::int32_t> seeds = liked("Once", 1);
  for (const auto& [name, times] : {std::pair{"Three", 3}, {"Two", 2}}) {
    const auto more = liked(name, times);
    seeds.insert(seeds.end(), more.begin(), more.end());
  }
  int three = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Recalled found = recall(library, seeds, {}, seed);
    REQUIRE(found.tracks.size() == 12);
    for (std::size_t i = 0; i < 12; ++i) {
      const bool is_once = library.track(found.tracks[i].track).artists[0] == "like Once";
      CHECK(is_once == (i >= 8));
    }
    three += library.track(found.tracks[0].track).artists[0] == "like Three";
  }
  CHECK(three / 1000.0 == Approx(0.6).margin(0.078));  // 3 of 5 likes

  // With min_likes = 1 the one liked once takes part from the start: 1 of 6.
  int once = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Recalled found = recall(library, seeds, {{"min_likes", 1.0}}, seed);
    once += library.track(found.tracks[0].track).artists[0] == "like Once";
  }
  CHECK(once / 1000.0 == Approx(1.0 / 6).margin(0.06));
}

TEST_CASE("relations are computed from the users who play both artists", "[recall]") {
  TinyLibrary library;
  for (const char* name : {"Seed", "Near", "Single"}) library.add({.artists = {name}});
  // Users 0 and 1 play Seed and Near, user 2 Seed and Single, user 3 Single.
  library.user_plays(0, {"Seed", "Near"});
  library.user_plays(1, {"Seed", "Near"});
  library.user_plays(2, {"Seed", "Single"});
  library.user_plays(3, {"Single"});
  const auto found = strengths(library, recall(library, {0}));
  // A user of two artists weighs 1 / log2(4) = 1/2. Seed: 3 such users, norm sqrt(3/2). Near: 2,
  // norm 1. Shared: 2 * 1/2 = 1. Cosine 1 / sqrt(3/2), times 2 / (2 + 1) for two users in common.
  // Single has one user in common with Seed: not enough.
  REQUIRE(found.size() == 1);
  CHECK(found.at("Near") == Approx(1 / std::sqrt(1.5) * 2 / 3));
}

TEST_CASE("relations are computed from playlists and from tags in common", "[recall]") {
  TinyLibrary library;
  for (const char* name : {"Seed", "Listed", "Tagged"}) library.add({.artists = {name}});
  library.playlist({"Seed", "Listed"});
  library.tag_artist("Seed", "rock", 3);
  library.tag_artist("Seed", "live", 1);
  library.tag_artist("Tagged", "rock", 7);
  const auto found = strengths(library, recall(library, {0}));
  // Seed has no users, so the weights are 0.3 and 0.2 of 0.5. One playlist in common, cosine 1,
  // times 1/2. Tags: Seed (3/4, 1/4), Tagged (1, 0): min sums to 3/4, max to 5/4.
  REQUIRE(found.size() == 2);
  CHECK(found.at("Listed") == Approx(0.6 * 1 * 0.5));
  CHECK(found.at("Tagged") == Approx(0.4 * 0.75 / 1.25));

  const auto by_tags = strengths(
      library, recall(library, {0}, {{"playlists", 0.0}, {"listeners", 0.0}, {"tags", 1.0}}));
  REQUIRE(by_tags.size() == 1);
  CHECK(by_tags.at("Tagged") == Approx(0.6));
}

TEST_CASE("users and playlists that hold everything say nothing about two artists", "[recall]") {
  TinyLibrary library = tracks_of_two();
  std::vector<std::string> everything{"Seed", "Other"};
  for (int i = 0; i < 98; ++i) everything.push_back("artist " + std::to_string(i));
  library.playlist(everything);  // 100 artists are not too many
  CHECK(recall(library, {0}).numbers() == std::vector<std::int32_t>{1});

  TinyLibrary larger = tracks_of_two();
  everything.push_back("one more");
  larger.playlist(everything);
  CHECK(recall(larger, {0}).status == PLAYLIST_NO_DATA);
  for (int i = 0; i < 1000; ++i) everything.push_back("more " + std::to_string(i));
  TinyLibrary large = tracks_of_two();
  large.playlist({everything.begin(), everything.begin() + 101});
  for (const std::string& name : everything) large.artist(name);  // 101 of 1101: a tenth
  CHECK(recall(large, {0}).numbers() == std::vector<std::int32_t>{1});
}

TEST_CASE("artists bounds how many of the seeds' artists take part at a time", "[recall]") {
  TinyLibrary library;
  std::vector<std::int32_t> seeds;
  for (int i = 0; i < 6; ++i) {
    const std::string name = "Seed " + std::to_string(i), near = "Near " + std::to_string(i);
    seeds.push_back(library.add({.artists = {name}}));
    for (int k = 0; k < 4; ++k) library.add({.artists = {near}});
    library.relate(name, near, 1);
  }
  const auto seed_artists_of_first_8 = [&](double artists) {
    const Recalled found = recall(library, seeds, {{"artists", artists}});
    CHECK(found.tracks.size() == 24);  // when one is given up the next takes part
    std::set<std::string> names;
    for (std::size_t i = 0; i < 8; ++i) names.insert(found.tracks[i].explanation);
    return names.size();
  };
  CHECK(seed_artists_of_first_8(1) == 2);  // four of the one, then four of the other
  CHECK(seed_artists_of_first_8(6) > 2);
}

TEST_CASE("an artist without tags has those of their tracks", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Seed"}, .tags = {"rock"}});
  library.add({.artists = {"Other"}, .tags = {"rock"}});
  library.add({.artists = {"Other"}, .tags = {"pop"}});
  const auto found = strengths(library, recall(library, {0}));
  // (1, 0) and (1/2, 1/2): 1/2 against 3/2
  REQUIRE(found.size() == 1);
  CHECK(found.at("Other") == Approx(1.0 / 3));
}

TEST_CASE("imported relations stand alone, computed ones are for artists without any", "[recall]") {
  TinyLibrary library;
  for (const char* name : {"Seed", "Imported", "Tagged"}) {
    library.add({.artists = {name}, .tags = {"rock"}});
  }
  library.relate("Seed", "Imported", 1);
  CHECK(strengths(library, recall(library, {0})) ==
        std::map<std::string, float>{{"Imported", 1.0f}});
}

TEST_CASE("related keeps only the closest artists", "[recall]") {
  TinyLibrary library;
  for (const char* name : {"Seed", "First", "Second", "Third"}) library.add({.artists = {name}});
  library.relate("Seed", "First", 3);
  library.relate("Seed", "Second", 2);
  library.relate("Seed", "Third", 1);
  const auto found = strengths(library, recall(library, {0}, {{"related", 2.0}}));
  CHECK(found.size() == 2);
  CHECK(found.count("Third") == 0);
}

TEST_CASE("an artist without related artists gives way to the next", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Alone"}});
  library.add({.artists = {"Seed"}});
  library.add({.artists = {"Near"}});
  library.relate("Seed", "Near", 1);
  CHECK(recall(library, {0, 1}).numbers() == std::vector<std::int32_t>{2});

  const Recalled none = recall(library, {0});
  CHECK(none.status == PLAYLIST_NO_DATA);
  CHECK(none.message == "the artist of the seeds has no related artist");
  CHECK(recall(library, {}).message == "there are no seeds to take artists from");
}

TEST_CASE("recall.similar_artists never brings a song the user has, nor another version of it",
          "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Seed"}, .song = 1});
  library.add({.artists = {"Near"}, .song = 1});  // a cover counts as the same song
  library.add({.artists = {"Near"}, .song = 2});
  library.add({.artists = {"Near"}, .song = 2});
  library.add({.artists = {"Near"}, .song = 3});
  library.relate("Seed", "Near", 1);
  library.own(2);
  CHECK(recall(library, {0}).numbers() == std::vector<std::int32_t>{4});
}

TEST_CASE("recall.similar_artists gives an artist up after refills in vain", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Seed"}});
  for (int i = 0; i < 200; ++i) {
    const std::int32_t track = library.add({.artists = {"Near"}});
    if (i != 33) library.own(track);
  }
  library.relate("Seed", "Near", 1);
  int found = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    found += static_cast<int>(
        recall(library, {0}, {{"pool", 1.0}, {"max_failed_refills", 1.0}}, seed).tracks.size());
    CHECK(recall(library, {0}, {{"pool", 20.0}, {"max_failed_refills", 10.0}}, seed).numbers() ==
          std::vector<std::int32_t>{34});
  }
  CHECK(found <= 5);  // 1 in 200 each
}

TEST_CASE("recall.similar_artists refuses weights that are all 0", "[recall]") {
  TinyLibrary library;
  library.add({.artists = {"Seed"}});
  CHECK_THROWS_WITH(
      recall(library, {0}, {{"listeners", 0.0}, {"playlists", 0.0}, {"tags", 0.0}}),
      Catch::Contains(kName) && Catch::Contains("listeners, playlists and tags are all 0"));
}
