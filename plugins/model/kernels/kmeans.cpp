#include "kmeans.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "parallel.hpp"
#include "row_distances.hpp"

namespace model {
namespace {

/// So many of the best starts are refined.
constexpr std::size_t kRefined = 5;
constexpr int kMostPasses = 20;
/// Distances are sums of rounded numbers: a bound holds only with this much to spare.
constexpr double kRounding = 1e-5;

double squared_distance(const float* a, const float* b, std::size_t dim) {
  double sum = 0;
  for (std::size_t d = 0; d < dim; ++d) {
    const double apart = static_cast<double>(a[d]) - static_cast<double>(b[d]);
    sum += apart * apart;
  }
  return sum;
}

/// Greedy k-means++: of several rows drawn in proportion to their squared distances from the centres
/// so far, the one becomes a centre that leaves the least of them.
class FirstCentres {
 public:
  FirstCentres(const Vectors& rows, const RowBlocks& blocks, std::uint64_t seed)
      : rows_(rows),
        blocks_(blocks),
        random_(seed),
        squared_(blocks.count() * kRowsOfBlock),
        nearest_(static_cast<std::size_t>(rows.rows), std::numeric_limits<float>::infinity()),
        sums_(static_cast<std::size_t>(rows.rows)) {}

  Vectors draw(std::size_t count) {
    const int tries = 2 + static_cast<int>(std::log(static_cast<double>(count)));
    take(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(rows_.rows))));
    while (static_cast<std::size_t>(centres_.rows) < count) {
      double sum = 0;
      for (std::size_t row = 0; row < sums_.size(); ++row)
        sums_[row] = sum += static_cast<double>(nearest_[row]);
      std::int64_t best = -1;
      double least = std::numeric_limits<double>::infinity();
      for (int k = 0; k < tries; ++k) {
        const std::size_t drawn = random_.draw(sums_);
        if (drawn == sums_.size()) return std::move(centres_);  // every row lies on a centre
        const double left = left_by(static_cast<std::int64_t>(drawn));
        if (left < least) {
          least = left;
          best = static_cast<std::int64_t>(drawn);
        }
      }
      take(best);
    }
    return std::move(centres_);
  }

 private:
  double left_by(std::int64_t row) {
    row_distances().squared(rows_.row(row), blocks_.data(), rows_.dim, blocks_.count(),
                            squared_.data());
    double sum = 0;
    for (std::size_t k = 0; k < nearest_.size(); ++k)
      sum += static_cast<double>(std::min(nearest_[k], squared_[k]));
    return sum;
  }
  void take(std::int64_t row) {
    left_by(row);
    for (std::size_t k = 0; k < nearest_.size(); ++k)
      nearest_[k] = std::min(nearest_[k], squared_[k]);
    centres_.dim = rows_.dim;
    centres_.values.insert(centres_.values.end(), rows_.row(row), rows_.row(row) + rows_.dim);
    ++centres_.rows;
  }

  const Vectors& rows_;
  const RowBlocks& blocks_;
  playlist::Random random_;
  std::vector<float> squared_, nearest_;
  std::vector<double> sums_;
  Vectors centres_;
};

class Start {
 public:
  Start(const Vectors& rows, Vectors centres)
      : rows_(rows),
        centres_(std::move(centres)),
        of_row_(static_cast<std::size_t>(rows.rows), 0),
        upper_(of_row_.size(), std::numeric_limits<double>::infinity()),
        lower_(of_row_.size(), 0),
        spare_(count() + kRowsOfBlock) {}

  KMeans run(int most_rounds) {
    KMeans made;
    while (made.rounds < most_rounds) {
      ++made.rounds;
      if (assign(made.rounds == 1) == 0) break;
      move_centres();
    }
    finish(made);
    return made;
  }

 private:
  [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(centres_.rows); }

  /// Every row to the nearest centre; returns how many changed theirs.
  std::int64_t assign(bool is_first) {
    const RowBlocks centres(centres_);
    const std::vector<double> half = half_to_nearest_other();
    std::int64_t changed = 0;
    for (std::size_t row = 0; row < of_row_.size(); ++row) {
      const auto own = static_cast<std::size_t>(of_row_[row]);
      const double bound = std::max(half[own], lower_[row]) * (1 - kRounding);
      if (!is_first && upper_[row] < bound) continue;
      upper_[row] =
          std::sqrt(squared_distance(rows_.row(static_cast<std::int64_t>(row)),
                                     centres_.row(static_cast<std::int64_t>(own)), rows_.dim));
      if (!is_first && upper_[row] < bound) continue;
      changed += look_at_all(row, centres) || is_first;
    }
    return changed;
  }

