#include "cluster_count.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "cluster_measures.hpp"
#include "principal_components.hpp"

namespace model {
namespace {

constexpr double kAboveChance = 0.03;
/// So many rows show what silhouettes chance has, and so few starts find it.
constexpr std::int64_t kMostChanceRows = 2'000;
constexpr int kChanceStarts = 4;

enum class Shape { kNormal, kEven };

/// Rows without clusters on independent axes of these variances.
Vectors without_clusters(std::int64_t count, const std::vector<double>& variances, Shape shape,
                         std::uint64_t seed) {
  playlist::Random random(seed);
  Vectors rows(count, variances.size());
  for (std::int64_t row = 0; row < count; ++row) {
    for (std::size_t d = 0; d < variances.size(); ++d) {
      double value = 0;  // of variance 1
      if (shape == Shape::kNormal) {
        const double radius = std::sqrt(-2 * std::log(1 - random.real()));
        value = radius * std::cos(2 * std::numbers::pi * random.real());
      } else {
        value = (random.real() - 0.5) * std::sqrt(12.0);
      }
      rows.row(row)[d] = static_cast<float>(value * std::sqrt(std::max(0.0, variances[d])));
    }
  }
  return rows;
}

class CountSearch {
 public:
  CountSearch(const Vectors& rows, const ClusterCountOptions& options)
      : rows_(rows), options_(options), state_(options.random_seed) {
    const auto half = static_cast<std::size_t>(rows.rows) / 2;
    most_ = std::min(options.most, half);
  }

  ClusterCount run() {
    ClusterCount made;
    if (most_ < options_.fewest || !draw_chance()) return made;
    std::vector<KMeans> best;
    for (std::size_t count = options_.fewest; count <= most_; ++count) {
      const double done = share_before(count);
      if (options_.proceed && !options_.proceed(done)) return {};
      auto starts = starts_of(rows_, count, options_.starts);
      made.tried.push_back(tried(count, starts));
      best.push_back(std::move(starts.front()));
    }
    if (const std::size_t chosen = choose(made); chosen < best.size())
      made.clusters = std::move(best[chosen]);
    return made;
  }

 private:
  [[nodiscard]] double share_before(std::size_t count) const {
    return static_cast<double>(count - options_.fewest) /
           static_cast<double>(most_ + 1 - options_.fewest);
  }

  /// False where all rows lie on one place.
  bool draw_chance() {
    const PrincipalComponents pca = principal_components(rows_, 1);
    if (pca.dim == 0) return false;
    const std::int64_t count = std::min(rows_.rows, kMostChanceRows);
    for (const Shape shape : {Shape::kNormal, Shape::kEven})
      chance_.push_back(
          without_clusters(count, pca.variances, shape, playlist::splitmix64(state_)));
    return true;
  }

  std::vector<KMeans> starts_of(const Vectors& rows, std::size_t count, int starts) {
    KMeansOptions options;
    options.clusters = count;
    options.starts = starts;
    options.random_seed = playlist::splitmix64(state_);
    options.threads = options_.threads;
    return kmeans_starts(rows, options);
  }

  TriedCount tried(std::size_t count, const std::vector<KMeans>& starts) {
    TriedCount made;
    made.clusters = count;
    made.inertia = starts.front().inertia;
    made.silhouette = silhouette(rows_, starts.front().of_row, static_cast<std::int32_t>(count),
                                 options_.threads);
    for (std::size_t k = 1; k < starts.size(); ++k)
      made.stability += agreement(starts[k].of_row, starts.front().of_row).rand_index;
    made.stability =
        starts.size() > 1 ? made.stability / static_cast<double>(starts.size() - 1) : 1;
    for (const Vectors& rows : chance_) {
      const KMeans found = std::move(starts_of(rows, count, kChanceStarts).front());
      made.of_chance = std::max(
          made.of_chance,
          silhouette(rows, found.of_row, static_cast<std::int32_t>(count), options_.threads));
    }
    return made;
  }

  [[nodiscard]] static bool is_considered(const TriedCount& one) {
    return one.silhouette > one.of_chance + kAboveChance;
  }

  /// Which of those tried; as many as were tried where there are no clusters.
  std::size_t choose(ClusterCount& made) const {
    const std::size_t none = made.tried.size();
    std::size_t chosen = none;
    for (std::size_t k = 0; k < none; ++k) {
      const TriedCount& one = made.tried[k];
      if (!is_considered(one) || one.stability < options_.least_stability) continue;
      if (chosen == none || one.silhouette > made.tried[chosen].silhouette) chosen = k;
    }
    made.by = ChosenBy::kSilhouette;
    if (chosen == none) {
      chosen = elbow(made.tried, &CountSearch::is_considered);
      made.by = chosen == none ? ChosenBy::kNothing : ChosenBy::kElbow;
    }
    if (chosen == none && options_.cuts_continuum) {
      chosen = elbow(made.tried, [](const TriedCount&) { return true; });
      if (chosen != none) made.by = ChosenBy::kCut;
    }
    return chosen;
  }

  template <typename May>
  [[nodiscard]] static std::size_t elbow(const std::vector<TriedCount>& tried, const May& may) {
    std::size_t chosen = tried.size();
    double most = 0;
    const double steps = std::max(1.0, static_cast<double>(tried.size()) - 1);
    for (std::size_t k = 0; k < tried.size(); ++k) {
      const double along = static_cast<double>(k) / steps;
      const double line =
          tried.front().inertia + along * (tried.back().inertia - tried.front().inertia);
      const double below = line - tried[k].inertia;
      if (!may(tried[k]) || (chosen < tried.size() && !(below > most))) continue;
      chosen = k;
      most = below;
    }
    return chosen;
  }

  const Vectors& rows_;
  ClusterCountOptions options_;
  std::uint64_t state_;
  std::size_t most_;
  std::vector<Vectors> chance_;
};

}  // namespace

ClusterCount choose_cluster_count(const Vectors& rows, const ClusterCountOptions& options) {
  return CountSearch(rows, options).run();
}

}  // namespace model
