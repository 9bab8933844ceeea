#include "evaluate/shuffle_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "shared/harmony.hpp"

namespace engine::evaluate {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kRecentListens = 50, kStart = 20, kArtistReach = 5;

double share(std::size_t part, std::size_t of) {
  return of == 0 ? kNone : static_cast<double>(part) / static_cast<double>(of);
}

/// The mean of what is known.
class KnownMean {
 public:
  void add(double value) {
    if (std::isnan(value)) return;
    sum_ += value;
    ++count_;
  }
  [[nodiscard]] double mean() const {
    return count_ == 0 ? kNone : sum_ / static_cast<double>(count_);
  }

 private:
  double sum_ = 0;
  std::size_t count_ = 0;
};

/// One person's lists.
class PersonsLists {
 public:
  PersonsLists(const AsOf& tables, std::span<const std::int64_t> dates,
               std::span<const TrackList> lists, std::span<const std::int32_t> clusters)
      : dates_(dates), lists_(lists) {
    const playlist_table& tracks = *tables.table("tracks");
    artist_ = column_of<std::int32_t>(tracks, "artist");
    song_ = column_of<std::int32_t>(tracks, "song");
    key_ = column_of<std::int32_t>(tracks, "key");
    mode_ = column_of<std::int32_t>(tracks, "mode");
    tempo_ = column_of<float>(tracks, "tempo");
    energy_ = column_of<float>(tracks, "energy");
    genre_ = column_of<std::int32_t>(*tables.table("track_genres"), "genre");
    kind_ = clusters.empty() ? genre_ : clusters;
    const playlist_table& listens = *tables.table("listens");
    listened_ = column_of<std::int32_t>(listens, "track");
    listened_at_ = column_of<std::int64_t>(listens, "ts");
  }

  [[nodiscard]] double repeats(std::size_t k) const {
    std::set<std::int32_t> recent = songs_listened_before(dates_[k]);
    if (k > 0)
      for (const std::int32_t track : lists_[k - 1]) recent.insert(song(track));
    return share(static_cast<std::size_t>(std::count_if(
                     lists_[k].begin(), lists_[k].end(),
                     [&](std::int32_t track) { return recent.count(song(track)) > 0; })),
                 lists_[k].size());
  }

  [[nodiscard]] double same_start(std::size_t k) const {
    if (k == 0) return kNone;
    const std::set<std::int32_t> now = start_of(k), before = start_of(k - 1);
    return share(
        static_cast<std::size_t>(std::count_if(
            now.begin(), now.end(), [&](std::int32_t song) { return before.count(song) > 0; })),
        now.size());
  }

  [[nodiscard]] double close_artists(std::size_t k) const {
    const TrackList& list = lists_[k];
    std::size_t close = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::int32_t mine = artist(list[i]);
      const std::size_t from = i < kArtistReach ? 0 : i - kArtistReach;
      bool is_close = false;
      for (std::size_t j = from; j < i; ++j) is_close |= mine >= 0 && artist(list[j]) == mine;
      close += is_close ? 1 : 0;
    }
    return share(close, list.size());
  }

  [[nodiscard]] double versions(std::size_t k) const {
    std::set<std::int32_t> songs;
    for (const std::int32_t track : lists_[k]) songs.insert(song(track));
    return share(lists_[k].size() - songs.size(), lists_[k].size());
  }

  [[nodiscard]] double key_clash(std::size_t k) const {
    return of_neighbours(k, [&](std::size_t a, std::size_t b) -> double {
      if (!shared::is_key(key_[a], mode_[a]) || !shared::is_key(key_[b], mode_[b])) return kNone;
      return 1 - shared::key_affinity(key_[a], mode_[a], key_[b], mode_[b]);
    });
  }

  [[nodiscard]] double tempo_jump(std::size_t k) const {
    return of_neighbours(k, [&](std::size_t a, std::size_t b) {
      if (!(tempo_[a] > 0) || !(tempo_[b] > 0)) return kNone;
      return shared::octave_distance(std::log2(double{tempo_[b]} / tempo_[a]));
    });
  }

  [[nodiscard]] double energy_jump(std::size_t k) const {
    return of_neighbours(
        k, [&](std::size_t a, std::size_t b) { return std::abs(double{energy_[b]} - energy_[a]); });
  }

  [[nodiscard]] double genre_jumps(std::size_t k) const {
    return of_neighbours(k, [&](std::size_t a, std::size_t b) -> double {
      if (genre_[a] < 0 || genre_[b] < 0) return kNone;
      return genre_[a] == genre_[b] ? 0 : 1;
    });
  }

