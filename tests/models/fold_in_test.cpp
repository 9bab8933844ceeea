#include "kernels/fold_in.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "kernels/als.hpp"
#include "shared/model_rows.hpp"

using model::Als;
using model::AlsOptions;
using model::SparseMatrix;
using recall::FactorModel;
using recall::FoldedUser;
using recall::WeightedRow;

namespace {

SparseMatrix some_plays() {
  playlist::Random random(9);
  SparseMatrix plays;
  plays.columns = 120;
  for (int user = 0; user < 80; ++user) {
    for (std::int32_t track = 0; track < plays.columns; ++track) {
      if (!random.chance(track % 4 == user % 4 ? 0.4 : 0.05)) continue;
      plays.indices.push_back(track);
      plays.values.push_back(static_cast<float>(1 + random.below(3)));
    }
    plays.offsets.push_back(static_cast<std::int64_t>(plays.indices.size()));
  }
  return plays;
}

float product(std::span<const float> a, const float* b) {
  float sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace

TEST_CASE("folding in what a user of the training plays gives that user's factors", "[als]") {
  AlsOptions options;
  options.factors = GENERATE(7, 32);
  options.solver = AlsOptions::Solver::kCholesky;
  options.regularization = 0.02;
  options.unobserved_weight = 0.1;
  options.frequency_scaling = 0.8;
  const SparseMatrix plays = some_plays();
  Als als(plays, options);
  for (int iteration = 0; iteration < 5; ++iteration) als.iterate();
  als.solve_users();
  const auto dim = static_cast<std::size_t>(options.factors);
  const std::vector<float> users = als.user_factors(), tracks = als.track_factors(),
                           gram = als.track_gram();
  const FactorModel factor_model{{tracks.data(), 120, dim}, gram.data(), 0.02, 0.1, 0.8};
  for (const std::int32_t user : {0, 17, 79}) {
    std::vector<WeightedRow> seeds;
    for (std::size_t k = 0; k < plays.row(user).size(); ++k)
      seeds.push_back({plays.row(user)[k], plays.row_values(user)[k]});
    const FoldedUser folded(factor_model, seeds);
    double largest = 0;
    for (std::size_t k = 0; k < dim; ++k) {
      const float trained = users[static_cast<std::size_t>(user) * dim + k];
      largest = std::max(largest, std::abs(static_cast<double>(folded.factors()[k] - trained)));
    }
    CHECK(largest < 1e-4);
  }
}

TEST_CASE("what the seeds give to a score adds up to it", "[als]") {
  // One factor: A = 0.5 * 2 + (2 * 1 + 1 * 4 + 3 * 9) + 1 * (6 + 0.5 * 4)^0 = 35, b = 2 * 1 + 1
  // * 2.
  const std::vector<float> factors = {1, 2, 3, 10}, gram = {2};
  const FactorModel model{{factors.data(), 4, 1}, gram.data(), 1, 0.5, 0};
  const FoldedUser user(model, std::vector<WeightedRow>{{0, 2}, {1, 1}, {2, -3}});
  CHECK(user.factors()[0] == Approx(4 / 35.0));
  const std::vector<const float*> rows = {&factors[3], &factors[0]};
  const std::vector<float> gifts = user.gifts(rows);
  REQUIRE(gifts.size() == 2 * user.gift_stride());
  CHECK(gifts[0] == Approx(10.0 * 2 / 35));
  CHECK(gifts[1] == Approx(10.0 * 2 / 35));
  CHECK(gifts[2] == 0);
  CHECK(gifts[0] + gifts[1] == Approx(product(user.factors(), &factors[3])));
  CHECK(gifts[user.gift_stride() + 1] == Approx(2 / 35.0));
}

TEST_CASE("seeds without a row or a weight are as if they were not there", "[als]") {
  const std::vector<float> factors = {1, 2, 3, 1}, gram = {10, 5, 5, 5};
  const FactorModel model{{factors.data(), 2, 2}, gram.data(), 0.1, 0.5, 0.5};
  const FoldedUser user(model, std::vector<WeightedRow>{{1, 2}});
  const FoldedUser same(model, std::vector<WeightedRow>{{-1, 5}, {1, 2}, {0, 0}});
  CHECK(same.factors()[0] == user.factors()[0]);
  CHECK(same.factors()[1] == user.factors()[1]);
  const std::vector<const float*> rows = {factors.data()};
  CHECK(same.gifts(rows)[0] == 0);
  CHECK(same.gifts(rows)[1] == user.gifts(rows)[0]);
  CHECK(same.gifts(rows)[2] == 0);
}

TEST_CASE("the largest gift is the first of equal ones, of the tracks' and the artists' together",
          "[als]") {
  playlist::Random random(4);
  for (int round = 0; round < 200; ++round) {
    const std::size_t stride = 16 * (1 + random.below(4));
    std::vector<float> track(stride), artist(stride), sums(stride);
    for (std::size_t s = 0; s < stride; ++s) {
      track[s] = static_cast<float>(random.below(6));
      artist[s] = static_cast<float>(random.below(6));
      sums[s] = track[s] + 0.5f * artist[s];
    }
    const auto first = [](const std::vector<float>& values) {
      return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) -
                                      values.begin());
    };
    CHECK(recall::largest_gift(track.data(), nullptr, 0, stride) == first(track));
    CHECK(recall::largest_gift(track.data(), artist.data(), 0.5f, stride) == first(sums));
  }
}

TEST_CASE("a user of whom nothing is known has no factors", "[als]") {
  const std::vector<float> factors = {1, 2}, gram = {1, 2, 2, 4};
  const FactorModel model{{factors.data(), 1, 2}, gram.data(), 0.1, 0.5, 1};
  CHECK(FoldedUser(model, {}).factors()[0] == 0);
  CHECK(FoldedUser(model, std::vector<WeightedRow>{{0, -1}}).factors()[1] == 0);
}

TEST_CASE("a model's rows and a load's tracks find each other whatever the order of ids", "[als]") {
  using Ids = std::vector<std::int64_t>;
  const Ids ascending{3, 5, 9, 12}, close{12, 3, 9, 5},
      apart{9'000'000'000'000'000'000, -9'000'000'000'000'000'000, 9, 5};
  Ids thinned;  // ascending, not evenly
  for (std::int64_t id = 1; id < 3'000; id += 1 + id % 7 + (id > 1'000 ? 60 : 0))
    thinned.push_back(id);
  Ids appended = thinned;  // and then not
  appended.insert(appended.end(), {2, 9, 5});
  const auto place = [](const Ids& ids, std::int64_t id) {
    const auto at = std::find(ids.begin(), ids.end(), id);
    return at == ids.end() ? -1 : static_cast<std::int32_t>(at - ids.begin());
  };
  for (const Ids& library : {ascending, close, apart, thinned, appended, Ids{5}, Ids{}}) {
    for (const Ids& model_ids : {Ids{9, 7, 5}, thinned, ascending, appended, Ids{9}, Ids{}}) {
      const shared::ModelRows rows(library, model_ids);
      std::size_t wrong = 0;
      for (std::size_t number = 0; number < library.size(); ++number)
        wrong += rows.row(static_cast<std::int32_t>(number)) != place(model_ids, library[number]);
      for (std::size_t row = 0; row < model_ids.size(); ++row)
        wrong += rows.number(static_cast<std::int32_t>(row)) != place(library, model_ids[row]);
      CHECK(wrong == 0);
    }
  }
}
