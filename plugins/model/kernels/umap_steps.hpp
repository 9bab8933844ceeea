// The steps of UMAP's descent, at the processor's level.
#pragma once

#include <cstddef>
#include <cstdint>

namespace model {

/// Coefficients by squared distance, so that neither is computed anew: between the powers of two from
/// 2^-32 to 2^32 there are kForceSteps values, evenly, and a straight line from each to the next.
inline constexpr int kForceSteps = 64, kForceExponents = 64, kLeastExponent = -32;
struct ForceTable {
  float value[kForceSteps * kForceExponents + 1];
};
struct UmapForces {
  ForceTable pull, push;  // times the difference of two places
};

/// Values of a place are padded to a multiple of so many, except for two dimensions.
inline constexpr std::size_t kPlaceLanes = 8;

struct UmapStep {
  const UmapForces* forces;
  const std::int64_t* offsets;  // the graph's
  const std::int32_t* indices;
  const std::uint32_t* rates;  // of each edge: how often it is drawn in an epoch, 2^32 - 1 once
  const float* now;            // places at the epoch's begin, rows x stride
  float* next;                 // and after it
  std::size_t stride, dim;
  std::uint32_t rows;
  std::int32_t moved;  // rows before this one have moved in this epoch
  std::uint32_t epoch;
  std::uint64_t seed;  // of this epoch
  float step;          // how far a force moves a row, 0 .. 1
  int negatives;       // rows drawn for each edge
};

/// Moves rows begin .. end: towards their neighbours whose edge is drawn, and away from rows drawn at
/// random. Rows that have moved in this epoch are seen where they are, others where they were.
struct UmapSteps {
  void (*move)(const UmapStep& step, std::int32_t begin, std::int32_t end);
};
/// Those of this processor.
const UmapSteps& umap_steps();

}  // namespace model
