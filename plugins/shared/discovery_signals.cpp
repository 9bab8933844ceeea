#include "discovery_signals.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace shared {
namespace {

constexpr std::int32_t kFewestListeners = 2;
// Of a month's plays: what is less changes nothing that a list could show.
constexpr double kLeastWeight = 0.01;
// Empty sessions that a track is taken to have been in besides its own.
constexpr double kPriorSessions = 5;

std::size_t index(std::int32_t row) {
  return static_cast<std::size_t>(row);
}

void scale_to_one(Signal& signal) {
  float largest = 0;
  for (const float value : signal) largest = std::max(largest, value);
  if (!(largest > 0)) {
    std::fill(signal.begin(), signal.end(), 0.0f);
    return;
  }
  for (float& value : signal) value /= largest;
}
void scale_to_one(TrackSignal& signal) {
  float largest = 0;
  for (const std::int32_t row : signal.rows) largest = std::max(largest, signal.of[index(row)]);
  for (const std::int32_t row : signal.rows) signal.of[index(row)] /= largest;
}

/// What a track or an artist that is in very many sessions says, some of them say too.
constexpr std::size_t kMostSessionsOfTrack = 64, kMostSessionsOfArtist = 128;

/// Up to `most` of the sessions, evenly spread over them, and so over the people they are of.
/// use(session, how many each stands for).
template <typename Use>
void each_of_some(std::span<const std::int32_t> sessions, std::size_t most, const Use& use) {
  const std::size_t count = std::min(most, sessions.size());
  const float each = static_cast<float>(sessions.size()) / static_cast<float>(count);
  for (std::size_t k = 0; k < count; ++k) use(sessions[k * sessions.size() / count], each);
}

/// Sums by session of what the listener knows of it; only those touched are visited.
template <typename Sum>
class SessionSums {
 public:
  explicit SessionSums(std::size_t sessions) : places_(sessions, -1) {}
  Sum& of(std::int32_t session) {
    std::int32_t& place = places_[index(session)];
    if (place < 0) {
      place = static_cast<std::int32_t>(sums_.size());
      sums_.push_back({session, Sum{}});
    }
    return sums_[index(place)].sum;
  }
  template <typename Use>
  void each(const Use& use) const {
    for (const Entry& entry : sums_) use(entry.session, entry.sum);
  }

 private:
  struct Entry {
    std::int32_t session;
    Sum sum;
  };
  std::vector<std::int32_t> places_;
  std::vector<Entry> sums_;
};

/// Best first, equal ones by tie_of().
struct IsBetter {
  const CoListening& all;
  bool operator()(const ScoredTrackRow& a, const ScoredTrackRow& b) const {
    if (a.score != b.score) return a.score > b.score;
    return tie_of(all.track_id[index(a.track)]) < tie_of(all.track_id[index(b.track)]);
  }
};

/// Keeps the best `limit`, best first.
void keep_best(const CoListening& all, std::vector<ScoredTrackRow>& tracks, std::size_t limit) {
  if (limit < tracks.size()) {
    std::nth_element(tracks.begin(), tracks.begin() + static_cast<std::ptrdiff_t>(limit),
                     tracks.end(), IsBetter{all});
    tracks.resize(limit);
  }
  std::sort(tracks.begin(), tracks.end(), IsBetter{all});
}

/// The best `limit` of those that may be candidates, which is asked of the best only: it takes looks
/// at columns that lie far apart.
std::vector<ScoredTrackRow> best_that_may_be(const CoListening& all,
                                             std::vector<ScoredTrackRow> tracks,
                                             const MayBe& may_be, std::size_t limit) {
  std::vector<ScoredTrackRow> kept;
  for (auto begin = tracks.begin(); kept.size() < limit && begin != tracks.end();) {
    const auto left = static_cast<std::size_t>(tracks.end() - begin);
    const std::size_t wanted = limit - kept.size();
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(left, wanted + wanted / 8 + 16));
    std::nth_element(begin, end, tracks.end(), IsBetter{all});
    std::copy_if(begin, end, std::back_inserter(kept),
                 [&](const ScoredTrackRow& one) { return may_be(one.track); });
    begin = end;
  }
  keep_best(all, kept, limit);
  return kept;
}