  [[nodiscard]] std::vector<double> half_to_nearest_other() const {
    std::vector<double> half(count(), std::numeric_limits<double>::infinity());
    for (std::size_t a = 0; a < count(); ++a) {
      for (std::size_t b = 0; b < count(); ++b) {
        if (a == b) continue;
        const double apart =
            squared_distance(centres_.row(static_cast<std::int64_t>(a)),
                             centres_.row(static_cast<std::int64_t>(b)), rows_.dim);
        half[a] = std::min(half[a], std::sqrt(apart) / 2);
      }
    }
    return half;
  }

  bool look_at_all(std::size_t row, const RowBlocks& centres) {
    row_distances().squared(rows_.row(static_cast<std::int64_t>(row)), centres.data(), rows_.dim,
                            centres.count(), spare_.data());
    std::size_t nearest = 0;
    float least = std::numeric_limits<float>::infinity(), second = least;
    for (std::size_t c = 0; c < count(); ++c) {
      if (spare_[c] < least) {
        second = least;
        least = spare_[c];
        nearest = c;
      } else {
        second = std::min(second, spare_[c]);
      }
    }
    upper_[row] = std::sqrt(static_cast<double>(least));
    lower_[row] = std::sqrt(static_cast<double>(second));
    const bool is_changed = static_cast<std::size_t>(of_row_[row]) != nearest;
    of_row_[row] = static_cast<std::int32_t>(nearest);
    return is_changed;
  }

  void move_centres() {
    const Vectors before = centres_;
    std::vector<double> sums(count() * rows_.dim);
    std::vector<std::int64_t> sizes(count());
    for (std::size_t row = 0; row < of_row_.size(); ++row) {
      const auto own = static_cast<std::size_t>(of_row_[row]);
      ++sizes[own];
      const float* values = rows_.row(static_cast<std::int64_t>(row));
      for (std::size_t d = 0; d < rows_.dim; ++d) sums[own * rows_.dim + d] += values[d];
    }
    for (std::size_t c = 0; c < count(); ++c) {
      float* centre = centres_.row(static_cast<std::int64_t>(c));
      if (sizes[c] == 0) {
        start_again(c);
        continue;
      }
      for (std::size_t d = 0; d < rows_.dim; ++d)
        centre[d] = static_cast<float>(sums[c * rows_.dim + d] / static_cast<double>(sizes[c]));
    }
    widen_bounds(before);
  }

  void start_again(std::size_t centre) {
    const auto farthest = std::max_element(upper_.begin(), upper_.end()) - upper_.begin();
    std::copy_n(rows_.row(farthest), rows_.dim, centres_.row(static_cast<std::int64_t>(centre)));
    upper_[static_cast<std::size_t>(farthest)] = 0;  // not for another empty one
    lower_[static_cast<std::size_t>(farthest)] = 0;
    of_row_[static_cast<std::size_t>(farthest)] = static_cast<std::int32_t>(centre);
  }

  void widen_bounds(const Vectors& before) {
    std::vector<double> moved(count());
    for (std::size_t c = 0; c < count(); ++c)
      moved[c] = std::sqrt(squared_distance(before.row(static_cast<std::int64_t>(c)),
                                            centres_.row(static_cast<std::int64_t>(c)), rows_.dim));
    const double farthest = moved.empty() ? 0 : *std::max_element(moved.begin(), moved.end());
    for (std::size_t row = 0; row < of_row_.size(); ++row) {
      upper_[row] += moved[static_cast<std::size_t>(of_row_[row])];
      lower_[row] -= farthest;
    }
  }

  /// Puts the largest cluster first, every row to its nearest centre, and counts.
  void finish(KMeans& made) {
    std::vector<std::int64_t> sizes(count());
    for (const std::int32_t own : of_row_) ++sizes[static_cast<std::size_t>(own)];
    std::vector<std::size_t> order(count());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
    made.centres = Vectors(centres_.rows, rows_.dim);
    for (std::size_t k = 0; k < order.size(); ++k)
      std::copy_n(centres_.row(static_cast<std::int64_t>(order[k])), rows_.dim,
                  made.centres.row(static_cast<std::int64_t>(k)));
    centres_ = made.centres;
    const RowBlocks centres(centres_);
    for (std::size_t row = 0; row < of_row_.size(); ++row) {
      look_at_all(row, centres);
      made.inertia += squared_distance(rows_.row(static_cast<std::int64_t>(row)),
                                       centres_.row(of_row_[row]), rows_.dim);
    }
    made.of_row = std::move(of_row_);
  }

  const Vectors& rows_;
  Vectors centres_;
  std::vector<std::int32_t> of_row_;
  std::vector<double> upper_, lower_;  // of the distance to the own centre, to every other
  std::vector<float> spare_;
};

