#include "track_tags.hpp"

#include <algorithm>

namespace model {

SparseMatrix tags_of_tracks(playlist::ModelCall& call) {
  const playlist::Lists of_tracks = call.lists("track_tags"),
                        of_artists = call.lists("artist_tags");
  const auto artist_of = call.table("tracks")["artist"].i32();
  SparseMatrix matrix;
  matrix.columns = static_cast<std::int32_t>(call.table("tags").rows());
  for (std::size_t track = 0; track < artist_of.size(); ++track) {
    if (track % 16'384 == 0) call.checkpoint();
    auto tags = of_tracks[static_cast<std::int64_t>(track)];
    std::span<const float> weights;
    if (tags.empty()) {
      tags = of_artists[artist_of[track]];
      weights = of_artists.weights(artist_of[track]);
    }
    const float strongest = weights.empty() ? 1 : *std::max_element(weights.begin(), weights.end());
    for (std::size_t k = 0; k < tags.size(); ++k) {
      const float weight = weights.empty() ? 1 : weights[k] / strongest;
      if (!(weight > 0)) continue;
      matrix.indices.push_back(tags[k]);
      matrix.values.push_back(weight);
    }
    matrix.offsets.push_back(static_cast<std::int64_t>(matrix.indices.size()));
  }
  return matrix;
}

}  // namespace model
