// What somebody's past says, at a moment, of the tracks that may come next: the features by which
// model.choice learns what they pick (choice) and what they let play (acceptance). Training and
// ranking read the same ones, so both mean the same numbers.
//
// As of   A listen counts from the moment that it is over: nothing of what somebody was hearing or
//         heard later is in a feature. Starts and ends are whole seconds, so that one play may
//         begin a second before the one ahead of it has ended: kRounding.
#pragma once

#include "playlist/call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shared {

/// How a play ended that says whether it was liked there and then.
enum class Ending : std::uint8_t {
  kOther,    // neither, or it is not known
  kLetPlay,  // to its end: "trackdone"
  kSkipped,  // "fwdbtn"
};
Ending ending_of(std::string_view end_reason);

/// When a listen was over, rounded up; its start where nobody knows how long it was.
inline std::int64_t end_of_play(std::int64_t ts, std::int32_t ms_played) {
  if (playlist::is_missing(ms_played)) return ts;
  return ts + (static_cast<std::int64_t>(ms_played) + 999) / 1000;
}

/// A listen of one person.
struct PastListen {
  std::int64_t ts = 0, end = 0;  // Unix seconds
  std::int32_t track = 0;
  std::int32_t session = 0;  // the same for listens that no long pause parts
  bool is_play = false, is_skip = false, is_finished = false;
  Ending ending = Ending::kOther;
};

/// Of each track of a load; kept as views.
struct TrackFacts {
  std::span<const std::int32_t> artist, album;  // the first artist; < 0: none
  playlist::Lists track_artists;                // everybody that is on it
};
TrackFacts track_facts(const playlist::Call& call);

/// Name, what an explanation says of it, and, for a choice, the same number as a recipe's formula
/// says it from columns.
struct SignalFeature {
  const char* name;
  const char* meaning;
  const char* formula = "";
};

inline constexpr std::size_t kChoiceFeatures = 8;
using ChoiceRow = std::array<float, kChoiceFeatures>;
std::span<const SignalFeature, kChoiceFeatures> choice_features();

/// The first kAcceptanceOfTrack tell tracks apart, the others tell of the moment only.
inline constexpr std::size_t kAcceptanceFeatures = 9, kAcceptanceOfTrack = 4;
using AcceptanceRow = std::array<float, kAcceptanceFeatures>;
std::span<const SignalFeature, kAcceptanceFeatures> acceptance_features();

/// The names, one a line: what an artifact is checked by.
std::string feature_names(std::span<const SignalFeature> features);

/// Threads: one.
class ListenerPast {
 public:
  static constexpr std::int64_t kRounding = 2;  // seconds

  explicit ListenerPast(const TrackFacts& facts) : facts_(facts) {}

  /// A listen began, not before those told of so far.
  void hear(const PastListen& listen) { open_.push_back(listen); }
  /// The moment that all the following are of; never earlier than the one before. In another
  /// session than the last, nothing was heard in it yet.
  void at(std::int64_t now, std::int32_t session);

  /// Where a track stands here; -1: never heard.
  [[nodiscard]] std::int32_t place(std::int32_t track) const;
  [[nodiscard]] std::size_t plays(std::int32_t place) const { return past(place).plays.size(); }
  /// Places of the tracks that were played, in the order of their first play, and of every play:
  /// what there was to choose from, and what a draw by popularity draws from.
  [[nodiscard]] std::span<const std::int32_t> played() const { return played_; }
  [[nodiscard]] std::span<const std::int32_t> all_plays() const { return all_plays_; }

  [[nodiscard]] ChoiceRow choice(std::int32_t place) const;
  [[nodiscard]] AcceptanceRow acceptance(std::int32_t place) const;
  /// The share of the track's plays that were skipped, of those let play or skipped; one skip and
  /// three others are added.
  [[nodiscard]] double skip_rate(std::int32_t place) const;
  /// How the play before in this session ended.
  [[nodiscard]] Ending previous() const { return session_past_.previous; }

 private:
  /// Plays by how they ended.
  struct Endings {
    double let_play = 0, skipped = 0;

    void add(Ending ending) {
      let_play += ending == Ending::kLetPlay;
      skipped += ending == Ending::kSkipped;
    }
    /// The log of skipped to let play, drawn to one in four as if it were known of `prior` plays.
    [[nodiscard]] float skip_odds(double prior) const;
  };
  /// The same, a play of half a year ago counting for half.
  struct LateEndings {
    Endings counts;
    std::int64_t as_of = 0;

    void add(Ending ending, std::int64_t ts);
    [[nodiscard]] float skip_odds(double prior, std::int64_t now) const;
  };
  struct TrackPast {
    std::int32_t track = 0, artist = -1;  // the artist's place
    std::vector<std::int64_t> plays;      // their starts
    std::int32_t skips = 0, finished = 0;
    Endings ever;
    LateEndings lately;
  };
  struct ArtistPast {
    std::int32_t plays = 0;
    std::int64_t last_step = -1;  // of the listens, counted from 0
    LateEndings lately;
  };
  struct SessionPast {
    std::int32_t track = -1;  // the last one
    Ending previous = Ending::kOther;
    std::int32_t skips_in_a_row = 0;
    Endings endings;
  };

  [[nodiscard]] const TrackPast& past(std::int32_t place) const {
    return tracks_[static_cast<std::size_t>(place)];
  }
  std::int32_t place_of_track(std::int32_t track);
  std::int32_t place_of_artist(std::int32_t artist);
  void take(const PastListen& listen);
  void take_ending(const PastListen& listen, TrackPast& track);
  [[nodiscard]] float log_steps(const TrackPast& track) const;
  [[nodiscard]] float log_artist_plays(const TrackPast& track) const;
  [[nodiscard]] bool is_alike(std::int32_t track, std::span<const std::int32_t> values) const;

  TrackFacts facts_;
  std::vector<PastListen> open_;  // not known to be over
  std::int64_t now_ = 0;
  std::int32_t session_ = -1;
  SessionPast session_past_;
  LateEndings lately_;  // of everything
  std::int64_t steps_ = 0;
  std::vector<TrackPast> tracks_;
  std::vector<ArtistPast> artists_;
  std::unordered_map<std::int32_t, std::int32_t> track_places_, artist_places_;
  std::vector<std::int32_t> played_, all_plays_;
};

}  // namespace shared