/// use(track, log(1 + decayed plays of its artist)).
template <typename Use>
void each_familiar(const CoListening& all, const ListenerProfile& listener, const Use& use) {
  for (const ArtistTaste& taste : listener.artists()) {
    const double affinity = std::log1p(taste.in_60_days);
    if (!(affinity > 0)) continue;
    for (const std::int32_t track : all.artist_tracks[taste.artist]) use(track, affinity);
  }
}

float familiarity(const CoListening& all, std::int32_t track, double affinity) {
  return static_cast<float>(affinity * std::sqrt(static_cast<double>(all.listeners[index(track)])));
}

}  // namespace

PeopleSharing people_sharing(const CoListening& all, const ListenerProfile& listener,
                             PersonRow self) {
  struct Weight {
    std::int32_t artist;
    float lately, ever;
  };
  std::vector<Weight> weights;
  double squares = 0;
  for (const ArtistTaste& taste : listener.artists()) {
    const auto lately = static_cast<float>(std::log1p(taste.in_60_days));
    const float length = all.artist_length[index(taste.artist)];
    if (!(length > 0)) continue;  // nobody plays it
    const double ever = std::log1p(taste.plays) / static_cast<double>(length);
    weights.push_back({taste.artist, lately, static_cast<float>(ever)});
    squares += ever * ever;
  }
  std::sort(weights.begin(), weights.end(),
            [](const Weight& a, const Weight& b) { return a.artist < b.artist; });
  PeopleSharing people{std::vector<float>(all.people()), std::vector<float>(all.people())};
  for (const Weight& weight : weights) {
    const auto who = all.artist_people[weight.artist];
    const auto plays = all.artist_people.weights(weight.artist);
    for (std::size_t k = 0; k < who.size(); ++k) {
      people.lately[index(who[k])] += weight.lately * plays[k];
      people.alike[index(who[k])] += weight.ever * plays[k];
    }
  }
  if (self >= 0) people.lately[index(self)] = people.alike[index(self)] = 0;
  for (std::size_t person = 0; person < all.people(); ++person) {
    float& alike = people.alike[person];
    if (alike > 0) alike /= std::sqrt(all.person_squares[person] * static_cast<float>(squares));
  }
  return people;
}

Signal artist_audiences(const CoListening& all, const PeopleSharing& people) {
  Signal signal(all.artists());
  for (std::size_t person = 0; person < all.people(); ++person) {
    const float shared = people.lately[person];
    if (shared == 0) continue;
    const auto artists = all.person_artists[static_cast<std::int64_t>(person)];
    const auto plays = all.person_artists.weights(static_cast<std::int64_t>(person));
    for (std::size_t k = 0; k < artists.size(); ++k) signal[index(artists[k])] += shared * plays[k];
  }
  for (std::size_t artist = 0; artist < signal.size(); ++artist)
    if (all.artist_listeners[artist] < kFewestListeners) signal[artist] = 0;
  scale_to_one(signal);
  return signal;
}

SessionArtists session_artists(const CoListening& all, const ListenerProfile& listener) {
  struct Known {
    float by_7_days = 0, by_28_days = 0;
  };
  const auto length = [&](std::int32_t artist) {
    return std::sqrt(static_cast<double>(all.artist_sessions[artist].size()));
  };
  SessionSums<Known> sums(all.sessions());
  for (const ArtistTaste& taste : listener.artists()) {
    const auto sessions = all.artist_sessions[taste.artist];
    const double month = std::log1p(taste.in_28_days), week = std::log1p(taste.in_7_days);
    if (month < kLeastWeight || sessions.empty()) continue;
    const auto by_28_days = static_cast<float>(month / length(taste.artist)),
               by_7_days = static_cast<float>(week / length(taste.artist));
    each_of_some(sessions, kMostSessionsOfArtist, [&](std::int32_t session, float each) {
      Known& known = sums.of(session);
      known.by_7_days += each * by_7_days;
      known.by_28_days += each * by_28_days;
    });
  }
  SessionArtists signals{Signal(all.artists()), Signal(all.artists())};
  sums.each([&](std::int32_t session, const Known& known) {
    const auto artists = all.session_artists[session];
    const float each = 1 / static_cast<float>(artists.size());
    for (const std::int32_t artist : artists) {
      signals.by_7_days[index(artist)] += each * known.by_7_days;
      signals.by_28_days[index(artist)] += each * known.by_28_days;
    }
  });
  for (std::size_t artist = 0; artist < all.artists(); ++artist) {
    if (!(signals.by_28_days[artist] > 0)) continue;
    const auto by = static_cast<float>(length(static_cast<std::int32_t>(artist)));
    signals.by_7_days[artist] /= by;
    signals.by_28_days[artist] /= by;
  }
  scale_to_one(signals.by_7_days);
  scale_to_one(signals.by_28_days);
  return signals;
}

