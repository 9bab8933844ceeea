// The plays of a listener whose weights are known: in sessions out of shuffle they pick each next
// track among all that they know, by a softmax over what they remember of each; in shuffled ones
// any track comes, and they let it play or skip it by a logit of the same kind. What they remember
// is worked out here a second time, from what model.choice says its features are.
#pragma once

#include "playlist/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace support {

class SyntheticPlays {
 public:
  static constexpr int kTracks = 120, kArtists = 12, kAlbums = 24;
  static constexpr std::int64_t kBegin = 1'600'000'000;
  /// Of hours_since_played, base_level, plays, finished, same_artist, same_album,
  /// steps_since_artist, artist_plays.
  static constexpr std::array<double, 8> kChoice = {0.8, -0.7, 0.6, 1.0, -0.6, 0.8, 0.5, 0.6};
  /// Of track_skips, artist_skips, steps_since_artist, artist_plays, previous_skipped,
  /// previous_let_play, skips_in_a_row, session_skips, listener_skips, and a constant.
  static constexpr std::array<double, 10> kAcceptance = {-0.6, -0.4, 0.3, -0.2, -0.8,
                                                         0.7,  -0.5, 0.3, -0.3, 1.2};

  struct Play {
    std::int64_t ts;
    int track;
    std::int32_t ms_played;
    std::string start, end;
    bool is_shuffled;
    [[nodiscard]] bool is_play() const { return ms_played >= 30'000; }
  };
  std::vector<Play> plays;

  static int artist_of(int track) { return track % kArtists; }
  static int album_of(int track) { return track % kAlbums; }  // two of each artist

