#include "graph_index.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "shared/neighbour_graph.hpp"
// hnswlib's prefetching reads a neighbour past the end of its lists; its products are not used
// here.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>
#include <limits>
#include <numeric>
#include <vector>

#include "shared/gathered_products.hpp"

namespace model {
namespace {

/// The space of hnswlib, with the product of this processor: its own are chosen when it is
/// compiled.
class ProductSpace final : public hnswlib::SpaceInterface<float> {
 public:
  explicit ProductSpace(std::size_t dim) : data_{dim, shared::inner_product_distance()} {}
  std::size_t get_data_size() override { return data_.dim * sizeof(float); }
  hnswlib::DISTFUNC<float> get_dist_func() override {
    return [](const void* a, const void* b, const void* data) {
      const auto& self = *static_cast<const Data*>(data);
      return self.distance(static_cast<const float*>(a), static_cast<const float*>(b), self.dim);
    };
  }
  void* get_dist_func_param() override { return &data_; }

 private:
  struct Data {
    std::size_t dim;
    shared::Distance distance;
  } data_;
};

using Index = hnswlib::HierarchicalNSW<float>;

/// Its lists as the bytes of neighbour_graph.hpp. Rows were added in order by one thread, so that
/// its numbers of nodes are ours.
class GraphWriter {
 public:
  GraphWriter(const Index& index, std::size_t rows) : index_(index), rows_(rows) {}

  std::string bytes() {
    std::vector<std::int32_t> first_block(rows_, -1), upper;
    for (std::size_t row = 0; row < rows_; ++row) append(row, 0, index_.maxM0_, numbers_);
    std::uint32_t blocks = 0;
    for (std::size_t row = 0; row < rows_; ++row) {
      const int levels = index_.element_levels_[row];
      if (levels > 0) first_block[row] = static_cast<std::int32_t>(blocks);
      for (int level = 1; level <= levels; ++level, ++blocks)
        append(row, level, index_.maxM_, upper);
    }
    const std::uint32_t header[shared::NeighbourGraph::kHeader] = {
        shared::NeighbourGraph::kMagic,
        shared::NeighbourGraph::kVersion,
        static_cast<std::uint32_t>(rows_),
        static_cast<std::uint32_t>(index_.maxM0_),
        static_cast<std::uint32_t>(index_.maxM_),
        rows_ == 0 ? 0 : index_.enterpoint_node_,
        rows_ == 0 ? 0 : static_cast<std::uint32_t>(index_.maxlevel_),
        blocks,
        0};
    numbers_.insert(numbers_.end(), first_block.begin(), first_block.end());
    numbers_.insert(numbers_.end(), upper.begin(), upper.end());
    std::string bytes(reinterpret_cast<const char*>(header), sizeof header);
    bytes.append(reinterpret_cast<const char*>(numbers_.data()),
                 numbers_.size() * sizeof numbers_[0]);
    return bytes;
  }

 private:
  void append(std::size_t row, int level, std::size_t degree, std::vector<std::int32_t>& to) {
    auto* list = index_.get_linklist_at_level(static_cast<hnswlib::tableint>(row), level);
    const std::size_t count = std::min<std::size_t>(index_.getListCount(list), degree);
    const auto* neighbours = reinterpret_cast<const hnswlib::tableint*>(list + 1);
    for (std::size_t k = 0; k < degree; ++k)
      to.push_back(k < count ? static_cast<std::int32_t>(neighbours[k]) : -1);
  }

  const Index& index_;
  std::size_t rows_;
  std::vector<std::int32_t> numbers_;
};

constexpr std::size_t kProbes = 200, kBest = 50, kLeastBreadth = 100;
constexpr std::uint64_t kLevelSeed = 1;  // which rows are on which level; the run's seed is not
                                         // asked, so that training again gives the same bytes

/// The rows whose neighbours are looked for, and the least score of their truly best.
class Probes {
 public:
  explicit Probes(const Vectors& vectors)
      : vectors_(vectors), best_(std::min<std::size_t>(kBest, rows() - 1)) {
    std::vector<std::int32_t> all(rows());
    std::iota(all.begin(), all.end(), 0);
    std::vector<float> scores(rows());
    const std::size_t count = std::min(kProbes, rows());
    for (std::size_t k = 0; k < count; ++k) {
      const auto row = static_cast<std::int32_t>(k * rows() / count);
      shared::gathered_products()(vectors.row(row), vectors.values.data(), vectors.dim, all.data(),
                                  rows(), scores.data());
      scores[static_cast<std::size_t>(row)] = -std::numeric_limits<float>::infinity();
      const auto last = scores.begin() + static_cast<std::ptrdiff_t>(best_) - 1;
      std::nth_element(scores.begin(), last, scores.end(), std::greater<>());
      probes_.push_back({row, *last});
    }
  }

  /// The share of their best rows that a search of this breadth finds.
  [[nodiscard]] double recall(const std::string& graph, std::size_t breadth) const {
    const shared::NeighbourGraph view(graph, rows());
    shared::GraphSearch search;
    std::size_t found = 0;
    for (const auto& [row, least] : probes_) {
      std::size_t hits = 0;
      for (const auto& one :
           search.best(view, vectors_.values.data(), vectors_.dim, vectors_.row(row), best_ + 1,
                       breadth, shared::gathered_products()))
        hits += one.row != row && one.score >= least;
      found += std::min(hits, best_);  // of equal ones any will do
    }
    return static_cast<double>(found) / static_cast<double>(best_ * probes_.size());
  }

 private:
  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(vectors_.rows); }
  struct Probe {
    std::int32_t row;
    float least;
  };
  const Vectors& vectors_;
  std::size_t best_;
  std::vector<Probe> probes_;
};

}  // namespace

BuiltGraph build_graph(const Vectors& vectors, const GraphOptions& options) {
  const auto rows = static_cast<std::size_t>(vectors.rows);
  ProductSpace space(vectors.dim);
  Index index(&space, std::max<std::size_t>(rows, 1), options.neighbours, options.breadth,
              kLevelSeed);
  for (std::size_t row = 0; row < rows; ++row) {
    if (row % 256 == 0 && options.proceed &&
        !options.proceed(static_cast<double>(row) / static_cast<double>(rows)))
      return {};
    index.addPoint(vectors.row(static_cast<std::int64_t>(row)), row);
  }
  BuiltGraph built{GraphWriter(index, rows).bytes(), kLeastBreadth, 1};
  if (rows > 1) {
    const Probes probes(vectors);
    built.recall = probes.recall(built.bytes, built.breadth);
    while (built.recall < options.recall && 2 * built.breadth <= options.most_breadth)
      built.recall = probes.recall(built.bytes, built.breadth *= 2);
  }
  const auto breadth = static_cast<std::uint32_t>(built.breadth);
  constexpr std::size_t kPlace = (shared::NeighbourGraph::kHeader - 1) * sizeof breadth;
  std::memcpy(built.bytes.data() + kPlace, &breadth, sizeof breadth);
  return built;
}

}  // namespace model
