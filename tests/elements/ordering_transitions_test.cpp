// ordering.transitions: the shortest order in small cases by trying all, nearly that in larger
// ones, and the facts of music it shares with scripts/formulas.lua.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <regex>
#include <set>

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
  REQUIRE(ordered.notices.size() == 2);
  CHECK(
      ordered.notices[1] ==
      "2 of the 4 tracks have no key, 1 no tempo, 1 no energy; such jumps count as the others' do "
      "on average");
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

// ---- with a gap between tracks of one artist, and with what stays ----

namespace {

struct Spaced {
  std::vector<Sounding> sounds;
  std::vector<std::string> artists;  // of each
  Numbers kept_places;               // of each; kNoInt: it is new. Empty: no such column
};

Ordered spaced_transitions(const Spaced& spaced, int gap) {
  TinyLibrary library;
  Numbers artist;
  std::map<std::string, std::int32_t> numbers;
  for (std::size_t k = 0; k < spaced.sounds.size(); ++k) {
    library.add({.artists = {spaced.artists[k]},
                 .energy = spaced.sounds[k].energy,
                 .tempo = spaced.sounds[k].tempo});
    artist.push_back(
        numbers.try_emplace(spaced.artists[k], static_cast<std::int32_t>(numbers.size()))
            .first->second);
  }
  Numbers keys, modes;
  for (const Sounding& sound : spaced.sounds) {
    keys.push_back(sound.key);
    modes.push_back(sound.mode);
  }
  std::vector<engine::CandidateColumn> columns = {{"key", PLAYLIST_I32, keys, nullptr},
                                                  {"mode", PLAYLIST_I32, modes, nullptr},
                                                  {"artist", PLAYLIST_I32, artist, nullptr}};
  if (!spaced.kept_places.empty())
    columns.push_back({"kept_place", PLAYLIST_I32, spaced.kept_places, nullptr});
  return run_order("ordering.transitions", {{"gap", static_cast<double>(gap)}}, library,
                   candidates_of(numbers_to(spaced.sounds.size()), std::move(columns)));
}

/// The fewest others between two of one artist.
std::size_t least_gap(const Spaced& spaced, const Numbers& rows) {
  std::size_t least = rows.size();
  std::map<std::string, std::size_t> last;
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const std::string& artist = spaced.artists[static_cast<std::size_t>(rows[place])];
    if (const auto found = last.find(artist); found != last.end())
      least = std::min(least, place - found->second - 1);
    last[artist] = place;
  }
  return least;
}

Spaced random_spaced(std::size_t count, std::size_t artists, unsigned seed) {
  std::mt19937 random(seed);
  Spaced spaced{random_sounds(count, seed), {}, {}};
  for (std::size_t k = 0; k < count; ++k)
    spaced.artists.push_back("artist " + std::to_string(random() % artists));
  return spaced;
}

}  // namespace

TEST_CASE("with a gap no two tracks of one artist are nearer, and jumps stay small",
          "[transitions][gap]") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    const Spaced spaced = random_spaced(100, 15, seed);
    const Ordered ordered = spaced_transitions(spaced, 4);
    CHECK(least_gap(spaced, ordered.rows) >= 4);
    CHECK(std::set<std::int32_t>(ordered.rows.begin(), ordered.rows.end()).size() == 100);
    const Sums sums = sums_in(ordered.notices.at(0));
    CHECK(sums.jumps == Approx(length(spaced.sounds, ordered.rows)).margin(0.01));
    CHECK(sums.jumps < 0.5 * sums.random);
    CHECK(sums.jumps < 1.35 * sums.least);
  }
}

TEST_CASE("few tracks with a gap are nearly in the best order, by trying all",
          "[transitions][gap]") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const Spaced spaced = random_spaced(7, 4, seed);
    const Ordered ordered = spaced_transitions(spaced, 1);
    const std::size_t gap = least_gap(spaced, ordered.rows);
    double best = std::numeric_limits<double>::infinity();
    Numbers rows = numbers_to(7);
    do {
      if (least_gap(spaced, rows) >= gap) best = std::min(best, length(spaced.sounds, rows));
    } while (std::next_permutation(rows.begin(), rows.end()));
    CHECK(length(spaced.sounds, ordered.rows) <= best * 1.0001);
  }
}

