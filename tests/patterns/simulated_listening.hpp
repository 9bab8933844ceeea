// Made-up listening, day by day: somebody whose habits stay what they are, and what may change them.
#pragma once

#include "playlist/random.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "patterns/listening_days.hpp"

namespace test {

/// How many sessions a day has; all of them stay the same in the long run.
enum class Rhythm : std::uint8_t {
  kPoisson,   // each day for itself
  kUneven,    // days of their own weight: a gamma of shape 2
  kBursty,    // busy and idle stretches of five days in the mean: a gamma of shape 3
  kWavering,  // a rate that wanders slowly: an autoregression of 0.97 a day, 0.4 wide in logarithms
};
enum class Change : std::uint8_t { kNone, kLater, kHoliday, kNewGenre };

struct Habits {
  double sessions = 3;  // a day, in the mean over a week: weekends 1.3 times, workdays 0.88 times
  Rhythm rhythm = Rhythm::kPoisson;
  /// Hours as shared among people of all kinds, whatever the day; else those of somebody with work:
  /// before, at noon and after it, and others at weekends.
  bool is_broad = false;
  double new_artists = 0.03;  // share of the plays
};

/// Sessions of 1 + an exponential of 10 tracks, of one kind of music each: 120 artists of six kinds,
/// weighed 1/rank, 40 % of a session by one of them. Of kLater, everything is three hours later; of
/// kHoliday there is nothing; of kNewGenre every other session is of a kind and of twenty artists
/// that were never heard.
class SimulatedListening {
 public:
  SimulatedListening(const Habits& habits, std::uint64_t seed) : habits_(habits), random_(seed) {
    for (int artist = 0; artist < kArtists; ++artist) {
      kind_.push_back(static_cast<std::int32_t>(random_.below(kKinds)));
      decade_.push_back(197 + static_cast<std::int32_t>(random_.below(5)));
      const double before = sums_.empty() ? 0 : sums_.back();
      sums_.push_back(before + 1.0 / (artist + 1));
    }
    wave_ = 0.4 * normal();
    stretch_ = gamma(3) / 3;
  }

  std::vector<engine::patterns::ListeningDay> days(int count, Change change = Change::kNone) {
    std::vector<engine::patterns::ListeningDay> made;
    for (int k = 0; k < count; ++k) made.push_back(day(change));
    return made;
  }

 private:
  static constexpr int kArtists = 120, kKinds = 6;

  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - random_.real()));
    return radius * std::cos(2 * std::numbers::pi * random_.real());
  }
  double exponential() { return -std::log(1 - random_.real()); }
  double gamma(int shape) {
    double sum = 0;
    for (int k = 0; k < shape; ++k) sum += exponential();
    return sum;
  }
  int poisson(double rate) {
    int count = -1;
    for (double at = 0; at <= rate; at += exponential()) ++count;
    return count;
  }

  double rate() {
    const bool is_weekend = number_ % 7 >= 5;
    double rate = habits_.sessions * (is_weekend ? 1.3 : 0.88);
    switch (habits_.rhythm) {
      case Rhythm::kPoisson:
        break;
      case Rhythm::kUneven:
        rate *= gamma(2) / 2;
        break;
      case Rhythm::kBursty:
        if (random_.chance(0.2)) stretch_ = gamma(3) / 3;
        rate *= stretch_;
        break;
      case Rhythm::kWavering:
        wave_ = 0.97 * wave_ + 0.4 * std::sqrt(1 - 0.97 * 0.97) * normal();
        rate *= std::exp(wave_);
    }
    return rate;
  }

  int hour(bool is_weekend) {
    static constexpr double kBroad[24] = {1, 1, .5, .3, .2, .3, 1, 3, 4, 3, 2, 2,
                                          3, 3, 2,  2,  3,  4,  5, 5, 5, 4, 3, 2};
    struct Part {
      double share, middle, width;
    };
    static constexpr Part kWorkday[3] = {{.3, 8.5, 1}, {.15, 13.5, 1}, {.55, 20, 1.5}};
    static constexpr Part kWeekend[3] = {{.4, 12, 2}, {.3, 17.5, 3}, {.3, 21.5, 2}};
    if (habits_.is_broad) {
      double sums[24], sum = 0;
      for (int hour = 0; hour < 24; ++hour) sums[hour] = sum += kBroad[hour];
      return static_cast<int>(random_.draw(sums));
    }
    if (random_.chance(0.09)) return static_cast<int>(random_.below(24));
    const double at = random_.real();
    const Part* part = is_weekend ? kWeekend : kWorkday;
    if (at >= part[0].share) part += at < part[0].share + part[1].share ? 1 : 2;
    const double told = part->middle + part->width * normal();
    return static_cast<int>(std::floor(told + 48)) % 24;
  }

  int artist_of_kind(std::int32_t kind) {
    std::size_t artist = 0;
    do {
      artist = random_.draw(sums_);
    } while (kind_[artist] != kind);
    return static_cast<int>(artist);
  }

  engine::patterns::ListeningDay day(Change change) {
    const bool is_weekend = number_ % 7 >= 5;
    const int sessions = poisson(rate());
    engine::patterns::ListeningDay day;
    for (int k = 0; k < (change == Change::kHoliday ? 0 : sessions); ++k) {
      const int start = (hour(is_weekend) + (change == Change::kLater ? 3 : 0)) % 24;
      const int tracks = 1 + static_cast<int>(10 * exponential());
      day.sessions.push_back({.start = number_ * engine::patterns::kDaySeconds + start * 3600,
                              .minutes = 3.5 * tracks,
                              .hour = static_cast<std::uint8_t>(start),
                              .is_weekend = is_weekend});
      const bool is_new = change == Change::kNewGenre && random_.chance(0.5);
      const auto focus = random_.draw(sums_);
      for (int track = 0; track < tracks; ++track) {
        if (is_new) {
          const double place = random_.real();
          day.plays.push_back({1000 + static_cast<std::int32_t>(20 * place * place), kKinds,
                               197 + static_cast<std::int32_t>(random_.below(5))});
        } else if (random_.chance(habits_.new_artists)) {
          day.plays.push_back({next_new_++, kind_[focus], decade_[focus]});
        } else {
          const auto artist =
              random_.chance(0.4) ? focus : static_cast<std::size_t>(artist_of_kind(kind_[focus]));
          day.plays.push_back({static_cast<std::int32_t>(artist), kind_[artist], decade_[artist]});
        }
      }
    }
    ++number_;
    return day;
  }

  Habits habits_;
  playlist::Random random_;
  std::vector<std::int32_t> kind_, decade_;  // by artist
  std::vector<double> sums_;
  std::int64_t number_ = 0;
  std::int32_t next_new_ = 100'000;
  double wave_ = 0, stretch_ = 1;
};

}  // namespace test
