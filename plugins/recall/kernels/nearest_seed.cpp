#include "nearest_seed.hpp"

#include <algorithm>

#include "levels/fold_in_loops.hpp"

namespace recall {
namespace {

constexpr std::size_t kBlock = 96;  // what is computed together stays in the nearest cache

}  // namespace

std::vector<std::int32_t> nearest_seeds(const shared::RowMatrix& seeds,
                                        std::span<const float* const> rows) {
  const std::size_t width = (seeds.rows + kGiftLanes - 1) / kGiftLanes * kGiftLanes;
  // The seeds side by side, filled up with the first, which is never before itself.
  std::vector<float> columns(seeds.dim * width);
  for (std::size_t s = 0; s < width; ++s) {
    const float* seed = seeds.data + (s < seeds.rows ? s : 0) * seeds.dim;
    for (std::size_t d = 0; d < seeds.dim; ++d) columns[d * width + s] = seed[d];
  }
  std::vector<float> products(std::min(kBlock, rows.size()) * width);
  std::vector<std::int32_t> nearest;
  nearest.reserve(rows.size());
  for (std::size_t begin = 0; begin < rows.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, rows.size() - begin);
    fold_in_loops().products(rows.data() + begin, count, seeds.dim, columns.data(), width,
                             products.data());
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t place =
          fold_in_loops().largest(products.data() + k * width, nullptr, 0, width);
      nearest.push_back(static_cast<std::int32_t>(place));
    }
  }
  return nearest;
}

}  // namespace recall
