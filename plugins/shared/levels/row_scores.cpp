#include "row_scores.hpp"

#include "lanes.hpp"
#include "level_name.hpp"

namespace shared {
namespace {

// Tiles are as large as the registers hold: kTileRows * kVectors sums, kVectors of the panel and
// one broadcast value.
#if defined(__AVX512F__)
constexpr std::int32_t kVectors = 4, kTileRows = 6;
#elif defined(__AVX2__)
constexpr std::int32_t kVectors = 2, kTileRows = 6;
#else
constexpr std::int32_t kVectors = 2, kTileRows = 5;
#endif
constexpr std::int32_t kPanel = kLanes * kVectors;

// ---- one query ----

/// The sum of the lanes, added up in the order of sums_of().
float sum_of(Lanes lanes) {
  for (int half = kLanes / 2; half > 0; half /= 2)
    for (int k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  return lanes[0];
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
    const Lanes scores = sums_of(sums);
    if (sink.scores != nullptr) {
      float* to = sink.scores + block.first_row + row;
      if (count == kLanes) {
        store(to, scores);
      } else {
        for (std::int32_t r = 0; r < count; ++r) to[r] = scores[r];
      }
    }
    if (lanes_above(scores, Lanes{} + sink.bounds[0]) == 0) continue;
    for (std::int32_t r = 0; r < count; ++r) {
      if (scores[r] > sink.bounds[0])
        sink.take(sink.context, 0, block.first_row + row + r, scores[r]);
    }
  }
}

// ---- one query, by codes ----

typedef std::int16_t Shorts __attribute__((vector_size(2 * kLanes * sizeof(std::int16_t))));
typedef std::int16_t LooseShorts
    __attribute__((vector_size(2 * kLanes * sizeof(std::int16_t)), aligned(2), may_alias));
typedef std::int8_t LooseBytes __attribute__((vector_size(2 * kLanes), aligned(1), may_alias));

/// Products of neighbours, added in pairs.
Integers pair_products(Shorts a, Shorts b) {
#if defined(__AVX512BW__)
  return reinterpret_cast<Integers>(
      _mm512_madd_epi16(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<Integers>(
      _mm256_madd_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#else
  return reinterpret_cast<Integers>(
      _mm_madd_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#endif
}

/// 2 * kLanes codes, each in 16 bits.
Shorts widened(const std::int8_t* codes) {
#if defined(__AVX512BW__)
  return reinterpret_cast<Shorts>(
      _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes))));
#elif defined(__AVX2__)
  return reinterpret_cast<Shorts>(
      _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes))));
#else
  return __builtin_convertvector(*reinterpret_cast<const LooseBytes*>(codes), Shorts);
#endif
}

/// Stride 0: that of `coded`.
template <std::size_t Stride>
Integers code_products(const std::int8_t* codes, const CodedBlock& coded) {
  const std::size_t stride = Stride != 0 ? Stride : coded.stride;
  Integers sum{};
#pragma GCC unroll 4
  for (std::size_t d = 0; d < stride; d += 2 * kLanes) {
    sum +=
        pair_products(widened(codes + d), *reinterpret_cast<const LooseShorts*>(coded.query + d));
  }
  return sum;
}

/// Numbers of the rows that may be above the bound, from `begin` on; returns how many. Reads scales
/// and slacks of up to kLanes - 1 rows past the end, where what follows them lies.
template <std::size_t Stride>
std::int32_t find_likely(const CodedBlock& coded, std::int32_t begin, std::int32_t end, float bound,
                         std::int32_t* likely) {
  const std::size_t stride = Stride != 0 ? Stride : coded.stride;
  // The processor foresees reads within a page of 4 KB, and waits at each.
  constexpr std::size_t kAheadBytes = 4096, kLine = 64;
  std::int32_t found = 0;
  for (std::int32_t row = begin; row < end; row += kLanes) {
    const std::int32_t count = end - row < kLanes ? end - row : kLanes;
    const std::int8_t* codes = coded.codes + static_cast<std::size_t>(row) * stride;
    for (std::size_t at = 0; at < kLanes * stride; at += kLine)
      __builtin_prefetch(codes + kAheadBytes + at);
    Integers sums[kLanes];
    if (count == kLanes) {
#pragma GCC unroll 16
      for (int r = 0; r < kLanes; ++r)
        sums[r] = code_products<Stride>(codes + static_cast<std::size_t>(r) * stride, coded);
    } else {
      for (int r = 0; r < kLanes; ++r) {
        const auto at = static_cast<std::size_t>(r < count ? r : count - 1);
        sums[r] = code_products<Stride>(codes + at * stride, coded);
      }
    }
    const Lanes products = __builtin_convertvector(sums_of(sums), Lanes);
    const Lanes most = products * (load(coded.scales + row) * coded.step) +
                       load(coded.slacks + row) * coded.length;
    unsigned maybe = lanes_above(most, Lanes{} + bound) & ((1u << count) - 1);
    for (; maybe != 0; maybe &= maybe - 1) likely[found++] = row + __builtin_ctz(maybe);
  }
  return found;
}

