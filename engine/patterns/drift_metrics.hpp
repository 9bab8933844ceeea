// What can have changed about somebody's listening, each as one number between some recent days and
// the days before.
//
// Every metric is a function of two sums over days, so that any days can be put in the place of the
// recent ones, not the same ones for what was heard as for how much: drift_test.hpp does so to learn how far such numbers are apart by chance. Rates are
// compared weekday by weekday, so that a base with five Saturdays and four Mondays tells nothing
// new.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "patterns/listening_days.hpp"

namespace engine::patterns {

enum class Metric : std::uint8_t {
  kSessionsPerDay,  // sessions begun a day; tested as square roots, whose spread hangs less on the rate
  kTracksPerDay,    // plays a day; as square roots, too
  kActiveDays,      // days of a week with a session
  kSessionMinutes,  // mean length of a session; tested as a logarithm
  kStartHour,       // by how many hours the whole day has moved (below)
  kHoursOfDay,      // distance of the hours in which sessions begin; tested by its spread (below)
  kNewArtists,      // share of the plays by artists who are not in the base days at all
  kTopArtists,      // share of the plays by the ten artists heard most in the base days
  kArtists,         // distance of the plays over artists
  kKinds,           // distance of the plays over kinds of music
  kDecades,         // distance of the plays over decades of release
};
inline constexpr std::size_t kMetricCount = 11;

/// What a metric asks: how much is heard, when, what.
enum class Question : std::uint8_t { kHowMuch, kWhen, kWhat };
inline constexpr std::size_t kQuestionCount = 3;

struct MetricFacts {
  Metric metric;
  Question question;
  std::string_view name;   // "sessions_per_day"
  std::string_view unit;   // of its values: "sessions", "tracks", "days", "hours", "share" ...
  bool is_two_sided;       // it can fall as well as rise; else only a large value is a change
  double smallest_spread;  // as compared; spreads that look smaller count as this
};
const MetricFacts& facts_of(Metric metric);

/// The days of one look, artists and kinds numbered from 0.
class LookDays {
 public:
  /// Of the first `hours_alone` days what was played is left out.
  explicit LookDays(std::span<const ListeningDay> days, std::size_t hours_alone = 0);

  /// Plays by number of an artist, a kind, a decade; each number once.
  struct Plays {
    struct Of {
      std::int32_t number = 0, plays = 0;
    };
    std::vector<Of> by_number;
    std::int32_t sum = 0;
  };
  struct Day {
    double sessions = 0, tracks = 0, minutes = 0;
    std::vector<std::uint8_t> weekday_hours, weekend_hours;  // a start each
    Plays artists, kinds, decades;
  };
  [[nodiscard]] const std::vector<Day>& days() const { return days_; }
  [[nodiscard]] std::size_t artists() const { return artists_; }
  [[nodiscard]] std::size_t kinds() const { return kinds_; }
  [[nodiscard]] std::size_t decades() const { return decades_; }

 private:
  std::vector<Day> days_;
  std::size_t artists_ = 0, kinds_ = 0, decades_ = 0;
};

/// Some days of a look, added up: how much was heard and when.
struct TimeSums {
  /// `sign` 1 or -1.
  void add(const LookDays& look, std::size_t day, int sign);
  /// The hours of the day alone.
  void add_hours(const LookDays& look, std::size_t day, int sign);

  // By the day's place modulo 7, which stands for its weekday.
  std::array<double, 7> days{}, sessions{}, tracks{}, active{};
  double minutes = 0, session_count = 0;
  std::array<std::array<double, 24>, 2> hours{};  // starts: of weekdays, of weekends
};

/// What was heard in them.
struct MusicSums {
  explicit MusicSums(const LookDays& look)
      : artists(look.artists()), kinds(look.kinds()), decades(look.decades()) {}
  /// `sign` 1 or -1.
  void add(const LookDays& look, std::size_t day, int sign);

  std::vector<std::int32_t> artists, kinds, decades;
  std::int32_t artist_plays = 0, kind_plays = 0, decade_plays = 0;
};

struct DaySums : TimeSums, MusicSums {
  explicit DaySums(const LookDays& look) : MusicSums(look) {}
  void add(const LookDays& look, std::size_t day, int sign) {
    TimeSums::add(look, day, sign);
    MusicSums::add(look, day, sign);
  }
};

/// What is compared, by metric; NaN where there is nothing to compare.
using MetricValues = std::array<double, kMetricCount>;
/// Those that ask how much and when.
void compare_times(const TimeSums& recent, const TimeSums& base, MetricValues& values);
/// Those that ask what.
void compare_music(const MusicSums& recent, const MusicSums& base, MetricValues& values);
MetricValues compare(const DaySums& recent, const DaySums& base);

/// What is told, by metric: of the recent days, of the base, and how far they are apart in the
/// metric's unit. Distances and shifts have no value of their own for either side.
struct MetricEffect {
  double recent = 0, base = 0, change = 0;  // NaN where there is none
};
MetricEffect effect_of(Metric metric, const DaySums& recent, const DaySums& base);

/// By how many hours the starts of `recent` are later (-12..12) than those of `base`, each weekday
/// and weekend by their own hours: the shift under which the smoothed base makes them likeliest, and
/// how much likelier than without any (natural logarithm).
struct HourShift {
  int hours = 0;
  double gain = 0;
};
HourShift hour_shift(const TimeSums& recent, const TimeSums& base);

/// Fewer sessions than these in the recent days tell nothing of hours.
inline constexpr double kFewestStarts = 10;
/// What the distance of the hours grows with by chance: sqrt(1/n + 1/m) of n and m starts, so that an
/// idle week is not another one.
double spread_of_hours(const TimeSums& recent, const TimeSums& base);

/// Square root of the Jensen-Shannon divergence in bits: 0 the same shares, 1 nothing in common.
/// (Lin: Divergence Measures Based on the Shannon Entropy, 1991; its root is a metric: Endres,
/// Schindelin, 2003.)
double jensen_shannon(std::span<const std::int32_t> a, double a_sum,
                      std::span<const std::int32_t> b, double b_sum);

}  // namespace engine::patterns
