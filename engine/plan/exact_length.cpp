#include "plan/exact_length.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace engine {
namespace {

constexpr std::int64_t kFinestStep = 250;  // ms
constexpr std::size_t kMostSteps = 16'384, kFewestSteps = 256, kWork = 100'000'000;

/// Sums of subsets of the rows so far, by how many rows they have (where that counts) and by the
/// step of the scale that they fall into.
class SubsetSums {
 public:
  SubsetSums(std::span<const std::int32_t> lengths, const WantedLength& wanted)
      : lengths_(lengths),
        longest_(longest_sum(lengths, wanted)),
        counts_(is_counting(lengths.size(), wanted) ? wanted.most_tracks + 1 : 1) {
    const std::size_t affordable = kWork / (std::max<std::size_t>(1, lengths.size()) * counts_);
    const auto steps = static_cast<std::int64_t>(std::clamp(affordable, kFewestSteps, kMostSteps));
    step_ = std::max(kFinestStep, longest_ / steps + 1);
    steps_ = static_cast<std::size_t>(longest_ / step_) + 1;
    cost_.assign(counts_ * steps_, kNone);
    sum_.assign(counts_ * steps_, 0);
    cost_[0] = 0;
  }

  /// Whether a choice may have too many rows.
  static bool is_counting(std::size_t rows, const WantedLength& wanted) {
    return wanted.most_tracks > 0 && wanted.most_tracks < rows;
  }

  void add_all() {
    is_taken_.resize(lengths_.size());
    for (std::size_t row = 0; row < lengths_.size(); ++row) add(row);
  }

  [[nodiscard]] std::vector<std::size_t> best(const WantedLength& wanted) const {
    std::size_t best = 0;  // no rows
    for (std::size_t at = 1; at < cost_.size(); ++at) {
      if (cost_[at] != kNone && (best == 0 || is_better(at, best, wanted))) best = at;
    }
    return rows_of(best);
  }

 private:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  /// The nearest sum above what is wanted is less than a row's length above it.
  static std::int64_t longest_sum(std::span<const std::int32_t> lengths,
                                  const WantedLength& wanted) {
    const std::int64_t row = *std::max_element(lengths.begin(), lengths.end());
    return std::min(wanted.ms + std::max(wanted.tolerance_ms, row),
                    std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0}));
  }

  [[nodiscard]] std::size_t step_of(std::int64_t sum) const {
    return static_cast<std::size_t>(sum / step_);
  }

  /// Counts and sums go down, so that what the row is added to is without it.
  void add(std::size_t row) {
    std::vector<bool>& taken = is_taken_[row];
    taken.resize(cost_.size());
    const bool is_counting = counts_ > 1;
    const double cost = static_cast<double>(row + 1) * lengths_[row];
    for (std::size_t count = is_counting ? counts_ - 1 : 1; count-- > 0;) {
      for (std::size_t step = steps_; step-- > 0;) {
        const std::size_t from = count * steps_ + step;
        if (cost_[from] == kNone || sum_[from] + lengths_[row] > longest_) continue;
        const std::int64_t sum = sum_[from] + lengths_[row];
        const std::size_t to = (count + (is_counting ? 1 : 0)) * steps_ + step_of(sum);
        if (cost_[from] + cost >= cost_[to]) continue;
        cost_[to] = cost_[from] + cost;
        sum_[to] = sum;
        taken[to] = true;
      }
    }
  }

  [[nodiscard]] bool is_better(std::size_t a, std::size_t b, const WantedLength& wanted) const {
    const std::int64_t off_a = std::abs(sum_[a] - wanted.ms), off_b = std::abs(sum_[b] - wanted.ms);
    const bool fits_a = off_a <= wanted.tolerance_ms, fits_b = off_b <= wanted.tolerance_ms;
    if (fits_a != fits_b) return fits_a;
    if (!fits_a && off_a != off_b) return off_a < off_b;
    return mean_row(a) < mean_row(b);
  }
  [[nodiscard]] double mean_row(std::size_t at) const {
    return sum_[at] > 0 ? cost_[at] / static_cast<double>(sum_[at]) : kNone;
  }

  [[nodiscard]] std::vector<std::size_t> rows_of(std::size_t at) const {
    std::vector<std::size_t> rows;
    std::size_t count = at / steps_;
    std::int64_t sum = sum_[at];
    for (std::size_t row = lengths_.size(); row-- > 0;) {
      if (!is_taken_[row][count * steps_ + step_of(sum)]) continue;
      rows.push_back(row);
      sum -= lengths_[row];
      if (counts_ > 1) --count;
    }
    std::reverse(rows.begin(), rows.end());
    return rows;
  }

  std::span<const std::int32_t> lengths_;
  std::int64_t longest_, step_ = kFinestStep;
  std::size_t counts_, steps_ = 0;
  std::vector<double> cost_;
  std::vector<std::int64_t> sum_;
  std::vector<std::vector<bool>> is_taken_;  // by row
};

std::int64_t off(std::int64_t sum, const WantedLength& wanted) {
  return std::abs(sum - wanted.ms);
}

/// One row for another where that comes nearer: long lists have steps coarser than the tolerance,
/// and so many pairs of rows that one of them nearly always makes up for it. Of those within the
/// tolerance the one that goes least to the back.
void exchange_one(std::span<const std::int32_t> lengths, const WantedLength& wanted,
                  std::vector<std::size_t>& rows) {
  std::int64_t sum = 0;
  std::vector<bool> is_chosen(lengths.size());
  for (const std::size_t row : rows) {
    sum += lengths[row];
    is_chosen[row] = true;
  }
  if (off(sum, wanted) <= wanted.tolerance_ms) return;
  std::int64_t least = off(sum, wanted);
  std::size_t from = 0, to = lengths.size();
  for (std::size_t place = 0; place < rows.size(); ++place) {
    for (std::size_t row = 0; row < lengths.size(); ++row) {
      if (is_chosen[row]) continue;
      const std::int64_t then =
          std::max(off(sum - lengths[rows[place]] + lengths[row], wanted), wanted.tolerance_ms);
      const bool is_nearer_front = to < lengths.size() && row + rows[from] < to + rows[place];
      if (then > least || (then == least && !is_nearer_front)) continue;
      least = then;
      from = place;
      to = row;
    }
  }
  if (to == lengths.size()) return;
  rows[from] = to;
  std::sort(rows.begin(), rows.end());
}

std::vector<std::size_t> best_rows(std::span<const std::int32_t> lengths_ms,
                                   const WantedLength& wanted) {
  SubsetSums sums(lengths_ms, wanted);
  sums.add_all();
  std::vector<std::size_t> rows = sums.best(wanted);
  exchange_one(lengths_ms, wanted, rows);
  return rows;
}

}  // namespace

std::vector<std::size_t> rows_of_length(std::span<const std::int32_t> lengths_ms,
                                        const WantedLength& wanted) {
  if (lengths_ms.empty()) return {};
  WantedLength uncounted = wanted;
  uncounted.most_tracks = 0;
  std::vector<std::size_t> rows = best_rows(lengths_ms, uncounted);
  if (wanted.most_tracks == 0 || rows.size() <= wanted.most_tracks) return rows;
  // Counted it costs as many times more, so that it may be too much for all of the rows.
  const std::size_t affordable = kWork / (kFewestSteps * (wanted.most_tracks + 1));
  const std::size_t most = std::max(wanted.most_tracks, affordable);
  return best_rows(lengths_ms.first(std::min(lengths_ms.size(), most)), wanted);
}

}  // namespace engine
