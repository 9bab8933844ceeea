// ordering.transitions: the shortest order in small cases by trying all, nearly that in larger
// ones, and the facts of music it shares with scripts/formulas.lua.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <regex>

#include <catch2/catch.hpp>

#include "shared/harmony.hpp"
#include "support/element_run.hpp"
#include "support/lua_run.hpp"

using support::candidates_of;
using support::Ordered;
using support::run_order;
using support::TinyLibrary;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr std::int32_t kNoInt = std::numeric_limits<std::int32_t>::min();

struct Sounding {
  std::int32_t key = 0, mode = 1;
  float tempo = 120, energy = 0.5f;
};

double jump(const Sounding& a, const Sounding& b) {
  const double octaves = std::log2(static_cast<double>(a.tempo) / b.tempo);
  return shared::camelot_distance(a.key, a.mode, b.key, b.mode) / 7.0 +
         std::abs(octaves - std::round(octaves)) / 0.5 +
         std::abs(static_cast<double>(a.energy) - b.energy);
}

double length(const std::vector<Sounding>& sounds, const Numbers& rows) {
  double sum = 0;
  for (std::size_t k = 1; k < rows.size(); ++k)
    sum += jump(sounds[static_cast<std::size_t>(rows[k - 1])],
                sounds[static_cast<std::size_t>(rows[k])]);
  return sum;
}

Ordered transitions(const std::vector<Sounding>& sounds, const engine::Arguments& arguments = {},
                    Numbers tracks = {}, std::uint64_t random_seed = 1) {
  TinyLibrary library;
  for (const Sounding& sound : sounds)
    library.add({.artists = {"A"}, .energy = sound.energy, .tempo = sound.tempo});
  if (tracks.empty()) {
    tracks.resize(sounds.size());
    std::iota(tracks.begin(), tracks.end(), 0);
  }
  Numbers keys, modes;
  for (const std::int32_t track : tracks) {
    keys.push_back(sounds[static_cast<std::size_t>(track)].key);
    modes.push_back(sounds[static_cast<std::size_t>(track)].mode);
  }
  return run_order("ordering.transitions", arguments, library,
                   candidates_of(tracks, {{"key", PLAYLIST_I32, keys, nullptr},
                                          {"mode", PLAYLIST_I32, modes, nullptr}}),
                   {random_seed});
}

std::vector<Sounding> random_sounds(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Sounding> sounds(count);
  for (Sounding& sound : sounds) {
    sound = {static_cast<std::int32_t>(random() % 12), static_cast<std::int32_t>(random() % 2),
             static_cast<float>(60 + random() % 120), static_cast<float>(random() % 100) / 100};
  }
  return sounds;
}

Numbers numbers_to(std::size_t count) {
  Numbers rows(count);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// The numbers of "the jumps between neighbours sum to A, in random order to B (mean of 20)...".
struct Sums {
  double jumps = 0, random = 0, least = 0;
};
Sums sums_in(const std::string& notice) {
  static const std::regex kForm(
      R"(the jumps between neighbours sum to ([0-9.]+), in random order to ([0-9.]+) \(mean of 20\); no order has less( than ([0-9.]+))?)");
  std::smatch match;
  CAPTURE(notice);
  REQUIRE(std::regex_match(notice, match, kForm));
  const double jumps = std::stod(match[1]);
  return {jumps, std::stod(match[2]), match[4].length() > 0 ? std::stod(match[4]) : jumps};
}

}  // namespace

TEST_CASE("keys and tempos are as far apart in plugins as in formulas", "[transitions]") {
  const std::string steps = test::recipe_value(
      "local f, all = require 'formulas', {}\n"
      "for a = 0, 11 do for m = 0, 1 do for b = 0, 11 do for n = 0, 1 do\n"
      "  all[#all + 1] = f.camelot(a, m) .. ':' .. f.camelot_distance(a, m, b, n)\n"
      "end end end end\n"
      "return table.concat(all, ' ')",
      {std::string(PLAYLIST_SOURCE_DIR) + "/scripts"});
  std::string own;
  for (std::int32_t a = 0; a < 12; ++a)
    for (std::int32_t m = 0; m < 2; ++m)
      for (std::int32_t b = 0; b < 12; ++b)
        for (std::int32_t n = 0; n < 2; ++n)
          own += (own.empty() ? "" : " ") + std::to_string(shared::camelot(a, m)) + ":" +
                 std::to_string(shared::camelot_distance(a, m, b, n));
  CHECK(own == steps);
  for (const auto& [a, b] : {std::pair{120, 60}, {120, 132}, {90, 174}, {100, 141}, {70, 300}}) {
    const std::string tempo =
        test::recipe_value("local f = require 'formulas'\nreturn tostring(f.tempo_distance(" +
                               std::to_string(a) + ", " + std::to_string(b) + "))",
                           {std::string(PLAYLIST_SOURCE_DIR) + "/scripts"});
    CHECK(shared::octave_distance(std::log2(static_cast<double>(a) / b)) ==
          Approx(std::stod(tempo)).margin(1e-12));
  }
}

