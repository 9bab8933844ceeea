#include "plan/row_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <catch2/catch.hpp>

#include "core/random.hpp"

using engine::rows_by;
using Rows = std::vector<std::int32_t>;

namespace {

/// The definition, word for word.
template <class Float>
Rows by_definition(const std::vector<Float>& keys, const Rows& tracks, bool is_largest_first) {
  Rows rows(keys.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
    const Float x = keys[static_cast<std::size_t>(a)], y = keys[static_cast<std::size_t>(b)];
    if (std::isnan(x) != std::isnan(y)) return std::isnan(y);
    if (!std::isnan(x) && x != y) return is_largest_first ? x > y : x < y;
    return tracks[static_cast<std::size_t>(a)] < tracks[static_cast<std::size_t>(b)];
  });
  return rows;
}

template <class Float>
std::vector<Float> awkward_keys(std::size_t count) {
  using Limits = std::numeric_limits<Float>;
  const Float special[] = {Float{0},
                           -Float{0},
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           Limits::denorm_min(),
                           Limits::max(),
                           Limits::lowest()};
  engine::Random random(count);
  std::vector<Float> keys(count);
  for (Float& key : keys) {
    const std::uint64_t kind = random.next() % 4;
    key = kind == 0   ? special[random.next() % std::size(special)]
          : kind == 1 ? static_cast<Float>(random.next() % 5)  // many ties
                      : static_cast<Float>(random.uniform() * 2 - 1);
  }
  return keys;
}

}  // namespace

TEMPLATE_TEST_CASE("rows are sorted as defined, few or many", "[recipe]", float, double) {
  const std::size_t count = GENERATE(0, 1, 2, 100, 2047, 2048, 20'000);
  const bool is_largest_first = GENERATE(true, false);
  const std::vector<TestType> keys = awkward_keys<TestType>(count);
  Rows tracks(count);
  std::iota(tracks.begin(), tracks.end(), 0);
  engine::Random random(7);
  for (std::size_t i = count; i > 1; --i) std::swap(tracks[i - 1], tracks[random.next() % i]);
  CHECK(rows_by(keys, tracks, is_largest_first) == by_definition(keys, tracks, is_largest_first));
}

TEST_CASE("equal keys come by track number, missing ones last", "[recipe]") {
  const std::vector<float> keys = {1, std::nanf(""), 2, 1, -0.0F, 0.0F};
  const Rows tracks = {9, 8, 7, 6, 5, 4};
  CHECK(rows_by(keys, tracks, true) == Rows{2, 3, 0, 5, 4, 1});
  CHECK(rows_by(keys, tracks, false) == Rows{5, 4, 3, 0, 2, 1});
}