TrackSignal session_tracks(const CoListening& all, const ListenerProfile& listener) {
  SessionSums<float> sums(all.sessions());
  for (const LatelyPlayed& played : listener.lately()) {
    const auto weight = static_cast<float>(played.weight);
    each_of_some(all.track_sessions[played.track], kMostSessionsOfTrack,
                 [&](std::int32_t session, float each) { sums.of(session) += each * weight; });
  }
  TrackSignal signal{Signal(all.tracks()), {}};
  sums.each([&](std::int32_t session, float sum) {
    const auto tracks = all.session_tracks[session];
    const float each = sum / static_cast<float>(tracks.size());
    if (!(each > 0)) return;
    for (const std::int32_t track : tracks) {
      float& value = signal.of[index(track)];
      if (value == 0) signal.rows.push_back(track);
      value += each;
    }
  });
  for (const std::int32_t track : signal.rows) {
    signal.of[index(track)] /=
        static_cast<float>(static_cast<double>(all.track_sessions[track].size()) + kPriorSessions);
  }
  scale_to_one(signal);
  return signal;
}

std::vector<ScoredTrackRow> familiar_tracks(const CoListening& all, const ListenerProfile& listener,
                                            const MayBe& may_be, std::size_t limit) {
  std::vector<ScoredTrackRow> found;
  each_familiar(all, listener, [&](std::int32_t track, double affinity) {
    found.push_back({track, familiarity(all, track, affinity)});
  });
  return best_that_may_be(all, std::move(found), may_be, limit);
}

std::vector<ScoredTrackRow> audience_tracks(const CoListening& all, const ListenerProfile& listener,
                                            const Signal& audiences, const MayBe& may_be,
                                            std::size_t per_artist, std::size_t limit) {
  // Each artist's tracks come by rank, so best first: the next best of all is the next of one of
  // them, and no more of them are looked at than the list takes.
  struct Next {
    float score;
    std::int32_t artist;
    std::uint32_t rank, taken;
  };
  const auto is_worse = [](const Next& a, const Next& b) { return a.score < b.score; };
  std::vector<Next> queue;
  for (std::size_t artist = 0; artist < audiences.size(); ++artist) {
    const auto row = static_cast<std::int32_t>(artist);
    if (audiences[artist] > 0 && !listener.has_met(row) && !all.artist_tracks[row].empty())
      queue.push_back({audiences[artist], row, 0, 0});
  }
  std::make_heap(queue.begin(), queue.end(), is_worse);
  std::vector<ScoredTrackRow> found;
  while (!queue.empty()) {
    std::pop_heap(queue.begin(), queue.end(), is_worse);
    Next next = queue.back();
    queue.pop_back();
    // Equal scores are in the order of tie_of(), so all of the last one are wanted.
    if (found.size() >= limit && next.score < found.back().score) break;
    const auto tracks = all.artist_tracks[next.artist];
    const std::int32_t track = tracks[next.rank];
    if (may_be(track)) {
      found.push_back({track, next.score});
      ++next.taken;
    }
    if (next.taken == per_artist || ++next.rank == tracks.size()) continue;
    next.score = audiences[index(next.artist)] / static_cast<float>(1 + std::log1p(next.rank));
    queue.push_back(next);
    std::push_heap(queue.begin(), queue.end(), is_worse);
  }
  keep_best(all, found, limit);
  return found;
}

