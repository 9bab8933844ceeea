// The candidates of a walk that may still come, and those that are held back until nothing else is
// left.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

#include "core/random.hpp"
#include "data/tables.hpp"
#include "plan/candidates.hpp"
#include "plan/track_space.hpp"

namespace engine {

/// Threads: one; what it is made of outlives it. Closed candidates are closed in the space as well.
class WalkPool {
 public:
  /// `artists_once`: of every artist one track.
  WalkPool(const Tables& tables, const Candidates& candidates, TrackSpace& space,
           bool artists_once);

  [[nodiscard]] std::size_t size() const { return open_.size(); }
  /// Of these, how many have no place in the space.
  [[nodiscard]] std::size_t without_place() const { return without_place_; }
  /// The track's row of the candidates; -1 where it is none.
  [[nodiscard]] std::int32_t row_of(std::int32_t track) const {
    return row_of_track_[static_cast<std::size_t>(track)];
  }
  [[nodiscard]] std::int32_t track(std::int32_t row) const {
    return candidates_.tracks[static_cast<std::size_t>(row)];
  }

  [[nodiscard]] std::span<const std::int32_t> open_rows() const { return open_; }

  /// It has come: no version of it comes any more.
  void pass(std::int32_t track);
  /// Whether it, another version or, where that counts, its artist has come. Such rows stay open
  /// until somebody meets and closes them.
  [[nodiscard]] bool is_passed(std::int32_t track) const;
  void close(std::int32_t row);
  /// Any that is open, all as likely; there is one.
  [[nodiscard]] std::int32_t any(Random& random) const;

  /// Holds back the songs of `before`, and then so many of those that were heard last.
  void hold_back_recent(std::span<const std::int32_t> before, std::size_t songs);
  /// Holds back what at least two more of earlier lists had than had some other candidate.
  void hold_back_exposed();
  /// The next of what was held back: by exposures, fewest first, then the songs, the one heard
  /// longest ago first. False when there is none.
  bool give_back();

 private:
  [[nodiscard]] bool is_open(std::int32_t row) const {
    return place_[static_cast<std::size_t>(row)] >= 0;
  }
  void open(std::int32_t row);
  void hold_back(const std::vector<std::int32_t>& rows);
  [[nodiscard]] std::vector<std::int32_t> recent_songs(std::span<const std::int32_t> before,
                                                       std::size_t songs) const;

  const Tables& tables_;
  const Candidates& candidates_;
  TrackSpace& space_;
  bool artists_once_;
  std::span<const std::int32_t> artist_, song_;  // by track
  std::vector<std::int32_t> row_of_track_;       // -1: no candidate
  std::vector<std::int32_t> open_, place_;       // place_: of each row in open_; -1: closed
  std::size_t without_place_ = 0;
  std::vector<std::vector<std::int32_t>> held_back_;  // rows; the last are given back first
  std::unordered_set<std::int32_t> passed_songs_, passed_artists_;
};

}  // namespace engine
