// ordering.curve: the best choice in small cases by trying all, ties, missing values and what it
// tells.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using engine::ArgumentList;
using support::candidates_of;
using support::Ordered;
using support::run_order;
using support::TinyLibrary;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

TinyLibrary library_of(const std::vector<float>& tempos, const std::vector<float>& energies = {}) {
  TinyLibrary library;
  for (std::size_t i = 0; i < tempos.size(); ++i) {
    library.add(
        {.artists = {"A"}, .energy = energies.empty() ? 0.5f : energies[i], .tempo = tempos[i]});
  }
  return library;
}

Numbers all_of(const TinyLibrary& library) {
  Numbers rows(library.size());
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

Ordered curve(const TinyLibrary& library, engine::Arguments arguments, Numbers tracks = {}) {
  if (tracks.empty()) tracks = all_of(library);
  return run_order("ordering.curve", arguments, library, candidates_of(std::move(tracks)));
}

engine::Arguments tempo_curve(ArgumentList points) {
  return {{"column", "tempo"}, {"points", std::move(points)}};
}

/// Squared deviation from a straight line, in parts of its height.
double cost_of(const std::vector<float>& values, const Numbers& rows, double from, double to) {
  double sum = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const double part =
        rows.size() > 1 ? static_cast<double>(k) / static_cast<double>(rows.size() - 1) : 0;
    const double off = (values[static_cast<std::size_t>(rows[k])] - (from + part * (to - from))) /
                       std::abs(to - from);
    sum += off * off;
  }
  return sum;
}

/// The least that `total` of any `count` rows in any order can be.
template <class Total>
double least_by_trying(std::size_t rows, std::size_t count, Total&& total) {
  Numbers order(rows);
  std::iota(order.begin(), order.end(), 0);
  double least = std::numeric_limits<double>::infinity();
  do {
    least = std::min(least, total(Numbers(order.begin(), order.begin() + static_cast<int>(count))));
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

}  // namespace

TEST_CASE("a rising curve of one column sorts it, a peak goes up and down again", "[curve]") {
  const TinyLibrary library = library_of({150, 120, 170, 135, 160});
  CHECK(curve(library, tempo_curve({120.0, 170.0})).rows == Numbers{1, 3, 0, 4, 2});
  CHECK(curve(library, tempo_curve({170.0, 120.0})).rows == Numbers{2, 4, 0, 3, 1});
  const Numbers peak = curve(library, tempo_curve({120.0, 170.0, 120.0})).rows;
  CHECK(peak[2] == 2);  // the fastest in the middle
  CHECK(std::min(peak[0], peak[4]) == 1);
}

TEST_CASE("the points of a curve lie where `at` says", "[curve]") {
  const TinyLibrary library = library_of({100, 110, 120, 130, 140});
  engine::Arguments arguments = tempo_curve({100.0, 140.0, 100.0});
  arguments.emplace_back("at", ArgumentList{0.0, 0.25, 1.0});
  CHECK(curve(library, arguments).rows[1] == 4);
  arguments.back().second = ArgumentList{0.0, 0.5};
  CHECK_THROWS_WITH(curve(library, arguments), Catch::Contains("`at` has 2 positions"));
  arguments.back().second = ArgumentList{0.0, 0.5, 0.5};
  CHECK_THROWS_WITH(curve(library, arguments), Catch::Contains("must ascend"));
}

TEST_CASE("no choice of tracks follows a curve better, by trying all", "[curve]") {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    const std::size_t rows = 2 + random() % 6, count = 1 + random() % rows;
    std::vector<float> tempos(rows), energies(rows);
    for (float& tempo : tempos) tempo = static_cast<float>(100 + random() % 12 * 10);
    for (float& energy : energies) energy = static_cast<float>(random() % 11) / 10;
    const TinyLibrary library = library_of(tempos, energies);
    engine::Arguments arguments = tempo_curve({120.0, 170.0});
    arguments.emplace_back("rank_weight", 0.0);
    arguments.emplace_back("tracks", static_cast<double>(count));
    CAPTURE(round, rows, count);
    const auto by_tempo = [&](const Numbers& order) { return cost_of(tempos, order, 120, 170); };
    const Numbers one = curve(library, arguments).rows;
    REQUIRE(one.size() == count);
    CHECK(by_tempo(one) == Approx(least_by_trying(rows, count, by_tempo)).margin(1e-9));

    arguments.emplace_back("column_2", "energy");
    arguments.emplace_back("points_2", ArgumentList{1.0, 0.0});
    arguments.emplace_back("weight_2", 0.5);
    const auto by_both = [&](const Numbers& order) {
      return by_tempo(order) + 0.5 * cost_of(energies, order, 1, 0);
    };
    const Numbers both = curve(library, arguments).rows;
    REQUIRE(both.size() == count);
    CHECK(by_both(both) == Approx(least_by_trying(rows, count, by_both)).margin(1e-6));
  }
}

