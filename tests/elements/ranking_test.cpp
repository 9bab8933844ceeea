#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::candidates_of;
using support::Ranked;
using support::run_rank;
using support::TinyLibrary;

namespace {

constexpr float kNoFloat = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("ranking.listening_statistics counts plays and tells how stale a track is", "[ranking]") {
  TinyLibrary library;
  for (int i = 0; i < 4; ++i) library.add({.artists = {"A"}});
  for (int i = 0; i < 5; ++i) library.listen(0, 10 + i);
  library.listen(0, 100);
  library.listen(1, 3);
  library.listen(1, 4, true, /*is_skip=*/true);
  library.listen(2, 50, /*is_play=*/false, /*is_skip=*/true);
  const Ranked ranked =
      run_rank("ranking.listening_statistics", {}, library, candidates_of({3, 2, 1, 0}));
  const auto& columns = ranked.columns;
  CHECK(columns.at("plays") == std::vector<double>{0, 0, 2, 6});
  CHECK(columns.at("plays_30d") == std::vector<double>{0, 0, 2, 5});
  CHECK(std::isnan(columns.at("skip_rate")[0]));
  CHECK(columns.at("skip_rate")[1] == 1);
  CHECK(columns.at("skip_rate")[2] == 0.5);
  CHECK(std::isnan(columns.at("days_since_played")[0]));
  CHECK(columns.at("days_since_played")[2] == Approx(3));
  CHECK(columns.at("days_since_played")[3] == Approx(10));
  CHECK(columns.at("staleness")[0] == 0);
  CHECK(columns.at("staleness")[2] == 0);  // 2 plays are fewer than min_plays = 3
  CHECK(columns.at("staleness")[3] == Approx(1 - std::exp(-0.15 * 5)));
  CHECK(ranked.explanations ==
        std::vector<std::string>{"you never played it", "you never played it",
                                 "you played it 2 times, 2 of them in the last 30 days",
                                 "you played it 6 times, 5 of them in the last 30 days"});
}

TEST_CASE("lambda and min_plays of ranking.listening_statistics say how fast tracks go stale",
          "[ranking]") {
  TinyLibrary library;
  library.add({.artists = {"A"}});
  for (int i = 0; i < 2; ++i) library.listen(0, 10 + i);
  const Ranked ranked =
      run_rank("ranking.listening_statistics", {{"lambda", 0.5}, {"min_plays", 2.0}}, library,
               candidates_of({0}));
  CHECK(ranked.columns.at("staleness")[0] == Approx(1 - std::exp(-1.0)));
}

TEST_CASE("ranking.taste mixes how much the artist and the genres were played", "[ranking]") {
  TinyLibrary library;
  library.add({.artists = {"Ann"}, .tags = {"rock"}});          // 0: played 7 times
  library.add({.artists = {"Bob"}, .tags = {"rock", "jazz"}});  // 1: played once
  library.add({.artists = {"Bob"}});                            // 2: no genre
  library.add({.artists = {"New"}, .tags = {"jazz"}});          // 3
  library.add({.artists = {}, .tags = {"rock"}});               // 4: no artist
  library.add({.artists = {"New"}, .tags = {"polka"}});         // 5: nothing in common
  library.add({.artists = {}});                                 // 6: nothing known
  for (int i = 0; i < 7; ++i) library.listen(0, 10 + i);
  library.listen(1, 5);
  const Ranked ranked =
      run_rank("ranking.taste", {}, library, candidates_of({0, 1, 2, 3, 4, 5, 6}));
  const auto& taste = ranked.columns.at("taste");
  // Evidence: Ann 7, Bob 1; rock 8, jazz 1. Largest: Ann (log 8), rock (log 9).
  const double bob = std::log(2) / std::log(8), jazz = std::log(2) / std::log(9);
  CHECK(taste[0] == Approx(1));
  CHECK(taste[1] == Approx(0.6 * bob + 0.4 * (1 + jazz) / 2));
  CHECK(taste[2] == Approx(bob));
  CHECK(taste[3] == Approx(0.4 * jazz));
  CHECK(taste[4] == Approx(1));
  CHECK(taste[5] == 0);
  CHECK(taste[6] == 0);
  CHECK(ranked.notices.empty());

  const Ranked artist_only =
      run_rank("ranking.taste", {{"artist_weight", 1.0}}, library, candidates_of({1}));
  CHECK(artist_only.columns.at("taste")[0] == Approx(bob));
}

TEST_CASE("ranking.taste takes likes for plays, and artists' genres for tracks without",
          "[ranking]") {
  TinyLibrary library;
  library.add({.artists = {"Ann"}});  // 0: liked
  library.add({.artists = {"Bob"}});  // 1: played once
  library.add({.artists = {"Cid"}});  // 2: neither, but of Ann's genre
  library.tag_artist("Ann", "folk");
  library.tag_artist("Cid", "folk");
  library.like(0);
  library.listen(1, 5);
  const auto taste = [&](double like_plays) {
    return run_rank("ranking.taste", {{"like_plays", like_plays}}, library,
                    candidates_of({0, 1, 2}))
        .columns.at("taste");
  };
  CHECK(taste(3)[0] == Approx(1));
  CHECK(taste(3)[1] == Approx(std::log(2) / std::log(4)));
  CHECK(taste(3)[2] == Approx(0.4));
  CHECK(taste(0) == std::vector<double>{0, 1, 0});
}

TEST_CASE("ranking.taste of somebody who did nothing yet is 0, and the run says so", "[ranking]") {
  TinyLibrary library;
  library.add({.artists = {"Ann"}, .tags = {"rock"}});
  const Ranked ranked = run_rank("ranking.taste", {}, library, candidates_of({0}));
  CHECK(ranked.columns.at("taste") == std::vector<double>{0});
  CHECK(ranked.notices ==
        std::vector<std::string>{"no plays and no likes yet: taste is 0 for every track"});
}

TEST_CASE("ranking.mood falls off around its target", "[ranking]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .energy = 0.5f, .valence = 0.5f});
  library.add({.artists = {"A"}, .energy = 0.75f, .valence = 0.5f});
  library.add({.artists = {"A"}, .energy = 0.5f, .valence = 0.0f});
  library.add({.artists = {"A"}, .energy = kNoFloat, .valence = 0.5f});
  library.add({.artists = {"A"}, .energy = 0.5f, .valence = kNoFloat});
  const auto mood =
      run_rank("ranking.mood", {}, library, candidates_of({0, 1, 2, 3, 4})).columns.at("mood");
  CHECK(mood[0] == 1);
  CHECK(mood[1] == Approx(std::exp(-0.5)));  // one width away
  CHECK(mood[2] == Approx(std::exp(-2.0)));  // two
  CHECK(std::isnan(mood[3]));
  CHECK(std::isnan(mood[4]));
  const auto wanted = run_rank("ranking.mood", {{"energy", 0.75}, {"valence", 0.0}, {"width", 0.5}},
                               library, candidates_of({0, 1}));
  CHECK(wanted.columns.at("mood")[0] == Approx(std::exp(-(0.0625 + 0.25) * 2)));
  CHECK(wanted.columns.at("mood")[1] == Approx(std::exp(-0.25 * 2)));
  const auto elsewhere = run_rank("ranking.mood", {{"energy_from", std::string("valence")}},
                                  library, candidates_of({0, 2}));
  CHECK(elsewhere.columns.at("mood")[0] == 1);
  CHECK(elsewhere.columns.at("mood")[1] == Approx(std::exp(-(0.25 + 0.25) * 8)));
}
