#include "row_distances.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "parallel.hpp"
#include "shared/cpu.hpp"

namespace model {

namespace baseline {
extern const RowDistances kRowDistances;
}
namespace v3 {
extern const RowDistances kRowDistances;
}
namespace v4 {
extern const RowDistances kRowDistances;
}

const RowDistances& row_distances() {
  return shared::of_this_processor(baseline::kRowDistances, v3::kRowDistances, v4::kRowDistances);
}

RowBlocks::RowBlocks(const Vectors& rows)
    : rows_(static_cast<std::size_t>(rows.rows)),
      dim_(rows.dim),
      values_(count() * kRowsOfBlock * dim_, std::numeric_limits<float>::infinity()) {
  for (std::size_t row = 0; row < rows_; ++row) put(row, rows.row(static_cast<std::int64_t>(row)));
}

RowBlocks::RowBlocks(const Vectors& rows, std::span<const std::int32_t> order)
    : rows_(order.size()),
      dim_(rows.dim),
      values_(count() * kRowsOfBlock * dim_, std::numeric_limits<float>::infinity()) {
  for (std::size_t at = 0; at < rows_; ++at)
    if (order[at] >= 0) put(at, rows.row(order[at]));
}

void RowBlocks::put(std::size_t at, const float* row) {
  float* to = values_.data() + at / kRowsOfBlock * dim_ * kRowsOfBlock + at % kRowsOfBlock;
  for (std::size_t d = 0; d < dim_; ++d) to[d * kRowsOfBlock] = row[d];
}

namespace {

/// The k least of what is offered to each of four queries.
class LeastOfFour {
 public:
  explicit LeastOfFour(std::size_t k) : k_(k) {}

  void begin(std::size_t first_query) {
    first_query_ = first_query;
    for (auto& heap : heaps_) heap.clear();
    std::fill(std::begin(bounds), std::end(bounds), std::numeric_limits<float>::infinity());
  }
  void offer(std::size_t query, std::size_t row, float squared) {
    if (row == first_query_ + query) return;
    std::vector<float>& heap = heaps_[query];
    heap.push_back(squared);
    std::push_heap(heap.begin(), heap.end());
    if (heap.size() > k_) {
      std::pop_heap(heap.begin(), heap.end());
      heap.pop_back();
    }
    if (heap.size() == k_) bounds[query] = heap.front();
  }
  [[nodiscard]] float kth(std::size_t query) const { return heaps_[query].front(); }

  float bounds[4];

 private:
  std::size_t k_, first_query_ = 0;
  std::vector<float> heaps_[4];
};

}  // namespace

std::vector<float> squared_distances_to_nearest(const Vectors& rows, std::size_t k, int threads) {
  const RowBlocks blocks(rows);
  std::vector<float> kth(blocks.rows());
  for_blocks(threads, rows.rows, 64, [&](int, std::int64_t begin, std::int64_t end) {
    LeastOfFour least(k);
    std::vector<float> queries(4 * rows.dim);
    for (std::int64_t first = begin; first < end; first += 4) {
      const std::int64_t count = std::min<std::int64_t>(4, end - first);
      // Fewer than four are filled up with the last of them.
      for (std::int64_t q = 0; q < 4; ++q)
        std::copy_n(rows.row(first + std::min(q, count - 1)), rows.dim,
                    queries.data() + static_cast<std::size_t>(q) * rows.dim);
      least.begin(static_cast<std::size_t>(first));
      row_distances().nearer(queries.data(), blocks.data(), rows.dim, blocks.count(), least.bounds,
                             &least,
                             [](void* context, std::size_t query, std::size_t row, float squared) {
                               static_cast<LeastOfFour*>(context)->offer(query, row, squared);
                             });
      for (std::int64_t q = 0; q < count; ++q)
        kth[static_cast<std::size_t>(first + q)] = least.kth(static_cast<std::size_t>(q));
    }
  });
  return kth;
}

}  // namespace model
