#include "evaluate/artist_affinity.hpp"

#include <algorithm>
#include <cmath>

#include "core/duration.hpp"
#include "data/tables.hpp"

namespace engine::evaluate {
namespace {

constexpr double kFadingSeconds = 60.0 * kDay;

}  // namespace

std::vector<double> artist_affinity(const AsOf& tables) {
  const playlist_table& listens = *tables.table("listens");
  const auto track = column_of<std::int32_t>(listens, "track");
  const auto ts = column_of<std::int64_t>(listens, "ts");
  const auto is_play = column_of<std::uint8_t>(listens, "is_play");
  const auto artist = column_of<std::int32_t>(*tables.table("tracks"), "artist");
  std::vector<double> affinity(static_cast<std::size_t>(tables.table("artists")->rows));
  for (std::size_t k = 0; k < track.size(); ++k) {
    const std::int32_t number = artist[static_cast<std::size_t>(track[k])];
    if (is_play[k] != 1 || number < 0) continue;
    const auto age = static_cast<double>(tables.now() - ts[k]);
    affinity[static_cast<std::size_t>(number)] += std::exp(-age / kFadingSeconds);
  }
  return affinity;
}

std::vector<std::int32_t> most_heard(const BaselineInput& input, std::int32_t artist,
                                     std::span<const std::int32_t> song, std::size_t limit) {
  std::vector<std::int32_t> tracks;
  const auto song_of = [&](std::int32_t track) { return song[static_cast<std::size_t>(track)]; };
  for (const std::int32_t track : input.audience.tracks_of(artist)) {
    if (tracks.size() == limit) break;
    const bool is_again = std::any_of(tracks.begin(), tracks.end(), [&](std::int32_t taken) {
      return song_of(taken) == song_of(track);
    });
    if (input.is_eligible[static_cast<std::size_t>(track)] && !is_again) tracks.push_back(track);
  }
  return tracks;
}

}  // namespace engine::evaluate
