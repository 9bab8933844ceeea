#include "als.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "levels/als_rows.hpp"
#include "parallel.hpp"
#include "shared/cpu.hpp"

namespace model {
namespace {

const AlsRows& als_rows() {
  return shared::of_this_processor(kAlsRows_baseline, kAlsRows_v3, kAlsRows_v4);
}

constexpr std::int32_t kLine = 16;  // floats

/// Rows of the Gram matrix are added up in this many parts, whatever the threads.
constexpr std::int64_t kGramParts = 16;
/// Rows of a part that are added up in single precision before they go to double.
constexpr std::int64_t kGramRows = 256;

/// Rows that one user's or track's entries are copied to: half of a common second-level cache.
std::int32_t held_rows(std::int32_t width) {
  return std::clamp((512 << 10) / 4 / width / kLine * kLine, 2 * kLine, 4096);
}

/// Normally distributed (Box, Muller), with a length of 0.1 expected of a row.
void draw_factors(LineFloats& factors, std::int32_t count, std::int32_t width,
                  std::uint64_t random_seed) {
  playlist::Random random(random_seed);
  const double deviation = 0.1 / std::sqrt(count);
  for (std::size_t row = 0; row < factors.size(); row += static_cast<std::size_t>(width)) {
    for (std::int32_t k = 0; k < count; ++k) {
      const double radius = std::sqrt(-2 * std::log(1 - random.real()));
      const double angle = 2 * std::numbers::pi * random.real();
      factors[row + static_cast<std::size_t>(k)] =
          static_cast<float>(deviation * radius * std::cos(angle));
    }
  }
}

AlsHalf half_of(const SparseMatrix& rows, const LineFloats& given, float* wanted,
                std::int32_t width) {
  AlsHalf half{};
  half.offsets = rows.offsets.data();
  half.columns = rows.indices.data();
  half.weights = rows.values.data();
  half.entries = rows.entries();
  half.given = given.data();
  half.wanted = wanted;
  half.width = width;
  return half;
}

double squared_length(const float* row, std::int32_t width) {
  return std::inner_product(row, row + width, row, 0.0);
}

}  // namespace

Als::Als(const SparseMatrix& users, const AlsOptions& options)
    : options_(options),
      width_((options.factors + kLine - 1) / kLine * kLine),
      users_(users),
      tracks_(transposed(users)),
      user_factors_(static_cast<std::size_t>(users.rows()) * static_cast<std::size_t>(width_)),
      track_factors_(static_cast<std::size_t>(users.columns) * static_cast<std::size_t>(width_)) {
  draw_factors(track_factors_, options.factors, width_, options.random_seed);
}

bool Als::iterate() {
  if (!solve_half(users_, user_factors_, track_factors_, 0, 0.5) ||
      !solve_half(tracks_, track_factors_, user_factors_, 0.5, 1))
    return false;
  ++iteration_;
  // The one before stays: a process that is a little behind may be reading it.
  forget(iteration_ - 2);
  return true;
}

void Als::forget(std::int32_t iteration) const {
  if (options_.shared == nullptr || iteration < 1) return;
  options_.shared->forget(step("users", iteration));
  options_.shared->forget(step("items", iteration));
}

std::int32_t Als::take_up(std::int32_t most) {
  if (options_.shared == nullptr) return iteration_;
  // Into others first: what is only half there must not touch what stands here.
  LineFloats users, tracks;
  for (std::int32_t iteration = most; iteration > iteration_; --iteration) {
    if (!take_whole(step("items", iteration), tracks, track_factors_.size()) ||
        !take_whole(step("users", iteration), users, user_factors_.size()))
      continue;
    // Of a process that had stood still: what it made meanwhile was forgotten before.
    for (std::int32_t own = iteration_ - 1; own <= iteration_ && own < iteration - 1; ++own)
      forget(own);
    user_factors_ = std::move(users);
    track_factors_ = std::move(tracks);
    iteration_ = iteration;
  }
  return iteration_;
}

bool Als::take_whole(const std::string& step, LineFloats& factors, std::size_t size) const {
  return options_.shared->take_whole(step, [&](std::int64_t part, std::string_view bytes) {
    factors.resize(size);
    PartRows(rows_in(size), part, options_.shared->parts()).unpack(bytes, factors.data(), width_);
  });
}

bool Als::share_rows(const std::string& step, LineFloats& wanted,
                     const std::function<void(const PartRows&)>& solve) const {
  const auto rows_of_part = [&](std::int64_t part) {
    return PartRows(rows_in(wanted.size()), part, options_.shared->parts());
  };
  try {
    options_.shared->step(
        step,
        [&](std::int64_t part) {
          const PartRows rows = rows_of_part(part);
          solve(rows);
          return rows.packed(wanted.data(), width_);
        },
        [&](std::int64_t part, std::string_view bytes) {
          rows_of_part(part).unpack(bytes, wanted.data(), width_);
        });
  } catch (const PartStopped&) {
    return false;
  }
  return true;
}

std::vector<float> Als::ridges(const SparseMatrix& rows) const {
  std::vector<float> ridges;
  for (std::int32_t row = 0; row < rows.rows(); ++row) {
    const auto weights = rows.row_values(row);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    ridges.push_back(static_cast<float>(
        options_.regularization *
        std::pow(sum + options_.unobserved_weight * rows.columns, options_.frequency_scaling)));
  }
  return ridges;
}

std::vector<double> Als::gram(const LineFloats& factors) const {
  const std::size_t width = static_cast<std::size_t>(width_), size = width * width;
  const auto rows = static_cast<std::int64_t>(factors.size() / width);
  std::vector<std::vector<double>> parts(kGramParts, std::vector<double>(size));
  for_blocks(options_.threads, kGramParts, 1, [&](int, std::int64_t part, std::int64_t) {
    LineFloats sums(size);
    const std::int64_t end = rows * (part + 1) / kGramParts;
    for (std::int64_t row = rows * part / kGramParts; row < end; row += kGramRows) {
      std::fill(sums.begin(), sums.end(), 0.0f);
      als_rows().add_products(factors.data() + static_cast<std::size_t>(row) * width,
                              std::min(kGramRows, end - row), width_, sums.data());
      auto& to = parts[static_cast<std::size_t>(part)];
      std::transform(sums.begin(), sums.end(), to.begin(), to.begin(), std::plus<double>());
    }
  });
  std::vector<double> gram(size);
  for (const auto& part : parts)
    std::transform(part.begin(), part.end(), gram.begin(), gram.begin(), std::plus<>());
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t j = 0; j < i; ++j) gram[i * width + j] = gram[j * width + i];
  return gram;
}

