#include "evaluate/baselines.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "data/tables.hpp"
#include "evaluate/ties.hpp"

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

/// Of two tracks that are equally good, by the store's ids.
bool goes_first(std::span<const std::int64_t> id, std::int32_t a, std::int32_t b) {
  return tie_of(id[static_cast<std::size_t>(a)]) < tie_of(id[static_cast<std::size_t>(b)]);
}

/// `length` of the eligible `tracks`, in random order (Fisher and Yates, from the front). What is not
/// eligible is drawn and left out, so that what is eligible does not change the order of the rest.
std::vector<std::int32_t> drawn(std::vector<std::int32_t> tracks, const BaselineInput& input) {
  std::vector<std::int32_t> list;
  for (std::size_t k = 0; k < tracks.size() && list.size() < input.length; ++k) {
    const std::size_t left = tracks.size() - k;
    const auto pick = static_cast<std::size_t>(input.random.uniform() * static_cast<double>(left));
    std::swap(tracks[k], tracks[k + pick]);
    if (input.is_eligible[static_cast<std::size_t>(tracks[k])]) list.push_back(tracks[k]);
  }
  return list;
}

std::vector<std::int32_t> eligible(std::vector<std::int32_t> tracks, const BaselineInput& input) {
  std::erase_if(tracks,
                [&](std::int32_t t) { return !input.is_eligible[static_cast<std::size_t>(t)]; });
  return tracks;
}

std::vector<std::int32_t> popularity(const BaselineInput& input) {
  const playlist_table& tracks = *input.tables.table("tracks");
  const auto rating = column_of<float>(tracks, "popularity");
  const auto artist = column_of<std::int32_t>(tracks, "artist");
  const auto id = column_of<std::int64_t>(tracks, "id");
  const playlist_lists& users = *input.tables.lists("artist_users");
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
  return best(eligible(first_numbers(rating.size()), input), input.length,
              [&](std::int32_t a, std::int32_t b) {
                if (rated(a) != rated(b)) return rated(a) > rated(b);
                if (listeners(a) != listeners(b)) return listeners(a) > listeners(b);
                return goes_first(id, a, b);
              });
}

/// Everything that the user played, by number.
std::vector<std::int32_t> played(const AsOf& tables) {
  const auto plays = column_of<std::int32_t>(*tables.table("track_statistics"), "plays");
  std::vector<std::int32_t> tracks = first_numbers(plays.size());
  std::erase_if(tracks, [&](std::int32_t t) { return plays[static_cast<std::size_t>(t)] == 0; });
  return tracks;
}

std::vector<std::int32_t> most_played_lately(const BaselineInput& input) {
  const playlist_table& statistics = *input.tables.table("track_statistics");
  const auto lately = column_of<std::int32_t>(statistics, "plays_30d");
  const auto plays = column_of<std::int32_t>(statistics, "plays");
  const auto id = column_of<std::int64_t>(*input.tables.table("tracks"), "id");
  return best(eligible(played(input.tables), input), input.length,
              [&](std::int32_t a, std::int32_t b) {
                const auto x = static_cast<std::size_t>(a), y = static_cast<std::size_t>(b);
                if (lately[x] != lately[y]) return lately[x] > lately[y];
                if (plays[x] != plays[y]) return plays[x] > plays[y];
                return goes_first(id, a, b);
              });
}

std::vector<std::int32_t> shuffle(const BaselineInput& input) {
  for (const char* name : {"library", "implicit_likes:3"}) {
    const auto tracks = column_of<std::int32_t>(*input.tables.table(name), "track");
    if (!tracks.empty()) return drawn({tracks.begin(), tracks.end()}, input);
  }
  return drawn(played(input.tables), input);
}

std::vector<std::int32_t> random_catalogue(const BaselineInput& input) {
  return drawn(first_numbers(static_cast<std::size_t>(input.tables.track_count())), input);
}

constexpr Baseline kBaselines[] = {
    {"popularity", "The catalogue's most popular tracks.", popularity},
    {"most_played_lately", "The user's most played tracks of the last 30 days.",
     most_played_lately},
    {"shuffle", "The user's library in random order.", shuffle},
    {"random_catalogue", "Any tracks of the catalogue.", random_catalogue},
    {"familiar_artists", "Unheard songs of the artists played lately.", familiar_artists},
    {"artist_cf", "The nearest artists' most heard tracks.", artist_cf},
    {"session_neighbours", "What sessions like the latest plays held.", session_neighbours},
};

}  // namespace

std::span<const Baseline> baselines() {
  return kBaselines;
}

}  // namespace engine::evaluate