  SyntheticPlays(std::uint64_t seed, int sessions, double shuffled_share)
      : random_(seed), tracks_(kTracks), artists_(kArtists) {
    for (Track& track : tracks_) track.skipped = 0.1 + 0.5 * random_.real();
    now_ = kBegin;
    // They come to know all of them: some well, long ago.
    for (int round = 5; round >= 0; --round) {
      begin_session();
      for (int track = 0; track < kTracks; ++track)
        if ((track * 13) % 6 >= round)
          hear((track * 7) % kTracks, "playbtn", false, random_.real() < 0.2);
      now_ += 60 * 86'400;
    }
    for (int session = 0; session < sessions; ++session) {
      now_ += 7'200 + static_cast<std::int64_t>(random_.below(90'000));
      begin_session();
      const bool is_shuffled = random_.real() < shuffled_share;
      for (int k = 0; k < 15; ++k) is_shuffled ? let_come(k == 0) : pick();
    }
  }

  /// Of the moment: after the last play, or `later` seconds after it; half an hour is a new session.
  void wait(std::int64_t later) {
    now_ += later;
    if (later >= 1'800) begin_session();
  }
  [[nodiscard]] std::int64_t now() const { return now_; }
  [[nodiscard]] std::array<double, 8> choice(int number) const {
    const Track& track = tracks_[static_cast<std::size_t>(number)];
    double level = 0.001;
    for (const std::int64_t ts : track.plays)
      level += 1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(60, now_ - ts)) / 3600);
    const bool is_same = before_ >= 0 && artist_of(before_) == artist_of(number);
    return {std::log(static_cast<double>(now_ - track.plays.back()) / 3600 + 0.1),
            std::log(level),
            std::log(1.0 + static_cast<double>(track.plays.size())),
            std::log((track.finished + 1.5) / (track.skips + 0.5)),
            is_same ? 1.0 : 0.0,
            is_same && album_of(before_) == album_of(number) ? 1.0 : 0.0,
            log_steps(number),
            std::log(1.0 + artists_[static_cast<std::size_t>(artist_of(number))].plays)};
  }
  [[nodiscard]] std::array<double, 10> acceptance(int number) const {
    const Track& track = tracks_[static_cast<std::size_t>(number)];
    const Artist& artist = artists_[static_cast<std::size_t>(artist_of(number))];
    return {lately(track.endings).odds(2),
            lately(artist.endings).odds(5),
            log_steps(number),
            std::log(1.0 + artist.plays),
            previous_ == 1 ? 1.0 : 0.0,
            previous_ == 0 ? 1.0 : 0.0,
            std::log(1.0 + in_a_row_),
            session_.odds(2),
            lately(endings_).odds(20),
            1};
  }

 private:
  struct Endings {
    double let_play = 0, skipped = 0;
    [[nodiscard]] double odds(double prior) const {
      return std::log((skipped + 0.25 * prior) / (let_play + 0.75 * prior));
    }
  };
  struct Dated {
    std::int64_t ts;
    bool is_skip;
  };
  struct Track {
    double skipped = 0;  // how often when it is picked
    std::vector<std::int64_t> plays;
    int skips = 0, finished = 0;
    std::vector<Dated> endings;
  };
  struct Artist {
    int plays = 0, step = -1;
    std::vector<Dated> endings;
  };

  [[nodiscard]] Endings lately(const std::vector<Dated>& endings) const {
    Endings sums;
    for (const Dated& one : endings)
      (one.is_skip ? sums.skipped : sums.let_play) +=
          std::pow(0.5, static_cast<double>(now_ - one.ts) / (180 * 86'400.0));
    return sums;
  }

  void begin_session() {
    before_ = -1;
    previous_ = -1;
    in_a_row_ = 0;
    session_ = {};
  }

  [[nodiscard]] double log_steps(int track) const {
    const int step = artists_[static_cast<std::size_t>(artist_of(track))].step;
    return std::log(step < 0 ? 100.0 : std::min(100, steps_ - step));
  }

  [[nodiscard]] double wish(int number) const { return sum_of(kChoice, choice(number)); }

  template <std::size_t kCount>
  static double sum_of(const std::array<double, kCount>& weights,
                       const std::array<double, kCount>& features) {
    double sum = 0;
    for (std::size_t k = 0; k < kCount; ++k) sum += weights[k] * features[k];
    return sum;
  }

  void pick() {
    int best = -1;
    double most = 0;
    for (int track = 0; track < kTracks; ++track) {
      if (tracks_[static_cast<std::size_t>(track)].plays.empty()) continue;
      const double utility = wish(track) - std::log(-std::log(1 - random_.real()));
      if (best >= 0 && utility <= most) continue;
      best = track;
      most = utility;
    }
    hear(best, "clickrow", false, random_.real() < tracks_[static_cast<std::size_t>(best)].skipped);
  }

  void let_come(bool is_first) {
    const auto number = static_cast<int>(random_.below(kTracks));
    const double sum = sum_of(kAcceptance, acceptance(number));
    const bool is_skip = random_.real() >= 1 / (1 + std::exp(-sum));
    hear(number, is_first ? "playbtn" : previous_ == 1 ? "fwdbtn" : "trackdone", true, is_skip);
  }

  void hear(int number, const std::string& start, bool is_shuffled, bool is_skip) {
    Track& track = tracks_[static_cast<std::size_t>(number)];
    Artist& artist = artists_[static_cast<std::size_t>(artist_of(number))];
    const std::int32_t ms = is_skip ? 10'000 : 200'000;
    plays.push_back({now_, number, ms, start, is_skip ? "fwdbtn" : "trackdone", is_shuffled});
    const Dated ending{now_, is_skip};
    if (!is_skip) {
      track.plays.push_back(now_);
      ++artist.plays;
    }
    ++(is_skip ? track.skips : track.finished);
    track.endings.push_back(ending);
    artist.endings.push_back(ending);
    endings_.push_back(ending);
    artist.step = steps_++;
    before_ = number;
    previous_ = is_skip;
    in_a_row_ = is_skip ? in_a_row_ + 1 : 0;
    (is_skip ? session_.skipped : session_.let_play) += 1;
    now_ += ms / 1000;
  }

  playlist::Random random_;
  std::vector<Track> tracks_;
  std::vector<Artist> artists_;
  std::vector<Dated> endings_;
  std::int64_t now_ = 0;
  int steps_ = 0, before_ = -1, previous_ = -1, in_a_row_ = 0;
  Endings session_;
};

}  // namespace support
