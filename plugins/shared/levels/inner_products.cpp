#include "inner_products.hpp"

#include "level_name.hpp"

namespace shared {
namespace {

constexpr std::size_t kLanes = 16;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));
typedef float LooseLanes
    __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
typedef float Half __attribute__((vector_size(32)));
typedef float Quarter __attribute__((vector_size(16)));

// A pointer, as a reference would promise some compilers more alignment than the type does.
inline const LooseLanes* lanes(const float* from) {
  return reinterpret_cast<const LooseLanes*>(from);
}

inline float sum_of(const Lanes& x) {
  const Half half = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                    __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  const Quarter quarter = __builtin_shufflevector(half, half, 0, 1, 2, 3) +
                          __builtin_shufflevector(half, half, 4, 5, 6, 7);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

inline float product(const float* a, const float* b, std::size_t dim) {
  Lanes even{}, odd{};
  std::size_t k = 0;
  for (; k + 2 * kLanes <= dim; k += 2 * kLanes) {
    even += *lanes(a + k) * *lanes(b + k);
    odd += *lanes(a + k + kLanes) * *lanes(b + k + kLanes);
  }
  for (; k + kLanes <= dim; k += kLanes) even += *lanes(a + k) * *lanes(b + k);
  float sum = sum_of(even + odd);
  for (; k < dim; ++k) sum += a[k] * b[k];
  return sum;
}

/// All of a row, a line of 64 bytes after the other.
inline void prefetch(const float* row, std::size_t dim) {
  constexpr std::size_t kMostLines = 8;  // the processor follows by itself from there
  for (std::size_t k = 0; k < dim && k < kMostLines * kLanes; k += kLanes)
    __builtin_prefetch(row + k);
}

void gathered(const float* query, const float* rows, std::size_t dim, const std::int32_t* ids,
              std::size_t count, float* scores) {
  constexpr std::size_t kAhead = 8;
  const auto row = [&](std::size_t k) { return rows + static_cast<std::size_t>(ids[k]) * dim; };
  for (std::size_t k = 0; k < count && k < kAhead; ++k) prefetch(row(k), dim);
  for (std::size_t k = 0; k < count; ++k) {
    if (k + kAhead < count) prefetch(row(k + kAhead), dim);
    scores[k] = product(query, row(k), dim);
  }
}

float distance(const float* a, const float* b, std::size_t dim) {
  return -product(a, b, dim);
}

}  // namespace

extern const InnerProducts PLAYLIST_LEVEL_NAME(kInnerProducts_);
const InnerProducts PLAYLIST_LEVEL_NAME(kInnerProducts_) = {gathered, distance};

}  // namespace shared
