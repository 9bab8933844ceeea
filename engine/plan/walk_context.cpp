#include "plan/walk_context.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/declared_tables.hpp"
#include "data/listening_columns.hpp"
#include "shared/harmony.hpp"

namespace engine {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

}  // namespace

struct WalkColumnValues {
  static float similarity(const WalkContext& walk, std::int32_t, float similarity) {
    return walk.heard_.empty() ? 1 : similarity;
  }

  static float hours_since_played(const WalkContext& walk, std::int32_t track, float) {
    return walk.hours_since_played(track);
  }

  static float steps_since_artist(const WalkContext& walk, std::int32_t track, float) {
    const std::int32_t artist = walk.artist_[static_cast<std::size_t>(track)];
    if (artist < 0 || static_cast<std::size_t>(artist) >= walk.heard_at_.size())
      return WalkContext::kLongAgo;
    const std::int32_t at = walk.heard_at_[static_cast<std::size_t>(artist)];
    if (at == 0) return WalkContext::kLongAgo;
    const auto steps = static_cast<float>(walk.heard_.size() - static_cast<std::size_t>(at) + 1);
    return std::min(steps, WalkContext::kLongAgo);
  }

  static float same_artist(const WalkContext& walk, std::int32_t track, float) {
    return is_alike(walk, track, walk.artist_) ? 1 : 0;
  }

  static float same_album(const WalkContext& walk, std::int32_t track, float) {
    return is_alike(walk, track, walk.artist_) && is_alike(walk, track, walk.album_) ? 1 : 0;
  }

  static float key_distance(const WalkContext& walk, std::int32_t track, float) {
    if (walk.heard_.empty()) return 0;
    const auto a = static_cast<std::size_t>(walk.current()), b = static_cast<std::size_t>(track);
    if (!shared::is_key(walk.key_[a], walk.mode_[a]) ||
        !shared::is_key(walk.key_[b], walk.mode_[b]))
      return kMissing;
    return 1 - shared::key_affinity(walk.key_[a], walk.mode_[a], walk.key_[b], walk.mode_[b]);
  }

  static float tempo_ratio(const WalkContext& walk, std::int32_t track, float) {
    if (walk.heard_.empty()) return 1;
    const float now = walk.tempo_[static_cast<std::size_t>(walk.current())],
                next = walk.tempo_[static_cast<std::size_t>(track)];
    if (!(now > 0) || !(next > 0)) return kMissing;
    const double octaves = std::log2(static_cast<double>(next) / now);
    return static_cast<float>(std::exp2(shared::octave_distance(octaves)));
  }

  static float energy_step(const WalkContext& walk, std::int32_t track, float) {
    if (walk.heard_.empty()) return 0;
    return walk.energy_[static_cast<std::size_t>(track)] -
           walk.energy_[static_cast<std::size_t>(walk.current())];
  }

  static float cluster_share(const WalkContext& walk, std::int32_t track, float) {
    return walk.cluster_share(track);
  }

  static float exposures(const WalkContext& walk, std::int32_t track, float) {
    return static_cast<float>(walk.exposures().of(track));
  }

 private:
  /// The current track has the same known value.
  static bool is_alike(const WalkContext& walk, std::int32_t track,
                       std::span<const std::int32_t> values) {
    if (walk.heard_.empty()) return false;
    const std::int32_t value = values[static_cast<std::size_t>(track)];
    return value >= 0 && value == values[static_cast<std::size_t>(walk.current())];
  }
};

