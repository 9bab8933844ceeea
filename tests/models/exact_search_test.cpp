#include "kernels/exact_search.hpp"

#include "playlist/cpu.hpp"
#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "kernels/levels/row_scores.hpp"
#include "kernels/nearest_seed.hpp"

using recall::RowMatrix;
using recall::ScoredRow;
using recall::top_rows;
using recall::top_rows_of_each;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Multiples of 1/8 below 1, so that every sum is exact whatever its order, and ties are many.
std::vector<float> eighths(std::size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  for (float& value : values)
    value = (static_cast<float>(playlist::splitmix64(seed) % 15) - 7.0f) / 8;
  return values;
}

RowMatrix matrix_of(const std::vector<float>& values, std::size_t dim) {
  return {values.data(), values.size() / dim, dim};
}

/// All rows, sorted.
std::vector<ScoredRow> sorted(const RowMatrix& matrix, std::span<const float> query,
                              std::size_t k) {
  std::vector<ScoredRow> all;
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    float sum = 0;
    for (std::size_t d = 0; d < matrix.dim; ++d)
      sum += matrix.data[row * matrix.dim + d] * query[d];
    if (!std::isnan(sum)) all.push_back({sum, static_cast<std::int32_t>(row)});
  }
  std::sort(all.begin(), all.end(), [](const ScoredRow& a, const ScoredRow& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  });
  all.resize(std::min(k, all.size()));
  return all;
}

bool are_same(const std::vector<ScoredRow>& a, const std::vector<ScoredRow>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const ScoredRow& x, const ScoredRow& y) { return x.row == y.row && x.score == y.score; });
}

struct Wanted {
  std::vector<float> bounds;
  std::vector<std::pair<std::int32_t, float>> told;  // of query 0
};

}  // namespace

TEST_CASE("exact search finds the largest dot products, best first", "[search]") {
  const std::vector<float> rows = {1, 0, 0, 1, 3, 4, -1, -1};
  const auto best = top_rows(matrix_of(rows, 2), std::vector<float>{1, 2}, 2);
  REQUIRE(best.size() == 2);
  CHECK(best[0].row == 2);
  CHECK(best[0].score == 11);
  CHECK(best[1].row == 1);
  CHECK(best[1].score == 2);
}

