// Which tracks last as long as wanted: by hand, by trying all subsets, and in bounded work.
#include "plan/exact_length.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>

using engine::rows_of_length;
using Rows = std::vector<std::size_t>;
using Lengths = std::vector<std::int32_t>;

namespace {

std::int64_t sum_of(const Lengths& lengths, const Rows& rows) {
  return std::accumulate(rows.begin(), rows.end(), std::int64_t{0},
                         [&](std::int64_t sum, std::size_t row) { return sum + lengths[row]; });
}

}  // namespace

TEST_CASE("rows of a length are those that stand furthest to the front", "[length]") {
  CHECK(rows_of_length(Lengths{180'000, 200'000, 220'000, 240'000}, {380'000, 1'000}) ==
        Rows{0, 1});
  CHECK(rows_of_length(Lengths{180'000, 200'000, 220'000, 240'000}, {400'000, 1'000}) ==
        Rows{0, 2});
  // 300 s are rows 0 and 1 or 2, or one of these and 3.
  CHECK(rows_of_length(Lengths{200'000, 100'000, 100'000, 200'000}, {300'000, 0}) == Rows{0, 1});
  CHECK(rows_of_length(Lengths{}, {300'000, 0}).empty());
}

TEST_CASE("where no rows are as long, those that come nearest, below or above", "[length]") {
  CHECK(rows_of_length(Lengths{400'000, 230'000, 100'000}, {300'000, 5'000}) == Rows{1, 2});
  CHECK(rows_of_length(Lengths{100'000, 100'000}, {600'000, 5'000}) == Rows{0, 1});
  CHECK(rows_of_length(Lengths{500'000, 900'000}, {60'000, 5'000}) == Rows{0});
}

TEST_CASE("no more rows than allowed", "[length]") {
  const Lengths lengths = {100'000, 100'000, 100'000, 100'000, 199'000, 202'000};
  CHECK(rows_of_length(lengths, {400'000, 2'000}).size() == 4);
  CHECK(rows_of_length(lengths, {400'000, 2'000, 2}) == Rows{4, 5});
}

TEST_CASE("a sum within the tolerance is found wherever there is one, by trying all", "[length]") {
  std::mt19937 random(8);
  for (int round = 0; round < 200; ++round) {
    const std::size_t count = 1 + random() % 10, most = random() % 5;
    Lengths lengths(count);
    for (std::int32_t& length : lengths)
      length = static_cast<std::int32_t>(100'000 + random() % 300 * 1'000);
    const std::int64_t wanted = 200'000 + static_cast<std::int64_t>(random() % 900) * 1'000;
    std::int64_t least_off = 100'000'000;
    for (unsigned set = 1; set < 1u << count; ++set) {
      Rows rows;
      for (std::size_t row = 0; row < count; ++row)
        if ((set >> row & 1) != 0) rows.push_back(row);
      if (most > 0 && rows.size() > most) continue;
      least_off = std::min(least_off, std::abs(sum_of(lengths, rows) - wanted));
    }
    const Rows rows = rows_of_length(lengths, {wanted, 0, most});
    CAPTURE(round, count, most, wanted);
    CHECK(std::is_sorted(rows.begin(), rows.end()));
    if (most > 0) CHECK(rows.size() <= most);
    CHECK(std::abs(sum_of(lengths, rows) - wanted) == least_off);
  }
}

TEST_CASE("of many tracks to the second, near the front, in bounded work", "[length]") {
  std::mt19937 random(3);
  Lengths lengths(4'000);
  for (std::int32_t& length : lengths)
    length = static_cast<std::int32_t>(120'000 + random() % 240'000);
  const std::size_t most = GENERATE(0u, 12u, 500u);
  const Rows rows = rows_of_length(lengths, {2'700'000, 1'000, most});
  CHECK(std::abs(sum_of(lengths, rows) - 2'700'000) <= 1'000);
  CHECK(rows.back() < 40);
}

TEST_CASE("a list of hours is as exact as a short one", "[length]") {
  std::mt19937 random(3);
  Lengths lengths(1'000);
  for (std::int32_t& length : lengths)
    length = static_cast<std::int32_t>(120'000 + random() % 240'000);
  for (const std::int64_t hours : {5, 10, 17, 40}) {
    const std::int64_t wanted = hours * 3'600'000;
    CAPTURE(hours);
    CHECK(std::abs(sum_of(lengths, rows_of_length(lengths, {wanted, 1'000})) - wanted) <= 1'000);
  }
}
