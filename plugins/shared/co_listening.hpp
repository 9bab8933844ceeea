// What everybody had played by a time, arranged for finding what one of them has not: who plays
// which artists, what is played in one session, how many play a track.
//
// model.discovery keeps one as of its training; training makes one of every past date it learns
// from. Rows number tracks, artists and people of the model, from 0.
#pragma once

#include "playlist/columns.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace shared {

/// A listen further than this from the one before, start to start, begins another session.
inline constexpr std::int64_t kSessionGapSeconds = 30 * 60;

/// Views; whoever made one keeps the data. Lists hold rows, ascending unless it says otherwise.
struct CoListening {
  std::span<const std::int64_t> track_id;      // the store's
  std::span<const std::int32_t> artist;        // of each track its artist, -1: none
  std::span<const std::int32_t> listeners;     // people who played the track
  std::span<const std::int32_t> rank;          // among its artist's, 0: most listeners
  std::span<const std::int64_t> first_played;  // Unix seconds, by anybody; 0: never
  std::span<const std::int32_t> artist_listeners;
  std::span<const float> artist_length;  // Euclidean, of log(1 + plays) over the people; 0: none
  playlist::Lists artist_tracks;         // with listeners, by rank
  playlist::Lists track_people;
  playlist::Lists person_artists;         // weighted by log(1 + plays) / artist_length
  playlist::Lists artist_people;          // the same the other way round
  std::span<const float> person_squares;  // of each person the sum of the squares of those weights
  playlist::Lists session_tracks, track_sessions, session_artists, artist_sessions;

  [[nodiscard]] std::size_t tracks() const { return artist.size(); }
  [[nodiscard]] std::size_t artists() const { return artist_listeners.size(); }
  [[nodiscard]] std::size_t people() const { return person_artists.rows(); }
  [[nodiscard]] std::size_t sessions() const { return session_tracks.rows(); }
};

/// A number for each track that says nothing about when it came into the store or by whom, as ids
/// do: equally good tracks are ordered by it, ascending. Else a list as of a past date would know
/// something of what was played later.
std::uint64_t tie_of(std::int64_t track_id);

/// Everybody's listens, each person's in the order of their times.
struct EverybodysListens {
  std::span<const std::int64_t> begin;  // people + 1 entries: rows of person p
  std::span<const std::int64_t> ts;     // start, Unix seconds
  std::span<const std::int32_t> track;  // row
  std::span<const std::uint8_t> is_play;
  std::span<const std::int64_t> track_id;  // of each track row
  std::span<const std::int32_t> artist;    // of each track row, -1: none
  std::size_t artists = 0;

  [[nodiscard]] std::size_t people() const { return begin.size() - 1; }
  /// One person's listens that began before `until`: a range of rows.
  [[nodiscard]] std::pair<std::size_t, std::size_t> rows_before(std::size_t person,
                                                                std::int64_t until) const;
};

/// Lists under construction.
class GrowingLists {
 public:
  void add(std::int32_t value) { values_.push_back(value); }
  void add(std::int32_t value, float weight) {
    values_.push_back(value);
    weights_.push_back(weight);
  }
  void end_row() { offsets_.push_back(values_.size()); }
  [[nodiscard]] std::size_t rows() const { return offsets_.size() - 1; }
  [[nodiscard]] std::span<const std::int32_t> row(std::size_t row) const {
    return {values_.data() + offsets_[row],
            static_cast<std::size_t>(offsets_[row + 1] - offsets_[row])};
  }
  /// Multiplies every weight by factor(value).
  template <typename Factor>
  void scale(const Factor& factor) {
    for (std::size_t k = 0; k < values_.size(); ++k) weights_[k] *= factor(values_[k]);
  }
  /// Of the weights of a row.
  [[nodiscard]] float sum_of_squares(std::size_t row) const {
    float sum = 0;
    for (std::uint64_t k = offsets_[row]; k < offsets_[row + 1]; ++k)
      sum += weights_[k] * weights_[k];
    return sum;
  }
  /// Values become rows, of which there are `columns`, and keep their weights.
  [[nodiscard]] GrowingLists turned_round(std::size_t columns) const;
  /// Valid until these lists change or move.
  [[nodiscard]] const playlist_lists& c_lists() const {
    c_lists_ = {sizeof(playlist_lists),
                0,
                static_cast<std::int64_t>(rows()),
                offsets_.data(),
                values_.data(),
                weights_.empty() ? nullptr : weights_.data()};
    return c_lists_;
  }

 private:
  std::vector<std::uint64_t> offsets_{0};
  std::vector<std::int32_t> values_;
  std::vector<float> weights_;
  mutable playlist_lists c_lists_{};
};

/// Counts what everybody played before `until`, and keeps their latest `most_sessions` sessions of
/// two tracks or more. `listens` must outlive it.
class CoListeningOf {
 public:
  CoListeningOf(const EverybodysListens& listens, std::int64_t until, std::size_t most_sessions);
  CoListeningOf(const CoListeningOf&) = delete;
  CoListeningOf& operator=(const CoListeningOf&) = delete;

  [[nodiscard]] CoListening view() const;
  /// The lists of the view by their names, to be kept.
  struct NamedLists {
    const char* name;
    const playlist_lists* lists;
  };
  [[nodiscard]] std::array<NamedLists, 8> named_lists() const;

 private:
  void count_people(const EverybodysListens& listens, std::int64_t until);
  void find_sessions(const EverybodysListens& listens, std::int64_t until,
                     std::size_t most_sessions);
  void rank_tracks(const EverybodysListens& listens);

  std::span<const std::int64_t> track_id_;
  std::span<const std::int32_t> artist_;
  std::vector<std::int32_t> listeners_, plays_, rank_, artist_listeners_;
  std::vector<std::int64_t> first_played_;
  std::vector<float> artist_length_, person_squares_;
  GrowingLists artist_tracks_, track_people_, person_artists_, artist_people_;
  GrowingLists session_tracks_, track_sessions_, session_artists_, artist_sessions_;
};

}  // namespace shared
