// Item similarities against plain sums over dense matrices, as the header's formulas say them.
#include "kernels/item_similarity.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "shared_steps_board.hpp"

using model::similar_items;
using model::SimilarityOptions;
using model::SparseMatrix;
using Metric = SimilarityOptions::Metric;

namespace {

using Dense = std::vector<std::vector<double>>;  // users x items, 0 where there is nothing

SparseMatrix sparse(const Dense& dense, std::size_t items) {
  SparseMatrix matrix;
  matrix.columns = static_cast<std::int32_t>(items);
  for (const auto& row : dense) {
    for (std::size_t item = 0; item < row.size(); ++item) {
      if (row[item] == 0) continue;
      matrix.indices.push_back(static_cast<std::int32_t>(item));
      matrix.values.push_back(static_cast<float>(row[item]));
    }
    matrix.offsets.push_back(static_cast<std::int64_t>(matrix.indices.size()));
  }
  return matrix;
}

/// Some users with nothing, some items of nobody, popular and rare ones.
Dense random_plays(unsigned random_seed, std::size_t users, std::size_t items) {
  std::mt19937 random(random_seed);
  Dense dense(users, std::vector<double>(items));
  for (std::size_t user = 0; user < users; ++user) {
    if (user % 11 == 3) continue;
    for (std::size_t item = 0; item < items; ++item) {
      if (item % 13 == 5) continue;
      const double chance = 0.9 / (1 + static_cast<double>((item * 37) % items) / 10);
      if (std::uniform_real_distribution<>(0, 1)(random) < chance)
        dense[user][item] = 1 + static_cast<double>(random() % 5);
    }
  }
  return dense;
}

double sum(const std::vector<double>& row) {
  double total = 0;
  for (const double x : row) total += x;
  return total;
}
double count(const std::vector<double>& row) {
  return static_cast<double>(std::count_if(row.begin(), row.end(), [](double x) { return x > 0; }));
}
std::vector<double> column(const Dense& dense, std::size_t item) {
  std::vector<double> values;
  for (const auto& row : dense) values.push_back(row[item]);
  return values;
}

/// The matrix whose rows the metric multiplies.
Dense weighted(const Dense& plays, const SimilarityOptions& options) {
  Dense made = plays;
  const std::size_t items = plays[0].size();
  double all = 0;
  for (const auto& row : plays) all += sum(row);
  for (std::size_t user = 0; user < plays.size(); ++user) {
    const double n = count(plays[user]);
    const double idf = std::max(0.0, std::log(static_cast<double>(items) / (1 + n)) + 1);
    for (std::size_t item = 0; item < items; ++item) {
      double& x = made[user][item];
      if (x == 0) continue;
      if (options.metric == Metric::kTfIdf) x = std::sqrt(x) * idf;
      if (options.metric == Metric::kBm25) {
        const double length = sum(column(plays, item)) / (all / static_cast<double>(items));
        x = idf * x * (options.k1 + 1) / (x + options.k1 * (1 - options.b + options.b * length));
      }
    }
  }
  return made;
}

/// similarity[i][j]: of j as a neighbour of i.
Dense similarities(const Dense& plays, const SimilarityOptions& options) {
  const std::size_t items = plays[0].size();
  const Dense x = weighted(plays, options);
  Dense result(items, std::vector<double>(items));
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t j = 0; j < items; ++j) {
      if (i == j) continue;
      double products = 0, shared = 0, walk = 0, ii = 0, jj = 0;
      const double plays_i = sum(column(plays, i));
      for (std::size_t user = 0; user < plays.size(); ++user) {
        products += x[user][i] * x[user][j];
        ii += x[user][i] * x[user][i];
        jj += x[user][j] * x[user][j];
        if (plays[user][i] == 0 || plays[user][j] == 0) continue;
        ++shared;
        walk += std::pow(plays[user][i] / plays_i, options.alpha) *
                std::pow(plays[user][j] / sum(plays[user]), options.alpha);
      }
      const double n_i = count(column(plays, i)), n_j = count(column(plays, j));
      if (shared == 0) continue;
      switch (options.metric) {
        case Metric::kJaccard:
          result[i][j] = shared / (n_i + n_j - shared + options.shrinkage);
          break;
        case Metric::kTversky:
          result[i][j] = shared / (shared + options.own_weight * (n_i - shared) +
                                   options.neighbour_weight * (n_j - shared) + options.shrinkage);
          break;
        case Metric::kAsymmetric:
          result[i][j] =
              products / (std::pow(ii, options.asymmetry) * std::pow(jj, 1 - options.asymmetry) +
                          options.shrinkage);
          break;
        case Metric::kP3Alpha:
          result[i][j] = walk;
          break;
        case Metric::kRp3Beta:
          result[i][j] = walk / std::pow(n_j, options.beta);
          break;
        default:
          result[i][j] = products / (std::sqrt(ii) * std::sqrt(jj) + options.shrinkage);
      }
    }
  }
  return result;
}