TEST_CASE("tracks that fit the curve are chosen from a larger pool", "[curve]") {
  const TinyLibrary library = library_of({90, 120, 200, 145, 60, 170, 145});
  engine::Arguments arguments = tempo_curve({120.0, 170.0});
  arguments.emplace_back("tracks", 3.0);
  CHECK(curve(library, arguments).rows == Numbers{1, 3, 5});  // of 3 and 6 the better ranked
  // Where the rank counts much, the first tracks play however they fit.
  arguments.emplace_back("rank_weight", 1000.0);
  CHECK(curve(library, arguments).rows == Numbers{0, 1, 2});
}

TEST_CASE("ties are the same whatever order the tracks come in", "[curve]") {
  const TinyLibrary library = library_of({120, 140, 140, 140, 140, 160, 160, 120});
  std::mt19937 random(2);
  Numbers tracks = all_of(library), first;
  for (int round = 0; round < 20; ++round) {
    Numbers played;
    for (const std::int32_t row : curve(library, tempo_curve({120.0, 160.0}), tracks).rows)
      played.push_back(tracks[static_cast<std::size_t>(row)]);
    if (round == 0) first = played;
    CHECK(played == first);
    std::shuffle(tracks.begin(), tracks.end(), random);
  }
}

TEST_CASE("tracks without a value stand at the end as they came, and are told", "[curve]") {
  const TinyLibrary library = library_of({kNone, 160, kNone, 120});
  const Ordered ordered = curve(library, tempo_curve({120.0, 160.0}));
  CHECK(ordered.rows == Numbers{3, 1, 0, 2});
  REQUIRE(ordered.notices.size() == 2);
  CHECK(ordered.notices[0] ==
        "tempo goes from 120 to 160 for the curve 120, 160; it is on average 0 and at most 0 off");
  CHECK(ordered.notices[1] ==
        "2 of the 4 tracks have no tempo; they stand at the end, in the order they came");

  engine::Arguments two = tempo_curve({120.0, 160.0});
  two.emplace_back("tracks", 2.0);
  const Ordered chosen = curve(library, two);
  CHECK(chosen.rows == Numbers{3, 1});
  CHECK(chosen.notices.back() == "2 of the 4 candidates have no tempo and were not chosen");
}

TEST_CASE("what a curve gave up is told: the mean and the most that it is off", "[curve]") {
  const TinyLibrary library = library_of({118, 150, 160});  // for 120, 145, 170
  const Ordered ordered = curve(library, tempo_curve({120.0, 170.0}));
  REQUIRE(ordered.notices.size() == 1);
  CHECK(ordered.notices[0] ==
        "tempo goes from 118 to 160 for the curve 120, 170; it is on average 5.67 and at most 10 "
        "off");
}

TEST_CASE("a track without one of several values is where the others want it", "[curve]") {
  const TinyLibrary library = library_of({160, 120, kNone}, {0.9f, 0.1f, 0.5f});
  engine::Arguments arguments = tempo_curve({120.0, 160.0});
  arguments.emplace_back("column_2", "energy");
  arguments.emplace_back("points_2", ArgumentList{0.1, 0.9});
  const Ordered ordered = curve(library, arguments);
  CHECK(ordered.rows == Numbers{1, 2, 0});
  CHECK_THAT(ordered.notices[1], Catch::Contains("1 of the 3 tracks has no tempo; it stands "
                                                 "where the other columns want it"));
}

