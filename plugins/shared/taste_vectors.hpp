// Vectors of tracks as a few places each, as model.taste learned of them.
#pragma once

#include "playlist/call.hpp"

#include <cstddef>
#include <cstdint>
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

/// Brings the vectors of tracks to their places.
class TastePlaces {
 public:
  /// `vectors`: one row for each track, of NaN where a track has none; empty: of no track known.
  TastePlaces(const TasteSpace& space, std::span<const float> vectors);
  /// Those of the library; of no track where it has the embedding no more, or another of its name.
  TastePlaces(const playlist::Call& call, const TasteSpace& space);

  [[nodiscard]] std::size_t dim() const { return dim_; }
  /// Writes the places to `out`; NaN of a track without a vector.
  void of(std::int32_t track, std::span<float> out) const;
  /// The sum of the places of tracks, each counted as often as `times` says. Places are linear, so
  /// this brings one vector there, not one of each track.
  [[nodiscard]] std::vector<double> sum(std::span<const std::int32_t> times) const;

 private:
  [[nodiscard]] const float* vector_of(std::size_t track) const;
  void project(const double* from_center, double* places) const;

  static constexpr std::size_t kTogether = 4;  // places that are added up side by side
  std::size_t dim_, inputs_, padded_;          // padded_: dim_ up to a multiple of kTogether
  std::span<const float> center_, vectors_;
  std::vector<double> components_;  // kTogether of each number of a vector after another
};

/// The places of these tracks; NaN of all others.
TrackVectors taste_vectors(const playlist::Call& call, const TasteSpace& space,
                           std::span<const std::int32_t> tracks);

}  // namespace shared
