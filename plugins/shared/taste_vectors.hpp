// Vectors of tracks as a few places each, as model.taste learned of them.
#pragma once

#include "playlist/call.hpp"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "taste_signals.hpp"

namespace shared {

/// place k = sum over the vector of component[k] * (vector - center)
struct TasteSpace {
  std::string name;                   // the embedding's
  std::span<const float> center;      // of each number of a vector
  std::span<const float> components;  // places x numbers
  [[nodiscard]] std::size_t dim() const {
    return center.empty() ? 0 : components.size() / center.size();
  }
};

/// The places of these tracks; NaN of those without a vector, and of all others. Of every track NaN
/// where the library has the embedding no more, or another of its name.
TrackVectors taste_vectors(const playlist::Call& call, const TasteSpace& space,
                           std::initializer_list<std::span<const std::int32_t>> tracks);

}  // namespace shared