std::vector<ScoredTrackRow> neighbour_tracks(const CoListening& all, const TrackSignal& tracks,
                                             const MayBe& may_be, std::size_t limit) {
  std::vector<ScoredTrackRow> found;
  for (const std::int32_t row : tracks.rows) {
    const float score = tracks.of[index(row)];
    if (score > 0) found.push_back({row, score});
  }
  return best_that_may_be(all, std::move(found), may_be, limit);
}

std::vector<ScoredTrackRow> fresh_tracks(const CoListening& all, const ListenerProfile& listener,
                                         const MayBe& may_be, std::int64_t days,
                                         std::size_t limit) {
  const std::int64_t since = listener.now() - days * static_cast<std::int64_t>(kDaySeconds);
  std::vector<ScoredTrackRow> found;
  each_familiar(all, listener, [&](std::int32_t track, double affinity) {
    if (all.first_played[index(track)] >= since)
      found.push_back({track, familiarity(all, track, affinity)});
  });
  return best_that_may_be(all, std::move(found), may_be, limit);
}

std::vector<Giver> audience_givers(const CoListening& all, const ListenerProfile& listener,
                                   const PeopleSharing& people,
                                   std::span<const std::int32_t> artists) {
  // What an artist's audience gets from one of the listener's is their product over the people, so
  // both are laid out by people, of whom those who share most with the listener say enough.
  constexpr std::size_t kGivers = 64, kPeople = 256;
  std::vector<ArtistTaste> mine(listener.artists().begin(), listener.artists().end());
  const std::size_t givers = std::min(kGivers, mine.size());
  std::partial_sort(mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(givers), mine.end(),
                    [](const ArtistTaste& a, const ArtistTaste& b) {
                      return a.in_60_days != b.in_60_days ? a.in_60_days > b.in_60_days
                                                          : a.artist < b.artist;
                    });
  std::vector<float> weight(all.artists());
  for (const ArtistTaste& taste : mine)
    weight[index(taste.artist)] = static_cast<float>(std::log1p(taste.in_60_days));
  struct Sharing {
    std::int32_t person;
    float shared;
  };
  std::vector<Sharing> asked;
  for (std::size_t person = 0; person < people.lately.size(); ++person) {
    if (people.lately[person] > 0)
      asked.push_back({static_cast<std::int32_t>(person), people.lately[person]});
  }
  const auto is_before = [](const Sharing& a, const Sharing& b) {
    return a.shared != b.shared ? a.shared > b.shared : a.person < b.person;
  };
  if (asked.size() > kPeople) {
    std::nth_element(asked.begin(), asked.begin() + kPeople, asked.end(), is_before);
    asked.resize(kPeople);
  }
  std::sort(asked.begin(), asked.end(), is_before);

  constexpr std::int32_t kNone = -1;
  std::vector<std::int32_t> place(all.artists(), kNone);
  for (std::size_t k = 0; k < artists.size(); ++k)
    place[index(artists[k])] = static_cast<std::int32_t>(k);
  std::vector<std::int32_t> giver_of(all.artists(), kNone);
  for (std::size_t k = 0; k < givers; ++k)
    giver_of[index(mine[k].artist)] = static_cast<std::int32_t>(k);
  std::vector<float> given(artists.size() * givers), whole(artists.size());
  struct Part {
    std::size_t giver;
    float gives;
  };
  std::vector<Part> theirs;  // of one person
  for (const Sharing& one : asked) {
    const auto played = all.person_artists[one.person];
    const auto plays = all.person_artists.weights(one.person);
    theirs.clear();
    for (std::size_t k = 0; k < played.size(); ++k) {
      if (const std::int32_t at = giver_of[index(played[k])]; at != kNone)
        theirs.push_back({index(at), weight[index(played[k])] * plays[k]});
    }
    for (std::size_t k = 0; k < played.size(); ++k) {
      const std::int32_t at = place[index(played[k])];
      if (at == kNone) continue;
      whole[index(at)] += one.shared * plays[k];
      float* of_artist = given.data() + index(at) * givers;
      for (const Part& part : theirs) of_artist[part.giver] += part.gives * plays[k];
    }
  }
  std::vector<Giver> found(artists.size());
  for (std::size_t k = 0; k < artists.size() && givers > 0; ++k) {
    const auto begin = given.begin() + static_cast<std::ptrdiff_t>(k * givers);
    const auto most = std::max_element(begin, begin + static_cast<std::ptrdiff_t>(givers));
    if (*most > 0)
      found[k] = {mine[static_cast<std::size_t>(most - begin)].artist, *most / whole[k]};
  }
  return found;
}

