#include "demo/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include "core/duration.hpp"
#include "demo/names.hpp"
#include "store/listen_flags.hpp"

namespace engine::demo {
namespace {

constexpr double kSessionTracks = 13;   // mean length of a session
constexpr double kAlbumSessions = 0.2;  // sessions that play an album through
constexpr double kFromRotation = 0.45;  // listens that return to something played lately
constexpr std::size_t kRotation = 150;  // how many tracks "lately" holds
constexpr int kFinishedBeforeLike = 3;  // times heard to the end before a like is likely
constexpr double kMostDrawn = 400;      // the largest weight an artist can drift to
constexpr double kLike = 0.5, kLikeAtOnce = 0.02;

// How likely a session begins in each local hour, on weekdays and at weekends.
constexpr std::array<double, 24> kWeekday = {2, 1, 0.5, 0.3, 0.3, 1, 4,  9, 10, 6, 5, 4,
                                             5, 4, 4,   4,   6,   9, 10, 9, 9,  9, 7, 4};
constexpr std::array<double, 24> kWeekend = {5, 4, 2, 1, 0.5, 0.5, 1, 2, 4, 7, 9, 9,
                                             8, 8, 8, 8, 8,   8,   8, 9, 9, 9, 9, 7};

// Seconds after midnight.
std::int64_t session_start(bool is_weekend, Random& random) {
  static const WeightedDraw weekday({kWeekday.begin(), kWeekday.end()});
  static const WeightedDraw weekend({kWeekend.begin(), kWeekend.end()});
  const std::int32_t hour = (is_weekend ? weekend : weekday).draw(random);
  return hour * kHour + static_cast<std::int64_t>(random.next() % kHour);
}

// What a listener is drawn to: a few genres, and inside them some artists more than others.
class Taste {
 public:
  Taste(const World& world, Random& random) : world_(world) {
    std::vector<double> genres(world.genres.size(), 0.02);
    std::size_t favourite = random.next() % world.genres.size();
    for (int k = 0; k < 5; ++k) {
      genres[favourite] += 1.0 / (1 + 0.6 * k);
      const auto& nearest = world.genres[favourite].nearest;
      if (nearest.empty()) break;
      favourite = random.uniform() < 0.6
                      ? static_cast<std::size_t>(
                            nearest[random.next() % std::min<std::size_t>(4, nearest.size())])
                      : random.next() % world.genres.size();
    }
    weights_.reserve(world.artists.size());
    for (const Artist& artist : world.artists) {
      const double genre = genres[static_cast<std::size_t>(artist.genres[0])];
      weights_.push_back(genre * (2 + artist.popularity) * std::exp(1.1 * normal(random)));
    }
    renew(random);
  }

  /// Tastes drift: now and then some artists come up, others fade.
  void renew(Random& random) {
    for (std::size_t k = 0; k < weights_.size() / 20 + 1; ++k) {
      const std::size_t artist = random.next() % weights_.size();
      weights_[artist] = std::min(kMostDrawn, weights_[artist] * std::exp(0.9 * normal(random)));
    }
    draw_.emplace(weights_);
  }

  std::int32_t artist(Random& random) const { return draw_->draw(random); }

  /// The better known tracks of an artist more often.
  std::int32_t track_of(std::int32_t artist_number, Random& random) const {
    const Artist& artist = world_.artists[static_cast<std::size_t>(artist_number)];
    const auto draw = [&] {
      return artist.first_track +
             static_cast<std::int32_t>(random.next() %
                                       static_cast<std::uint64_t>(artist.track_count));
    };
    const std::int32_t a = draw(), b = draw();
    const auto popularity = [&](std::int32_t track) {
      return world_.tracks[static_cast<std::size_t>(track)].popularity;
    };
    return popularity(a) >= popularity(b) ? a : b;
  }

  /// 0..1; how well a track of this artist sits with the listener.
  double affinity(std::int32_t artist) const {
    const double weight = weights_[static_cast<std::size_t>(artist)];
    return weight / (weight + 25);
  }

 private:
  const World& world_;
  std::vector<double> weights_;
  std::optional<WeightedDraw> draw_;
};

class History {
 public:
  History(const World& world, const DemoOptions& options, std::int64_t number)
      : world_(world),
        options_(options),
        random_(mix_seed(options.random_seed, "demo listener " + std::to_string(number))),
        taste_(world, random_),
        finished_(world.tracks.size(), 0),
        is_liked_(world.tracks.size(), false) {
    listener_.name = number == 0 ? "demo" : listener_name(static_cast<std::size_t>(number - 1));
  }

