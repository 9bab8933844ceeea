#include "cluster_measures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "parallel.hpp"
#include "row_distances.hpp"

namespace model {
namespace {

constexpr std::int64_t kSilhouetteRows = 64;

double silhouette_of(double own, double other) {
  const double most = std::max(own, other);
  return most > 0 ? (other - own) / most : 0;
}

/// Rows by cluster, each cluster filled up to whole blocks.
struct ByCluster {
  std::vector<std::int32_t> order;  // -1 fills up
  std::vector<std::size_t> begin, size;

  ByCluster(std::span<const std::int32_t> of_row, std::int32_t count) {
    for (std::int32_t cluster = 0; cluster < count; ++cluster) {
      begin.push_back(order.size());
      for (std::size_t row = 0; row < of_row.size(); ++row)
        if (of_row[row] == cluster) order.push_back(static_cast<std::int32_t>(row));
      size.push_back(order.size() - begin.back());
      order.resize((order.size() + kRowsOfBlock - 1) / kRowsOfBlock * kRowsOfBlock, -1);
    }
  }
};

/// Sum of what `of(place)` is for every row that counts, in the order of the places.
template <typename Of>
double sum_of_rows(std::size_t places, int threads, const Of& of) {
  std::vector<double> values(places);
  for_blocks(threads, static_cast<std::int64_t>(places), kSilhouetteRows,
             [&](int, std::int64_t begin, std::int64_t end) {
               of(static_cast<std::size_t>(begin), static_cast<std::size_t>(end), values.data());
             });
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

double exact(const Vectors& rows, std::span<const std::int32_t> of_row, const ByCluster& by,
             int threads) {
  const RowBlocks blocks(rows, by.order);
  return sum_of_rows(
      by.order.size(), threads, [&](std::size_t begin, std::size_t end, double* values) {
        std::vector<float> squared(by.order.size());
        for (std::size_t place = begin; place < end; ++place) {
          if (by.order[place] < 0) continue;
          const auto own =
              static_cast<std::size_t>(of_row[static_cast<std::size_t>(by.order[place])]);
          row_distances().squared(rows.row(by.order[place]), blocks.data(), rows.dim,
                                  blocks.count(), squared.data());
          double own_mean = 0, least = std::numeric_limits<double>::infinity();
          for (std::size_t c = 0; c < by.size.size(); ++c) {
            if (by.size[c] == 0) continue;
            double sum = 0;
            for (std::size_t k = by.begin[c]; k < by.begin[c] + by.size[c]; ++k)
              sum += std::sqrt(squared[k]);
            if (c == own) {
              own_mean = by.size[c] > 1 ? sum / static_cast<double>(by.size[c] - 1) : -1;
            } else {
              least = std::min(least, sum / static_cast<double>(by.size[c]));
            }
          }
          values[place] = own_mean < 0 ? 0 : silhouette_of(own_mean, least);
        }
      });
}

Vectors means_of(const Vectors& rows, std::span<const std::int32_t> of_row, const ByCluster& by) {
  std::vector<double> sums(by.size.size() * rows.dim);
  for (std::size_t row = 0; row < of_row.size(); ++row) {
    if (of_row[row] < 0) continue;
    for (std::size_t d = 0; d < rows.dim; ++d)
      sums[static_cast<std::size_t>(of_row[row]) * rows.dim + d] +=
          rows.row(static_cast<std::int64_t>(row))[d];
  }
  Vectors means(static_cast<std::int64_t>(by.size.size()), rows.dim);
  for (std::size_t c = 0; c < by.size.size(); ++c)
    for (std::size_t d = 0; d < rows.dim; ++d)
      means.row(static_cast<std::int64_t>(c))[d] = static_cast<float>(
          sums[c * rows.dim + d] / static_cast<double>(std::max<std::size_t>(1, by.size[c])));
  return means;
}

double simplified(const Vectors& rows, std::span<const std::int32_t> of_row, const ByCluster& by,
                  int threads) {
  const RowBlocks means(means_of(rows, of_row, by));
  return sum_of_rows(
      of_row.size(), threads, [&](std::size_t begin, std::size_t end, double* values) {
        std::vector<float> squared(means.count() * kRowsOfBlock);
        for (std::size_t row = begin; row < end; ++row) {
          if (of_row[row] < 0) continue;
          row_distances().squared(rows.row(static_cast<std::int64_t>(row)), means.data(), rows.dim,
                                  means.count(), squared.data());
          const auto own = static_cast<std::size_t>(of_row[row]);
          float least = std::numeric_limits<float>::infinity();
          for (std::size_t c = 0; c < by.size.size(); ++c)
            if (c != own && by.size[c] > 0) least = std::min(least, squared[c]);
          values[row] = by.size[own] > 1
                            ? silhouette_of(std::sqrt(static_cast<double>(squared[own])),
                                            std::sqrt(static_cast<double>(least)))
                            : 0;
        }
      });
}

double pairs(double count) {
  return count * (count - 1) / 2;
}

}  // namespace

double silhouette(const Vectors& rows, std::span<const std::int32_t> of_row, std::int32_t count,
                  int threads) {
  const ByCluster by(of_row, count);
  const auto used =
      std::count_if(by.size.begin(), by.size.end(), [](std::size_t size) { return size > 0; });
  if (used < 2) return 0;
  std::size_t counted = 0;
  for (const std::size_t size : by.size) counted += size;
  const double sum = static_cast<std::int64_t>(counted) <= kMostExactSilhouette
                         ? exact(rows, of_row, by, threads)
                         : simplified(rows, of_row, by, threads);
  return sum / static_cast<double>(counted);
}

Agreement agreement(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  std::int32_t clusters_a = 0, clusters_b = 0;
  for (const std::int32_t cluster : a) clusters_a = std::max(clusters_a, cluster + 1);
  for (const std::int32_t cluster : b) clusters_b = std::max(clusters_b, cluster + 1);
  const auto width = static_cast<std::size_t>(clusters_b);
  std::vector<double> both(static_cast<std::size_t>(clusters_a) * width),
      in_a(static_cast<std::size_t>(clusters_a)), in_b(width);
  double counted = 0;
  for (std::size_t row = 0; row < a.size(); ++row) {
    if (a[row] < 0 || b[row] < 0) continue;
    ++both[static_cast<std::size_t>(a[row]) * width + static_cast<std::size_t>(b[row])];
    ++in_a[static_cast<std::size_t>(a[row])];
    ++in_b[static_cast<std::size_t>(b[row])];
    ++counted;
  }
  double together = 0, pairs_a = 0, pairs_b = 0;
  for (const double count : both) together += pairs(count);
  for (const double count : in_a) pairs_a += pairs(count);
  for (const double count : in_b) pairs_b += pairs(count);
  const double expected = counted > 1 ? pairs_a * pairs_b / pairs(counted) : 0;
  const double most = (pairs_a + pairs_b) / 2;
  Agreement agreed;
  agreed.rand_index = most > expected ? (together - expected) / (most - expected) : 1;
  agreed.share = a.empty() ? 0 : counted / static_cast<double>(a.size());
  return agreed;
}

}  // namespace model
