#include "spherical_clusters.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <span>

#include "parallel.hpp"
#include "shared/exact_search.hpp"

namespace model {
namespace {

constexpr std::int64_t kClusterRows = 4096;

/// Of each row the nearest of the centres, and its product.
struct Nearest {
  std::vector<std::int32_t> centre;
  std::vector<float> cosine;

  explicit Nearest(std::int64_t rows)
      : centre(static_cast<std::size_t>(rows), -1), cosine(static_cast<std::size_t>(rows), -2) {}
};

/// Looks at the centres [first, ..) only: an earlier one that is as near stays. Returns how many
/// rows changed theirs.
std::int64_t find_nearest(const Vectors& rows, const Vectors& centres, std::int64_t first,
                          int threads, Nearest& nearest) {
  const shared::RowMatrix some{centres.row(first), static_cast<std::size_t>(centres.rows - first),
                               centres.dim};
  std::atomic<std::int64_t> changed{0};
  for_blocks(threads, rows.rows, kClusterRows, [&](int, std::int64_t begin, std::int64_t end) {
    const std::span<const float> queries(rows.row(begin),
                                         static_cast<std::size_t>(end - begin) * rows.dim);
    const auto best = shared::top_rows_of_each(some, queries, 1);
    std::int64_t changed_here = 0;
    for (std::size_t k = 0; k < best.size(); ++k) {
      const std::size_t row = static_cast<std::size_t>(begin) + k;
      const auto centre = static_cast<std::int32_t>(best[k][0].row + first);
      if (first > 0 && !(best[k][0].score > nearest.cosine[row])) continue;
      changed_here += nearest.centre[row] != centre;
      nearest.centre[row] = centre;
      nearest.cosine[row] = best[k][0].score;
    }
    changed += changed_here;
  });
  return changed;
}

void append(Vectors& vectors, const float* row) {
  vectors.values.insert(vectors.values.end(), row, row + vectors.dim);
  ++vectors.rows;
}

/// |a - b|^2 of unit vectors is 2 - 2 a b.
Vectors first_centres(const Vectors& rows, std::size_t count, const ClusterOptions& options) {
  playlist::Random random(options.random_seed);
  Vectors centres(0, rows.dim);
  append(centres,
         rows.row(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(rows.rows)))));
  Nearest nearest(rows.rows);
  std::vector<double> sums(static_cast<std::size_t>(rows.rows));
  while (static_cast<std::size_t>(centres.rows) < count) {
    find_nearest(rows, centres, centres.rows - 1, options.threads, nearest);
    double sum = 0;
    for (std::size_t row = 0; row < sums.size(); ++row)
      sums[row] = sum += std::max(0.0, 1 - static_cast<double>(nearest.cosine[row]));
    const std::size_t drawn = random.draw(sums);
    if (drawn == sums.size()) break;  // every row lies on a centre
    append(centres, rows.row(static_cast<std::int64_t>(drawn)));
  }
  return centres;
}

/// The mean directions of the clusters' rows.
Vectors mean_directions(const Vectors& rows, Nearest& nearest, std::int64_t count) {
  std::vector<double> sums(static_cast<std::size_t>(count) * rows.dim);
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(count));
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const auto centre = static_cast<std::size_t>(nearest.centre[static_cast<std::size_t>(row)]);
    ++sizes[centre];
    for (std::size_t k = 0; k < rows.dim; ++k) sums[centre * rows.dim + k] += rows.row(row)[k];
  }
  Vectors centres(count, rows.dim);
  for (std::size_t centre = 0; centre < sizes.size(); ++centre) {
    const double* sum = sums.data() + centre * rows.dim;
    double squares = 0;
    for (std::size_t k = 0; k < rows.dim; ++k) squares += sum[k] * sum[k];
    float* to = centres.row(static_cast<std::int64_t>(centre));
    if (sizes[centre] > 0 && squares > 1e-12) {
      const double scale = 1 / std::sqrt(squares);
      for (std::size_t k = 0; k < rows.dim; ++k) to[k] = static_cast<float>(sum[k] * scale);
      continue;
    }
    const auto farthest = std::min_element(nearest.cosine.begin(), nearest.cosine.end());
    std::copy_n(rows.row(farthest - nearest.cosine.begin()), rows.dim, to);
    *farthest = 2;  // not for another empty one
  }
  return centres;
}

/// The largest cluster first.
void sort_by_size(Clusters& clusters) {
  const auto count = static_cast<std::size_t>(clusters.centres.rows);
  std::vector<std::int64_t> sizes(count);
  for (const std::int32_t centre : clusters.of_row) ++sizes[static_cast<std::size_t>(centre)];
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  std::vector<std::int32_t> place(count);
  Vectors centres(clusters.centres.rows, clusters.centres.dim);
  for (std::size_t k = 0; k < count; ++k) {
    place[order[k]] = static_cast<std::int32_t>(k);
    std::copy_n(clusters.centres.row(static_cast<std::int64_t>(order[k])), centres.dim,
                centres.row(static_cast<std::int64_t>(k)));
  }
  clusters.centres = std::move(centres);
  for (std::int32_t& centre : clusters.of_row) centre = place[static_cast<std::size_t>(centre)];
}

}  // namespace

Clusters spherical_clusters(const Vectors& rows, const ClusterOptions& options) {
  Clusters clusters;
  if (rows.rows == 0) return clusters;
  const auto most = static_cast<std::size_t>(std::sqrt(static_cast<double>(rows.rows) / 2));
  clusters.centres = first_centres(
      rows, std::clamp<std::size_t>(options.clusters, 1, std::max<std::size_t>(1, most)), options);
  Nearest nearest(rows.rows);
  while (clusters.rounds < options.most_rounds) {
    if (options.proceed &&
        !options.proceed(static_cast<double>(clusters.rounds) / options.most_rounds))
      return {};
    ++clusters.rounds;
    if (find_nearest(rows, clusters.centres, 0, options.threads, nearest) == 0) break;
    if (clusters.rounds == options.most_rounds) break;  // rows belong to the centres that are told
    clusters.centres = mean_directions(rows, nearest, clusters.centres.rows);
  }
  clusters.of_row = std::move(nearest.centre);
  const double sum = std::accumulate(nearest.cosine.begin(), nearest.cosine.end(), 0.0);
  clusters.cosine = sum / static_cast<double>(rows.rows);
  sort_by_size(clusters);
  return clusters;
}

}  // namespace model
