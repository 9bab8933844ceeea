#include "kernels/als.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "kernels/levels/als_rows.hpp"
#include "shared/cpu.hpp"
#include "shared_steps_board.hpp"

using model::Als;
using model::AlsOptions;
using model::SparseMatrix;
using Solver = AlsOptions::Solver;

namespace {

/// Every user plays each track with this chance, 1 .. 4 times; user 3 and track 5 have nothing.
SparseMatrix random_plays(std::int32_t users, std::int32_t tracks, double chance) {
  playlist::Random random(7);
  SparseMatrix plays;
  plays.columns = tracks;
  for (std::int32_t user = 0; user < users; ++user) {
    for (std::int32_t track = 0; track < tracks; ++track) {
      if (user == 3 || track == 5 || !random.chance(chance)) continue;
      plays.indices.push_back(track);
      plays.values.push_back(static_cast<float>(1 + random.below(4)));
    }
    plays.offsets.push_back(static_cast<std::int64_t>(plays.indices.size()));
  }
  return plays;
}

using Dense = std::vector<std::vector<double>>;

/// Gaussian elimination with pivoting.
std::vector<double> solved(Dense a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t r = k; r < n; ++r)
      if (std::abs(a[r][k]) > std::abs(a[pivot][k])) pivot = r;
    std::swap(a[k], a[pivot]);
    std::swap(b[k], b[pivot]);
    for (std::size_t r = k + 1; r < n; ++r) {
      const double factor = a[r][k] / a[k][k];
      for (std::size_t c = k; c < n; ++c) a[r][c] -= factor * a[k][c];
      b[r] -= factor * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t c = k + 1; c < n; ++c) b[k] -= a[k][c] * b[c];
    b[k] /= a[k][k];
  }
  return b;
}

/// The factors of the rows of `rows`, given those of its columns, from the formula as it is
/// written, over all pairs and in double precision.
Dense plain_half(const SparseMatrix& rows, const Dense& given, const AlsOptions& options) {
  const std::size_t factors = given[0].size();
  Dense wanted;
  for (std::int32_t row = 0; row < rows.rows(); ++row) {
    std::vector<double> weight(given.size());
    for (std::size_t k = 0; k < rows.row(row).size(); ++k)
      weight[static_cast<std::size_t>(rows.row(row)[k])] = rows.row_values(row)[k];
    double sum = 0;
    for (const double w : weight) sum += w;
    const double others = static_cast<double>(given.size());
    const double ridge = options.regularization * std::pow(sum + options.unobserved_weight * others,
                                                           options.frequency_scaling);
    Dense a(factors, std::vector<double>(factors));
    std::vector<double> b(factors);
    for (std::size_t i = 0; i < factors; ++i) {
      a[i][i] = ridge;
      for (std::size_t c = 0; c < given.size(); ++c) {
        b[i] += weight[c] * given[c][i];
        for (std::size_t j = 0; j < factors; ++j)
          a[i][j] += (options.unobserved_weight + weight[c]) * given[c][i] * given[c][j];
      }
    }
    wanted.push_back(solved(a, b));
  }
  return wanted;
}

Dense dense(const std::vector<float>& factors, std::int32_t count) {
  Dense rows;
  for (auto row = factors.begin(); row != factors.end(); row += count)
    rows.emplace_back(row, row + count);
  return rows;
}

double largest_difference(const Dense& a, const Dense& b) {
  double largest = 0;
  for (std::size_t r = 0; r < a.size(); ++r)
    for (std::size_t k = 0; k < a[r].size(); ++k)
      largest = std::max(largest, std::abs(a[r][k] - b[r][k]));
  return largest;
}

