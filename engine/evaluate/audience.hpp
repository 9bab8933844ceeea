// Everybody in the library and what they played: what the stronger baselines go by, and what counts
// as popular.
//
// As of    An AudienceAsOf holds nothing but listens that had ended by its date, so what comes later
//          changes no byte of it.
// Plays    are those that pass the play rule; private sessions are left out.
// Memory   some 25 bytes a listen for an Audience, as many again for an AudienceAsOf.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/as_of.hpp"
#include "data/column_cache.hpp"

namespace engine::evaluate {

/// Everybody's whole history. Only the supervising side may hold one: lists see it as of their date.
class Audience {
 public:
  /// Of the store's every user. Throws what ColumnLoader throws.
  explicit Audience(const ColumnOptions& options);

  [[nodiscard]] const std::vector<std::shared_ptr<const PreparedColumns>>& users() const {
    return users_;
  }

 private:
  std::vector<std::shared_ptr<const PreparedColumns>> users_;  // by id
};

/// Numbers in rows of different lengths.
struct NumberRows {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::int32_t> numbers;

  [[nodiscard]] std::size_t count() const { return offsets.size() - 1; }
  [[nodiscard]] std::span<const std::int32_t> operator[](std::size_t row) const {
    return std::span(numbers).subspan(offsets[row], offsets[row + 1] - offsets[row]);
  }
  void end_row() { offsets.push_back(numbers.size()); }
};

/// How often somebody played an artist's tracks.
struct ArtistPlays {
  std::int32_t artist = 0, plays = 0;
};

/// Immutable. Users are rows, by id; artists are first artists of tracks.
class AudienceAsOf {
 public:
  AudienceAsOf(const Audience& audience, std::int64_t date);

  [[nodiscard]] std::size_t user_count() const { return user_ids_.size(); }
  /// The row of the user with this id in the store; user_count() when there is none.
  [[nodiscard]] std::size_t row_of(std::int64_t user_id) const;
  [[nodiscard]] std::size_t artist_count() const { return artist_tracks_.count(); }

  /// How many users played the track.
  [[nodiscard]] std::int32_t listeners(std::int32_t track) const {
    return listeners_[static_cast<std::size_t>(track)];
  }
  /// How many users played something by the artist.
  [[nodiscard]] std::int32_t artist_listeners(std::int32_t artist) const {
    return artist_listeners_[static_cast<std::size_t>(artist)];
  }
  /// Those that somebody played, by listeners; equal ones by tie_of() their ids (ties.hpp).
  [[nodiscard]] std::span<const std::int32_t> tracks_of(std::int32_t artist) const {
    return artist_tracks_[static_cast<std::size_t>(artist)];
  }
  /// By artist.
  [[nodiscard]] std::span<const ArtistPlays> artists_of(std::size_t user) const {
    return std::span(artist_plays_)
        .subspan(artist_plays_offsets_[user],
                 artist_plays_offsets_[user + 1] - artist_plays_offsets_[user]);
  }

  /// The different tracks played in each listening session (data/sessions.hpp) in which anything
  /// was, by their last play there; sessions by user, then start.
  [[nodiscard]] const NumberRows& sessions() const { return sessions_; }
  /// Unix seconds.
  [[nodiscard]] std::int64_t session_start(std::int32_t session) const {
    return session_starts_[static_cast<std::size_t>(session)];
  }
  /// The sessions that a track was played in, ascending.
  [[nodiscard]] std::span<const std::int32_t> sessions_with(std::int32_t track) const {
    return track_sessions_[static_cast<std::size_t>(track)];
  }

 private:
  void add_user(const AsOf& tables, std::span<const std::int32_t> artist);
  void end_session(std::int64_t start);
  void group_tracks(std::span<const std::int32_t> artist, std::span<const std::int64_t> ids,
                    std::size_t artist_count);

  std::vector<std::int64_t> user_ids_, session_starts_;
  std::vector<std::int32_t> listeners_, artist_listeners_;
  NumberRows artist_tracks_, sessions_, track_sessions_;
  std::vector<std::uint64_t> artist_plays_offsets_{0};
  std::vector<ArtistPlays> artist_plays_;
  // Scratch of the building.
  std::vector<std::int32_t> plays_of_artist_;
  std::vector<std::uint64_t> last_session_;  // by track, 1-based
};

/// By track: the short head, the most played tracks that together make up kHeadShare of everybody's
/// plays by `date`. The rest is the long tail; equal tracks by number.
inline constexpr double kHeadShare = 0.8;
std::vector<bool> short_head(const Audience& audience, std::int64_t date);

}  // namespace engine::evaluate
