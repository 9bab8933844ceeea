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

TEST_CASE("ranking.mood_now is the cosine to the decayed mean of the last plays", "[ranking]") {
  // Energy and valence alone tell tracks apart, both with mean 0.5 and deviation 0.3.
  using Listens = std::vector<std::pair<std::int32_t, double>>;  // track, days ago
  const auto ranked = [](const Listens& plays, const engine::Arguments& arguments = {}) {
    TinyLibrary library;
    for (const auto& [energy, valence] :
         {std::pair{0.8f, 0.8f}, {0.8f, 0.2f}, {0.2f, 0.8f}, {0.2f, 0.2f}})
      library.add({.artists = {"A"}, .energy = energy, .valence = valence});
    for (const auto& [track, days_ago] : plays) library.listen(track, days_ago);
    library.listen(3, 0.1, /*is_play=*/false);
    return run_rank("ranking.mood_now", arguments, library, candidates_of({0, 1, 2, 3}));
  };
  const Ranked unheard = ranked({});
  CHECK(unheard.columns.at("mood_now") == std::vector<double>{0.5, 0.5, 0.5, 0.5});
  CHECK(unheard.notices ==
        std::vector<std::string>{"nothing was played yet: mood_now is 0.5 for every track"});

  const auto once = ranked({{0, 1}}).columns.at("mood_now");
  CHECK(once[0] == Approx(1));
  CHECK(once[1] == Approx(0.5));  // at a right angle
  CHECK(once[3] == Approx(0).margin(1e-6));

  // (1, 1) after (1, -1): m = (0.85 (1, 1) + (1, -1)) / 1.85, its cosine with (1, 1) is
  // (0.85 * 2) / (sqrt(2) * sqrt(1.85^2 + 0.15^2)).
  const Listens two = {{0, 1}, {1, 0.2}};
  const double cosine = 1.7 / (std::sqrt(2.0) * std::sqrt(1.85 * 1.85 + 0.15 * 0.15));
  CHECK(ranked(two).columns.at("mood_now")[0] == Approx((1 + cosine) / 2));
  // Of a window of one play only the last counts.
  CHECK(ranked(two, {{"window", 1.0}}).columns.at("mood_now")[0] == Approx(0.5));
  CHECK(ranked(two, {{"window", 1.0}}).columns.at("mood_now")[1] == Approx(1));
}

TEST_CASE("ranking.mood_now says nothing of a track that lies nowhere", "[ranking]") {
  TinyLibrary library;
  library.add({.artists = {"A"}, .energy = 0.9f, .valence = 0.9f});
  library.add({.artists = {"B"}, .energy = 0.1f, .valence = 0.1f});
  library.add({.artists = {"C"}, .energy = kNoFloat, .valence = kNoFloat});
  library.listen(0, 1);
  const auto fit = run_rank("ranking.mood_now", {}, library, candidates_of({0, 1, 2})).columns;
  CHECK(fit.at("mood_now")[0] == Approx(1));
  CHECK(fit.at("mood_now")[2] == 0.5);
  const Ranked unknown =
      run_rank("ranking.mood_now", {{"space", std::string("clap")}}, library, candidates_of({0}));
  CHECK(unknown.status == PLAYLIST_NO_DATA);
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

TEST_CASE("ranking.sessions goes by the sessions nearest to the last plays", "[ranking]") {
  TinyLibrary library;
  for (int i = 0; i < 6; ++i) library.add({.artists = {"A"}});
  const auto session = [&](const std::vector<std::int32_t>& tracks, double days_ago) {
    for (const std::int32_t track : tracks) library.listen(track, days_ago -= 0.01);
  };
  session({0, 2}, 100);
  session({1, 3, 4, 2}, 50);
  session({5}, 30);
  library.listen(5, 1.5, /*is_play=*/false);
  session({2, 3}, 1);  // the last plays: 2 weighs 0.5, 3 weighs 1
  const auto fit = [&](const std::vector<std::int32_t>& tracks, double neighbours) {
    return run_rank("ranking.sessions", {{"plays", 2.0}, {"neighbours", neighbours}}, library,
                    candidates_of(tracks))
        .columns.at("session_fit");
  };
  // 0: 0.5 / sqrt(2) * 0.5; 1 and 4: (0.5 + 1) / sqrt(4) * 1, of which these are shares.
  const std::vector<double> all = fit({0, 1, 4, 5}, 100);
  CHECK(all[0] == Approx(0.25 / std::sqrt(2.0) / 0.75));
  CHECK(all[1] == 1);
  CHECK(all[2] == 1);
  CHECK(all[3] == 0);
  // The nearest session holds none of these but 0 and 1, so that one neighbour is that with 1 ...
  CHECK(fit({0, 1}, 1) == std::vector<double>{0, 1});
  // ... and where 1 is not asked for, its session does not count.
  CHECK(fit({0, 5}, 1) == std::vector<double>{1, 0});
}
