#include "shared/exact_search.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "kernels/nearest_seed.hpp"
#include "shared/cpu.hpp"
#include "shared/levels/row_scores.hpp"

using shared::RowMatrix;
using shared::ScoredRow;
using shared::top_rows;
using shared::top_rows_of_each;

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

std::vector<const shared::RowScoring*> levels() {
  std::vector<const shared::RowScoring*> levels{&shared::kRowScoring_baseline};
  if (shared::cpu_level() >= shared::CpuLevel::kV3) levels.push_back(&shared::kRowScoring_v3);
  if (shared::cpu_level() >= shared::CpuLevel::kV4) levels.push_back(&shared::kRowScoring_v4);
  return levels;
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

TEST_CASE("with the rows' codes exact search finds the same, to the bit", "[search]") {
  const std::size_t dim = GENERATE(16, 20, 64, 100, 600);
  const std::string kind = GENERATE("alike", "of all sizes", "some not numbers", "nothing", "ties");
  CAPTURE(dim, kind);
  const std::size_t rows = 20'011;
  std::uint64_t seed = dim;
  const auto number = [&] {
    return static_cast<float>(playlist::splitmix64(seed) % 2'000'003) / 1'000'001.5f - 1;
  };
  std::vector<float> values = kind == "ties" ? eighths(rows * dim, 4) : std::vector<float>();
  values.resize(rows * dim);
  for (std::size_t row = 0; row < rows && kind != "ties" && kind != "nothing"; ++row) {
    float size = 1;
    if (kind == "of all sizes") size = std::exp2(40 * number());
    for (std::size_t d = 0; d < dim; ++d) values[row * dim + d] = size * number();
    if (kind == "some not numbers" && row % 3 == 0) values[row * dim + row % dim] = kNaN;
  }
  std::vector<float> query(dim);
  for (float& value : query) value = number();
  const std::string bytes = shared::QuantizedRows::encode(values, dim);
  const RowMatrix plain = matrix_of(values, dim);
  const RowMatrix coded{values.data(), rows, dim, {bytes, rows, dim}};
  REQUIRE(coded.codes.is_sound());
  REQUIRE_FALSE(coded.codes.empty());
  for (const std::size_t k : {1, 50, 2'000}) {
    for (const int threads : {1, 3}) {
      CAPTURE(k, threads);
      CHECK(are_same(top_rows(coded, query, k, threads), top_rows(plain, query, k, threads)));
    }
  }
}

TEST_CASE("codes bound the product of every row, and most rows closely", "[search]") {
  const std::size_t rows = 500, dim = 64;
  std::uint64_t seed = 9;
  std::vector<float> values(rows * dim), query(dim);
  for (auto* some : {&values, &query}) {
    for (float& value : *some)
      value = static_cast<float>(playlist::splitmix64(seed) % 2'001) / 1'000.0f - 1;
  }
  const std::string bytes = shared::QuantizedRows::encode(values, dim);
  const shared::QuantizedRows codes(bytes, rows, dim);
  double length = 0;
  for (const float value : query) length += static_cast<double>(value) * value;
  length = std::sqrt(length);
  for (std::size_t row = 0; row < rows; ++row) {
    double product = 0, by_codes = 0;
    for (std::size_t d = 0; d < dim; ++d) {
      product += static_cast<double>(values[row * dim + d]) * query[d];
      by_codes += static_cast<double>(*codes.scales(row)) * codes.codes(row)[d] * query[d];
    }
    CHECK(std::abs(product - by_codes) <= *codes.slacks(row) * length);
    CHECK(*codes.slacks(row) < 0.03);  // of rows of length 4.6
  }
}

TEST_CASE("by codes the same rows are told, however near to the bound", "[search]") {
  const std::size_t rows = 5'000, dim = 48;
  std::uint64_t seed = 10;
  std::vector<float> values(rows * dim);
  for (float& value : values)
    value = static_cast<float>(playlist::splitmix64(seed) % 2'001) / 1'000.0f - 1;
  const std::string bytes = shared::QuantizedRows::encode(values, dim);
  const shared::QuantizedRows codes(bytes, rows, dim);
  const auto range = static_cast<float>(shared::QuantizedRows::query_range(dim));
  const std::vector<float> query(dim, 0.5f);
  std::vector<std::int16_t> of_query(codes.stride());
  std::fill_n(of_query.begin(), dim, static_cast<std::int16_t>(range));
  const shared::CodedBlock coded{codes.codes(0),
                                 codes.scales(0),
                                 codes.slacks(0),
                                 codes.stride(),
                                 of_query.data(),
                                 0.5f / range,
                                 0.5f * std::sqrt(static_cast<float>(dim))};
  const shared::RowBlock block{values.data(), dim, static_cast<std::int32_t>(rows), 0};
  for (const shared::RowScoring* level : levels()) {
    Wanted by_values, by_codes;
    for (Wanted* wanted : {&by_values, &by_codes}) {
      wanted->bounds = {0};  // half of the rows are above, some hardly so
      const shared::ScoreSink sink{wanted->bounds.data(), wanted,
                                   [](void* context, std::int32_t, std::int32_t row, float score) {
                                     static_cast<Wanted*>(context)->told.emplace_back(row, score);
                                   }};
      if (wanted == &by_codes) {
        level->score_coded(block, coded, query.data(), sink);
      } else {
        level->score_one(block, query.data(), sink);
      }
    }
    CHECK(by_values.told.size() > 2'000);
    CHECK(by_codes.told == by_values.told);
  }
}

TEST_CASE("codes that are not those of the matrix are known as such", "[search]") {
  const std::vector<float> values = eighths(100 * 20, 3);
  const std::string bytes = shared::QuantizedRows::encode(values, 20);
  const auto problem = [](const std::string& some, std::size_t rows, std::size_t columns) {
    const shared::QuantizedRows codes(some, rows, columns);
    return std::string(codes.is_sound() ? "" : codes.problem());
  };
  CHECK(problem(bytes, 100, 20).empty());
  CHECK(problem(bytes, 99, 20) == "they are of another matrix");
  CHECK(problem(bytes, 100, 19) == "they are of another matrix");
  CHECK(problem(bytes.substr(0, 15), 100, 20) == "they are shorter than their header");
  CHECK(problem(bytes.substr(0, bytes.size() - 1), 100, 20) ==
        "their length is not what their header says");
  std::string other = bytes;
  other[4] = 2;
  CHECK(problem(other, 100, 20) == "they are of another version");
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
  const std::size_t dim = GENERATE(5, 16, 37);
  const std::vector<float> values = eighths(41 * dim, 5), query = eighths(dim, 6);
  const shared::RowBlock block{values.data(), dim, 41, 100};
  std::vector<std::pair<std::int32_t, float>> expected;
  for (const ScoredRow& row : sorted(matrix_of(values, dim), query, 41))
    if (row.score > 0.25f) expected.emplace_back(100 + row.row, row.score);
  std::sort(expected.begin(), expected.end());
  for (const shared::RowScoring* level : levels()) {
    const auto panel_queries = static_cast<std::size_t>(level->panel_queries);
    Wanted wanted;
    wanted.bounds.assign(panel_queries, std::numeric_limits<float>::infinity());
    wanted.bounds[0] = 0.25f;
    const shared::ScoreSink sink{
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
    if (dim < 16) continue;
    wanted.told.clear();
    const std::string bytes = shared::QuantizedRows::encode(values, dim);
    const shared::QuantizedRows codes(bytes, 41, dim);
    // Eighths are whole codes of a step of 1/8, and no value is above 7/8.
    std::vector<std::int16_t> of_query(codes.stride());
    for (std::size_t d = 0; d < dim; ++d) of_query[d] = static_cast<std::int16_t>(query[d] * 8);
    const shared::CodedBlock coded{codes.codes(0),
                                   codes.scales(0),
                                   codes.slacks(0),
                                   codes.stride(),
                                   of_query.data(),
                                   1.0f / 8,
                                   std::sqrt(static_cast<float>(dim))};
    level->score_coded(block, coded, query.data(), sink);
    CHECK(wanted.told == expected);
  }
}
