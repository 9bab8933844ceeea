#include "neighbour_graph.hpp"

#include <algorithm>
#include <cstring>

namespace shared {

const char* NeighbourGraph::open(std::string_view bytes, std::size_t rows) {
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

std::vector<GraphSearch::Row> GraphSearch::best(const NeighbourGraph& graph, const float* vectors,
                                                std::size_t dim, const float* query,
                                                std::size_t count, std::size_t breadth,
                                                GatheredProducts products) {
  if (graph.nodes() == 0 || count == 0) return {};
  breadth = std::max(breadth, count);
  const Query asked{query, vectors, dim, products};
  Row nearest{0, graph.entry()};
  score(asked, &nearest.row, 1);
  nearest.score = scores_[0];
  for (std::uint32_t level = graph.levels(); level > 0; --level)
    nearest = descend(graph, level, nearest, asked);
  sweep(graph, nearest, breadth, asked);
  std::vector<Row> rows;
  for (std::size_t k = 0; k < std::min(count, pool_.size()); ++k)
    rows.push_back({pool_[k].score, pool_[k].row});
  return rows;
}

GraphSearch::Row GraphSearch::descend(const NeighbourGraph& graph, std::uint32_t level, Row from,
                                      const Query& query) {
  for (;;) {
    const std::size_t count = graph.neighbours(from.row, level, found_);
    score(query, found_, count);
    Row best = from;
    for (std::size_t k = 0; k < count; ++k) {
      if (scores_[k] > best.score) best = {scores_[k], found_[k]};
    }
    if (best.row == from.row) return from;
    from = best;
  }
}

void GraphSearch::sweep(const NeighbourGraph& graph, Row entry, std::size_t breadth,
                        const Query& query) {
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
    score(query, found_, count);
    for (std::size_t k = 0; k < count; ++k)
      next = std::min(next, put(scores_[k], found_[k], breadth));
    // While these are sorted in, the lists that are wanted next come nearer.
    for (std::size_t k = next; k < std::min(next + 4, pool_.size()); ++k) {
      if (pool_[k].is_open) graph.prefetch(pool_[k].row);
    }
  }
}

bool GraphSearch::is_new(std::int32_t row) {
  std::uint64_t& word = is_seen_[static_cast<std::size_t>(row) / 64];
  const std::uint64_t bit = std::uint64_t{1} << (row % 64);
  const bool is_new = (word & bit) == 0;
  word |= bit;
  return is_new;
}

std::size_t GraphSearch::put(float score, std::int32_t row, std::size_t breadth) {
  if (pool_.size() == breadth && !is_better(score, row, pool_.back())) return breadth;
  if (pool_.size() == breadth) pool_.pop_back();
  const auto place = std::partition_point(
      pool_.begin(), pool_.end(), [&](const Seen& seen) { return !is_better(score, row, seen); });
  const auto at = static_cast<std::size_t>(place - pool_.begin());
  pool_.insert(place, {score, row, true});
  return at;
}

}  // namespace shared
