#include "hdbscan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "row_distances.hpp"

namespace model {
namespace {

constexpr float kFar = std::numeric_limits<float>::infinity();
constexpr float kInTree = -1;

/// The rows that are not in the tree yet. Those that came into it are dropped now and then, so that
/// half of all pairs are never looked at.
class OpenSet {
 public:
  OpenSet(const Vectors& rows, const std::vector<float>& cores)
      : rows_(rows), row_(cores.size()), blocks_(rows) {
    std::iota(row_.begin(), row_.end(), 0);
    core_ = cores;
    least_.assign(cores.size(), kFar);
    from_.assign(cores.size(), -1);
    fill_up();
  }

  /// Moves the row at `place` into the tree and returns the place of the next.
  std::size_t grow(std::size_t place) {
    const std::int32_t row = row_[place];
    const float core = core_[place];
    least_[place] = kInTree;
    if (++in_tree_ * 8 > row_.size()) drop();
    const OpenRows open{blocks_.data(), core_.data(), least_.data(), from_.data()};
    return row_distances().grow(row, rows_.row(row), core, rows_.dim, blocks_.count(), open).at;
  }
  [[nodiscard]] TreeEdge edge_to(std::size_t place) const {
    return {from_[place], row_[place], std::sqrt(static_cast<double>(least_[place]))};
  }

 private:
  void drop() {
    std::size_t kept = 0;
    for (std::size_t k = 0; k < row_.size(); ++k) {
      if (least_[k] == kInTree) continue;
      row_[kept] = row_[k];
      core_[kept] = core_[k];
      least_[kept] = least_[k];
      from_[kept++] = from_[k];
    }
    row_.resize(kept);
    core_.resize(kept);
    least_.resize(kept);
    from_.resize(kept);
    in_tree_ = 0;
    blocks_ = RowBlocks(rows_, row_);
    fill_up();
  }
  /// Behind the last row nothing is ever nearest.
  void fill_up() {
    const std::size_t whole = blocks_.count() * kRowsOfBlock;
    core_.resize(whole, kFar);
    least_.resize(whole, kFar);
    from_.resize(whole, -1);
  }

  const Vectors& rows_;
  std::vector<std::int32_t> row_;
  std::vector<float> core_, least_;
  std::vector<std::int32_t> from_;
  RowBlocks blocks_;
  std::size_t in_tree_ = 0;
};

/// The single linkage: node n < rows is row n, node rows + k is what edge k joins.
class Dendrogram {
 public:
  Dendrogram(const std::vector<TreeEdge>& tree, std::size_t rows)
      : rows_(rows), joined_(tree.size()), size_(rows + tree.size(), 1) {
    std::vector<std::size_t> above(rows + tree.size());  // towards the node that holds it by now
    std::iota(above.begin(), above.end(), 0);
    const auto top = [&](std::size_t node) {
      while (above[node] != node) node = above[node] = above[above[node]];
      return node;
    };
    for (std::size_t k = 0; k < tree.size(); ++k) {
      const std::size_t left = top(static_cast<std::size_t>(tree[k].a)),
                        right = top(static_cast<std::size_t>(tree[k].b)), node = rows + k;
      joined_[k] = {left, right};
      size_[node] = size_[left] + size_[right];
      above[left] = above[right] = node;
    }
  }

  [[nodiscard]] std::size_t root() const { return rows_ + joined_.size() - 1; }
  [[nodiscard]] bool is_row(std::size_t node) const { return node < rows_; }
  [[nodiscard]] std::int64_t size(std::size_t node) const { return size_[node]; }
  [[nodiscard]] std::pair<std::size_t, std::size_t> parts(std::size_t node) const {
    return joined_[node - rows_];
  }
  [[nodiscard]] std::size_t edge(std::size_t node) const { return node - rows_; }

