// What speaks for tracks that a listener has never played, by what everybody plays: the signals of
// the recalls familiar, artist_cf, session_neighbours and fresh, the candidates that they find, and
// the features by which model.discovery ranks them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "co_listening.hpp"
#include "listener_profile.hpp"

namespace shared {

/// Numbers by row of a CoListening, scaled so that the largest is 1; all 0 where nothing speaks for
/// anything.
using Signal = std::vector<float>;

/// Which rows of people in the model are the listener; -1: none of them.
using PersonRow = std::int32_t;

/// What people have in common with the listener; all 0 for the listener.
struct PeopleSharing {
  /// By person: what they play of the listener's artists, added up by log(1 + plays decayed by 60
  /// days).
  std::vector<float> lately;
  /// By person: the cosine of what they and the listener play, by artist.
  std::vector<float> alike;
};
PeopleSharing people_sharing(const CoListening& all, const ListenerProfile& listener,
                             PersonRow self);

/// How alike the audiences of each artist and of the listener's artists are: the cosine, over
/// people, of log(1 + plays), added up over the listener's artists by log(1 + plays decayed by 60
/// days) (Sarwar et al., WWW 2001, with artists for items). The listener's own plays do not count;
/// artists of fewer than two listeners have 0.
Signal artist_audiences(const CoListening& all, const PeopleSharing& people);

/// How often artists are played in one session with the listener's: cosine over sessions, those of
/// many artists counting less, by log(1 + plays decayed by 7 or 28 days). Of an artist in very many
/// sessions some stand for all, as of a track below.
struct SessionArtists {
  Signal by_7_days, by_28_days;
};
SessionArtists session_artists(const CoListening& all, const ListenerProfile& listener);

/// A signal that speaks for few of very many tracks.
struct TrackSignal {
  Signal of;                       // by track row
  std::vector<std::int32_t> rows;  // those it speaks for, in no particular order
};
/// How often tracks are played in one session with what the listener played lately (Ludewig,
/// Jannach: Evaluation of Session-based Recommendation Algorithms, UMUAI 2018, with sessions
/// weighed by how much of them the listener knows): the mean over a track's sessions, with five
/// empty ones added.
TrackSignal session_tracks(const CoListening& all, const ListenerProfile& listener);

// ---- candidates
// ---------------------------------------------------------------------------------

struct ScoredTrackRow {
  std::int32_t track;
  float score;
};
/// Whether a track row may be a candidate: not heard, and known to the load.
using MayBe = std::function<bool(std::int32_t row)>;

/// Best first, equal ones by tie_of(). Each gives at most `limit`, none of a score of 0.
///
/// Tracks by artists that the listener plays: log(1 + plays decayed by 60 days) x sqrt(listeners).
std::vector<ScoredTrackRow> familiar_tracks(const CoListening& all, const ListenerProfile& listener,
                                            const MayBe& may_be, std::size_t limit);
/// The `per_artist` tracks of most listeners by artists that the listener never came across: the
/// artist's audience x 1 / (1 + log(1 + rank)).
std::vector<ScoredTrackRow> audience_tracks(const CoListening& all, const ListenerProfile& listener,
                                            const Signal& audiences, const MayBe& may_be,
                                            std::size_t per_artist, std::size_t limit);
/// Tracks of session_tracks().
std::vector<ScoredTrackRow> neighbour_tracks(const CoListening& all, const TrackSignal& tracks,
                                             const MayBe& may_be, std::size_t limit);
/// As familiar_tracks() of tracks that anybody played first in the last `days` days.
std::vector<ScoredTrackRow> fresh_tracks(const CoListening& all, const ListenerProfile& listener,
                                         const MayBe& may_be, std::int64_t days, std::size_t limit);

/// Which of what a listener plays speaks most for something, and how much of all that speaks for it
/// that is, 0..1; row -1: nothing.
struct Giver {
  std::int32_t row = -1;
  float share = 0;
};
/// Of each artist: the one of the listener's artists that gives most to its audience.
std::vector<Giver> audience_givers(const CoListening& all, const ListenerProfile& listener,
                                   const PeopleSharing& people,
                                   std::span<const std::int32_t> artists);
/// Of each track: the track played lately that gives most to its session_tracks().
std::vector<Giver> session_givers(const CoListening& all, const ListenerProfile& listener,
                                  std::span<const ScoredTrackRow> tracks);

/// As many of each as the recalls find by default.
struct CandidateCounts {
  std::size_t familiar = 1500, audience = 1000, neighbours = 1000, fresh = 300;
  std::size_t per_artist = 5;
  std::int64_t fresh_days = 90;
};

/// All signals of one listener.
struct DiscoverySignals {
  PeopleSharing people;
  Signal audiences;
  SessionArtists sessions;
  TrackSignal tracks;

  DiscoverySignals() = default;
  DiscoverySignals(const CoListening& all, const ListenerProfile& listener, PersonRow self)
      : people(people_sharing(all, listener, self)),
        audiences(artist_audiences(all, people)),
        sessions(session_artists(all, listener)),
        tracks(session_tracks(all, listener)) {}
};

/// What the recalls find together, each track once, ascending.
std::vector<std::int32_t> discovery_candidates(const CoListening& all,
                                               const ListenerProfile& listener,
                                               const DiscoverySignals& signals, const MayBe& may_be,
                                               const CandidateCounts& counts);

// ---- features
// -----------------------------------------------------------------------------------

/// Logarithms of signals and counts, so that a sum of weighted features is a product of powers. A
/// name with "known." is 0 where the listener never played the artist, one with "new." where they
/// did: what makes somebody try another song of an artist they know is not what makes them try an
/// artist.
struct DiscoveryFeature {
  const char* name;
  const char* meaning;  // "how many play it": what an explanation says of it
  float prior;          // its weight before anything was learned
};
inline constexpr std::size_t kSharedFeatures = 10;  // once known, once new
inline constexpr std::size_t kDiscoveryFeatures = 2 * kSharedFeatures + 8;
using DiscoveryRow = std::array<float, kDiscoveryFeatures>;
std::span<const DiscoveryFeature, kDiscoveryFeatures> discovery_features();
/// The names of discovery_features(), one a line.
std::string discovery_feature_names();

/// Features of tracks for one listener.
class DiscoveryFeatures {
 public:
  /// All are kept as views.
  DiscoveryFeatures(const CoListening& all, const ListenerProfile& listener,
                    const DiscoverySignals& signals)
      : all_(all), listener_(listener), signals_(signals) {}
  /// `track` has listeners.
  [[nodiscard]] DiscoveryRow of(std::int32_t track) const;

 private:
  const CoListening& all_;
  const ListenerProfile& listener_;
  const DiscoverySignals& signals_;
};

}  // namespace shared