/// The objective as it is written, over all pairs.
double plain_objective(const SparseMatrix& users, const Dense& x, const Dense& y,
                       const AlsOptions& options) {
  const auto product = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
  };
  const auto ridge = [&](double n, std::size_t others) {
    return options.regularization *
           std::pow(n + options.unobserved_weight * static_cast<double>(others),
                    options.frequency_scaling);
  };
  double sum = 0;
  std::vector<double> of_track(y.size());
  for (std::size_t u = 0; u < x.size(); ++u) {
    const auto user = static_cast<std::int32_t>(u);
    double of_user = 0;
    for (const std::vector<double>& track : y)
      sum += options.unobserved_weight * std::pow(product(x[u], track), 2);
    for (std::size_t k = 0; k < users.row(user).size(); ++k) {
      const auto track = static_cast<std::size_t>(users.row(user)[k]);
      const double w = users.row_values(user)[k];
      sum += w * std::pow(1 - product(x[u], y[track]), 2);
      of_user += w;
      of_track[track] += w;
    }
    sum += ridge(of_user, y.size()) * product(x[u], x[u]);
  }
  for (std::size_t i = 0; i < y.size(); ++i)
    sum += ridge(of_track[i], x.size()) * product(y[i], y[i]);
  return sum;
}

AlsOptions small_options(std::int32_t factors, Solver solver) {
  AlsOptions options;
  options.factors = factors;
  options.solver = solver;
  options.regularization = 0.05;
  options.unobserved_weight = 0.2;
  options.frequency_scaling = 0.7;
  return options;
}

}  // namespace

TEST_CASE("an iteration of als solves the equations of a plain dense reference", "[als]") {
  const std::int32_t factors = GENERATE(1, 5, 16, 40, 64, 72);
  const Solver solver = GENERATE(Solver::kCg, Solver::kCholesky);
  CAPTURE(factors, static_cast<int>(solver));
  const SparseMatrix plays = random_plays(60, 90, 0.3), transposed = model::transposed(plays);
  AlsOptions options = small_options(factors, solver);
  options.cg_steps = 60;  // as many as make it exact, up to rounding
  Als als(plays, options);
  const Dense start = dense(als.track_factors(), factors);
  REQUIRE(als.iterate());
  const Dense users = plain_half(plays, start, options);
  CHECK(largest_difference(dense(als.user_factors(), factors), users) < 2e-3);
  // From the users as rounded, so that only one half's rounding is seen.
  const Dense tracks = plain_half(transposed, dense(als.user_factors(), factors), options);
  CHECK(largest_difference(dense(als.track_factors(), factors), tracks) < 2e-4);
}

