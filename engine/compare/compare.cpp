#include "compare/compare.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "compare/rank_correlation.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kEnergyBins = 10;

/// Largest first, then by name.
template <typename Number>
std::vector<std::pair<std::string, Number>> largest_first(
    const std::map<std::string, Number>& counts) {
  std::vector<std::pair<std::string, Number>> list(counts.begin(), counts.end());
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& x, const auto& y) { return x.second > y.second; });
  return list;
}

template <typename Item>
const Item* items(const playlist_table& table, const char* column) {
  const playlist_column* found = find_column(table, column);
  return found == nullptr ? nullptr : static_cast<const Item*>(found->data);
}

/// What the profile reads of the library.
class TrackFacts {
 public:
  explicit TrackFacts(const AsOf& tables)
      : tracks_(*tables.table("tracks")),
        tags_(*tables.lists("track_tags")),
        tag_names_(*find_column(*tables.table("tags"), "name")) {
    for (const char* name : {"library", "listens"}) {
      const playlist_table& table = *tables.table(name);
      const auto* numbers = items<std::int32_t>(table, "track");
      for (std::int64_t i = 0; i < table.rows; ++i) known_.insert(numbers[i]);
    }
  }
  [[nodiscard]] bool is_new(std::int32_t track) const { return known_.count(track) == 0; }
  [[nodiscard]] double energy(std::int32_t track) const {
    return items<float>(tracks_, "energy")[track];
  }
  [[nodiscard]] double seconds(std::int32_t track) const {
    return items<std::int32_t>(tracks_, "duration_ms")[track] / 1000.0;
  }
  /// "1990s", or "" when the year is not known.
  [[nodiscard]] std::string era(std::int32_t track) const {
    const std::int32_t year = items<std::int32_t>(tracks_, "year")[track];
    return year <= 0 ? "" : std::to_string(year / 10 * 10) + "s";
  }
  [[nodiscard]] std::vector<std::string> genres(std::int32_t track) const {
    std::vector<std::string> names;
    for (std::uint64_t k = tags_.offsets[track]; k < tags_.offsets[track + 1]; ++k) {
      const std::int32_t tag = tags_.values[k];
      names.emplace_back(
          text_of(tag_names_, static_cast<const std::int32_t*>(tag_names_.data)[tag]));
    }
    return names;
  }

 private:
  const playlist_table& tracks_;
  const playlist_lists& tags_;
  const playlist_column& tag_names_;
  std::set<std::int32_t> known_;
};

std::vector<std::int64_t> ids_of(const std::vector<ListTrack>& tracks) {
  std::vector<std::int64_t> ids;
  for (const ListTrack& track : tracks) ids.push_back(track.id);
  return ids;
}

Json number_or_null(double value) {
  return std::isnan(value) ? Json(nullptr) : Json(std::round(value * 1e6) / 1e6);
}

Json tracks_json(const std::vector<ListTrack>& tracks) {
  Json list = Json::array();
  for (const ListTrack& track : tracks)
    list.push_back({{"track", track.id}, {"title", track.title}, {"artist", track.artist}});
  return list;
}

template <typename Number>
Json named_json(const std::vector<std::pair<std::string, Number>>& list, const char* value) {
  Json json = Json::array();
  for (const auto& [name, number] : list)
    json.push_back({{"name", name}, {value, number_or_null(static_cast<double>(number))}});
  return json;
}

Json profile_json(const ListProfile& profile) {
  Json energy = Json::array();
  for (const double share : profile.energy) energy.push_back(number_or_null(share));
  return {{"name", profile.name},
          {"tracks", profile.tracks.size()},
          {"minutes", number_or_null(profile.minutes)},
          {"distinct_artists", profile.artists.size()},
          {"new_share", number_or_null(profile.new_share)},
          {"mean_energy", number_or_null(profile.mean_energy)},
          {"artists", named_json(profile.artists, "tracks")},
          {"genres", named_json(profile.genres, "share")},
          {"eras", named_json(profile.eras, "share")},
          {"energy", std::move(energy)}};
}

}  // namespace

