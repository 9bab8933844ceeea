// The queue of a Music Player Daemon, kept in memory, and what of it comes next put in another order
// once a song is skipped (queue_plan.hpp).
//
// Whose    Songs that the engine has put into a list of this player are moved among the places that
//          they have; those of others keep their places. Nothing is taken out or put in.
// Edits    The fewest moves, in one list of commands, which MPD carries out as a whole: whoever is
//          killed has changed all or nothing. Songs are named by their ids: one that somebody else
//          has taken out meanwhile ends the list there, and what stands then is a queue as good.
// Reasons  of each song that was moved on purpose, as its sticker "replanned": later, one by one, as
//          MPD answers nobody while it writes one to the disc.
// Not      while MPD plays in random order, where the queue's order is not what comes next; and where
//          somebody went back to a song before.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "players/heard_song.hpp"
#include "players/player_status.hpp"
#include "players/queue_plan.hpp"

struct mpd_connection;

namespace engine::players {

/// What is known of songs beside what the player says.
class SongKnowledge {
 public:
  virtual ~SongKnowledge() = default;
  /// Fills in artist_number and sound.
  virtual void look_up(const std::vector<QueueSong*>& songs) = 0;
  /// What outputs keep of each list that was put into this player (shared/kept_list.hpp).
  [[nodiscard]] virtual std::vector<std::string> kept_lists() const = 0;
  /// -1 .. 1, as in queue_plan.hpp; 0: it counts as neither.
  [[nodiscard]] virtual double weight(const HeardSong& song) const = 0;
  /// The session that goes on, oldest first.
  [[nodiscard]] virtual HeardSession session() const = 0;
  /// By all that was heard, to which add() adds.
  [[nodiscard]] virtual Acquaintance acquaintance(
      const std::vector<std::int32_t>& artists) const = 0;
  virtual void add(const SongHeard& song, bool begins_session) = 0;
};

/// What was done to the queue, and why.
struct Replanned {
  struct Song {
    std::string uri, title, artist;
    std::size_t from = 0, to = 0;  // places in the queue, from 1
    std::string why;
  };
  HeardSong after;  // the song that was skipped
  std::size_t quick_skips = 0;
  bool is_elsewhere = false;  // on to another mood
  std::size_t ours = 0;       // songs to come that were planned
  std::size_t moves = 0;      // that it took
  std::vector<Song> moved;    // on purpose, by the places they have now
  double milliseconds = 0;    // from what MPD said to its answer to the last move
};

/// Threads: one. Throws Error(kInput) when MPD is gone.
class LiveQueue {
 public:
  /// Both live longer.
  LiveQueue(mpd_connection* connection, SongKnowledge& knowledge);

  /// Reads what has changed. To be called whenever nobody waits.
  void look(const PlayerStatus& status);
  /// A song is over, as of `since`; what that came to, where it changed anything.
  std::optional<Replanned> take(const HeardSong& song, const PlayerStatus& status,
                                std::chrono::steady_clock::time_point since);
  /// What MPD said where it does not let us move songs; "" where it does.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  /// Some songs' reasons are not told yet.
  [[nodiscard]] bool has_reasons() const { return !untold_.empty(); }
  /// Tells MPD that of the one that comes first.
  void tell_reason();

 private:
  void read_changes(const PlayerStatus& status);
  void read_all();
  void look_up(const std::vector<QueueSong*>& songs);
  void learn();
  void keep_reasons(const Replanned& replanned);
  [[nodiscard]] std::optional<std::size_t> place_of(int id) const;
  SongHeard heard(const HeardSong& song);
  std::optional<Replanned> replan(const HeardSong& song, const PlayerStatus& status,
                                  std::chrono::steady_clock::time_point since);
  bool move(const std::vector<int>& before, const std::vector<int>& after, std::size_t first,
            std::size_t& moves);
  /// Throws where the connection is gone; false where MPD has refused a command.
  bool is_answered(bool is_done);

  mpd_connection* connection_;
  SongKnowledge& knowledge_;
  std::vector<int> queue_;  // ids
  unsigned version_ = 0;    // of the queue
  std::unordered_map<int, QueueSong> songs_;
  HeardSession heard_;
  Acquaintance artists_;
  bool is_acquainted_ = false;
  std::string refusal_;
  std::deque<std::pair<std::string, std::string>> untold_;  // of which file, why
};

}  // namespace engine::players