TEST_CASE("als solves rows that are longer than what it gathers at once", "[als]") {
  const Solver solver = GENERATE(Solver::kCg, Solver::kCholesky);
  const SparseMatrix plays = random_plays(6, 5'000, 0.9);
  AlsOptions options = small_options(32, solver);
  options.cg_steps = 40;
  Als als(plays, options);
  const Dense start = dense(als.track_factors(), 32);
  REQUIRE(als.solve_users());
  CHECK(largest_difference(dense(als.user_factors(), 32), plain_half(plays, start, options)) <
        5e-3);
}

TEST_CASE("als tells the objective that it minimises, which exact solving never raises", "[als]") {
  const SparseMatrix plays = random_plays(80, 50, 0.2);
  const AlsOptions options = small_options(12, Solver::kCholesky);
  Als als(plays, options);
  double before = als.objective();
  for (int iteration = 0; iteration < 10; ++iteration) {
    als.iterate();
    const double now = als.objective();
    CHECK(now <= before * (1 + 1e-6));
    before = now;
  }
  CHECK(before == Approx(plain_objective(plays, dense(als.user_factors(), 12),
                                         dense(als.track_factors(), 12), options))
                      .epsilon(1e-5));
}

TEST_CASE("als by conjugate gradients comes to the objective of exact solving", "[als]") {
  const SparseMatrix plays = random_plays(80, 50, 0.2);
  Als exact(plays, small_options(12, Solver::kCholesky)),
      steps(plays, small_options(12, Solver::kCg));
  for (int iteration = 0; iteration < 40; ++iteration) {
    exact.iterate();
    steps.iterate();
  }
  CHECK(steps.objective() == Approx(exact.objective()).epsilon(1e-3));
}

TEST_CASE("als gives the same bytes with any number of threads", "[als]") {
  const Solver solver = GENERATE(Solver::kCg, Solver::kCholesky);
  const SparseMatrix plays = random_plays(700, 300, 0.05);
  AlsOptions options = small_options(20, solver);
  Als one(plays, options);
  options.threads = 3;
  Als three(plays, options);
  for (int iteration = 0; iteration < 3; ++iteration) {
    one.iterate();
    three.iterate();
  }
  CHECK((one.track_factors() == three.track_factors()));
  CHECK((one.user_factors() == three.user_factors()));
  CHECK((one.track_gram() == three.track_gram()));
  CHECK(one.objective() == three.objective());
}

TEST_CASE("als gives users and tracks without interactions no factors", "[als]") {
  const Solver solver = GENERATE(Solver::kCg, Solver::kCholesky);
  const SparseMatrix plays = random_plays(20, 10, 0.5);
  Als als(plays, small_options(4, solver));
  als.iterate();
  CHECK(dense(als.user_factors(), 4)[3] == std::vector<double>(4));
  CHECK(dense(als.track_factors(), 4)[5] == std::vector<double>(4));
  CHECK(dense(als.user_factors(), 4)[2] != std::vector<double>(4));
}

TEST_CASE("als starts from the factors of its random seed and stops when told to", "[als]") {
  const SparseMatrix plays = random_plays(400, 30, 0.2);
  AlsOptions options = small_options(8, Solver::kCg);
  const auto first = Als(plays, options).track_factors();
  CHECK((first == Als(plays, options).track_factors()));
  options.random_seed = 2;
  CHECK((first != Als(plays, options).track_factors()));
  options.proceed = [](double) { return false; };
  Als stopped(plays, options);
  CHECK_FALSE(stopped.iterate());
}

TEST_CASE("every processor level of als solves the same equations", "[als]") {
  std::vector<const model::AlsRows*> levels{&model::kAlsRows_baseline};
  if (shared::cpu_level() >= shared::CpuLevel::kV3) levels.push_back(&model::kAlsRows_v3);
  if (shared::cpu_level() >= shared::CpuLevel::kV4) levels.push_back(&model::kAlsRows_v4);
  const std::int32_t cg_steps = GENERATE(0, 50);
  const std::int32_t width = 48;
  const SparseMatrix plays = random_plays(30, 100, 0.4);
  playlist::Random random(3);
  model::LineFloats given(100 * width), gram(width * width);
  for (float& value : given) value = static_cast<float>(random.real() - 0.5);
  Dense rows = dense({given.begin(), given.end()}, width);
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t j = 0; j < width; ++j)
      for (const auto& row : rows) gram[i * width + j] += static_cast<float>(0.2 * row[i] * row[j]);
  AlsOptions options;
  options.regularization = 0.5;
  options.unobserved_weight = 0.2;
  options.frequency_scaling = 0;
  const Dense expected = plain_half(plays, rows, options);
  const std::vector<float> ridge(30, 0.5f);
  for (const model::AlsRows* level : levels) {
    model::LineFloats wanted(30 * width), scratch(level->scratch(width, 32));
    const model::AlsHalf half{plays.offsets.data(),
                              plays.indices.data(),
                              plays.values.data(),
                              plays.entries(),
                              given.data(),
                              gram.data(),
                              ridge.data(),
                              wanted.data(),
                              width,
                              cg_steps,
                              32};
    level->solve(half, 0, 30, scratch.data());
    CHECK(largest_difference(dense({wanted.begin(), wanted.end()}, width), expected) < 1e-4);
    double loss = 0, weights = 0;
    for (std::int32_t user = 0; user < 30; ++user) {
      for (std::size_t k = 0; k < plays.row(user).size(); ++k) {
        double score = 0;
        for (std::size_t f = 0; f < width; ++f)
          score += wanted[static_cast<std::size_t>(user) * width + f] *
                   rows[static_cast<std::size_t>(plays.row(user)[k])][f];
        loss += plays.row_values(user)[k] * (1 - score) * (1 - score);
        weights += plays.row_values(user)[k];
      }
    }
    CHECK(level->observed_loss(half, 0, 30) == Approx(loss - weights).epsilon(1e-4));
  }
}

