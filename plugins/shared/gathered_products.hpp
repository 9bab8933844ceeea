// Inner products of a query with rows that lie anywhere in a matrix, at the processor's level.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shared {

/// scores[k] = <query, row ids[k]> for `count` rows of a row-major matrix with `dim` columns.
using GatheredProducts = void (*)(const float* query, const float* rows, std::size_t dim,
                                  const std::int32_t* ids, std::size_t count, float* scores);
GatheredProducts gathered_products();

/// -<a, b> of two vectors with dim values.
using Distance = float (*)(const float* a, const float* b, std::size_t dim);
Distance inner_product_distance();

}  // namespace shared