std::vector<Giver> session_givers(const CoListening& all, const ListenerProfile& listener,
                                  std::span<const ScoredTrackRow> tracks) {
  constexpr std::size_t kMostSessions = 8;  // of a track; more say no more about which gives most
  constexpr std::int32_t kNone = -1;
  const std::span<const LatelyPlayed> lately = listener.lately();
  std::vector<std::int32_t> place(all.tracks(), kNone);  // by track row: in lately
  std::size_t their_sessions = 0;
  for (std::size_t k = 0; k < lately.size(); ++k) {
    place[index(lately[k].track)] = static_cast<std::int32_t>(k);
    their_sessions += all.track_sessions[lately[k].track].size();
  }
  // Most sessions hold nothing that was played lately. They need not be read, if to know them costs
  // less than to read them.
  const bool has_marks = their_sessions < 4 * kMostSessions * tracks.size();
  std::vector<bool> gives_any(has_marks ? all.sessions() : 0);
  if (has_marks) {
    for (const LatelyPlayed& played : lately)
      for (const std::int32_t session : all.track_sessions[played.track])
        gives_any[index(session)] = true;
  }
  std::vector<float> given(lately.size());
  std::vector<Giver> found;
  found.reserve(tracks.size());
  std::vector<std::int32_t> touched;
  for (const ScoredTrackRow& one : tracks) {
    const auto sessions = all.track_sessions[one.track];
    float whole = 0;
    each_of_some(sessions, kMostSessions, [&](std::int32_t session, float) {
      if (has_marks && !gives_any[index(session)]) return;
      const auto of_session = all.session_tracks[session];
      for (const std::int32_t track : of_session) {
        const std::int32_t at = place[index(track)];
        if (at == kNone) continue;
        const float gives =
            static_cast<float>(lately[index(at)].weight) / static_cast<float>(of_session.size());
        if (given[index(at)] == 0) touched.push_back(at);
        given[index(at)] += gives;
        whole += gives;
      }
    });
    Giver most;
    float largest = 0;
    for (const std::int32_t at : touched) {
      float& gives = given[index(at)];
      if (gives > largest) {
        largest = gives;
        most.row = lately[index(at)].track;
      }
      gives = 0;
    }
    touched.clear();
    if (whole > 0) most.share = largest / whole;
    found.push_back(most);
  }
  return found;
}

