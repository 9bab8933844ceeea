// See ../row_distances.hpp.
#include "../row_distances.hpp"

#include "shared/levels/lanes.hpp"

namespace model::PLAYLIST_LEVEL {
namespace {

constexpr int kParts = static_cast<int>(kRowsOfBlock) / kLanes;  // vectors of a block
constexpr float kInfinite = __builtin_inff();

struct Block {
  Lanes part[kParts];
};

[[gnu::always_inline]] inline Block squared_of(const float* query, const float* block,
                                               std::size_t dim) {
  Block sums{};
  for (std::size_t d = 0; d < dim; ++d) {
    const Lanes value = spread(query[d]);
    for (int p = 0; p < kParts; ++p) {
      const Lanes apart = load(block + d * kRowsOfBlock + p * kLanes) - value;
      sums.part[p] += apart * apart;
    }
  }
  return sums;
}

void squared(const float* query, const float* blocks, std::size_t dim, std::size_t block_count,
             float* out) {
  for (std::size_t b = 0; b < block_count; ++b) {
    const Block sums = squared_of(query, blocks + b * dim * kRowsOfBlock, dim);
    for (int p = 0; p < kParts; ++p) store(out + b * kRowsOfBlock + p * kLanes, sums.part[p]);
  }
}

void nearer(const float* queries, const float* blocks, std::size_t dim, std::size_t block_count,
            float* bounds, void* context,
            void (*take)(void*, std::size_t query, std::size_t row, float squared)) {
  for (std::size_t b = 0; b < block_count; ++b) {
    const float* block = blocks + b * dim * kRowsOfBlock;
    Block sums[4] = {};
    for (std::size_t d = 0; d < dim; ++d) {
      Lanes values[kParts];
      for (int p = 0; p < kParts; ++p) values[p] = load(block + d * kRowsOfBlock + p * kLanes);
      for (std::size_t q = 0; q < 4; ++q) {
        const Lanes query = spread(queries[q * dim + d]);
        for (int p = 0; p < kParts; ++p) {
          const Lanes apart = values[p] - query;
          sums[q].part[p] += apart * apart;
        }
      }
    }
    for (std::size_t q = 0; q < 4; ++q) {
      for (int p = 0; p < kParts; ++p) {
        unsigned bits = lanes_above(spread(bounds[q]), sums[q].part[p]);
        for (; bits != 0; bits &= bits - 1) {
          const int lane = __builtin_ctz(bits);
          const float squared = sums[q].part[p][lane];
          if (squared < bounds[q])
            take(context, q, b * kRowsOfBlock + static_cast<std::size_t>(p * kLanes + lane),
                 squared);
        }
      }
    }
  }
}

LeastRow grow(std::int32_t row, const float* values, float core, std::size_t dim,
              std::size_t block_count, const OpenRows& open) {
  Lanes least[kParts];
  Integers at[kParts];
  for (int p = 0; p < kParts; ++p) {
    least[p] = spread(kInfinite);
    at[p] = Integers{};
  }
  for (std::size_t b = 0; b < block_count; ++b) {
    const Block sums = squared_of(values, open.blocks + b * dim * kRowsOfBlock, dim);
    for (int p = 0; p < kParts; ++p) {
      const std::size_t k = b * kRowsOfBlock + static_cast<std::size_t>(p * kLanes);
      Lanes reach = sums.part[p];
      const Lanes cores = load(open.core + k);
      reach = reach > cores ? reach : cores;
      reach = reach > core ? reach : spread(core);
      const Lanes before = load(open.least + k);
      const Lanes now = reach < before ? reach : before;
      if (lanes_above(before, reach) != 0) {
        store(open.least + k, now);
        for (int lane = 0; lane < kLanes; ++lane)
          if (reach[lane] < before[lane]) open.from[k + static_cast<std::size_t>(lane)] = row;
      }
      const Lanes distance = now < 0.0f ? spread(kInfinite) : now;
      at[p] = distance < least[p] ? Integers{} + static_cast<int>(b) : at[p];
      least[p] = distance < least[p] ? distance : least[p];
    }
  }
  LeastRow found{kInfinite, 0};
  for (int p = 0; p < kParts; ++p) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const std::size_t here = static_cast<std::size_t>(at[p][lane]) * kRowsOfBlock +
                               static_cast<std::size_t>(p * kLanes + lane);
      const float distance = least[p][lane];
      if (distance < found.least || (distance == found.least && here < found.at))
        found = {distance, here};
    }
  }
  return found;
}

}  // namespace

extern const RowDistances kRowDistances;
const RowDistances kRowDistances = {squared, nearer, grow};

}  // namespace model::PLAYLIST_LEVEL