/// Moves single rows for as long as that lowers the inertia (Hartigan's method: Telgarsky, Vattani,
/// AISTATS 2010): where rows and means have settled it often still can, as a mean follows its rows.
class Exchange {
 public:
  Exchange(const Vectors& rows, const KMeans& start)
      : rows_(rows),
        of_row_(start.of_row),
        sizes_(static_cast<std::size_t>(start.centres.rows)),
        means_(start.centres.values.begin(), start.centres.values.end()) {
    std::fill(means_.begin(), means_.end(), 0.0);
    for (std::size_t row = 0; row < of_row_.size(); ++row) {
      const auto own = static_cast<std::size_t>(of_row_[row]);
      sizes_[own] += 1;
      for (std::size_t d = 0; d < rows_.dim; ++d) means_[own * rows_.dim + d] += value(row, d);
    }
    for (std::size_t k = 0; k < means_.size(); ++k)
      means_[k] /= std::max(1.0, sizes_[k / rows_.dim]);
  }

  Vectors run() {
    for (int pass = 0; pass < kMostPasses && move_rows(); ++pass) {
    }
    Vectors centres(static_cast<std::int64_t>(sizes_.size()), rows_.dim);
    std::transform(means_.begin(), means_.end(), centres.values.begin(),
                   [](double mean) { return static_cast<float>(mean); });
    return centres;
  }

 private:
  [[nodiscard]] double value(std::size_t row, std::size_t d) const {
    return rows_.row(static_cast<std::int64_t>(row))[d];
  }
  [[nodiscard]] double squared_to(std::size_t row, std::size_t cluster) const {
    double sum = 0;
    for (std::size_t d = 0; d < rows_.dim; ++d) {
      const double apart = value(row, d) - means_[cluster * rows_.dim + d];
      sum += apart * apart;
    }
    return sum;
  }

  bool move_rows() {
    bool is_moved = false;
    for (std::size_t row = 0; row < of_row_.size(); ++row) {
      const auto own = static_cast<std::size_t>(of_row_[row]);
      if (sizes_[own] < 2) continue;
      const double saved = sizes_[own] / (sizes_[own] - 1) * squared_to(row, own);
      std::size_t best = own;
      double least = saved * (1 - kRounding);
      for (std::size_t c = 0; c < sizes_.size(); ++c) {
        if (c == own) continue;
        const double cost = sizes_[c] / (sizes_[c] + 1) * squared_to(row, c);
        if (cost < least) {
          least = cost;
          best = c;
        }
      }
      if (best == own) continue;
      move(row, own, best);
      is_moved = true;
    }
    return is_moved;
  }

  void move(std::size_t row, std::size_t from, std::size_t to) {
    for (std::size_t d = 0; d < rows_.dim; ++d) {
      double &left = means_[from * rows_.dim + d], &joined = means_[to * rows_.dim + d];
      left += (left - value(row, d)) / (sizes_[from] - 1);
      joined += (value(row, d) - joined) / (sizes_[to] + 1);
    }
    sizes_[from] -= 1;
    sizes_[to] += 1;
    of_row_[row] = static_cast<std::int32_t>(to);
  }

  const Vectors& rows_;
  std::vector<std::int32_t> of_row_;
  std::vector<double> sizes_, means_;
};

void sort_best_first(std::vector<KMeans>& starts) {
  std::stable_sort(starts.begin(), starts.end(),
                   [](const KMeans& a, const KMeans& b) { return a.inertia < b.inertia; });
}

}  // namespace

std::vector<KMeans> kmeans_starts(const Vectors& rows, const KMeansOptions& options) {
  if (rows.rows == 0) return {};
  const std::size_t clusters =
      std::clamp<std::size_t>(options.clusters, 1, static_cast<std::size_t>(rows.rows));
  const RowBlocks blocks(rows);
  std::vector<KMeans> made(static_cast<std::size_t>(std::max(1, options.starts)));
  std::uint64_t state = options.random_seed;
  std::vector<std::uint64_t> seeds;
  for (std::size_t k = 0; k < made.size(); ++k) seeds.push_back(playlist::splitmix64(state));
  const bool is_whole = for_blocks(
      options.threads, static_cast<std::int64_t>(made.size()), 1,
      [&](int, std::int64_t begin, std::int64_t) {
        const auto k = static_cast<std::size_t>(begin);
        made[k] = Start(rows, FirstCentres(rows, blocks, seeds[k]).draw(clusters))
                      .run(options.most_rounds);
      },
      options.proceed);
  if (!is_whole) return {};
  sort_best_first(made);
  for_blocks(options.threads, static_cast<std::int64_t>(std::min(kRefined, made.size())), 1,
             [&](int, std::int64_t begin, std::int64_t) {
               KMeans& start = made[static_cast<std::size_t>(begin)];
               const int rounds = start.rounds;
               KMeans refined = Start(rows, Exchange(rows, start).run()).run(options.most_rounds);
               refined.rounds += rounds;
               if (refined.inertia < start.inertia) start = std::move(refined);
             });
  sort_best_first(made);
  return made;
}

}  // namespace model
