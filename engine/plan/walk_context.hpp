// What a walk has heard so far, and the columns that this gives a track that may come next.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "data/tables.hpp"

namespace engine {

class WalkContext;

/// How often earlier lists had which tracks.
class Exposures {
 public:
  explicit Exposures(const Tables& tables);
  [[nodiscard]] std::int32_t of(std::int32_t track) const {
    return counts_.empty() ? 0 : counts_[static_cast<std::size_t>(track)];
  }
  /// Those that one of them had, each once.
  [[nodiscard]] std::span<const std::int32_t> tracks() const { return tracks_; }

 private:
  std::vector<std::int32_t> counts_;  // by track; empty without any list
  std::vector<std::int32_t> tracks_;
};

/// A column of the tracks among which a walk chooses its next; a float, missing: NaN.
struct WalkColumn {
  const char* name;
  const char* help;
  float (*value)(const WalkContext&, std::int32_t track, float similarity);
};
/// similarity hours_since_played steps_since_artist same_artist same_album key_distance tempo_ratio
/// energy_step cluster_share exposures. Before the first track all but hours_since_played and
/// exposures are what a perfect fit has: 0, 1 for tempo_ratio and similarity.
std::span<const WalkColumn> walk_columns();

/// Threads: one.
class WalkContext {
 public:
  using LengthOf = std::function<std::int32_t(std::int32_t track)>;  // milliseconds; 0 unknown

  /// As of tables.now(); what is heard takes time from then on.
  WalkContext(const Tables& tables, LengthOf length_ms, double default_track_seconds);

  /// A track that was heard before the walk, oldest first.
  void heard_before(std::int32_t track) { take(track); }
  /// The next track of the walk.
  void hear(std::int32_t track);
  /// The last one; -1 before the first.
  [[nodiscard]] std::int32_t current() const { return heard_.empty() ? -1 : heard_.back(); }

  /// When its turn comes now; NaN: never.
  [[nodiscard]] float hours_since_played(std::int32_t track) const;
  /// Of several, as of now and not when their turn comes: as every other list tells it. It does not
  /// count the listens of every track in the library.
  [[nodiscard]] std::vector<float> hours_since_played_now(
      std::span<const std::int32_t> tracks) const;
  [[nodiscard]] const Exposures& exposures() const;

  /// Of so many tracks back it tells how many were like a candidate (cluster_share).
  static constexpr std::size_t kRecent = 20;
  /// The most that steps_since_artist is: so many or more, or never.
  static constexpr float kLongAgo = 100;

 private:
  friend struct WalkColumnValues;

  void take(std::int32_t track);
  [[nodiscard]] float hours_since(std::int64_t last_played, double seconds) const;
  [[nodiscard]] float cluster_share(std::int32_t track) const;

  const Tables& tables_;
  LengthOf length_ms_;
  double default_track_seconds_;
  double seconds_ = 0;  // of the walk so far
  std::vector<std::int32_t> heard_;
  // By artist, as far as the last one heard: how many tracks were heard with it; 0: never.
  std::vector<std::int32_t> heard_at_;

  // By track.
  std::span<const std::int32_t> artist_, album_, key_, mode_;
  std::span<const float> tempo_, energy_;
  mutable const std::int64_t* last_played_ = nullptr;  // these when they are first asked for
  mutable const std::int32_t* genre_ = nullptr;
  mutable std::optional<Exposures> exposures_;
};

}  // namespace engine
