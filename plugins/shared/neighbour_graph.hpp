// A graph of near neighbours over the rows of a matrix, as bytes of an artifact, and the search in
// it: approximate nearest rows by inner product, for matrices too large to read for each query.
//
// The graph is a hierarchical navigable small world (Malkov, Yashunin: Efficient and Robust
// Approximate Nearest Neighbor Search Using Hierarchical Navigable Small World Graphs, TPAMI 2020):
// every row is a node of level 0, fewer and fewer are of the levels above. A search goes down from
// the entry by the best neighbour of each level, and on level 0 keeps the `breadth` best rows seen
// so far until all their neighbours are seen. It reads the bytes where they lie and copies nothing.
//
// Bytes    9 numbers u32: magic, version, nodes, degree of level 0, degree above, entry, levels
//          above 0, blocks above 0, breadth that its maker found to be enough; then i32
//            nodes * degree of level 0   neighbours of each node, padded by -1
//            nodes                       first block of the node above level 0, or -1
//            blocks * degree above       neighbours on levels 1, 2 ... of each such node
// Order    best score first, equal scores by row; the same graph and query give the same rows
// Threads  views may be searched at once; a GraphSearch belongs to one thread at a time
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gathered_products.hpp"

namespace shared {

class NeighbourGraph {
 public:
  static constexpr std::uint32_t kMagic = 0x48505247;  // "GRPH"
  static constexpr std::uint32_t kVersion = 1;
  static constexpr std::size_t kHeader = 9;

  /// A view of bytes that start at a multiple of 4. When they are no graph of `rows` nodes,
  /// is_sound() is false and problem() says why. Numbers of nodes are checked as they are met.
  NeighbourGraph(std::string_view bytes, std::size_t rows) : problem_(open(bytes, rows)) {
    if (problem_ != nullptr) nodes_ = 0;
  }

  static constexpr std::uint32_t kMostNeighbours = 256;

  [[nodiscard]] bool is_sound() const { return problem_ == nullptr; }
  [[nodiscard]] std::string problem() const { return problem_ != nullptr ? problem_ : ""; }
  [[nodiscard]] std::size_t nodes() const { return nodes_; }
  [[nodiscard]] std::int32_t entry() const { return static_cast<std::int32_t>(entry_); }
  [[nodiscard]] std::uint32_t levels() const { return levels_; }
  [[nodiscard]] std::size_t breadth() const { return breadth_; }

  /// Fills `found` (kMostNeighbours) with the neighbours of a node on a level; returns how many.
  std::size_t neighbours(std::int32_t node, std::uint32_t level, std::int32_t* found) const {
    const auto at = static_cast<std::size_t>(node);
    const std::int32_t* from = neighbours_ + at * degree_;
    std::size_t degree = degree_;
    if (level > 0) {
      const std::int64_t block = std::int64_t{first_block_[at]} + level - 1;
      if (first_block_[at] < 0 || block >= block_count_) return 0;
      from = blocks_ + static_cast<std::size_t>(block) * upper_degree_;
      degree = upper_degree_;
    }
    std::size_t count = 0;
    for (; count < degree && static_cast<std::uint32_t>(from[count]) < nodes_; ++count)
      found[count] = from[count];
    return count;
  }
  void prefetch(std::int32_t node) const {
    __builtin_prefetch(neighbours_ + static_cast<std::size_t>(node) * degree_);
  }

 private:
  /// nullptr, or what is wrong.
  const char* open(std::string_view bytes, std::size_t rows);

  const std::int32_t *neighbours_ = nullptr, *first_block_ = nullptr, *blocks_ = nullptr;
  std::uint32_t nodes_ = 0, degree_ = 0, upper_degree_ = 0, entry_ = 0, levels_ = 0, breadth_ = 0;
  std::int64_t block_count_ = 0;
  const char* problem_;  // last: made by reading the rest
};

/// The memory of one search after another.
class GraphSearch {
 public:
  struct Row {
    float score;
    std::int32_t row;
  };

  /// The best `count` rows found with this breadth (at least `count`), best first. `vectors` has
  /// graph.nodes() rows of `dim` finite values.
  std::vector<Row> best(const NeighbourGraph& graph, const float* vectors, std::size_t dim,
                        const float* query, std::size_t count, std::size_t breadth,
                        GatheredProducts products);

 private:
  struct Seen {
    float score;
    std::int32_t row;
    bool is_open;  // its neighbours were not looked at
  };
  /// What nodes are compared with.
  struct Query {
    const float *values, *vectors;
    std::size_t dim;
    GatheredProducts products;
  };

  static bool is_better(float score, std::int32_t row, const Seen& than) {
    return score != than.score ? score > than.score : row < than.row;
  }
  /// Fills scores_ with those of `count` rows.
  void score(const Query& query, const std::int32_t* rows, std::size_t count) {
    query.products(query.values, query.vectors, query.dim, rows, count, scores_);
  }
  /// From neighbour to better neighbour, until none is better.
  Row descend(const NeighbourGraph& graph, std::uint32_t level, Row from, const Query& query);
  /// Fills pool_ with the best rows, sorted.
  void sweep(const NeighbourGraph& graph, Row entry, std::size_t breadth, const Query& query);
  /// That a row was not met before; it now was.
  bool is_new(std::int32_t row);
  /// Returns its place, or the pool's length when it is not among the best.
  std::size_t put(float score, std::int32_t row, std::size_t breadth);

  std::vector<Seen> pool_;
  std::vector<std::uint64_t> is_seen_;
  std::int32_t found_[NeighbourGraph::kMostNeighbours] = {};
  float scores_[NeighbourGraph::kMostNeighbours] = {};
};

}  // namespace shared
