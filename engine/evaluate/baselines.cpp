#include "evaluate/baselines.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "data/tables.hpp"

namespace engine::evaluate {
namespace {

std::vector<std::int32_t> first_numbers(std::size_t count) {
  std::vector<std::int32_t> tracks(count);
  std::iota(tracks.begin(), tracks.end(), 0);
  return tracks;
}

/// The first `length` of `tracks` by `is_before`, which orders any two different tracks.
template <typename Before>
std::vector<std::int32_t> best(std::vector<std::int32_t> tracks, std::size_t length,
                               const Before& is_before) {
  const std::size_t count = std::min(length, tracks.size());
  std::partial_sort(tracks.begin(), tracks.begin() + static_cast<std::ptrdiff_t>(count),
                    tracks.end(), is_before);
  tracks.resize(count);
  return tracks;
}

/// `length` of `tracks`, in random order (Fisher and Yates, from the front).
std::vector<std::int32_t> drawn(std::vector<std::int32_t> tracks, std::size_t length,
                                Random& random) {
  const std::size_t count = std::min(length, tracks.size());
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t left = tracks.size() - k;
    const auto pick = static_cast<std::size_t>(random.uniform() * static_cast<double>(left));
    std::swap(tracks[k], tracks[k + pick]);
  }
  tracks.resize(count);
  return tracks;
}

std::vector<std::int32_t> popularity(const AsOf& tables, std::size_t length, Random&) {
  const playlist_table& tracks = *tables.table("tracks");
  const auto rating = column_of<float>(tracks, "popularity");
  const auto artist = column_of<std::int32_t>(tracks, "artist");
  const playlist_lists& users = *tables.lists("artist_users");
  const auto rated = [&](std::int32_t track) {
    const float value = rating[static_cast<std::size_t>(track)];
    return std::isnan(value) ? -1.0f : value;
  };
  const auto listeners = [&](std::int32_t track) -> std::uint64_t {
    const std::int32_t number = artist[static_cast<std::size_t>(track)];
    if (number < 0) return 0;  // nobody knows whose track it is
    const auto a = static_cast<std::size_t>(number);
    return users.offsets[a + 1] - users.offsets[a];
  };
  return best(first_numbers(rating.size()), length, [&](std::int32_t a, std::int32_t b) {
    if (rated(a) != rated(b)) return rated(a) > rated(b);
    return listeners(a) != listeners(b) ? listeners(a) > listeners(b) : a < b;
  });
}

std::vector<std::int32_t> most_played_lately(const AsOf& tables, std::size_t length, Random&) {
  const playlist_table& statistics = *tables.table("track_statistics");
  const auto lately = column_of<std::int32_t>(statistics, "plays_30d");
  const auto plays = column_of<std::int32_t>(statistics, "plays");
  std::vector<std::int32_t> played = first_numbers(plays.size());
  std::erase_if(played, [&](std::int32_t t) { return plays[static_cast<std::size_t>(t)] == 0; });
  return best(std::move(played), length, [&](std::int32_t a, std::int32_t b) {
    const auto x = static_cast<std::size_t>(a), y = static_cast<std::size_t>(b);
    if (lately[x] != lately[y]) return lately[x] > lately[y];
    return plays[x] != plays[y] ? plays[x] > plays[y] : a < b;
  });
}

std::vector<std::int32_t> shuffle(const AsOf& tables, std::size_t length, Random& random) {
  for (const char* name : {"library", "implicit_likes:3"}) {
    const auto tracks = column_of<std::int32_t>(*tables.table(name), "track");
    if (!tracks.empty()) return drawn({tracks.begin(), tracks.end()}, length, random);
  }
  const auto plays = column_of<std::int32_t>(*tables.table("track_statistics"), "plays");
  std::vector<std::int32_t> played = first_numbers(plays.size());
  std::erase_if(played, [&](std::int32_t t) { return plays[static_cast<std::size_t>(t)] == 0; });
  return drawn(std::move(played), length, random);
}

std::vector<std::int32_t> random_catalogue(const AsOf& tables, std::size_t length, Random& random) {
  return drawn(first_numbers(static_cast<std::size_t>(tables.track_count())), length, random);
}

constexpr Baseline kBaselines[] = {
    {"popularity", "The catalogue's most popular tracks.", popularity},
    {"most_played_lately", "The user's most played tracks of the last 30 days.",
     most_played_lately},
    {"shuffle", "The user's library in random order.", shuffle},
    {"random_catalogue", "Any tracks of the catalogue.", random_catalogue},
};

}  // namespace

std::span<const Baseline> baselines() {
  return kBaselines;
}

}  // namespace engine::evaluate
