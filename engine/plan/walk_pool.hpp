// The candidates of a walk that may still come, and those that are held back until nothing else is
// left.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "data/tables.hpp"
#include "plan/candidates.hpp"
#include "plan/track_ranks.hpp"
#include "plan/track_space.hpp"
#include "plan/walk_context.hpp"

namespace engine {

/// Numbers 0 .. size - 1, as a list from which some are taken and given back, in constant time and
/// with memory for what was touched: most of many candidates are never met.
class OpenRows {
 public:
  explicit OpenRows(std::size_t size) : size_(size), at_(size), place_(size) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::int32_t operator[](std::size_t place) const { return at_[place]; }
  [[nodiscard]] bool has(std::int32_t row) const {
    return place_[static_cast<std::size_t>(row)] != kTaken;
  }
  /// The last one comes to its place.
  void take(std::int32_t row);
  /// As the last one.
  void give_back(std::int32_t row);

 private:
  static constexpr std::int32_t kTaken = -1;

  /// Item k is k until it is written.
  class Numbers {
   public:
    explicit Numbers(std::size_t size) : blocks_((size + kBlock - 1) / kBlock) {}
    std::int32_t operator[](std::size_t k) const {
      const auto& block = blocks_[k / kBlock];
      return block ? (*block)[k % kBlock] : static_cast<std::int32_t>(k);
    }
    void write(std::size_t k, std::int32_t number);

   private:
    static constexpr std::size_t kBlock = 64;
    std::vector<std::unique_ptr<std::array<std::int32_t, kBlock>>> blocks_;
  };
  std::size_t size_;
  Numbers at_, place_;  // place_: of each row in at_, or kTaken
};

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
    return ranks_ ? ranks_->place(track) : row_of_track_[static_cast<std::size_t>(track)];
  }
  [[nodiscard]] std::int32_t track(std::int32_t row) const {
    return candidates_.tracks[static_cast<std::size_t>(row)];
  }

  [[nodiscard]] const OpenRows& open_rows() const { return open_; }

  /// It has come: no version of it comes any more.
  void pass(std::int32_t track);
  /// Whether it, another version or, where that counts, its artist has come. Such rows stay open
  /// until somebody meets and closes them.
  [[nodiscard]] bool is_passed(std::int32_t track) const;
  void close(std::int32_t row);
  /// Any that is open, all as likely; there is one.
  [[nodiscard]] std::int32_t any(Random& random) const;

  /// Holds back the songs of `before`, and then so many of those that were heard last: the latest of
  /// them, up to half of the candidates, so that there is something to choose from.
  void hold_back_recent(std::span<const std::int32_t> before, std::size_t songs);
  /// Holds back what at least two more of earlier lists had than had some other candidate.
  void hold_back_exposed(const Exposures& exposures);
  /// The next of what was held back: by exposures, fewest first, then the songs, those heard longest
  /// ago first, half of them at a time. False when there is none.
  bool give_back();

 private:
  void open(std::int32_t row);
  void hold_back(std::span<const std::int32_t> rows);
  [[nodiscard]] std::vector<std::int32_t> recent_songs(std::span<const std::int32_t> before,
                                                       std::size_t songs) const;

  const Tables& tables_;
  const Candidates& candidates_;
  TrackSpace& space_;
  bool artists_once_;
  std::span<const std::int32_t> artist_, song_;  // by track
  std::optional<TrackRanks> ranks_;              // where the candidates' tracks ascend
  std::vector<std::int32_t> row_of_track_;       // else; -1: no candidate
  OpenRows open_;
  std::size_t without_place_ = 0;
  std::vector<std::vector<std::int32_t>> held_back_;  // rows; the last are given back first
  std::vector<bool> passed_songs_, passed_artists_;   // as far as the last one that has passed
};

}  // namespace engine
