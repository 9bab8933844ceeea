#include "cluster_identity.hpp"

#include <algorithm>

#include "shared/assignment.hpp"

namespace model {
namespace {

/// The tracks in common of all that either has (Jaccard), of every pair.
class Overlaps {
 public:
  Overlaps(std::span<const std::int32_t> before, std::size_t before_count,
           std::span<const std::int32_t> now, std::size_t now_count)
      : width_(now_count), both_(before_count * now_count), before_(before_count), now_(now_count) {
    for (std::size_t track = 0; track < before.size(); ++track) {
      const std::int32_t a = before[track], b = now[track];
      if (a >= 0) ++before_[static_cast<std::size_t>(a)];
      if (b >= 0) ++now_[static_cast<std::size_t>(b)];
      if (a >= 0 && b >= 0)
        ++both_[static_cast<std::size_t>(a) * width_ + static_cast<std::size_t>(b)];
    }
  }
  [[nodiscard]] double share(std::size_t before, std::size_t now) const {
    const double common = both_[before * width_ + now];
    const double all = before_[before] + now_[now] - common;
    return all > 0 ? common / all : 0;
  }

 private:
  std::size_t width_;
  std::vector<double> both_, before_, now_;
};

}  // namespace

std::vector<std::int32_t> same_clusters(std::span<const std::int32_t> before,
                                        std::size_t before_count, std::span<const std::int32_t> now,
                                        std::size_t now_count) {
  std::vector<std::int32_t> same(now_count, -1);
  if (before_count == 0 || now_count == 0) return same;
  const Overlaps overlaps(before, before_count, now, now_count);
  // Beyond the last clusters there is one "none" for each present one, which costs nothing.
  const auto cost = [&](std::size_t cluster, std::size_t last) {
    const double share = last < before_count ? overlaps.share(last, cluster) : 0;
    return share >= kSameCluster ? -share : last < before_count ? 1.0 : 0.0;
  };
  const std::vector<std::size_t> chosen =
      shared::least_cost_assignment(now_count, before_count + now_count, cost, [] {});
  for (std::size_t cluster = 0; cluster < now_count; ++cluster)
    if (chosen[cluster] < before_count) same[cluster] = static_cast<std::int32_t>(chosen[cluster]);
  return same;
}

}  // namespace model
