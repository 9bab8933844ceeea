#include "co_listening.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace shared {
namespace {

/// Counts by number, of which only those touched are visited and cleared.
class TouchedCounts {
 public:
  explicit TouchedCounts(std::size_t size) : counts_(size) {}
  void add(std::int32_t number) {
    if (counts_[static_cast<std::size_t>(number)]++ == 0) touched_.push_back(number);
  }
  /// use(number, count) in ascending order; then empty.
  template <typename Use>
  void take(const Use& use) {
    std::sort(touched_.begin(), touched_.end());
    for (const std::int32_t number : touched_)
      use(number, std::exchange(counts_[static_cast<std::size_t>(number)], 0));
    touched_.clear();
  }

 private:
  std::vector<std::int32_t> counts_, touched_;
};

void sort_unique(std::vector<std::int32_t>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void add_row(GrowingLists& lists, const std::vector<std::int32_t>& values) {
  for (const std::int32_t value : values) lists.add(value);
  lists.end_row();
}

/// The start of the session that is the `most`-th from the end; sessions before it are left out.
std::int64_t earliest_start(std::vector<std::int64_t> starts, std::size_t most) {
  if (starts.size() <= most) return INT64_MIN;
  const auto kept = starts.end() - static_cast<std::ptrdiff_t>(most);
  std::nth_element(starts.begin(), kept, starts.end());
  return *kept;
}

}  // namespace

std::uint64_t tie_of(std::int64_t track_id) {  // the finalizer of MurmurHash3
  auto bits = static_cast<std::uint64_t>(track_id) + 0x9E3779B97F4A7C15u;
  bits = (bits ^ (bits >> 33)) * 0xFF51AFD7ED558CCDu;
  bits = (bits ^ (bits >> 33)) * 0xC4CEB9FE1A85EC53u;
  return bits ^ (bits >> 33);
}

std::pair<std::size_t, std::size_t> EverybodysListens::rows_before(std::size_t person,
                                                                   std::int64_t until) const {
  const auto first = ts.begin() + begin[person], last = ts.begin() + begin[person + 1];
  return {static_cast<std::size_t>(begin[person]),
          static_cast<std::size_t>(std::lower_bound(first, last, until) - ts.begin())};
}

GrowingLists GrowingLists::turned_round(std::size_t columns) const {
  GrowingLists turned;
  turned.offsets_.assign(columns + 1, 0);
  for (const std::int32_t value : values_) ++turned.offsets_[static_cast<std::size_t>(value) + 1];
  for (std::size_t column = 0; column < columns; ++column)
    turned.offsets_[column + 1] += turned.offsets_[column];
  turned.values_.resize(values_.size());
  turned.weights_.resize(weights_.size());
  std::vector<std::uint64_t> next(turned.offsets_.begin(), turned.offsets_.end() - 1);
  for (std::size_t row = 0; row < rows(); ++row) {
    for (std::uint64_t k = offsets_[row]; k < offsets_[row + 1]; ++k) {
      const std::uint64_t to = next[static_cast<std::size_t>(values_[k])]++;
      turned.values_[to] = static_cast<std::int32_t>(row);
      if (!weights_.empty()) turned.weights_[to] = weights_[k];
    }
  }
  return turned;
}

CoListeningOf::CoListeningOf(const EverybodysListens& listens, std::int64_t until,
                             std::size_t most_sessions)
    : track_id_(listens.track_id),
      artist_(listens.artist),
      listeners_(listens.artist.size()),
      plays_(listens.artist.size()),
      rank_(listens.artist.size()),
      artist_listeners_(listens.artists),
      first_played_(listens.artist.size()),
      artist_length_(listens.artists) {
  count_people(listens, until);
  find_sessions(listens, until, most_sessions);
  rank_tracks(listens);
}

void CoListeningOf::count_people(const EverybodysListens& listens, std::int64_t until) {
  TouchedCounts tracks(artist_.size()), artists(listens.artists);
  std::vector<double> squares(listens.artists);
  GrowingLists person_tracks;
  for (std::size_t person = 0; person < listens.people(); ++person) {
    const auto [begin, end] = listens.rows_before(person, until);
    for (std::size_t row = begin; row < end; ++row) {
      if (listens.is_play[row] != 1) continue;
      const std::int32_t track = listens.track[row];
      std::int64_t& first = first_played_[static_cast<std::size_t>(track)];
      if (first == 0 || listens.ts[row] < first) first = listens.ts[row];
      tracks.add(track);
      if (const std::int32_t artist = artist_[static_cast<std::size_t>(track)]; artist >= 0)
        artists.add(artist);
    }
    tracks.take([&](std::int32_t track, std::int32_t plays) {
      ++listeners_[static_cast<std::size_t>(track)];
      plays_[static_cast<std::size_t>(track)] += plays;
      person_tracks.add(track);
    });
    person_tracks.end_row();
    artists.take([&](std::int32_t artist, std::int32_t plays) {
      const double weight = std::log1p(plays);
      ++artist_listeners_[static_cast<std::size_t>(artist)];
      squares[static_cast<std::size_t>(artist)] += weight * weight;
      person_artists_.add(artist, static_cast<float>(weight));
    });
    person_artists_.end_row();
  }
  for (std::size_t artist = 0; artist < squares.size(); ++artist)
    artist_length_[artist] = static_cast<float>(std::sqrt(squares[artist]));
  person_artists_.scale(
      [&](std::int32_t artist) { return 1 / artist_length_[static_cast<std::size_t>(artist)]; });
  artist_people_ = person_artists_.turned_round(listens.artists);
  for (std::size_t person = 0; person < listens.people(); ++person)
    person_squares_.push_back(person_artists_.sum_of_squares(person));
  track_people_ = person_tracks.turned_round(artist_.size());
}

void CoListeningOf::find_sessions(const EverybodysListens& listens, std::int64_t until,
                                  std::size_t most_sessions) {
  const auto each_session = [&](const auto& use) {
    for (std::size_t person = 0; person < listens.people(); ++person) {
      const auto [begin, end] = listens.rows_before(person, until);
      for (std::size_t first = begin, row = begin; row < end; ++row) {
        const bool is_last =
            row + 1 == end || listens.ts[row + 1] - listens.ts[row] > kSessionGapSeconds;
        if (!is_last) continue;
        use(first, row + 1);
        first = row + 1;
      }
    }
  };
  std::vector<std::int64_t> starts;
  each_session([&](std::size_t first, std::size_t) { starts.push_back(listens.ts[first]); });
  const std::int64_t earliest = earliest_start(std::move(starts), most_sessions);
  std::vector<std::int32_t> tracks, artists;
  each_session([&](std::size_t first, std::size_t end) {
    if (listens.ts[first] < earliest) return;
    tracks.clear();
    artists.clear();
    for (std::size_t row = first; row < end; ++row) {
      if (listens.is_play[row] != 1) continue;
      tracks.push_back(listens.track[row]);
      const std::int32_t artist = artist_[static_cast<std::size_t>(listens.track[row])];
      if (artist >= 0) artists.push_back(artist);
    }
    sort_unique(tracks);
    if (tracks.size() < 2) return;  // says nothing about what goes with what
    sort_unique(artists);
    add_row(session_tracks_, tracks);
    add_row(session_artists_, artists);
  });
  track_sessions_ = session_tracks_.turned_round(artist_.size());
  artist_sessions_ = session_artists_.turned_round(listens.artists);
}

void CoListeningOf::rank_tracks(const EverybodysListens& listens) {
  std::vector<std::vector<std::int32_t>> of_artist(listens.artists);
  for (std::size_t track = 0; track < artist_.size(); ++track) {
    if (artist_[track] >= 0 && listeners_[track] > 0)
      of_artist[static_cast<std::size_t>(artist_[track])].push_back(
          static_cast<std::int32_t>(track));
  }
  for (std::vector<std::int32_t>& tracks : of_artist) {
    std::sort(tracks.begin(), tracks.end(), [&](std::int32_t a, std::int32_t b) {
      const auto x = static_cast<std::size_t>(a), y = static_cast<std::size_t>(b);
      if (listeners_[x] != listeners_[y]) return listeners_[x] > listeners_[y];
      if (plays_[x] != plays_[y]) return plays_[x] > plays_[y];
      return tie_of(track_id_[x]) < tie_of(track_id_[y]);
    });
    for (std::size_t rank = 0; rank < tracks.size(); ++rank)
      rank_[static_cast<std::size_t>(tracks[rank])] = static_cast<std::int32_t>(rank);
    add_row(artist_tracks_, tracks);
  }
}

CoListening CoListeningOf::view() const {
  return {track_id_,
          artist_,
          listeners_,
          rank_,
          first_played_,
          artist_listeners_,
          artist_length_,
          playlist::Lists(&artist_tracks_.c_lists()),
          playlist::Lists(&track_people_.c_lists()),
          playlist::Lists(&person_artists_.c_lists()),
          playlist::Lists(&artist_people_.c_lists()),
          person_squares_,
          playlist::Lists(&session_tracks_.c_lists()),
          playlist::Lists(&track_sessions_.c_lists()),
          playlist::Lists(&session_artists_.c_lists()),
          playlist::Lists(&artist_sessions_.c_lists())};
}

std::array<CoListeningOf::NamedLists, 8> CoListeningOf::named_lists() const {
  return {{{"artist_tracks", &artist_tracks_.c_lists()},
           {"track_people", &track_people_.c_lists()},
           {"person_artists", &person_artists_.c_lists()},
           {"artist_people", &artist_people_.c_lists()},
           {"session_tracks", &session_tracks_.c_lists()},
           {"track_sessions", &track_sessions_.c_lists()},
           {"session_artists", &session_artists_.c_lists()},
           {"artist_sessions", &artist_sessions_.c_lists()}}};
}

}  // namespace shared
