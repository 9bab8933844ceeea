#include "kernels/content_space.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using model::put_standardised;
using model::put_tags;
using model::SparseMatrix;
using model::TagOptions;
using model::Vectors;

namespace {

constexpr float kNoFloat = std::numeric_limits<float>::quiet_NaN();

SparseMatrix tags_of(const std::vector<std::vector<std::int32_t>>& tracks, std::int32_t tags) {
  SparseMatrix matrix;
  matrix.columns = tags;
  for (const auto& row : tracks) {
    for (const std::int32_t tag : row) {
      matrix.indices.push_back(tag);
      matrix.values.push_back(1);
    }
    matrix.offsets.push_back(static_cast<std::int64_t>(matrix.indices.size()));
  }
  return matrix;
}

double product(const Vectors& vectors, std::int64_t a, std::int64_t b) {
  double sum = 0;
  for (std::size_t k = 0; k < vectors.dim; ++k)
    sum += static_cast<double>(vectors.row(a)[k]) * vectors.row(b)[k];
  return sum;
}

/// 300 tracks, each with 3 of the 10 tags of one of 6 styles.
SparseMatrix styles() {
  std::vector<std::vector<std::int32_t>> tracks;
  std::uint32_t state = 1;
  for (int track = 0; track < 300; ++track) {
    std::vector<std::int32_t> tags;
    for (int k = 0; k < 3; ++k) {
      state = state * 1664525 + 1013904223;
      tags.push_back(10 * (track % 6) + static_cast<std::int32_t>((state >> 16) % 10));
    }
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    tracks.push_back(tags);
  }
  return tags_of(tracks, 60);
}

}  // namespace

TEST_CASE("features become deviations from their mean, shared out over the columns", "[content]") {
  // Mean 2 and deviation 2 over the known values 0, 4, 2 and 2 -> sqrt(2).
  const std::vector<float> spread{0, 4, 2, kNoFloat, 2}, constant{7, 7, kNoFloat, 7, 7};
  const std::vector<std::span<const float>> columns{spread, constant};
  Vectors vectors(5, 3);
  put_standardised(columns, 2, 1, vectors);
  const float z = 2 / std::sqrt(2.0f), part = 2 / std::sqrt(2.0f);
  CHECK(vectors.row(0)[1] == Approx(-z * part));
  CHECK(vectors.row(1)[1] == Approx(z * part));
  CHECK(vectors.row(2)[1] == 0);
  CHECK(vectors.row(3)[1] == 0);  // missing: the mean
  for (int row = 0; row < 5; ++row) {
    CHECK(vectors.row(row)[0] == 0);  // not asked to write there
    CHECK(vectors.row(row)[2] == 0);  // one value only says nothing
  }
}

TEST_CASE("a value far from all others counts as three deviations", "[content]") {
  std::vector<float> column(100, 0);
  column[0] = 1000;
  const std::vector<std::span<const float>> columns{column};
  Vectors vectors(100, 1);
  put_standardised(columns, 1, 0, vectors);
  CHECK(vectors.row(0)[0] == 3);
}

TEST_CASE("few tags are columns of their own, rarer ones weigh more", "[content]") {
  // Tag 0 is on three of the four tracks, tag 1 on two, tag 2 on one only and so left out.
  const SparseMatrix tracks = tags_of({{0, 1}, {0}, {0, 1}, {2}}, 3);
  Vectors vectors(4, 4);
  REQUIRE(put_tags(tracks, {.dim = 3, .weight = 2}, 1, vectors));
  const double common = 1 + std::log(5.0 / 4), rare = 1 + std::log(5.0 / 3);
  const double length = std::hypot(common, rare);
  CHECK(vectors.row(0)[1] == Approx(2 * common / length));
  CHECK(vectors.row(0)[2] == Approx(2 * rare / length));
  CHECK(vectors.row(1)[1] == Approx(2));
  CHECK(vectors.row(1)[2] == 0);
  CHECK(product(vectors, 3, 3) == 0);
  CHECK(vectors.row(0)[0] == 0);
}

TEST_CASE("many tags keep their products when enough columns are left", "[content]") {
  // Six styles with tags of their own have 60 tags in all; all 60 columns are the plain reference.
  const SparseMatrix tracks = styles();
  Vectors all(300, 60), some(300, 59), few(300, 6);
  REQUIRE(put_tags(tracks, {.dim = 60}, 0, all));
  REQUIRE(put_tags(tracks, {.dim = 59}, 0, some));
  REQUIRE(put_tags(tracks, {.dim = 6}, 0, few));
  double largest = 0;
  for (int a = 0; a < 300; a += 7) {
    for (int b = 0; b < 300; b += 11)
      largest = std::max(largest, std::abs(product(all, a, b) - product(some, a, b)));
  }
  CHECK(largest < 0.2);  // one of 60 directions is gone, the weakest
  // With a column for each style, its tracks lie together although they share no tag, apart from
  // those of the others.
  for (int a = 0; a < 60; ++a) {
    for (int b = a + 1; b < 60; ++b) {
      const double cosine = product(few, a, b) / std::sqrt(product(few, a, a) * product(few, b, b));
      if (a % 6 == b % 6) CHECK(cosine > 0.9);
      if (a % 6 != b % 6) CHECK(std::abs(cosine) < 0.1);
    }
  }
}

TEST_CASE("the projection of tags is the same bytes again and can be stopped", "[content]") {
  const SparseMatrix tracks = styles();
  Vectors first(300, 20), again(300, 20);
  REQUIRE(put_tags(tracks, {.dim = 20}, 0, first));
  REQUIRE(put_tags(tracks, {.dim = 20}, 0, again));
  CHECK((first.values == again.values));
  TagOptions stopped{.dim = 20};
  stopped.proceed = [](double) { return false; };
  CHECK_FALSE(put_tags(tracks, stopped, 0, again));
}

TEST_CASE("vectors get length 1, and those that say nothing go", "[content]") {
  Vectors vectors(4, 2);
  vectors.values = {3, 4, 0, 0, 1, kNoFloat, 0, -2};
  CHECK(model::normalise(vectors) == std::vector<std::int32_t>{0, 3});
  CHECK(vectors.rows == 2);
  CHECK(vectors.values == std::vector<float>{0.6f, 0.8f, 0, -1});
  vectors = Vectors(2, 1);
  vectors.values = {0.5f, -2};
  CHECK(model::normalise(vectors, 0.5) == std::vector<std::int32_t>{1});
}