 private:
  std::size_t rows_;
  std::vector<std::pair<std::size_t, std::size_t>> joined_;
  std::vector<std::int64_t> size_;
};

class Condensing {
 public:
  Condensing(const std::vector<TreeEdge>& tree, std::size_t rows, std::size_t min_cluster_size)
      : tree_(tree),
        dendrogram_(tree, rows),
        least_size_(static_cast<std::int64_t>(min_cluster_size)),
        least_distance_(tree.empty() ? 0 : tree.back().weight * 0x1p-20) {
    made_.cluster_of_row.assign(rows, 0);
    made_.left_at.assign(rows, 0);
  }

  CondensedTree run() {
    made_.clusters.push_back({.birth = std::numeric_limits<double>::infinity(),
                              .size = static_cast<std::int64_t>(made_.left_at.size())});
    if (tree_.empty()) return std::move(made_);
    std::vector<Open> open{{dendrogram_.root(), 0}};
    while (!open.empty()) {
      const Open next = open.back();
      open.pop_back();
      split(next, open);
    }
    return std::move(made_);
  }

 private:
  struct Open {
    std::size_t node;
    std::size_t cluster;  // that the node is what is left of
  };

  [[nodiscard]] double distance_of(std::size_t node) const {
    return std::max(tree_[dendrogram_.edge(node)].weight, least_distance_);
  }
  /// 1 / distance; 0 at the root's birth, and where all rows lie on one place.
  [[nodiscard]] static double density(double distance) { return distance > 0 ? 1 / distance : 0; }
  [[nodiscard]] bool is_cluster(std::size_t node) const {
    return !dendrogram_.is_row(node) && dendrogram_.size(node) >= least_size_;
  }

  void split(const Open& at, std::vector<Open>& open) {
    const auto [left, right] = dendrogram_.parts(at.node);
    const double distance = distance_of(at.node);
    made_.clusters[at.cluster].death = distance;
    const bool is_split = is_cluster(left) && is_cluster(right);
    for (const std::size_t part : {left, right}) {
      if (is_split) {
        leave(at.cluster, dendrogram_.size(part), distance);
        made_.clusters.push_back({.parent = static_cast<std::int32_t>(at.cluster),
                                  .birth = distance,
                                  .size = dendrogram_.size(part)});
        open.push_back({part, made_.clusters.size() - 1});
      } else if (is_cluster(part)) {
        open.push_back({part, at.cluster});
      } else {
        fall_out(part, at.cluster, distance);
      }
    }
  }

  void leave(std::size_t from, std::int64_t rows, double distance) {
    CondensedCluster& cluster = made_.clusters[from];
    const double birth = std::isinf(cluster.birth) ? 0 : density(cluster.birth);
    cluster.stability += static_cast<double>(rows) * (density(distance) - birth);
  }

  void fall_out(std::size_t node, std::size_t cluster, double distance) {
    leave(cluster, dendrogram_.size(node), distance);
    std::vector<std::size_t> nodes{node};
    while (!nodes.empty()) {
      const std::size_t next = nodes.back();
      nodes.pop_back();
      if (dendrogram_.is_row(next)) {
        made_.cluster_of_row[next] = static_cast<std::int32_t>(cluster);
        made_.left_at[next] = distance;
        continue;
      }
      const auto [left, right] = dendrogram_.parts(next);
      nodes.push_back(left);
      nodes.push_back(right);
    }
  }

