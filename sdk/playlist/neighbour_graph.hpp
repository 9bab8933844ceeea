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

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace playlist {

/// scores[k] = <query, row ids[k]> for `count` rows of a row-major matrix with `dim` columns.
using GatheredProducts = void (*)(const float* query, const float* rows, std::size_t dim,
                                  const std::int32_t* ids, std::size_t count, float* scores);

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
  const char* open(std::string_view bytes, std::size_t rows) {
    std::uint32_t header[kHeader];
    if (bytes.size() < sizeof header) return "it is shorter than its header";
    std::memcpy(header, bytes.data(), sizeof header);
    if (header[0] != kMagic || header[1] != kVersion) return "it is of another version";
    nodes_ = header[2], degree_ = header[3], upper_degree_ = header[4], entry_ = header[5],
    levels_ = header[6], block_count_ = header[7], breadth_ = header[8];
    if (nodes_ != rows) return "it is of another matrix";
    if (degree_ == 0 || degree_ > kMostNeighbours || upper_degree_ > kMostNeighbours ||
        (nodes_ > 0 && entry_ >= nodes_))
      return "its header is damaged";
    const std::uint64_t numbers = std::uint64_t{nodes_} * degree_ + nodes_ +
                                  static_cast<std::uint64_t>(block_count_) * upper_degree_;
    if (bytes.size() != sizeof header + numbers * sizeof(std::int32_t))
      return "its length is not what its header says";
    neighbours_ = reinterpret_cast<const std::int32_t*>(bytes.data() + sizeof header);
    first_block_ = neighbours_ + std::size_t{nodes_} * degree_;
    blocks_ = first_block_ + nodes_;
    return nullptr;
  }

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
                        GatheredProducts products) {
    if (graph.nodes() == 0 || count == 0) return {};
    breadth = std::max(breadth, count);
    const auto score_of = [&](const std::int32_t* rows, std::size_t rows_count) {
      products(query, vectors, dim, rows, rows_count, scores_);
    };
    Row nearest{0, graph.entry()};
    score_of(&nearest.row, 1);
    nearest.score = scores_[0];
    for (std::uint32_t level = graph.levels(); level > 0; --level)
      nearest = descend(graph, level, nearest, score_of);
    sweep(graph, nearest, breadth, score_of);
    std::vector<Row> rows;
    for (std::size_t k = 0; k < std::min(count, pool_.size()); ++k)
      rows.push_back({pool_[k].score, pool_[k].row});
    return rows;
  }

 private:
  struct Seen {
    float score;
    std::int32_t row;
    bool is_open;  // its neighbours were not looked at
  };
  static bool is_better(float score, std::int32_t row, const Seen& than) {
    return score != than.score ? score > than.score : row < than.row;
  }

  /// From neighbour to better neighbour, until none is better.
  template <class ScoreOf>
  Row descend(const NeighbourGraph& graph, std::uint32_t level, Row from, const ScoreOf& score_of) {
    for (;;) {
      const std::size_t count = graph.neighbours(from.row, level, found_);
      score_of(found_, count);
      Row best = from;
      for (std::size_t k = 0; k < count; ++k) {
        if (scores_[k] > best.score) best = {scores_[k], found_[k]};
      }
      if (best.row == from.row) return from;
      from = best;
    }
  }

  /// Fills pool_ with the best rows, sorted.
  template <class ScoreOf>
  void sweep(const NeighbourGraph& graph, Row entry, std::size_t breadth, const ScoreOf& score_of) {
    is_seen_.assign((graph.nodes() + 63) / 64, 0);
    pool_.clear();
    pool_.reserve(breadth + 1);
    pool_.push_back({entry.score, entry.row, true});
    is_new(entry.row);
    std::size_t next = 0;  // no open one before it
    while (next < pool_.size()) {
      if (!pool_[next].is_open) {
        ++next;
        continue;
      }
      pool_[next].is_open = false;
      const std::size_t neighbours = graph.neighbours(pool_[next].row, 0, found_);
      std::size_t count = 0;
      for (std::size_t k = 0; k < neighbours; ++k) {
        if (is_new(found_[k])) found_[count++] = found_[k];
      }
      score_of(found_, count);
      for (std::size_t k = 0; k < count; ++k)
        next = std::min(next, put(scores_[k], found_[k], breadth));
      // While these are sorted in, the lists that are wanted next come nearer.
      for (std::size_t k = next; k < std::min(next + 4, pool_.size()); ++k) {
        if (pool_[k].is_open) graph.prefetch(pool_[k].row);
      }
    }
  }

  bool is_new(std::int32_t row) {
    std::uint64_t& word = is_seen_[static_cast<std::size_t>(row) / 64];
    const std::uint64_t bit = std::uint64_t{1} << (row % 64);
    const bool is_new = (word & bit) == 0;
    word |= bit;
    return is_new;
  }

  /// Returns its place, or the pool's length when it is not among the best.
  std::size_t put(float score, std::int32_t row, std::size_t breadth) {
    if (pool_.size() == breadth && !is_better(score, row, pool_.back())) return breadth;
    if (pool_.size() == breadth) pool_.pop_back();
    const auto place = std::partition_point(
        pool_.begin(), pool_.end(), [&](const Seen& seen) { return !is_better(score, row, seen); });
    const auto at = static_cast<std::size_t>(place - pool_.begin());
    pool_.insert(place, {score, row, true});
    return at;
  }

  std::vector<Seen> pool_;
  std::vector<std::uint64_t> is_seen_;
  std::int32_t found_[NeighbourGraph::kMostNeighbours] = {};
  float scores_[NeighbourGraph::kMostNeighbours] = {};
};

}  // namespace playlist
