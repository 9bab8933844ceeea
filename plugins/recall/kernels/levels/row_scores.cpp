#include "row_scores.hpp"

#include <immintrin.h>

#define PLAYLIST_JOIN_(a, b) a##b
#define PLAYLIST_JOIN(a, b) PLAYLIST_JOIN_(a, b)

namespace recall {
namespace {

// Tiles are as large as the registers hold: kTileRows * kVectors sums, kVectors of the panel and
// one broadcast value.
#if defined(__AVX512F__)
constexpr std::int32_t kLanes = 16, kVectors = 4, kTileRows = 6;
#elif defined(__AVX2__)
constexpr std::int32_t kLanes = 8, kVectors = 2, kTileRows = 6;
#else
constexpr std::int32_t kLanes = 4, kVectors = 2, kTileRows = 5;
#endif
constexpr std::int32_t kPanel = kLanes * kVectors;

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));
typedef float LooseLanes
    __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

Lanes load(const float* from) {
  return *reinterpret_cast<const LooseLanes*>(from);
}

/// Bit k: a[k] > b[k].
unsigned above(Lanes a, Lanes b) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
#elif defined(__AVX2__)
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ)));
#else
  return static_cast<unsigned>(_mm_movemask_ps(_mm_cmpgt_ps(a, b)));
#endif
}

// ---- one query ----

/// Halves groups of `Group` lanes: x's group j summed into the first half of group j, y's into the
/// second.
template <int Group>
Lanes fold(Lanes x, Lanes y) {
#if defined(__AVX512F__)
  static_assert(kLanes == 16);
  if constexpr (Group == 16) {
    return __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
           __builtin_shufflevector(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30,
                                   31);
  } else if constexpr (Group == 8) {
    return __builtin_shufflevector(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27) +
           __builtin_shufflevector(x, y, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30,
                                   31);
  } else if constexpr (Group == 4) {
    return __builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
           __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30,
                                   31);
  } else {
    return __builtin_shufflevector(x, y, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14,
                                   30) +
           __builtin_shufflevector(x, y, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
  }
#elif defined(__AVX2__)
  if constexpr (Group == 8) {
    return __builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15);
  } else if constexpr (Group == 4) {
    return __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13) +
           __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15);
  } else {
    return __builtin_shufflevector(x, y, 0, 8, 2, 10, 4, 12, 6, 14) +
           __builtin_shufflevector(x, y, 1, 9, 3, 11, 5, 13, 7, 15);
  }
#else
  if constexpr (Group == 4) {
    return __builtin_shufflevector(x, y, 0, 1, 4, 5) + __builtin_shufflevector(x, y, 2, 3, 6, 7);
  } else {
    return __builtin_shufflevector(x, y, 0, 4, 2, 6) + __builtin_shufflevector(x, y, 1, 5, 3, 7);
  }
#endif
}

/// Lane r: the sum of the lanes of sums[r].
template <int Group>
Lanes sums_of(Lanes* sums) {
#pragma GCC unroll 8
  for (int k = 0; k < Group / 2; ++k) sums[k] = fold<Group>(sums[k], sums[k + Group / 2]);
  if constexpr (Group > 2) return sums_of<Group / 2>(sums);
  return sums[0];
}

/// The query in whole vectors. The last of them overlaps the one before where dim is no multiple
/// of kLanes, with 0 for what that one counts already.
struct QueryTail {
  std::size_t whole;  // values in whole vectors
  Lanes last;
  bool is_ragged;
};

QueryTail tail_of(const float* query, std::size_t dim) {
  const std::size_t whole = dim / kLanes * kLanes;
  QueryTail tail{whole, {}, whole != dim};
  for (std::size_t k = 0; k < dim - whole; ++k)
    tail.last[kLanes - (dim - whole) + k] = query[whole + k];
  return tail;
}

Lanes products(const float* row, const float* query, std::size_t dim, const QueryTail& tail) {
  Lanes sum{};
  for (std::size_t d = 0; d < tail.whole; d += kLanes) sum += load(row + d) * load(query + d);
  if (tail.is_ragged) sum += load(row + dim - kLanes) * tail.last;
  return sum;
}

