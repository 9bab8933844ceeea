// What a walk over a large library looks rows up by, against plain tables.
#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "plan/track_ranks.hpp"
#include "plan/walk_pool.hpp"

using engine::OpenRows;
using engine::TrackBits;
using engine::TrackRanks;
using Numbers = std::vector<std::int32_t>;

namespace {

/// Some of so many tracks, ascending.
Numbers some_of(std::int32_t tracks, std::mt19937& random) {
  Numbers some;
  const unsigned every = 1 + random() % 5;
  for (std::int32_t track = 0; track < tracks; ++track)
    if (random() % every == 0) some.push_back(track);
  return some;
}

TrackBits bits_of(const Numbers& tracks, std::int32_t count) {
  TrackBits bits(static_cast<std::size_t>(count));
  bits.add_all(tracks);
  return bits;
}

}  // namespace

TEST_CASE("ranks tell the place of each track of an ascending list", "[walk]") {
  std::mt19937 random(5);
  for (const std::int32_t count : {0, 1, 63, 64, 65, 128, 1000}) {
    const Numbers tracks = some_of(count, random), others = some_of(count, random);
    const TrackRanks ranks(bits_of(tracks, count));
    for (std::int32_t track = 0; track < count; ++track) {
      const auto found = std::lower_bound(tracks.begin(), tracks.end(), track);
      const bool is_there = found != tracks.end() && *found == track;
      CHECK(ranks.place(track) == (is_there ? found - tracks.begin() : -1));
    }
    Numbers common;
    std::set_intersection(tracks.begin(), tracks.end(), others.begin(), others.end(),
                          std::back_inserter(common));
    CHECK(ranks.tracks().count_common(bits_of(others, count)) == common.size());
  }
}

TEST_CASE("tracks in any order make the same set, and leave it", "[walk]") {
  std::mt19937 random(6);
  Numbers tracks = some_of(500, random);
  const TrackBits ascending = bits_of(tracks, 500);
  std::shuffle(tracks.begin(), tracks.end(), random);
  TrackBits shuffled = bits_of(tracks, 500);
  CHECK(shuffled.words() == ascending.words());
  for (const std::int32_t track : tracks) shuffled.remove(track);
  CHECK(shuffled.words() == TrackBits(500).words());
}

TEST_CASE("open rows are a list from which rows are taken and given back", "[walk]") {
  std::mt19937 random(7);
  Numbers list(300);
  std::iota(list.begin(), list.end(), 0);
  OpenRows open(list.size());
  Numbers taken;
  for (int round = 0; round < 2000; ++round) {
    if (!taken.empty() && random() % 3 == 0) {
      list.push_back(taken.back());
      open.give_back(taken.back());
      taken.pop_back();
    } else if (!list.empty()) {
      const std::size_t place = random() % list.size();
      const std::int32_t row = list[place];
      list[place] = list.back();
      list.pop_back();
      open.take(row);
      taken.push_back(row);
    }
    REQUIRE(open.size() == list.size());
    for (std::size_t place = 0; place < list.size(); ++place) REQUIRE(open[place] == list[place]);
    for (const std::int32_t row : taken) REQUIRE_FALSE(open.has(row));
  }
}