namespace {

struct Factors {
  std::vector<float> users, tracks;
  std::int32_t begun_behind = 0;  // iterations that were taken up
  bool operator==(const Factors& other) const {
    return users == other.users && tracks == other.tracks;
  }
};

constexpr std::int32_t kIterations = 5;

Factors trained(const SparseMatrix& plays, AlsOptions options, model::SharedSteps* task) {
  options.shared = task;
  Als als(plays, options);
  Factors factors;
  factors.begun_behind = task == nullptr ? 0 : als.take_up(kIterations);
  for (std::int32_t done = factors.begun_behind; done < kIterations;
       done = std::max(done + 1, als.take_up(kIterations)))
    REQUIRE(als.iterate());
  factors.users = als.user_factors();
  factors.tracks = als.track_factors();
  return factors;
}

}  // namespace

TEST_CASE("als gives the same bytes to every one of several tasks", "[als]") {
  const Solver solver = GENERATE(Solver::kCg, Solver::kCholesky);
  const std::int64_t parts = GENERATE(1, 3, 8);
  CAPTURE(static_cast<int>(solver), parts);
  const SparseMatrix plays = random_plays(2'500, 1'100, 0.01);
  AlsOptions options = small_options(20, solver);
  const Factors alone = trained(plays, options, nullptr);
  options.threads = 2;
  for (const Factors& task :
       shared_by<Factors>(parts, [&](BoardTask& task) { return trained(plays, options, &task); }))
    CHECK(task == alone);
}

TEST_CASE("a task of als that begins anew takes up the last iteration that is whole", "[als]") {
  const SparseMatrix plays = random_plays(2'500, 1'100, 0.01);
  const AlsOptions options = small_options(20, Solver::kCg);
  const Factors alone = trained(plays, options, nullptr);
  Board board;
  BoardTask first(board, 0, 3, /*is_alone=*/true), second(board, 1, 3, /*is_alone=*/true);
  CHECK(trained(plays, options, &first) == alone);
  // Of the last iteration a part is missing, of the one before nothing is; what came earlier is forgotten.
  CHECK(board.parts.erase({"als-items-5", 2}) == 1);
  CHECK_FALSE(board.has("als-items-3", 0));
  CHECK(board.has("als-users-4", 2));
  const Factors again = trained(plays, options, &second);
  CHECK(again.begun_behind == 4);
  CHECK(again == alone);
}

TEST_CASE("als takes no part that is not of its rows", "[als]") {
  const SparseMatrix plays = random_plays(2'500, 1'100, 0.01);
  AlsOptions options = small_options(20, Solver::kCg);
  for (const std::size_t bytes : {0, 4, 1'000'000}) {
    Board board;
    BoardTask task(board, 0, 2);
    board.parts[{"als-users-1", 1}] = std::string(bytes, 'x');
    options.shared = &task;
    CHECK_THROWS_WITH(Als(plays, options).iterate(), Catch::Contains("rows"));
  }
}

TEST_CASE("als that is stopped within a part puts nothing", "[als]") {
  const SparseMatrix plays = random_plays(2'500, 1'100, 0.01);
  AlsOptions options = small_options(20, Solver::kCg);
  Board board;
  BoardTask task(board, 0, 2);
  options.shared = &task;
  options.proceed = [](double) { return false; };
  CHECK_FALSE(Als(plays, options).iterate());
  CHECK(board.parts.empty());
}