ListProfile profile_of(const std::string& name, std::vector<ListTrack> tracks, const AsOf& tables,
                       double default_track_seconds) {
  const TrackFacts facts(tables);
  ListProfile profile;
  profile.name = name;
  profile.energy.resize(kEnergyBins);
  std::map<std::string, int> artists;
  std::map<std::string, double> genres, eras;
  const double one = tracks.empty() ? 0 : 1 / static_cast<double>(tracks.size());
  double energies = 0, known_energies = 0, seconds = 0, fresh = 0;
  for (const ListTrack& track : tracks) {
    ++artists[track.artist];
    const std::int32_t number = tables.track_number(track.id);
    if (number < 0) {
      seconds += default_track_seconds;
      continue;
    }
    const std::vector<std::string> tags = facts.genres(number);
    for (const std::string& tag : tags) genres[tag] += one / static_cast<double>(tags.size());
    if (const std::string era = facts.era(number); !era.empty()) eras[era] += one;
    if (facts.is_new(number)) fresh += 1;
    const double length = facts.seconds(number);
    seconds += length > 0 ? length : default_track_seconds;
    const double energy = facts.energy(number);
    if (std::isnan(energy)) continue;
    energies += energy;
    known_energies += 1;
    const double bin = std::clamp(std::floor(energy * kEnergyBins), 0.0, kEnergyBins - 1.0);
    profile.energy[static_cast<std::size_t>(bin)] += one;
  }
  profile.artists = largest_first(artists);
  profile.genres = largest_first(genres);
  profile.eras.assign(eras.begin(), eras.end());
  profile.mean_energy = energies / known_energies;  // NaN where none is known
  profile.new_share = fresh * one;
  profile.minutes = std::round(seconds / 6) / 10;
  profile.tracks = std::move(tracks);
  return profile;
}

ListComparison compare_lists(ListProfile a, ListProfile b) {
  ListComparison result;
  std::map<std::int64_t, int> place_b;
  for (std::size_t i = 0; i < b.tracks.size(); ++i)
    place_b.emplace(b.tracks[i].id, static_cast<int>(i) + 1);
  std::set<std::int64_t> in_a;
  std::vector<double> places_a, places_b;
  for (std::size_t i = 0; i < a.tracks.size(); ++i) {
    const ListTrack& track = a.tracks[i];
    in_a.insert(track.id);
    const auto found = place_b.find(track.id);
    if (found == place_b.end()) {
      result.only_a.push_back(track);
      continue;
    }
    result.common.push_back({track, static_cast<int>(i) + 1, found->second});
    places_a.push_back(static_cast<double>(i));
    places_b.push_back(found->second);
  }
  for (const ListTrack& track : b.tracks) {
    if (in_a.count(track.id) == 0) result.only_b.push_back(track);
  }
  const std::size_t either = result.common.size() + result.only_a.size() + result.only_b.size();
  result.jaccard =
      either == 0 ? 1 : static_cast<double>(result.common.size()) / static_cast<double>(either);
  result.kendall = kendall_tau_b(places_a, places_b);
  result.spearman = spearman_rho(places_a, places_b);
  result.overlap_by_rank = rank_biased_overlap(ids_of(a.tracks), ids_of(b.tracks));
  result.a = std::move(a);
  result.b = std::move(b);
  return result;
}

Json comparison_json(const ListComparison& c) {
  Json common = Json::array();
  for (const ListComparison::Common& both : c.common) {
    common.push_back({{"track", both.track.id},
                      {"title", both.track.title},
                      {"artist", both.track.artist},
                      {"place_a", both.place_a},
                      {"place_b", both.place_b}});
  }
  return {{"a", profile_json(c.a)},
          {"b", profile_json(c.b)},
          {"common_count", c.common.size()},
          {"jaccard", number_or_null(c.jaccard)},
          {"kendall_tau_b", number_or_null(c.kendall)},
          {"spearman_rho", number_or_null(c.spearman)},
          {"rank_biased_overlap", number_or_null(c.overlap_by_rank)},
          {"common", std::move(common)},
          {"only_a", tracks_json(c.only_a)},
          {"only_b", tracks_json(c.only_b)}};
}

}  // namespace engine