  [[nodiscard]] double variety(std::size_t k) const {
    std::map<std::int32_t, double> counts;
    double known = 0;
    for (const std::int32_t track : lists_[k]) {
      const std::int32_t kind = kind_[static_cast<std::size_t>(track)];
      if (kind < 0) continue;
      ++counts[kind];
      ++known;
    }
    if (known == 0) return kNone;
    double bits = 0;
    for (const auto& [kind, count] : counts) bits -= count / known * std::log2(count / known);
    return bits;
  }

  [[nodiscard]] double heard(const TrackList& songs) const {
    std::set<std::int32_t> listed;
    for (const TrackList& list : lists_)
      for (const std::int32_t track : list) listed.insert(song(track));
    std::set<std::int32_t> all;
    for (const std::int32_t track : songs) all.insert(song(track));
    return share(
        static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](std::int32_t one) { return listed.count(one) > 0; })),
        all.size());
  }

 private:
  [[nodiscard]] std::int32_t song(std::int32_t track) const {
    return song_[static_cast<std::size_t>(track)];
  }
  [[nodiscard]] std::int32_t artist(std::int32_t track) const {
    return artist_[static_cast<std::size_t>(track)];
  }

  [[nodiscard]] std::set<std::int32_t> songs_listened_before(std::int64_t date) const {
    std::set<std::int32_t> songs;
    auto k = static_cast<std::size_t>(
        std::lower_bound(listened_at_.begin(), listened_at_.end(), date) - listened_at_.begin());
    for (std::size_t taken = 0; k > 0 && taken < kRecentListens; ++taken)
      songs.insert(song(listened_[--k]));
    return songs;
  }

  [[nodiscard]] std::set<std::int32_t> start_of(std::size_t k) const {
    std::set<std::int32_t> songs;
    for (std::size_t i = 0; i < std::min(kStart, lists_[k].size()); ++i)
      songs.insert(song(lists_[k][i]));
    return songs;
  }

  template <class Of>
  [[nodiscard]] double of_neighbours(std::size_t k, const Of& of) const {
    KnownMean mean;
    for (std::size_t i = 1; i < lists_[k].size(); ++i)
      mean.add(
          of(static_cast<std::size_t>(lists_[k][i - 1]), static_cast<std::size_t>(lists_[k][i])));
    return mean.mean();
  }

  std::span<const std::int64_t> dates_;
  std::span<const TrackList> lists_;
  std::span<const std::int32_t> artist_, song_, key_, mode_, genre_, kind_, listened_;
  std::span<const float> tempo_, energy_;
  std::span<const std::int64_t> listened_at_;
};

}  // namespace

std::span<const ShuffleMetric> shuffle_metrics() {
  static constexpr ShuffleMetric kMetrics[] = {
      {"repeats", "songs among the last 50 listened to, or in the list before", true},
      {"same_start", "of the first 20 songs, those among the first 20 of the list before", true},
      {"close_artists", "tracks whose artist came within the 5 before", true},
      {"versions", "tracks that are another version of one before", true},
      {"key_clash", "how badly the keys of neighbours fit, 0..0.9", true, false},
      {"tempo_jump", "octaves between the tempos of neighbours", true, false},
      {"energy_jump", "difference of energy of neighbours", true, false},
      {"genre_jumps", "neighbours of different genres", true},
      {"variety", "entropy of the kinds of music in a list, in bits", false, false},
      {"heard", "of all that is shuffled, what stood in one of the lists", false},
      {"accepted", "songs it likes to play next: how many are played to the end where chance did",
       false},
      {"hits", "of what people played next, among its 10 likeliest", false},
  };
  return kMetrics;
}

std::size_t accepted_metric() {
  return shuffle_metrics().size() - 2;
}
std::size_t hits_metric() {
  return shuffle_metrics().size() - 1;
}

std::vector<std::vector<double>> shuffle_values(const AsOf& tables,
                                                std::span<const std::int64_t> dates,
                                                std::span<const TrackList> lists,
                                                const TrackList& songs,
                                                std::span<const std::int32_t> clusters) {
  const PersonsLists person(tables, dates, lists, clusters);
  using Of = double (PersonsLists::*)(std::size_t) const;
  static constexpr Of kOfList[] = {
      &PersonsLists::repeats,     &PersonsLists::same_start,  &PersonsLists::close_artists,
      &PersonsLists::versions,    &PersonsLists::key_clash,   &PersonsLists::tempo_jump,
      &PersonsLists::energy_jump, &PersonsLists::genre_jumps, &PersonsLists::variety};
  std::vector<std::vector<double>> values;
  for (const Of of : kOfList) {
    std::vector<double>& of_lists = values.emplace_back();
    for (std::size_t k = 0; k < lists.size(); ++k) of_lists.push_back((person.*of)(k));
  }
  values.push_back({person.heard(songs)});
  return values;
}

}  // namespace engine::evaluate