TEST_CASE("no order of a few tracks has smaller jumps, by trying all", "[transitions]") {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const std::size_t count = 2 + seed % 7;
    const std::vector<Sounding> sounds = random_sounds(count, seed);
    const Ordered ordered = transitions(sounds);
    Numbers order = numbers_to(count);
    double least = std::numeric_limits<double>::infinity();
    do {
      least = std::min(least, length(sounds, order));
    } while (std::next_permutation(order.begin(), order.end()));
    CAPTURE(seed, count);
    CHECK(length(sounds, ordered.rows) == Approx(least).margin(1e-5));
    CHECK(ordered.rows.front() < ordered.rows.back());  // from the end whose track came first
  }
}

TEST_CASE("the order of many tracks is near what no order is below", "[transitions]") {
  for (const std::size_t count : {13u, 40u, 120u, 300u}) {
    const std::vector<Sounding> sounds = random_sounds(count, 7);
    const Ordered ordered = transitions(sounds);
    Numbers rows = ordered.rows;
    std::sort(rows.begin(), rows.end());
    CHECK(rows == numbers_to(count));
    REQUIRE(ordered.notices.size() == 1);
    const Sums sums = sums_in(ordered.notices[0]);
    CAPTURE(count, ordered.notices[0]);
    CHECK(sums.jumps == Approx(length(sounds, ordered.rows)).margin(0.006));
    CHECK(sums.least <= sums.jumps);
    CHECK(sums.jumps < 1.03 * sums.least + 0.02);
    CHECK(sums.jumps < 0.7 * sums.random);
  }
}

TEST_CASE("the same tracks are in the same order, however they come and whatever the seed",
          "[transitions]") {
  const std::vector<Sounding> sounds = random_sounds(30, 3);
  std::mt19937 random(4);
  Numbers tracks = numbers_to(30), first;
  for (int round = 0; round < 6; ++round) {
    Numbers played;
    for (const std::int32_t row :
         transitions(sounds, {}, tracks, static_cast<std::uint64_t>(round)).rows)
      played.push_back(tracks[static_cast<std::size_t>(row)]);
    if (played.front() > played.back()) std::reverse(played.begin(), played.end());
    if (round == 0) first = played;
    CHECK(played == first);
    std::shuffle(tracks.begin(), tracks.end(), random);
  }
}

TEST_CASE("weights say what counts: half and double time are no jump", "[transitions]") {
  const std::vector<Sounding> sounds = {
      {0, 1, 60, 0.9f}, {7, 1, 90, 0.5f}, {2, 1, 120, 0.1f}, {9, 1, 91, 0.3f}};
  const Numbers by_tempo = transitions(sounds, {{"key", 0.0}, {"energy", 0.0}}).rows;
  const auto place = [&](std::int32_t row) {
    return std::find(by_tempo.begin(), by_tempo.end(), row) - by_tempo.begin();
  };
  CHECK(std::abs(place(0) - place(2)) == 1);  // 60 and 120
  // Around the wheel by fifths: C, G, D, A.
  CHECK(transitions(sounds, {{"tempo", 0.0}, {"energy", 0.0}}).rows == Numbers{0, 1, 2, 3});
}

TEST_CASE("a missing value counts as the mean jump, and is told", "[transitions]") {
  const std::vector<Sounding> sounds = {
      {0, 1, 120, 0.5f}, {kNoInt, 1, kNone, kNone}, {7, 1, 124, 0.6f}, {5, kNoInt, 118, 0.5f}};
  const Ordered ordered = transitions(sounds);
  Numbers rows = ordered.rows;
  std::sort(rows.begin(), rows.end());
  CHECK(rows == numbers_to(4));
  REQUIRE(ordered.notices.size() == 4);
  CHECK(ordered.notices[1] ==
        "2 of the 4 tracks have no key; their jumps count as the others' do on average");
  CHECK_THAT(ordered.notices[2], Catch::Contains("1 of the 4 tracks have no tempo"));
  CHECK_THAT(ordered.notices[3], Catch::Contains("1 of the 4 tracks have no energy"));
}

TEST_CASE("keys clash by degrees", "[formulas]") {
  using shared::key_affinity;
  CHECK(key_affinity(0, 1, 0, 1) == 1);
  CHECK(key_affinity(0, 1, 7, 1) == Approx(0.9));   // a fifth
  CHECK(key_affinity(0, 1, 9, 0) == Approx(0.9));   // the relative
  CHECK(key_affinity(0, 1, 2, 1) == Approx(0.55));  // two fifths
  CHECK(key_affinity(0, 1, 4, 0) == Approx(0.45));  // a fifth and the other mode
  CHECK(key_affinity(0, 1, 6, 1) == Approx(0.1));
}
