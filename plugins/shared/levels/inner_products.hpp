// Inner products of float32 vectors, compiled once for each x86-64 level; ../gathered_products.cpp
// picks one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shared {

struct InnerProducts {
  /// scores[k] = <query, row ids[k]>, summed in 16 lanes; the rows to come are prefetched.
  void (*gathered)(const float* query, const float* rows, std::size_t dim, const std::int32_t* ids,
                   std::size_t count, float* scores);
  /// -<a, b>
  float (*distance)(const float* a, const float* b, std::size_t dim);
};

extern const InnerProducts kInnerProducts_baseline;
extern const InnerProducts kInnerProducts_v3;
extern const InnerProducts kInnerProducts_v4;

}  // namespace shared