  const std::vector<TreeEdge>& tree_;
  Dendrogram dendrogram_;
  std::int64_t least_size_;
  double least_distance_;
  CondensedTree made_;
};

/// Of each cluster of the tree the selected one that it is part of; -1: none.
std::vector<std::int32_t> selected_above(const CondensedTree& tree) {
  std::vector<std::int32_t> above(tree.clusters.size(), -1);
  for (std::size_t c = 1; c < tree.clusters.size(); ++c) {
    above[c] = tree.clusters[c].is_selected
                   ? static_cast<std::int32_t>(c)
                   : above[static_cast<std::size_t>(tree.clusters[c].parent)];
  }
  return above;
}

}  // namespace

std::vector<TreeEdge> reachability_tree(const Vectors& rows, std::size_t min_samples, int threads,
                                        const std::function<bool(double)>& proceed) {
  std::vector<TreeEdge> tree;
  const auto count = static_cast<std::size_t>(rows.rows);
  if (count < 2) return tree;
  const std::vector<float> cores = squared_distances_to_nearest(
      rows, std::clamp<std::size_t>(min_samples, 1, count - 1), threads);
  OpenSet open(rows, cores);
  tree.reserve(count - 1);
  for (std::size_t place = 0; tree.size() + 1 < count;) {
    if (proceed && tree.size() % 512 == 0) {
      const double left = 1 - static_cast<double>(tree.size()) / static_cast<double>(count);
      if (!proceed(1 - left * left)) return {};
    }
    place = open.grow(place);
    tree.push_back(open.edge_to(place));
  }
  std::stable_sort(tree.begin(), tree.end(),
                   [](const TreeEdge& x, const TreeEdge& y) { return x.weight < y.weight; });
  return tree;
}

CondensedTree condensed_tree(const std::vector<TreeEdge>& tree, std::size_t rows,
                             std::size_t min_cluster_size) {
  return Condensing(tree, rows, std::max<std::size_t>(2, min_cluster_size)).run();
}

void select_by_excess_of_mass(CondensedTree& tree) {
  std::vector<double> of_children(tree.clusters.size());
  std::vector<bool> is_better(tree.clusters.size());  // than its children together
  for (std::size_t c = tree.clusters.size(); c-- > 1;) {
    const double own = tree.clusters[c].stability;
    is_better[c] = own >= of_children[c];
    of_children[static_cast<std::size_t>(tree.clusters[c].parent)] += std::max(own, of_children[c]);
  }
  std::vector<bool> is_within(tree.clusters.size());
  for (std::size_t c = 1; c < tree.clusters.size(); ++c) {
    const auto parent = static_cast<std::size_t>(tree.clusters[c].parent);
    is_within[c] = is_within[parent] || tree.clusters[parent].is_selected;
    tree.clusters[c].is_selected = !is_within[c] && is_better[c];
  }
}

DensityClusters density_clusters(const CondensedTree& tree) {
  const std::vector<std::int32_t> above = selected_above(tree);
  std::vector<std::int64_t> sizes(tree.clusters.size());
  for (const std::int32_t cluster : tree.cluster_of_row) {
    const std::int32_t selected = above[static_cast<std::size_t>(cluster)];
    if (selected >= 0) ++sizes[static_cast<std::size_t>(selected)];
  }
  std::vector<std::size_t> order;
  for (std::size_t c = 1; c < tree.clusters.size(); ++c)
    if (tree.clusters[c].is_selected) order.push_back(c);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t x, std::size_t y) { return sizes[x] > sizes[y]; });
  std::vector<std::int32_t> number(tree.clusters.size(), -1);
  for (std::size_t k = 0; k < order.size(); ++k) number[order[k]] = static_cast<std::int32_t>(k);
  DensityClusters clusters;
  clusters.count = static_cast<std::int32_t>(order.size());
  for (const std::int32_t cluster : tree.cluster_of_row) {
    const std::int32_t selected = above[static_cast<std::size_t>(cluster)];
    clusters.of_row.push_back(selected < 0 ? -1 : number[static_cast<std::size_t>(selected)]);
  }
  return clusters;
}

DensityClusters hdbscan(const Vectors& rows, const HdbscanOptions& options) {
  const std::vector<TreeEdge> tree =
      reachability_tree(rows, options.min_samples, options.threads, options.proceed);
  if (tree.empty() && rows.rows > 1) return {};
  CondensedTree condensed =
      condensed_tree(tree, static_cast<std::size_t>(rows.rows), options.min_cluster_size);
  select_by_excess_of_mass(condensed);
  return density_clusters(condensed);
}

}  // namespace model
