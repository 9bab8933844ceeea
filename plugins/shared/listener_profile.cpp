#include "listener_profile.hpp"

#include <algorithm>
#include <cmath>

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
  struct Played {
    std::int32_t track;
    double in_28_days = 0;
  };
  std::vector<Played> played;       // different tracks, in the order of their first plays
  std::vector<std::int32_t> place;  // by track row: in played, -1
  std::int32_t last = -1;           // row
  for (const HeardRow& listen : heard) last = std::max(last, listen.track);
  place.assign(static_cast<std::size_t>(last) + 1, -1);
  for (const HeardRow& listen : heard) {
    if (listen.artist >= 0) is_met_[static_cast<std::size_t>(listen.artist)] = 1;
    if (!listen.is_play) continue;
    const auto age = static_cast<double>(now - listen.ts);
    const double in_28_days = decayed(age, 28);
    bool is_new_track = true;
    if (listen.track >= 0) {
      std::int32_t& at = place[static_cast<std::size_t>(listen.track)];
      is_new_track = at < 0;
      if (is_new_track) {
        at = static_cast<std::int32_t>(played.size());
        played.push_back({listen.track});
      }
      played[static_cast<std::size_t>(at)].in_28_days += in_28_days;
    }
    tracks_played_ += is_new_track;
    if (listen.artist < 0) continue;
    std::int32_t& of_artist = place_[static_cast<std::size_t>(listen.artist)];
    if (of_artist < 0) {
      of_artist = static_cast<std::int32_t>(artists_.size());
      artists_.push_back({.artist = listen.artist, .first = listen.ts});
    }
    ArtistTaste& taste = artists_[static_cast<std::size_t>(of_artist)];
    ++taste.plays;
    taste.tracks += is_new_track;
    taste.in_7_days += decayed(age, 7);
    taste.in_28_days += in_28_days;
    taste.in_60_days += decayed(age, 60);
    taste.in_365_days += decayed(age, 365);
  }
  for (const Played& track : played) {
    if (track.in_28_days >= kLeast) lately_.push_back({track.track, std::log1p(track.in_28_days)});
  }
}

}  // namespace shared
