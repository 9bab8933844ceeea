// Unheard songs of the artists played lately: the thirty lines that a recommender has to beat.
#include <cmath>
#include <utility>

#include "data/tables.hpp"
#include "evaluate/artist_affinity.hpp"
#include "evaluate/judged.hpp"
#include "evaluate/scored_tracks.hpp"

namespace engine::evaluate {
std::vector<std::int32_t> familiar_artists(const BaselineInput& input) {
  std::vector<bool> is_unmet = eligible_tracks(input.tables, Judged::kNewSongs);
  for (std::size_t track = 0; track < is_unmet.size(); ++track)
    is_unmet[track] = is_unmet[track] && input.is_eligible[track];
  const BaselineInput unmet{input.tables, input.audience, is_unmet, input.length, input.random};
  const auto song = column_of<std::int32_t>(*input.tables.table("tracks"), "song");
  const std::vector<double> affinity = artist_affinity(input.tables);
  std::vector<ScoredTrack> found;
  for (std::size_t artist = 0; artist < affinity.size(); ++artist) {
    if (affinity[artist] == 0) continue;
    for (const std::int32_t track :
         most_heard(unmet, static_cast<std::int32_t>(artist), song, kMostOfAnArtist)) {
      found.push_back(
          {std::log1p(affinity[artist]) * std::sqrt(input.audience.listeners(track)), track});
    }
  }
  return best_of(std::move(found), input.length,
                 column_of<std::int64_t>(*input.tables.table("tracks"), "id"));
}

}  // namespace engine::evaluate