/// Rows shorter than a vector.
void score_each(const RowBlock& block, const float* query, const ScoreSink& sink) {
  for (std::int32_t row = 0; row < block.rows; ++row) {
    const float* values = block.data + static_cast<std::size_t>(row) * block.dim;
    float sum = 0;
    for (std::size_t d = 0; d < block.dim; ++d) sum += values[d] * query[d];
    if (sink.scores != nullptr) sink.scores[block.first_row + row] = sum;
    if (sum > sink.bounds[0]) sink.take(sink.context, 0, block.first_row + row, sum);
  }
}

void score_one(const RowBlock& block, const float* query, const ScoreSink& sink) {
  if (block.dim < static_cast<std::size_t>(kLanes)) return score_each(block, query, sink);
  const QueryTail tail = tail_of(query, block.dim);
  for (std::int32_t row = 0; row < block.rows; row += kLanes) {
    // The last vector of rows is filled up with copies of the last row.
    const std::int32_t count = block.rows - row < kLanes ? block.rows - row : kLanes;
    const float* values = block.data + static_cast<std::size_t>(row) * block.dim;
    Lanes sums[kLanes];
#pragma GCC unroll 16
    for (int r = 0; r < kLanes; ++r) {
      const std::size_t at = static_cast<std::size_t>(r < count ? r : count - 1);
      sums[r] = products(values + at * block.dim, query, block.dim, tail);
    }
    const Lanes scores = sums_of<kLanes>(sums);
    if (sink.scores != nullptr) {
      float* to = sink.scores + block.first_row + row;
      if (count == kLanes) {
        *reinterpret_cast<LooseLanes*>(to) = scores;
      } else {
        for (std::int32_t r = 0; r < count; ++r) to[r] = scores[r];
      }
    }
    if (above(scores, Lanes{} + sink.bounds[0]) == 0) continue;
    for (std::int32_t r = 0; r < count; ++r) {
      if (scores[r] > sink.bounds[0])
        sink.take(sink.context, 0, block.first_row + row + r, scores[r]);
    }
  }
}

// ---- a panel of queries ----

[[gnu::noinline]] void tell(const Lanes* scores, std::int32_t rows, std::int32_t first_row,
                            const ScoreSink& sink) {
  for (std::int32_t r = 0; r < rows; ++r) {
    for (std::int32_t v = 0; v < kVectors; ++v) {
      const Lanes lanes = scores[r * kVectors + v];
      unsigned found = above(lanes, load(sink.bounds + v * kLanes));
      for (; found != 0; found &= found - 1) {
        const int lane = __builtin_ctz(found);
        sink.take(sink.context, v * kLanes + lane, first_row + r, lanes[lane]);
      }
    }
  }
}

template <int Rows>
void score_tile(const float* data, std::size_t dim, std::int32_t first_row, const float* panel,
                const ScoreSink& sink) {
  Lanes sums[Rows][kVectors] = {};
  for (std::size_t d = 0; d < dim; ++d) {
    Lanes queries[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      queries[v] = load(panel + d * kPanel + static_cast<std::size_t>(v * kLanes));
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const float value = data[static_cast<std::size_t>(r) * dim + d];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] += queries[v] * value;
    }
  }
  unsigned found = 0;
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const Lanes bound = load(sink.bounds + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) found |= above(sums[r][v], bound);
  }
  if (found == 0) return;
  Lanes scores[Rows * kVectors];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < kVectors; ++v) scores[r * kVectors + v] = sums[r][v];
  tell(scores, Rows, first_row, sink);
}

void score_panel(const RowBlock& block, const float* panel, const ScoreSink& sink) {
  std::int32_t row = 0;
  const auto at = [&] { return block.data + static_cast<std::size_t>(row) * block.dim; };
  for (; row + kTileRows <= block.rows; row += kTileRows)
    score_tile<kTileRows>(at(), block.dim, block.first_row + row, panel, sink);
  for (; row < block.rows; ++row)
    score_tile<1>(at(), block.dim, block.first_row + row, panel, sink);
}

}  // namespace

extern const RowScoring PLAYLIST_JOIN(kRowScoring_, PLAYLIST_LEVEL);
const RowScoring PLAYLIST_JOIN(kRowScoring_, PLAYLIST_LEVEL) = {kPanel, score_one, score_panel};

}  // namespace recall