TEST_CASE("exact search gives what sorting all rows gives, ties by row, for any shape",
          "[search]") {
  const std::size_t dim = GENERATE(1, 3, 8, 15, 16, 17, 40, 64, 130);
  const std::size_t rows = GENERATE(1, 5, 64, 1'000, 3'001);
  const std::size_t k = GENERATE(1, 20, 5'000);
  CAPTURE(dim, rows, k);
  const std::vector<float> values = eighths(rows * dim, 1), queries = eighths(70 * dim, 2);
  const RowMatrix matrix = matrix_of(values, dim);
  for (const int threads : {1, 3}) {
    const auto batch = top_rows_of_each(matrix, queries, k, threads);
    REQUIRE(batch.size() == 70);
    std::size_t wrong = 0;
    for (std::size_t q = 0; q < 70; q += 23) {
      const std::span<const float> query(queries.data() + q * dim, dim);
      const auto expected = sorted(matrix, query, k);
      wrong += !are_same(top_rows(matrix, query, k, threads), expected);
      wrong += !are_same(batch[q], expected);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("exact search finds the best of many rows, however they lie", "[search]") {
  constexpr std::size_t kRows = 40'007;
  const std::size_t dim = GENERATE(2, 20);
  const auto lie = GENERATE(as<std::string>(), "anyhow", "all alike", "the best first of 512",
                            "the best apart", "few that are numbers");
  CAPTURE(dim, lie);
  std::vector<float> values = eighths(kRows * dim, 5);
  for (std::size_t row = 0; row < kRows; ++row) {
    // A bound is guessed from the first 16 of every 512 rows: too high, too low or of nothing.
    const bool is_first = row % 512 < 16;
    float* of_row = values.data() + row * dim;
    if (lie == "all alike") std::fill_n(of_row, dim, 0.5f);
    if (lie == "the best first of 512" && is_first) of_row[0] = 100;
    if (lie == "the best apart" && !is_first) of_row[0] = 100;
    if (lie == "few that are numbers" && row % 100 != 3) of_row[0] = kNaN;
  }
  const RowMatrix matrix = matrix_of(values, dim);
  const std::vector<float> query(dim, 0.5f);
  for (const std::size_t k : {1, 300, 2'000, 5'000}) {
    for (const int threads : {1, 3})
      CHECK(are_same(top_rows(matrix, query, k, threads), sorted(matrix, query, k)));
  }
}

TEST_CASE("exact search gives the scores of all rows when asked to", "[search]") {
  const std::size_t dim = GENERATE(3, 16, 33);
  const std::size_t rows = GENERATE(1, 37, 20'011);
  CAPTURE(dim, rows);
  const std::vector<float> values = eighths(rows * dim, 6), query = eighths(dim, 7);
  for (const int threads : {1, 3}) {
    std::vector<float> scores(rows, kNaN);
    top_rows(matrix_of(values, dim), query, 5, threads, scores);
    std::size_t wrong = 0;
    for (const ScoredRow& one : sorted(matrix_of(values, dim), query, rows))
      wrong += scores[static_cast<std::size_t>(one.row)] != one.score;
    CHECK(wrong == 0);
  }
}

TEST_CASE("exact search leaves out rows that are not numbers", "[search]") {
  const std::size_t dim = GENERATE(2, 16, 20);
  std::vector<float> values(50 * dim, 1.0f);
  for (std::size_t d = 0; d < dim; ++d) values[7 * dim + d] = values[49 * dim + d] = kNaN;
  const std::vector<float> query(dim, 0.5f);
  const auto best = top_rows(matrix_of(values, dim), query, 50);
  CHECK(best.size() == 48);
  CHECK(are_same(best, sorted(matrix_of(values, dim), query, 50)));
  CHECK(are_same(top_rows_of_each(matrix_of(values, dim), query, 50).at(0), best));
}

TEST_CASE("the nearest seed is the first of those with the largest product", "[search]") {
  const std::size_t dim = GENERATE(1, 9, 64);
  const std::size_t count = GENERATE(1, 15, 16, 50, 64);
  CAPTURE(dim, count);
  const std::vector<float> seeds = eighths(count * dim, 8), values = eighths(211 * dim, 9);
  std::vector<const float*> rows;
  for (std::size_t row = 211; row-- > 0;) rows.push_back(values.data() + row * dim);
  const std::vector<std::int32_t> nearest = recall::nearest_seeds(matrix_of(seeds, dim), rows);
  REQUIRE(nearest.size() == rows.size());
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < rows.size(); ++k)
    wrong += nearest[k] != sorted(matrix_of(seeds, dim), {rows[k], dim}, 1).at(0).row;
  CHECK(wrong == 0);
  CHECK(recall::nearest_seeds(matrix_of(seeds, dim), {}).empty());
}

TEST_CASE("exact search with nothing to find is empty", "[search]") {
  const std::vector<float> values = eighths(40, 3), query = eighths(4, 4);
  CHECK(top_rows(matrix_of(values, 4), query, 0).empty());
  CHECK(top_rows({nullptr, 0, 4}, query, 10).empty());
  CHECK(top_rows_of_each(matrix_of(values, 4), {}, 10).empty());
  const auto nothing = top_rows_of_each({nullptr, 0, 4}, query, 10);
  CHECK((nothing.size() == 1 && nothing[0].empty()));
}

TEST_CASE("every processor level of the search tells the rows above a bound", "[search]") {
  std::vector<const recall::RowScoring*> levels{&recall::kRowScoring_baseline};
  if (playlist::cpu_level() >= playlist::CpuLevel::kV3) levels.push_back(&recall::kRowScoring_v3);
  if (playlist::cpu_level() >= playlist::CpuLevel::kV4) levels.push_back(&recall::kRowScoring_v4);
  const std::size_t dim = GENERATE(5, 16, 37);
  const std::vector<float> values = eighths(41 * dim, 5), query = eighths(dim, 6);
  const recall::RowBlock block{values.data(), dim, 41, 100};
  std::vector<std::pair<std::int32_t, float>> expected;
  for (const ScoredRow& row : sorted(matrix_of(values, dim), query, 41))
    if (row.score > 0.25f) expected.emplace_back(100 + row.row, row.score);
  std::sort(expected.begin(), expected.end());
  for (const recall::RowScoring* level : levels) {
    const auto panel_queries = static_cast<std::size_t>(level->panel_queries);
    Wanted wanted;
    wanted.bounds.assign(panel_queries, std::numeric_limits<float>::infinity());
    wanted.bounds[0] = 0.25f;
    const recall::ScoreSink sink{
        wanted.bounds.data(), &wanted,
        [](void* context, std::int32_t asked, std::int32_t row, float score) {
          if (asked == 0) static_cast<Wanted*>(context)->told.emplace_back(row, score);
        }};
    level->score_one(block, query.data(), sink);
    CHECK(wanted.told == expected);
    wanted.told.clear();
    std::vector<float> panel(dim * panel_queries);
    for (std::size_t d = 0; d < dim; ++d) panel[d * panel_queries] = query[d];
    level->score_panel(block, panel.data(), sink);
    CHECK(wanted.told == expected);
  }
}
