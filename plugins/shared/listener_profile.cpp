#include "listener_profile.hpp"

#include <cmath>
#include <unordered_map>

namespace shared {
namespace {

// exp(-12): what is older adds nothing that a list could show.
constexpr double kOldest = 12;
// Of lately(): what is left of one play after 28 log(1 / kLeast) days, 129 days.
constexpr double kLeast = 0.01;

double decayed(double age_seconds, double days) {
  const double age = age_seconds / (days * kDaySeconds);
  return age > kOldest ? 0 : std::exp(-age);
}

}  // namespace

ListenerProfile::ListenerProfile(std::span<const HeardRow> heard, std::int64_t now,
                                 std::size_t artists)
    : now_(now), place_(artists, -1), is_met_(artists) {
  std::unordered_map<std::int32_t, double> played;  // of each track its plays, decayed
  played.reserve(heard.size() / 4);
  for (const HeardRow& listen : heard) {
    if (listen.artist >= 0) is_met_[static_cast<std::size_t>(listen.artist)] = 1;
    if (!listen.is_play) continue;
    const auto age = static_cast<double>(now - listen.ts);
    bool is_new_track = true;
    if (listen.track >= 0) {
      const auto [found, is_added] = played.try_emplace(listen.track);
      found->second += decayed(age, 28);
      is_new_track = is_added;
    }
    tracks_played_ += is_new_track;
    if (listen.artist < 0) continue;
    std::int32_t& place = place_[static_cast<std::size_t>(listen.artist)];
    if (place < 0) {
      place = static_cast<std::int32_t>(artists_.size());
      artists_.push_back({.artist = listen.artist, .first = listen.ts});
    }
    ArtistTaste& taste = artists_[static_cast<std::size_t>(place)];
    ++taste.plays;
    taste.tracks += is_new_track;
    taste.in_7_days += decayed(age, 7);
    taste.in_28_days += decayed(age, 28);
    taste.in_60_days += decayed(age, 60);
    taste.in_365_days += decayed(age, 365);
  }
  // In the order of the listens, not of the map, whose order is the library's own.
  for (const HeardRow& listen : heard) {
    if (!listen.is_play || listen.track < 0) continue;
    const auto found = played.find(listen.track);
    if (found == played.end()) continue;
    if (found->second >= kLeast) lately_.push_back({listen.track, std::log1p(found->second)});
    played.erase(found);
  }
}

}  // namespace shared
