// Follows what the Music Player Daemon plays.
//
// MPD says that something has changed (idle player), not what: what a song's end was is read off
// where it stood. One that stood within two seconds of its end, or within a quarter of its length
// if that is less, ended by itself; one that stood before and gave way to another was skipped; one
// that was stopped was neither.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "players/heard_song.hpp"
#include "players/player_status.hpp"

struct mpd_connection;

namespace engine::players {

/// What was heard, by the statuses that come one after the other. Knows nothing of MPD's protocol.
class HeardSongs {
 public:
  /// A song that is over by this status, where the one before was of another or of an earlier play.
  /// `now_ms`: milliseconds of a clock that is never set.
  std::optional<HeardSong> take(const PlayerStatus& status, const HeardSong& song,
                                std::int64_t now_ms, std::int64_t unix_seconds);
  /// The song that is under way, as of now.
  [[nodiscard]] std::optional<HeardSong> under_way(std::int64_t now_ms) const;

 private:
  [[nodiscard]] std::int64_t played_until(std::int64_t now_ms) const;
  [[nodiscard]] std::int64_t stood_at(std::int64_t now_ms) const;
  [[nodiscard]] HeardSong ended(std::int64_t now_ms, bool gives_way) const;

  PlayerStatus last_;
  HeardSong song_;
  std::int64_t last_ms_ = 0;    // when last_ was
  std::int64_t played_ms_ = 0;  // until then
};

/// Threads: one.
class MpdFollower {
 public:
  /// Takes over a connected socket, at which MPD has said nothing yet. Throws Error(kInput) where
  /// that is no MPD, or it refuses the password ("": none is told). `follows_queue`: changes of the
  /// queue and of how it is played end a wait, too.
  MpdFollower(int socket, const std::string& password, bool follows_queue = false);
  ~MpdFollower();
  MpdFollower(const MpdFollower&) = delete;
  MpdFollower& operator=(const MpdFollower&) = delete;

  /// Waits for a change, `patience` at most; a song that is over by it. Throws Error(kInput) when
  /// MPD is gone.
  std::optional<HeardSong> wait(std::chrono::milliseconds patience);
  /// As of the last look, and when MPD told of what was looked at then.
  [[nodiscard]] const PlayerStatus& status() const { return status_; }
  [[nodiscard]] std::chrono::steady_clock::time_point changed_at() const { return changed_at_; }
  /// For other questions, between waits.
  [[nodiscard]] mpd_connection* connection() const { return connection_.get(); }
  /// What is heard now, as far as it was heard.
  [[nodiscard]] std::optional<HeardSong> under_way() const;

 private:
  std::optional<HeardSong> look();
  [[noreturn]] void fail() const;

  struct Free {
    void operator()(mpd_connection* connection) const;
  };
  using Connection = std::unique_ptr<mpd_connection, Free>;
  Connection connection_;
  HeardSongs heard_;
  bool follows_queue_;
  PlayerStatus status_;
  std::chrono::steady_clock::time_point changed_at_;
};

}  // namespace engine::players