void score_coded(const RowBlock& block, const CodedBlock& coded, const float* query,
                 const ScoreSink& sink) {
  constexpr std::int32_t kAtOnce = 1'024, kAhead = 8;
  const QueryTail tail = tail_of(query, block.dim);
  const auto row_at = [&](std::int32_t row) {
    return block.data + static_cast<std::size_t>(row) * block.dim;
  };
  std::int32_t likely[kAtOnce];
  for (std::int32_t begin = 0; begin < block.rows; begin += kAtOnce) {
    const std::int32_t end = block.rows - begin < kAtOnce ? block.rows : begin + kAtOnce;
    // 33 to 64 columns are the most usual.
    const std::int32_t found = coded.stride == 64
                                   ? find_likely<64>(coded, begin, end, sink.bounds[0], likely)
                                   : find_likely<0>(coded, begin, end, sink.bounds[0], likely);
    for (std::int32_t k = 0; k < found; ++k) {
      if (k + kAhead < found) {
        const float* next = row_at(likely[k + kAhead]);
        for (std::size_t d = 0; d < block.dim; d += 16) __builtin_prefetch(next + d);
      }
      const float score = sum_of(products(row_at(likely[k]), query, block.dim, tail));
      if (score > sink.bounds[0]) sink.take(sink.context, 0, block.first_row + likely[k], score);
    }
  }
}

// ---- a panel of queries ----

[[gnu::noinline]] void tell(const Lanes* scores, std::int32_t rows, std::int32_t first_row,
                            const ScoreSink& sink) {
  for (std::int32_t r = 0; r < rows; ++r) {
    for (std::int32_t v = 0; v < kVectors; ++v) {
      const Lanes lanes = scores[r * kVectors + v];
      unsigned found = lanes_above(lanes, load(sink.bounds + v * kLanes));
      for (; found != 0; found &= found - 1) {
        const int lane = __builtin_ctz(found);
        sink.take(sink.context, v * kLanes + lane, first_row + r, lanes[lane]);
      }
    }
  }
}

/// sums[r][v] of the tile's rows and the panel's queries.
template <int Rows>
inline void add_up_tile(const float* data, std::size_t dim, const float* panel,
                        Lanes (&sums)[Rows][kVectors]) {
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
}

template <int Rows>
void score_tile(const float* data, std::size_t dim, std::int32_t first_row, const float* panel,
                const ScoreSink& sink) {
  Lanes sums[Rows][kVectors] = {};
  add_up_tile<Rows>(data, dim, panel, sums);
  unsigned found = 0;
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const Lanes bound = load(sink.bounds + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) found |= lanes_above(sums[r][v], bound);
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

// ---- a panel of queries, for both sides ----

Lanes smaller(Lanes a, Lanes b) {
  return a < b ? a : b;
}

[[gnu::noinline]] void tell_pairs(const Lanes* scores, std::int32_t rows, std::int32_t first_row,
                                  const PairSink& sink) {
  for (std::int32_t r = 0; r < rows; ++r) {
    for (std::int32_t v = 0; v < kVectors; ++v) {
      const Lanes lanes = scores[r * kVectors + v];
      const Lanes bounds =
          smaller(load(sink.query_bounds + v * kLanes), spread(sink.row_bounds[first_row + r]));
      unsigned found = lanes_above(lanes, bounds);
      for (; found != 0; found &= found - 1) {
        const int lane = __builtin_ctz(found);
        sink.take(sink.context, v * kLanes + lane, first_row + r, lanes[lane]);
      }
    }
  }
}

template <int Rows>
void score_pairs_tile(const float* data, std::size_t dim, std::int32_t first_row,
                      const float* panel, const PairSink& sink) {
  Lanes sums[Rows][kVectors] = {};
  add_up_tile<Rows>(data, dim, panel, sums);
  unsigned found = 0;
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
    const Lanes row_bound = spread(sink.row_bounds[first_row + r]);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      found |= lanes_above(sums[r][v], smaller(load(sink.query_bounds + v * kLanes), row_bound));
  }
  if (found == 0) return;
  Lanes scores[Rows * kVectors];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < kVectors; ++v) scores[r * kVectors + v] = sums[r][v];
  tell_pairs(scores, Rows, first_row, sink);
}

void score_pairs(const RowBlock& block, const float* panel, const PairSink& sink) {
  std::int32_t row = 0;
  const auto at = [&] { return block.data + static_cast<std::size_t>(row) * block.dim; };
  for (; row + kTileRows <= block.rows; row += kTileRows)
    score_pairs_tile<kTileRows>(at(), block.dim, block.first_row + row, panel, sink);
  for (; row < block.rows; ++row)
    score_pairs_tile<1>(at(), block.dim, block.first_row + row, panel, sink);
}

}  // namespace

extern const RowScoring PLAYLIST_LEVEL_NAME(kRowScoring_);
const RowScoring PLAYLIST_LEVEL_NAME(kRowScoring_) = {kPanel, score_one, score_coded, score_panel,
                                                      score_pairs};

}  // namespace shared