std::vector<std::int32_t> discovery_candidates(const CoListening& all,
                                               const ListenerProfile& listener,
                                               const DiscoverySignals& signals, const MayBe& may_be,
                                               const CandidateCounts& counts) {
  std::vector<std::int32_t> rows;
  const auto add = [&](const std::vector<ScoredTrackRow>& found) {
    for (const ScoredTrackRow& one : found) rows.push_back(one.track);
  };
  add(familiar_tracks(all, listener, may_be, counts.familiar));
  add(audience_tracks(all, listener, signals.audiences, may_be, counts.per_artist,
                      counts.audience));
  add(neighbour_tracks(all, signals.tracks, may_be, counts.neighbours));
  add(fresh_tracks(all, listener, may_be, counts.fresh_days, counts.fresh));
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

// ---- features
// -----------------------------------------------------------------------------------

namespace {

// The prior is the thirty lines of script that everything learned has to beat: the listener's plays
// of the artist by how lately they were, times the root of how many play the track; and of artists
// they do not know, by the audiences they share.
constexpr std::array<DiscoveryFeature, kDiscoveryFeatures> kFeatures = {{
    {"known.listeners", "how many play it", 0.5f},
    {"known.rank", "its place among the artist's songs", 0},
    {"known.session_track", "how often it is played together with what you played lately", 0},
    {"known.audience", "what its artist's listeners share with you", 0},
    {"known.session_artist_7", "how often its artist goes with what you played this week", 0},
    {"known.session_artist_28", "how often its artist goes with what you played this month", 0},
    {"known.people_alike", "how many people of your taste play it", 0},
    {"known.age", "how long it has been around", 0},
    {"known.artist_tracks", "how many songs its artist has", 0},
    {"known.artist_listeners", "how many play its artist", 0},
    {"new.listeners", "how many play it", 0.3f},
    {"new.rank", "its place among the artist's songs", 0},
    {"new.session_track", "how often it is played together with what you played lately", 0},
    {"new.audience", "what its artist's listeners share with you", 0.7f},
    {"new.session_artist_7", "how often its artist goes with what you played this week", 0},
    {"new.session_artist_28", "how often its artist goes with what you played this month", 0},
    {"new.people_alike", "how many people of your taste play it", 0},
    {"new.age", "how long it has been around", 0},
    {"new.artist_tracks", "how many songs its artist has", 0},
    {"new.artist_listeners", "how many play its artist", 0},
    {"known.affinity", "how much you play its artist lately", 1},
    {"known.plays_60", "how much you play its artist lately", 0},
    {"known.plays_365", "how much you played its artist in the last year", 0},
    {"known.plays", "how much you ever played its artist", 0},
    {"known.songs", "how many songs of its artist you know", 0},
    {"known.since", "how long you have known its artist", 0},
    {"new.artist", "that its artist is new to you", -4},
    {"new.breadth", "how much you have heard in all", 0},
}};

/// A signal of 0 .. 1 as a logarithm, 0 at 0.
float log_signal(float value, double floor) {
  return static_cast<float>(std::log((static_cast<double>(value) + floor) / floor));
}
float log_of(double value) {
  return static_cast<float>(std::log(value));
}
float log1p_of(double value) {
  return static_cast<float>(std::log1p(value));
}
float log_days(std::int64_t seconds) {
  return log1p_of(std::max(0.0, static_cast<double>(seconds) / kDaySeconds));
}

}  // namespace

std::span<const DiscoveryFeature, kDiscoveryFeatures> discovery_features() {
  return kFeatures;
}

std::string discovery_feature_names() {
  std::string names;
  for (const DiscoveryFeature& feature : kFeatures) names += std::string(feature.name) + '\n';
  return names;
}

DiscoveryRow DiscoveryFeatures::of(std::int32_t track) const {
  DiscoveryRow row{};
  const std::size_t at = index(track);
  const std::int32_t artist = all_.artist[at];
  const ArtistTaste* taste = listener_.taste(artist);
  float* shared = row.data() + (taste != nullptr ? 0 : kSharedFeatures);
  float people = 0;
  for (const std::int32_t person : all_.track_people[track])
    people += signals_.people.alike[index(person)];
  const auto of_artist = [&](const Signal& signal) {
    return artist < 0 ? 0.0f : signal[index(artist)];
  };
  shared[0] = log_of(std::max(1, all_.listeners[at]));
  shared[1] = log1p_of(all_.rank[at]);
  shared[2] = log_signal(signals_.tracks.of[at], 1e-3);
  shared[3] = log_signal(of_artist(signals_.audiences), 1e-2);
  shared[4] = log_signal(of_artist(signals_.sessions.by_7_days), 1e-3);
  shared[5] = log_signal(of_artist(signals_.sessions.by_28_days), 1e-3);
  shared[6] = log_of(static_cast<double>(people) + 0.05);
  shared[7] = log_days(listener_.now() - all_.first_played[at]);
  shared[8] = log1p_of(static_cast<double>(all_.artist_tracks[artist].size()));
  shared[9] = log1p_of(artist < 0 ? 0 : all_.artist_listeners[index(artist)]);
  float* own = row.data() + 2 * kSharedFeatures;
  if (taste != nullptr) {
    own[0] = log_of(std::log1p(taste->in_60_days) + 0.02);
    own[1] = log_of(taste->in_60_days + 0.1);
    own[2] = log_of(taste->in_365_days + 0.3);
    own[3] = log1p_of(taste->plays);
    own[4] = log1p_of(taste->tracks);
    own[5] = log_days(listener_.now() - taste->first);
  } else {
    own[6] = 1;
    own[7] = log1p_of(listener_.tracks_played());
  }
  return row;
}

}  // namespace shared