/// Every neighbour has the similarity the formula gives, and no better one was left out.
void check_against_reference(const Dense& plays, const SimilarityOptions& options) {
  const std::size_t items = plays[0].size();
  const Dense expected = similarities(plays, options);
  const SparseMatrix found = similar_items(sparse(plays, items), options);
  REQUIRE(found.rows() == static_cast<std::int32_t>(items));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < items; ++i) {
    std::vector<double> best = expected[i];
    std::sort(best.begin(), best.end(), std::greater<>());
    const auto above = static_cast<std::size_t>(
        std::count_if(best.begin(), best.end(), [](double s) { return s > 0; }));
    const std::size_t kept = std::min(above, static_cast<std::size_t>(options.neighbours));
    const auto neighbours = found.row(static_cast<std::int32_t>(i));
    const auto values = found.row_values(static_cast<std::int32_t>(i));
    wrong += neighbours.size() != kept;
    for (std::size_t k = 0; k < std::min(kept, neighbours.size()); ++k) {
      const double of_pair = expected[i][static_cast<std::size_t>(neighbours[k])];
      wrong += values[k] != Approx(of_pair).epsilon(1e-4);
      wrong += values[k] != Approx(best[k]).epsilon(1e-4);
      if (k > 0) {
        const bool is_in_order = values[k - 1] > values[k] ||
                                 (values[k - 1] == values[k] && neighbours[k - 1] < neighbours[k]);
        wrong += !is_in_order;
      }
    }
  }
  CHECK(wrong == 0);
}

SimilarityOptions options_of(Metric metric, std::int32_t neighbours, double shrinkage = 0) {
  SimilarityOptions options;
  options.metric = metric;
  options.neighbours = neighbours;
  options.shrinkage = shrinkage;
  return options;
}

}  // namespace