  Listener make(std::int64_t listens) {
    const double per_day = static_cast<double>(listens) / static_cast<double>(options_.days);
    listener_.listens.reserve(static_cast<std::size_t>(listens) + 64);
    double owed = 0;  // listens that the days so far should have had
    for (std::int64_t day = options_.days; day > 0; --day) {
      const std::int64_t begin = options_.now - day * kDay;
      if (day % 30 == 0) {
        taste_.renew(random_);
        level_ = std::exp(0.35 * normal(random_));
      }
      if (away_days_ > 0) {
        --away_days_;
      } else if (random_.uniform() < 0.008) {
        away_days_ = 3 + static_cast<int>(random_.next() % 9);
      }
      owed += per_day;
      listen_for_a_day(begin, per_day, owed);
    }
    catch_up(listens);
    tidy();
    make_playlists();
    return std::move(listener_);
  }

 private:
  [[nodiscard]] std::int64_t count() const {
    return static_cast<std::int64_t>(listener_.listens.size());
  }

  void listen_for_a_day(std::int64_t begin, double per_day, double owed) {
    const std::int64_t weekday = ((begin / kDay) % 7 + 3) % 7;  // 0 Monday; 1970-01-01: Thursday
    const bool is_weekend = weekday >= 5;
    // The last term draws the count back to what it should be by now.
    const double wanted =
        per_day * (is_weekend ? 1.25 : 0.9) * level_ + 0.05 * (owed - static_cast<double>(count()));
    if (away_days_ > 0) return;
    const double sessions = std::max(0.0, wanted) / kSessionTracks;
    auto today = static_cast<std::int64_t>(sessions);
    today += random_.uniform() < sessions - static_cast<double>(today);
    for (std::int64_t k = 0; k < today; ++k) {
      play_session(begin + session_start(is_weekend, random_));
    }
  }

  // Quiet months leave listens owed; they fall on random days so that the count comes out.
  void catch_up(std::int64_t listens) {
    while (count() < listens) {
      const auto day =
          1 + static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(options_.days));
      play_session(options_.now - day * kDay + session_start(true, random_));
    }
    // The last ones drawn go; whatever they led to (a like, a save) had its other reasons too.
    listener_.listens.resize(static_cast<std::size_t>(std::min(count(), listens)));
  }

  void play_session(std::int64_t at) {
    const auto length =
        static_cast<int>(std::clamp(-kSessionTracks * std::log(1 - random_.uniform()), 1.0, 90.0));
    const bool is_shuffled = random_.uniform() < 0.35;
    if (random_.uniform() < kAlbumSessions) {
      play_album(at);
      return;
    }
    std::int32_t artist = taste_.artist(random_);
    for (int k = 0; k < length && at < options_.now; ++k) {
      std::int32_t track = -1;
      if (!rotation_.empty() && random_.uniform() < kFromRotation) {
        track = rotation_[random_.next() % rotation_.size()];
      } else {
        if (random_.uniform() < 0.7) artist = taste_.artist(random_);
        track = taste_.track_of(artist, random_);
      }
      at = play(track, at, is_shuffled);
    }
  }

  void play_album(std::int64_t at) {
    const Artist& artist = world_.artists[static_cast<std::size_t>(taste_.artist(random_))];
    const std::int32_t first =
        artist.first_track +
        static_cast<std::int32_t>(random_.next() % static_cast<std::uint64_t>(artist.track_count));
    const std::int32_t album_number = world_.tracks[static_cast<std::size_t>(first)].album;
    const Album& album = world_.albums[static_cast<std::size_t>(album_number)];
    for (std::int32_t k = 0; k < album.track_count && at < options_.now; ++k)
      at = play(album.first_track + k, at, false);
    if (random_.uniform() < 0.12 && at < options_.now && albums_.insert(album_number).second)
      listener_.saved_albums.push_back({album_number, at});
  }

  /// By the hour, UTC: most days are alike.
  static std::int64_t device_at(std::int64_t at) {
    const std::int64_t hour = at / 3600 % 24;
    return hour >= 8 && hour < 16 ? 2 : hour >= 17 && hour < 20 ? 3 : 1;
  }

