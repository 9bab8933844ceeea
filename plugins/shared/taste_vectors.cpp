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
                           std::initializer_list<std::span<const std::int32_t>> tracks) {
  TrackVectors made;
  made.dim = space.dim();
  if (made.dim == 0) return made;
  made.values.assign(call.table("tracks").rows() * made.dim, playlist::kMissingF32);
  const auto matrix = embedding_of(call, space);
  if (!matrix) return made;
  const std::size_t inputs = space.center.size();
  std::vector<bool> is_done(call.table("tracks").rows());
  const auto put = [&](std::int32_t track) {
    const auto at = static_cast<std::size_t>(track);
    if (is_done[at]) return;
    is_done[at] = true;
    const std::span<const float> vector = (*matrix)[track];
    if (std::isnan(vector[0])) return;
    for (std::size_t k = 0; k < made.dim; ++k) {
      double sum = 0;
      for (std::size_t i = 0; i < inputs; ++i)
        sum += double{space.components[k * inputs + i]} * (double{vector[i]} - space.center[i]);
      made.values[at * made.dim + k] = static_cast<float>(sum);
    }
  };
  for (const std::span<const std::int32_t> some : tracks) {
    for (std::size_t k = 0; k < some.size(); ++k) {
      if (k % 65'536 == 0) call.checkpoint();
      put(some[k]);
    }
  }
  return made;
}

}  // namespace shared