TEST_CASE("every metric gives what its formula says, on random plays", "[item_similarity]") {
  const auto metric =
      GENERATE(Metric::kCosine, Metric::kBm25, Metric::kTfIdf, Metric::kJaccard, Metric::kTversky,
               Metric::kAsymmetric, Metric::kP3Alpha, Metric::kRp3Beta);
  const int neighbours = GENERATE(1, 7, 1'000);  // 1000: all there are
  CAPTURE(static_cast<int>(metric), neighbours);
  // Below one block of the row's scan, and over several.
  check_against_reference(random_plays(1, 30, 20), options_of(metric, neighbours));
  check_against_reference(random_plays(2, 60, 150), options_of(metric, neighbours));
}

TEST_CASE("shrinkage stands in the denominator", "[item_similarity]") {
  const auto metric = GENERATE(Metric::kCosine, Metric::kBm25, Metric::kTfIdf, Metric::kJaccard,
                               Metric::kTversky, Metric::kAsymmetric);
  CAPTURE(static_cast<int>(metric));
  check_against_reference(random_plays(3, 60, 150), options_of(metric, 9, 12.5));
}

TEST_CASE("the walk of rp3beta takes its exponents", "[item_similarity]") {
  SimilarityOptions options = options_of(Metric::kRp3Beta, 10);
  options.alpha = 0.7;
  options.beta = 0.8;
  check_against_reference(random_plays(4, 60, 150), options);
  options.beta = 0;
  check_against_reference(random_plays(4, 60, 150), options);
  options.alpha = 0;
  check_against_reference(random_plays(4, 60, 150), options);
}

TEST_CASE("both directions of an uneven similarity are found", "[item_similarity]") {
  const double shrinkage = GENERATE(0.0, 12.5);
  const int neighbours = GENERATE(1, 9);
  CAPTURE(shrinkage, neighbours);
  SimilarityOptions options = options_of(Metric::kAsymmetric, neighbours, shrinkage);
  for (const double asymmetry : {0.0, 0.2, 1.0}) {
    options.asymmetry = asymmetry;
    check_against_reference(random_plays(7, 60, 150), options);
  }
  options.metric = Metric::kTversky;
  for (const auto& [own, neighbour] : {std::pair{0.01, 2.0}, {2.0, 0.01}, {0.05, 0.05}}) {
    options.own_weight = own;
    options.neighbour_weight = neighbour;
    check_against_reference(random_plays(8, 60, 150), options);
  }
}

TEST_CASE("evened out alike on both sides, the uneven metrics are the even ones",
          "[item_similarity]") {
  const SparseMatrix plays = sparse(random_plays(9, 60, 150), 150);
  SimilarityOptions options = options_of(Metric::kTversky, 9);
  options.own_weight = options.neighbour_weight = 1;
  CHECK(similar_items(plays, options).values ==
        similar_items(plays, options_of(Metric::kJaccard, 9)).values);
  CHECK(similar_items(plays, options_of(Metric::kAsymmetric, 9)).values ==
        similar_items(plays, options_of(Metric::kCosine, 9)).values);
  options = options_of(Metric::kRp3Beta, 9);
  options.beta = 0;
  CHECK(similar_items(plays, options_of(Metric::kP3Alpha, 9)).values ==
        similar_items(plays, options).values);
}

TEST_CASE("equal similarities come by item number, and the last places too", "[item_similarity]") {
  // Everybody plays everything: all cosines are 1.
  const Dense plays(3, std::vector<double>(70, 2.0));
  const SparseMatrix found = similar_items(sparse(plays, 70), options_of(Metric::kCosine, 3));
  CHECK(std::vector<std::int32_t>(found.row(0).begin(), found.row(0).end()) ==
        std::vector<std::int32_t>{1, 2, 3});
  CHECK(std::vector<std::int32_t>(found.row(1).begin(), found.row(1).end()) ==
        std::vector<std::int32_t>{0, 2, 3});
  CHECK(std::vector<std::int32_t>(found.row(69).begin(), found.row(69).end()) ==
        std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("a pair by hand", "[item_similarity]") {
  // Item 0: users 0, 1; item 1: users 0, 1, 2; item 2: nobody.
  const SparseMatrix plays = sparse({{1, 2, 0}, {2, 1, 0}, {0, 3, 0}, {0, 0, 0}}, 3);
  const auto cosine = similar_items(plays, options_of(Metric::kCosine, 5));
  CHECK(cosine.row_values(0)[0] == Approx(4 / std::sqrt(5.0 * 14)));
  CHECK(cosine.row(2).empty());
  const auto jaccard = similar_items(plays, options_of(Metric::kJaccard, 5));
  CHECK(jaccard.row_values(1)[0] == Approx(2.0 / 3));
  // 0 -> user 0 (1 of 3 plays) -> 1 (2 of their 3), or user 1 (2 of 3) -> 1 (1 of 3); 3 users ^
  // 0.3.
  const auto walk = similar_items(plays, options_of(Metric::kRp3Beta, 5));
  CHECK(walk.row_values(0)[0] == Approx((2.0 / 9 + 2.0 / 9) / std::pow(3, 0.3)));
}

TEST_CASE("the same bytes on any number of threads", "[item_similarity]") {
  const auto metric =
      GENERATE(Metric::kCosine, Metric::kTversky, Metric::kAsymmetric, Metric::kRp3Beta);
  const SparseMatrix plays = sparse(random_plays(5, 200, 700), 700);
  SimilarityOptions options = options_of(metric, 12);
  const SparseMatrix one = similar_items(plays, options);
  for (const int threads : {2, 3}) {
    options.threads = threads;
    const SparseMatrix more = similar_items(plays, options);
    CHECK(more.offsets == one.offsets);
    CHECK(more.indices == one.indices);
    CHECK(more.values == one.values);
  }
}

TEST_CASE("the same bytes for every one of several tasks", "[item_similarity]") {
  const auto metric =
      GENERATE(Metric::kCosine, Metric::kTversky, Metric::kAsymmetric, Metric::kRp3Beta);
  const std::int64_t parts = GENERATE(1, 3, 8);
  const SparseMatrix plays = sparse(random_plays(5, 200, 700), 700);
  SimilarityOptions options = options_of(metric, 12);
  const SparseMatrix one = similar_items(plays, options);
  const auto tasks = shared_by<SparseMatrix>(parts, [&](BoardTask& task) {
    SimilarityOptions its = options;
    its.shared = &task;
    return similar_items(plays, its);
  });
  for (const SparseMatrix& task : tasks) {
    CHECK(task.offsets == one.offsets);
    CHECK(task.indices == one.indices);
    CHECK(task.values == one.values);
  }
}

TEST_CASE("no neighbours are taken that there are not", "[item_similarity]") {
  const SparseMatrix plays = sparse(random_plays(5, 50, 100), 100);
  SimilarityOptions options = options_of(Metric::kCosine, 12);
  SparseMatrix lists;
  lists.columns = 100;
  lists.offsets.assign(101, 1);
  lists.offsets[0] = 0;
  lists.values = {1};
  for (const std::int32_t item : {-1, 100}) {
    lists.indices = {item};
    Board board;
    BoardTask task(board, 0, 2);
    board.parts[{"similar", 1}] = model::packed_lists(lists);
    options.shared = &task;
    CHECK_THROWS_WITH(similar_items(plays, options), Catch::Contains("not of these rows"));
    board.parts[{"similar", 1}].resize(300);
    CHECK_THROWS_WITH(similar_items(plays, options), Catch::Contains("too few rows"));
  }
}

TEST_CASE("the work stops when it is told to", "[item_similarity]") {
  const SparseMatrix plays = sparse(random_plays(6, 50, 700), 700);
  SimilarityOptions options = options_of(Metric::kCosine, 12);
  int asked = 0;
  options.proceed = [&](double share) {
    CHECK(share >= 0);
    CHECK(share <= 1);
    return ++asked < 3;
  };
  CHECK(similar_items(plays, options).rows() == 0);
  CHECK(asked == 3);
}

TEST_CASE("nothing played leaves nothing similar", "[item_similarity]") {
  const SparseMatrix found =
      similar_items(sparse({{0, 0}, {0, 0}}, 2), options_of(Metric::kCosine, 5));
  CHECK(found.rows() == 2);
  CHECK(found.entries() == 0);
  CHECK(similar_items(SparseMatrix{}, options_of(Metric::kJaccard, 5)).rows() == 0);
}