  // One listen; returns when the next may begin.
  std::int64_t play(std::int32_t track_number, std::int64_t at, bool is_shuffled) {
    const Track& track = world_.tracks[static_cast<std::size_t>(track_number)];
    const double affinity = taste_.affinity(track.artist);
    const bool is_skipped = random_.uniform() < 0.42 - 0.3 * affinity;
    Listen listen{at, track_number, track.duration_ms, 0};
    PlayReason end = PlayReason::kTrackDone;
    if (is_skipped) {
      const double seconds = 2 - 18 * std::log(1 - random_.uniform());
      listen.ms_played =
          static_cast<std::int32_t>(std::min(1000 * seconds, 0.85 * track.duration_ms));
      end = random_.uniform() < 0.9 ? PlayReason::kForward : PlayReason::kClickRow;
    } else if (random_.uniform() < 0.04) {
      listen.ms_played =
          static_cast<std::int32_t>((0.1 + 0.8 * random_.uniform()) * track.duration_ms);
      end = PlayReason::kEndPlay;
    }
    listen.flags = ListenFlags::with_end(end) | ListenFlags::with_device(device_at(at));
    if (random_.uniform() < 0.7)  // exports leave the rest unsaid
      listen.flags |= is_skipped ? ListenFlags::kSkipped : ListenFlags::kNotSkipped;
    if (is_shuffled) listen.flags |= ListenFlags::kShuffle;
    if (random_.uniform() < 0.05) listen.flags |= ListenFlags::kOffline;
    const std::int64_t over = at + (listen.ms_played + 999) / 1000;
    if (over >= options_.now) return options_.now;
    listener_.listens.push_back(listen);
    if (end == PlayReason::kTrackDone) enjoy(track_number, over, affinity);
    return over + static_cast<std::int64_t>(random_.next() % 4);
  }

  void enjoy(std::int32_t track, std::int64_t at, double affinity) {
    const auto k = static_cast<std::size_t>(track);
    // Each track has one place, so that no favourite crowds out the others.
    if (std::find(rotation_.begin(), rotation_.end(), track) == rotation_.end()) {
      if (rotation_.size() < kRotation) {
        rotation_.push_back(track);
      } else {
        rotation_[random_.next() % kRotation] = track;
      }
    }
    if (finished_[k] < 255) ++finished_[k];
    const double chance = finished_[k] == kFinishedBeforeLike ? kLike : kLikeAtOnce * affinity;
    if (is_liked_[k] || random_.uniform() > chance) return;
    is_liked_[k] = true;
    listener_.likes.push_back({track, at});
    const std::int32_t artist = world_.tracks[k].artist;
    if (random_.uniform() < 0.05 && artists_.insert(artist).second)
      listener_.saved_artists.push_back({artist, at});
  }

  void tidy() {
    std::sort(listener_.listens.begin(), listener_.listens.end(),
              [](const Listen& a, const Listen& b) {
                return a.ts != b.ts         ? a.ts < b.ts
                       : a.track != b.track ? a.track < b.track
                                            : a.ms_played < b.ms_played;
              });
    const auto is_same = [](const Listen& a, const Listen& b) {
      return a.ts == b.ts && a.track == b.track && a.ms_played == b.ms_played;
    };
    auto& listens = listener_.listens;
    listens.erase(std::unique(listens.begin(), listens.end(), is_same), listens.end());
    for (auto* dated : {&listener_.likes, &listener_.saved_albums, &listener_.saved_artists})
      std::stable_sort(dated->begin(), dated->end(),
                       [](const Dated& a, const Dated& b) { return a.ts < b.ts; });
  }

  // Filled from likes: a playlist has a main genre, and takes likes of it (and of others, less).
  void make_playlists() {
    const std::vector<Dated>& likes = listener_.likes;
    if (likes.empty()) return;
    const std::size_t wanted = listener_.name == "demo" ? 8 : 3;
    for (std::size_t k = 0; k < wanted; ++k) {
      OwnPlaylist playlist{playlist_name(k), 0, {}};
      const auto& main = world_.artists[artist_of(likes[random_.next() % likes.size()])];
      for (const Dated& like : likes) {
        const bool fits = world_.artists[artist_of(like)].genres[0] == main.genres[0];
        if (random_.uniform() > (fits ? 0.5 : 0.02) || playlist.tracks.size() >= 60) continue;
        const std::int64_t later = like.ts + static_cast<std::int64_t>(random_.next() % kDay);
        playlist.tracks.push_back({like.number, std::min(later, options_.now - 1)});
      }
      if (playlist.tracks.empty()) continue;
      playlist.ts = playlist.tracks.front().ts;
      listener_.playlists.push_back(std::move(playlist));
    }
  }
  [[nodiscard]] std::size_t artist_of(const Dated& like) const {
    return static_cast<std::size_t>(world_.tracks[static_cast<std::size_t>(like.number)].artist);
  }

  const World& world_;
  const DemoOptions& options_;
  Random random_;
  Taste taste_;
  Listener listener_;
  double level_ = 1;
  int away_days_ = 0;
  std::vector<std::int32_t> rotation_;
  std::vector<std::uint8_t> finished_;
  std::vector<bool> is_liked_;
  std::set<std::int32_t> albums_, artists_;
};

}  // namespace

Listener make_listener(const World& world, const DemoOptions& options, std::int64_t number,
                       std::int64_t listens) {
  return History(world, options, number).make(listens);
}

}  // namespace engine::demo