TEST_CASE("a gap that one artist makes impossible is the largest possible, and told",
          "[transitions][gap]") {
  Spaced spaced = random_spaced(10, 3, 5);
  for (std::size_t k = 0; k < 5; ++k) spaced.artists[k] = "one";
  for (std::size_t k = 5; k < 10; ++k) spaced.artists[k] = "other " + std::to_string(k);
  const Ordered ordered = spaced_transitions(spaced, 4);
  CHECK(least_gap(spaced, ordered.rows) == 1);
  CHECK(std::any_of(ordered.notices.begin(), ordered.notices.end(), [](const std::string& notice) {
    return notice ==
           "a gap of 4 is not possible, one artist has too many of the 10 tracks; the gap is 1";
  }));
}

namespace {

/// Of the tracks that were in the list before, how many have left the order in which they were.
std::size_t moved(const Spaced& list, const Numbers& rows) {
  Numbers ends;  // by length: the least row at which a sequence ends that keeps the order
  std::size_t kept = 0;
  for (const std::int32_t row : rows) {
    if (list.kept_places[static_cast<std::size_t>(row)] == kNoInt) continue;
    ++kept;
    const auto longer = std::lower_bound(ends.begin(), ends.end(), row);
    if (longer == ends.end())
      ends.push_back(row);
    else
      *longer = row;
  }
  return kept - ends.size();
}

/// The list in this order, of which every seventh track from `first` on gave way to a new one.
Spaced next_list(const Spaced& list, const Numbers& rows, std::size_t first, unsigned seed) {
  std::mt19937 random(seed);
  Spaced next;
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const auto track = static_cast<std::size_t>(rows[place]);
    const bool is_new = place % 7 == first;
    next.sounds.push_back(is_new ? random_sounds(1, random())[0] : list.sounds[track]);
    next.artists.push_back(is_new ? "new " + std::to_string(random() % 16) : list.artists[track]);
    next.kept_places.push_back(is_new ? kNoInt : static_cast<std::int32_t>(place + 1));
  }
  return next;
}

}  // namespace

TEST_CASE(
    "what a :keep has kept keeps its order, and what is new comes among it where it fits best",
    "[transitions][gap]") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    const Spaced spaced = random_spaced(60, 14, seed);
    const Numbers before = spaced_transitions(spaced, 4).rows;
    REQUIRE(least_gap(spaced, before) >= 4);
    const Spaced list = next_list(spaced, before, 3, seed);
    const Ordered ordered = spaced_transitions(list, 4);
    CHECK(least_gap(list, ordered.rows) >= 4);
    CHECK(moved(list, ordered.rows) == 0);
    // No new track alone would do better elsewhere.
    for (const std::int32_t row : ordered.rows) {
      if (list.kept_places[static_cast<std::size_t>(row)] != kNoInt) continue;
      Numbers rest = ordered.rows;
      rest.erase(std::find(rest.begin(), rest.end(), row));
      for (std::size_t place = 0; place <= rest.size(); ++place) {
        Numbers other = rest;
        other.insert(other.begin() + static_cast<std::ptrdiff_t>(place), row);
        if (least_gap(list, other) >= 4)
          CHECK(length(list.sounds, ordered.rows) <= length(list.sounds, other) + 0.01);
      }
    }
  }
}

TEST_CASE("a list that is kept again and again stays smooth", "[transitions][gap]") {
  double shares = 0;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Spaced list = random_spaced(70, 14, seed);
    Ordered ordered = spaced_transitions(list, 4);
    for (unsigned refresh = 0; refresh < 25; ++refresh) {
      list = next_list(list, ordered.rows, refresh % 7, 100 * seed + refresh);
      ordered = spaced_transitions(list, 4);
      REQUIRE(least_gap(list, ordered.rows) >= 4);
    }
    const Sums sums = sums_in(ordered.notices.at(0));
    shares += sums.jumps / sums.random / 4;
  }
  CHECK(shares < 0.62);  // 0.7 where what is new takes the places of what left
}

TEST_CASE("where a gap cannot be kept otherwise as few kept tracks move as need be",
          "[transitions][gap]") {
  // Between two tracks of one artist there is one place too few, even with the new one.
  Spaced list{random_sounds(12, 3), {}, {}};
  for (std::size_t k = 0; k < 12; ++k) {
    list.artists.push_back(k == 0 || k == 3 ? "one" : "other " + std::to_string(k));
    list.kept_places.push_back(k == 11 ? kNoInt : static_cast<std::int32_t>(k + 1));
  }
  const Ordered ordered = spaced_transitions(list, 4);
  CHECK(least_gap(list, ordered.rows) >= 4);
  CHECK(moved(list, ordered.rows) == 1);
  CHECK(std::find(ordered.notices.begin(), ordered.notices.end(),
                  "10 of the 12 tracks keep their order in the list") != ordered.notices.end());
}
