// What comes next in a queue, once a song of it was skipped.
//
// fit(s) = sum over the last 12 songs heard e of 0.8^age * weight(e) * near(e, s) + 2 * gladness(s)
// near   = 1 for the same artist, else how often the two artists are heard together (cosine, 0..1);
//          and half of how alike they sound, exp(-distance^2 / (2 * 0.25^2)) over four features
// weight   1 for a song that was heard through; of one that was skipped minus the share of it that
//          was not heard
// gladness how much more of this artist's plays is heard through than of all plays of the person
//
// The songs are put in order of fit(s) - 0.3 * place / songs, so that one that nothing speaks for or
// against stays about where the list had it, and then an artist's songs three apart where possible.
// Three quick skips in a row (less than half heard) all count in full, and the list's own order a
// third: on to another mood. Nothing is drawn: the same songs and listens, the same plan.
//
// Replayed on what 37 people really heard and skipped (tests/bench/replan_bench.cpp; 3,889 stretches
// of 30 songs by many artists, their order drawn, 15 of them played): 67.3 % of the songs were heard
// for 30 seconds, 63.9 % where the queue was left as it was: +3.4 points for a person, 95 % interval
// 2.6 to 4.1. By gladness alone +3.0 (2.1 to 3.9), by the artists of skips alone +0.1 (-0.2 to 0.4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "players/acquaintance.hpp"

namespace engine::players {

/// Energy, valence, danceability, acousticness; 0..1.
using Sound = std::array<float, 4>;

struct QueueSong {
  int id = -1;  // of its place in the queue, which it keeps wherever it is moved
  std::string uri, title, artist, mbid;
  bool is_ours = false;             // the engine has put it into a list of this player
  std::int32_t artist_number = 0;   // 0: not known
  std::optional<Sound> sound = {};  // nothing where it is not known
};

/// A song that is over, for what comes next.
struct SongHeard {
  std::string title, artist;
  std::int32_t artist_number = 0;
  std::optional<Sound> sound = {};
  double weight = 0;          // -1..1
  std::int64_t ended_at = 0;  // Unix seconds
};

/// What was heard since the last long pause.
class HeardSession {
 public:
  /// `songs`: of the session that goes on, oldest first; a pause of more than `gap_seconds` ends it.
  HeardSession(std::vector<SongHeard> songs, std::int64_t gap_seconds)
      : songs_(std::move(songs)), gap_seconds_(gap_seconds) {}
  /// Whether it has begun another session.
  bool add(const SongHeard& song, std::int64_t started_at);
  [[nodiscard]] const std::vector<SongHeard>& songs() const { return songs_; }

 private:
  std::vector<SongHeard> songs_;
  std::int64_t gap_seconds_;
};

/// Why a song goes up or down.
struct PlanReason {
  enum class Kind : std::uint8_t { kNone, kArtist, kTogether, kSound, kGladness };
  Kind kind = Kind::kNone;
  double amount = 0;      // of fit(s): > 0 speaks for it
  std::size_t heard = 0;  // of all but kGladness: which song
};

struct QueuePlan {
  std::vector<std::size_t> order;  // of the songs given
  /// Per song given: what speaks most for it, and what most against it, where it is worth telling.
  std::vector<PlanReason> likes, dislikes;
  std::size_t quick_skips = 0;  // in a row, up to now
  bool is_elsewhere = false;    // on to another mood
};

/// `songs` as they would come; `heard`, oldest first, what was heard in this session; `now`, the
/// artist of the song that plays.
QueuePlan plan_queue(const std::vector<QueueSong>& songs, const std::vector<SongHeard>& heard,
                     std::int32_t now, const Acquaintance& artists);

/// "by Ann, like \"Song\", which you skipped"; "" for kNone.
std::string reason_text(const PlanReason& reason, const QueueSong& song,
                        const std::vector<SongHeard>& heard);

}  // namespace engine::players
