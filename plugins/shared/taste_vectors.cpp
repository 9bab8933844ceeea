#include "taste_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace shared {
namespace {

std::optional<playlist::Matrix> embedding_of(const playlist::Call& call, const TasteSpace& space) {
  try {
    const playlist::Matrix found = call.embedding(space.name.c_str());
    if (found.columns() == space.center.size()) return found;
  } catch (const playlist::NoData&) {
  }
  return std::nullopt;
}

}  // namespace

TrackVectors taste_vectors(const playlist::Call& call, const TasteSpace& space,
                           std::span<const std::int32_t> tracks) {
  TrackVectors made;
  made.dim = space.dim();
  if (made.dim == 0) return made;
  made.values.assign(call.table("tracks").rows() * made.dim, playlist::kMissingF32);
  const auto matrix = embedding_of(call, space);
  if (!matrix) return made;
  const std::size_t inputs = space.center.size();
  for (std::size_t at = 0; at < tracks.size(); ++at) {
    if (at % 16'384 == 0) call.checkpoint();
    const std::span<const float> vector = (*matrix)[tracks[at]];
    float* const places = made.values.data() + static_cast<std::size_t>(tracks[at]) * made.dim;
    if (std::isnan(vector[0]) || !std::isnan(places[0])) continue;  // none, or done
    for (std::size_t k = 0; k < made.dim; ++k) {
      double sum = 0;
      for (std::size_t i = 0; i < inputs; ++i)
        sum += double{space.components[k * inputs + i]} * (double{vector[i]} - space.center[i]);
      places[k] = static_cast<float>(sum);
    }
  }
  return made;
}

}  // namespace shared
