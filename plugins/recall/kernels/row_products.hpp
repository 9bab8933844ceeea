// A matrix of tracks times one vector, at the processor's level.
#pragma once

#include <cstdint>

namespace recall {

/// out[r] = dot of the first `columns` numbers of row r of `matrix` with `vector`; its rows stand
/// `stride` >= columns numbers apart. On the calling thread; the time is that of reading.
void row_products(const float* matrix, std::int64_t rows, std::int64_t columns, std::int64_t stride,
                  const float* vector, float* out);

}  // namespace recall