std::span<const WalkColumn> walk_columns() {
  using Values = WalkColumnValues;
  static constexpr WalkColumn kColumns[] = {
      {"similarity",
       "to the last track before it that has a place in the walk's space, -1..1; missing for those "
       "that have none",
       Values::similarity},
      {"hours_since_played", "hours since you last played it, when its turn comes",
       Values::hours_since_played},
      {"steps_since_artist", "tracks since its artist was heard, 1 the last; 100 long ago or never",
       Values::steps_since_artist},
      {"same_artist", "1: by the artist of the track before it", Values::same_artist},
      {"same_album", "1: from the album of the track before it", Values::same_album},
      {"key_distance",
       "from the key of the track before it: 0 the same, 0.1 next to it on the Camelot wheel or "
       "its "
       "relative, 0.45 two steps, 0.55 one step and the other mode, 0.9 further",
       Values::key_distance},
      {"tempo_ratio",
       "to the track before it: 1 the same tempo, 1.1 a tenth faster or slower; half and double "
       "count as the same, so 1.41 is the most",
       Values::tempo_ratio},
      {"energy_step", "energy less that of the track before it, -1..1", Values::energy_step},
      {"cluster_share", "share of the last 20 tracks that have its genre", Values::cluster_share},
      {"exposures", "how many of your earlier lists had it", Values::exposures},
  };
  return kColumns;
}

WalkContext::WalkContext(const Tables& tables, LengthOf length_ms, double default_track_seconds)
    : tables_(tables),
      length_ms_(std::move(length_ms)),
      default_track_seconds_(default_track_seconds) {
  const playlist_table& tracks = *tables.table("tracks");
  artist_ = column_of<std::int32_t>(tracks, "artist");
  album_ = column_of<std::int32_t>(tracks, "album");
  key_ = column_of<std::int32_t>(tracks, "key");
  mode_ = column_of<std::int32_t>(tracks, "mode");
  tempo_ = column_of<float>(tracks, "tempo");
  energy_ = column_of<float>(tracks, "energy");
}

void WalkContext::hear(std::int32_t track) {
  const std::int32_t length = length_ms_(track);
  seconds_ += length > 0 ? length / 1000.0 : default_track_seconds_;
  take(track);
}

void WalkContext::take(std::int32_t track) {
  heard_.push_back(track);
  const std::int32_t artist = artist_[static_cast<std::size_t>(track)];
  if (artist < 0) return;
  const auto at = static_cast<std::size_t>(artist);
  if (at >= heard_at_.size()) heard_at_.resize(at + 1);
  heard_at_[at] = static_cast<std::int32_t>(heard_.size());
}

float WalkContext::hours_since_played(std::int32_t track) const {
  if (last_played_ == nullptr)
    last_played_ =
        column_of<std::int64_t>(*tables_.table("track_statistics"), "last_played").data();
  return hours_since(last_played_[track], seconds_);
}

std::vector<float> WalkContext::hours_since_played_now(std::span<const std::int32_t> tracks) const {
  std::vector<float> hours;
  for (const std::int64_t last : last_plays_of(tables_, tracks))
    hours.push_back(hours_since(last, 0));
  return hours;
}

float WalkContext::hours_since(std::int64_t last_played, double seconds) const {
  if (last_played == kNever) return kMissing;
  return static_cast<float>((static_cast<double>(tables_.now() - last_played) + seconds) / 3600);
}

float WalkContext::cluster_share(std::int32_t track) const {
  if (heard_.empty()) return 0;
  if (genre_ == nullptr)
    genre_ = column_of<std::int32_t>(*tables_.table("track_genres"), "genre").data();
  const std::int32_t genre = genre_[track];
  if (genre < 0) return kMissing;
  const std::size_t recent = std::min(kRecent, heard_.size());
  const auto alike = std::count_if(heard_.end() - static_cast<std::ptrdiff_t>(recent), heard_.end(),
                                   [&](std::int32_t heard) { return genre_[heard] == genre; });
  return static_cast<float>(alike) / static_cast<float>(recent);
}

const Exposures& WalkContext::exposures() const {
  if (!exposures_) exposures_.emplace(tables_);
  return *exposures_;
}

Exposures::Exposures(const Tables& tables) {
  const auto served = column_of<std::int32_t>(*tables.table("served"), "track");
  if (served.empty()) return;
  counts_.resize(static_cast<std::size_t>(tables.table("tracks")->rows));
  for (const std::int32_t track : served)
    if (++counts_[static_cast<std::size_t>(track)] == 1) tracks_.push_back(track);
}

}  // namespace engine