TEST_CASE("as many tracks are chosen as last about so long, from end to end of the curve",
          "[curve]") {
  TinyLibrary library;  // 100, 101 ... 199 BPM, from 2 minutes to 5
  for (int i = 0; i < 100; ++i) {
    library.add({.artists = {"A"},
                 .duration_ms = i == 50 ? 0 : 120'000 + i * 1'800,
                 .tempo = static_cast<float>(100 + i)});
  }
  engine::Arguments arguments = tempo_curve({120.0, 170.0});
  arguments.emplace_back("minutes", 60.0);
  const Ordered ordered = curve(library, arguments);
  double minutes = 0;
  for (const std::int32_t row : ordered.rows) minutes += library.track(row).duration_ms / 60'000.0;
  CHECK(minutes == Approx(60).margin(2));
  CHECK(ordered.rows.front() == Approx(20).margin(1));
  CHECK(ordered.rows.back() == Approx(70).margin(1));
  CHECK_THAT(ordered.notices.back(), Catch::Contains(" minutes for the 60 wanted"));
  arguments.emplace_back("tracks", 5.0);
  CHECK(curve(library, arguments).rows.size() == 5);
  // 150 BPM has no length: it counts as the others' mean, (120 + 1.8 * 4900 / 99) s.
  arguments = tempo_curve({150.0});
  arguments.emplace_back("minutes", 1.0);
  CHECK_THAT(curve(library, arguments).notices.back(),
             Catch::Contains("the list lasts 3.48 minutes for the 1 wanted; 1 of unknown length "
                             "count as 3.48 minutes"));
}

TEST_CASE("harmonic: of tracks that fit alike those in near keys are neighbours", "[curve]") {
  // C, F sharp, C, F sharp (8B, 2B: six steps apart), all within 2 % of the span of each other.
  TinyLibrary library = library_of({100.0f, 100.1f, 100.2f, 100.3f, 200.0f});
  engine::Candidates candidates =
      candidates_of(all_of(library), {{"key", PLAYLIST_I32, Numbers{0, 6, 0, 6, 6}, nullptr},
                                      {"mode", PLAYLIST_I32, Numbers{1, 1, 1, 1, 1}, nullptr}});
  engine::Arguments arguments = {{"column", "tempo"},
                                 {"points", ArgumentList{100.0, 100.0, 200.0}},
                                 {"at", ArgumentList{0.0, 0.75, 1.0}}};
  const auto plain = run_order("ordering.curve", arguments, library, candidates).rows;
  arguments.emplace_back("harmonic", true);
  const Ordered harmonic = run_order("ordering.curve", arguments, library, candidates);
  const auto steps = [](const Numbers& rows) {
    int sum = 0;
    for (std::size_t k = 1; k < rows.size(); ++k) {
      const auto is_c = [&](std::size_t place) { return rows[place] == 0 || rows[place] == 2; };
      if (is_c(k) != is_c(k - 1)) sum += 6;
    }
    return sum;
  };
  CHECK(steps(harmonic.rows) == 6);
  CHECK(steps(harmonic.rows) <= steps(plain));
  CHECK(harmonic.rows.back() == 4);
  CHECK_THAT(harmonic.notices[1], Catch::Contains("neighbouring keys are 6 steps"));
}

TEST_CASE("many tracks on a curve are arranged in bounded work", "[curve]") {
  std::mt19937 random(9);
  std::vector<float> tempos(20'000), energies(20'000);
  for (float& tempo : tempos) tempo = static_cast<float>(60 + random() % 140);
  for (float& energy : energies) energy = static_cast<float>(random() % 1000) / 1000;
  const TinyLibrary library = library_of(tempos, energies);
  engine::Arguments arguments = tempo_curve({80.0, 180.0});
  arguments.emplace_back("column_2", "energy");
  arguments.emplace_back("points_2", ArgumentList{0.0, 1.0});
  Numbers rows = curve(library, arguments).rows;
  std::sort(rows.begin(), rows.end());
  CHECK(rows == all_of(library));
  arguments.emplace_back("tracks", 50.0);
  const Ordered chosen = curve(library, arguments);
  CHECK(chosen.rows.size() == 50);
}
