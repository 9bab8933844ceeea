// The nearest artists over listeners, and their most heard tracks.
//
// An artist is its vector of log(1 + plays) over users, scaled to length 1. The user is the sum of
// the vectors of the artists they played, each weighted by log(1 + affinity), without the user's own
// place in them: what is near is near by what others play. Artists need two listeners.
#include <algorithm>
#include <cmath>

#include "data/tables.hpp"
#include "evaluate/artist_affinity.hpp"
#include "evaluate/ties.hpp"

namespace engine::evaluate {
namespace {

constexpr std::int32_t kFewestListeners = 2;

double strength(const ArtistPlays& plays) {
  return std::log1p(static_cast<double>(plays.plays));
}

std::vector<double> lengths(const AudienceAsOf& audience) {
  std::vector<double> lengths(audience.artist_count());
  for (std::size_t user = 0; user < audience.user_count(); ++user)
    for (const ArtistPlays& plays : audience.artists_of(user))
      lengths[static_cast<std::size_t>(plays.artist)] += strength(plays) * strength(plays);
  for (double& length : lengths) length = std::sqrt(length);
  return lengths;
}

/// By artist: cosine to the user's artists, summed.
std::vector<double> similarities(const BaselineInput& input) {
  const AudienceAsOf& audience = input.audience;
  const std::vector<double> affinity = artist_affinity(input.tables), length = lengths(audience);
  const std::size_t self = audience.row_of(input.tables.user_id());
  std::vector<double> similarity(audience.artist_count());
  for (std::size_t user = 0; user < audience.user_count(); ++user) {
    if (user == self) continue;
    double nearness = 0;
    for (const ArtistPlays& plays : audience.artists_of(user)) {
      const auto artist = static_cast<std::size_t>(plays.artist);
      if (affinity[artist] > 0)
        nearness += std::log1p(affinity[artist]) * strength(plays) / length[artist];
    }
    if (nearness == 0) continue;
    for (const ArtistPlays& plays : audience.artists_of(user)) {
      const auto artist = static_cast<std::size_t>(plays.artist);
      similarity[artist] += nearness * strength(plays) / length[artist];
    }
  }
  return similarity;
}

}  // namespace

std::vector<std::int32_t> artist_cf(const BaselineInput& input) {
  const std::vector<double> similarity = similarities(input);
  std::vector<std::int32_t> artists;
  for (std::size_t artist = 0; artist < similarity.size(); ++artist) {
    const auto number = static_cast<std::int32_t>(artist);
    if (similarity[artist] > 0 && input.audience.artist_listeners(number) >= kFewestListeners)
      artists.push_back(number);
  }
  const auto ids = column_of<std::int64_t>(*input.tables.table("artists"), "id");
  std::sort(artists.begin(), artists.end(), [&](std::int32_t a, std::int32_t b) {
    const auto x = static_cast<std::size_t>(a), y = static_cast<std::size_t>(b);
    return similarity[x] != similarity[y] ? similarity[x] > similarity[y]
                                          : tie_of(ids[x]) < tie_of(ids[y]);
  });
  const auto song = column_of<std::int32_t>(*input.tables.table("tracks"), "song");
  std::vector<std::int32_t> list;
  for (const std::int32_t artist : artists) {
    for (const std::int32_t track : most_heard(input, artist, song, kMostOfAnArtist)) {
      if (list.size() == input.length) return list;
      list.push_back(track);
    }
  }
  return list;
}

}  // namespace engine::evaluate
