// Which of a few vectors lies nearest to each of many: what an explanation names.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/exact_search.hpp"

namespace recall {

/// For each of `rows`, of seeds.dim values each, the row of `seeds` with the largest product, the
/// first of equal ones. Seeds must not be empty; values finite.
/// Time  that of a matrix product; the rows may lie anywhere
std::vector<std::int32_t> nearest_seeds(const shared::RowMatrix& seeds,
                                        std::span<const float* const> rows);

}  // namespace recall