bool Als::solve_half(const SparseMatrix& rows, LineFloats& wanted, const LineFloats& given,
                     double begin, double end) const {
  LineFloats weighted;
  for (const double value : gram(given))
    weighted.push_back(static_cast<float>(options_.unobserved_weight * value));
  const std::vector<float> ridge = ridges(rows);
  AlsHalf half = half_of(rows, given, wanted.data(), width_);
  half.gram = weighted.data();
  half.ridge = ridge.data();
  half.cg_steps = options_.solver == AlsOptions::Solver::kCholesky ? 0 : options_.cg_steps;
  half.held_rows = held_rows(width_);
  std::vector<LineFloats> scratch(static_cast<std::size_t>(options_.threads),
                                  LineFloats(als_rows().scratch(width_, half.held_rows)));
  std::function<bool(double)> proceed;
  if (options_.proceed)
    proceed = [&](double share) { return options_.proceed(begin + (end - begin) * share); };
  constexpr std::int64_t kRows = 64;
  const auto solve = [&](int thread, std::int64_t first, std::int64_t last) {
    als_rows().solve(half, first, last, scratch[static_cast<std::size_t>(thread)].data());
  };
  if (options_.shared == nullptr)
    return for_blocks(options_.threads, rows.rows(), kRows, solve, proceed);
  return share_rows(
      step(&rows == &users_ ? "users" : "items", iteration_ + 1), wanted,
      [&](const PartRows& part) { part.run(options_.threads, kRows, solve, proceed); });
}

double Als::objective() const {
  AlsHalf half = half_of(users_, track_factors_, const_cast<float*>(user_factors_.data()), width_);
  constexpr std::int64_t kBlock = 1024;
  std::vector<double> losses(static_cast<std::size_t>(users_.rows() / kBlock + 1));
  for_blocks(options_.threads, users_.rows(), kBlock,
             [&](int, std::int64_t begin, std::int64_t end) {
               losses[static_cast<std::size_t>(begin / kBlock)] =
                   als_rows().observed_loss(half, begin, end);
             });
  double loss = std::accumulate(losses.begin(), losses.end(), 0.0) +
                std::accumulate(users_.values.begin(), users_.values.end(), 0.0);
  const std::vector<double> users = gram(user_factors_), tracks = gram(track_factors_);
  loss += options_.unobserved_weight *
          std::inner_product(users.begin(), users.end(), tracks.begin(), 0.0);
  const auto add_ridge = [&](const SparseMatrix& rows, const LineFloats& factors) {
    const std::vector<float> ridge = ridges(rows);
    for (std::size_t row = 0; row < ridge.size(); ++row) {
      const float* from = factors.data() + row * static_cast<std::size_t>(width_);
      loss += ridge[row] * squared_length(from, width_);
    }
  };
  add_ridge(users_, user_factors_);
  add_ridge(tracks_, track_factors_);
  return loss;
}

std::vector<float> Als::rows_of(const LineFloats& factors) const {
  std::vector<float> rows;
  for (auto row = factors.begin(); row != factors.end(); row += width_)
    rows.insert(rows.end(), row, row + options_.factors);
  return rows;
}

std::vector<float> Als::track_gram() const {
  const std::vector<double> wide = gram(track_factors_);
  std::vector<float> result;
  for (std::int32_t i = 0; i < options_.factors; ++i)
    for (std::int32_t j = 0; j < options_.factors; ++j)
      result.push_back(static_cast<float>(wide[static_cast<std::size_t>(i * width_ + j)]));
  return result;
}

}  // namespace model
