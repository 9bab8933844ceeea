#include "patterns/drift_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace engine::patterns {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int kHours = 24;
constexpr std::size_t kTop = 10;
constexpr int kWidestShift = 12;

constexpr MetricFacts kFacts[kMetricCount] = {
    {Metric::kSessionsPerDay, Question::kHowMuch, "sessions_per_day", "sessions", true, 0.07},
    {Metric::kTracksPerDay, Question::kHowMuch, "tracks_per_day", "tracks", true, 0.1},
    {Metric::kActiveDays, Question::kHowMuch, "active_days", "days", true, 1.0 / 7},
    {Metric::kSessionMinutes, Question::kHowMuch, "session_minutes", "minutes", true, 0.05},
    {Metric::kStartHour, Question::kWhen, "start_hour", "hours", false, 0.4},
    {Metric::kHoursOfDay, Question::kWhen, "hours_of_day", "distance", false, 0.05},
    {Metric::kNewArtists, Question::kWhat, "new_artists", "share", true, 0.02},
    {Metric::kTopArtists, Question::kWhat, "top_artists", "share", true, 0.02},
    {Metric::kArtists, Question::kWhat, "artists", "distance", false, 0.01},
    {Metric::kKinds, Question::kWhat, "kinds", "distance", false, 0.01},
    {Metric::kDecades, Question::kWhat, "decades", "distance", false, 0.01},
};

/// Numbers from 0 in the order in which they come.
class Numbering {
 public:
  std::int32_t of(std::int32_t key) {
    return numbers_.try_emplace(key, static_cast<std::int32_t>(numbers_.size())).first->second;
  }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }

 private:
  std::unordered_map<std::int32_t, std::int32_t> numbers_;
};

/// What a day's plays are of, `key` each.
LookDays::Plays plays_of(const ListeningDay& day, std::int32_t DayPlay::*key, Numbering& numbers) {
  LookDays::Plays made;
  std::vector<std::int32_t> heard;
  heard.reserve(day.plays.size());
  for (const DayPlay& play : day.plays)
    if (play.*key >= 0) heard.push_back(numbers.of(play.*key));
  std::sort(heard.begin(), heard.end());
  for (const std::int32_t number : heard) {
    if (made.by_number.empty() || made.by_number.back().number != number)
      made.by_number.push_back({number, 0});
    ++made.by_number.back().plays;
  }
  made.sum = static_cast<std::int32_t>(heard.size());
  return made;
}

/// Adds to `plays` by number, and to their `sum`.
void add_plays(const LookDays::Plays& day, int sign, std::vector<std::int32_t>& plays,
               std::int32_t& sum) {
  for (const LookDays::Plays::Of& one : day.by_number)
    plays[static_cast<std::size_t>(one.number)] += sign * one.plays;
  sum += sign * day.sum;
}

double sum_of(const std::array<double, 7>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

/// A day of `values`, each weekday weighing as it does among the days of `like`.
double per_day(const std::array<double, 7>& values, const TimeSums& of, const TimeSums& like) {
  double sum = 0, weights = 0;
  for (std::size_t weekday = 0; weekday < 7; ++weekday) {
    if (like.days[weekday] <= 0 || of.days[weekday] <= 0) continue;
    sum += like.days[weekday] * values[weekday] / of.days[weekday];
    weights += like.days[weekday];
  }
  return weights > 0 ? sum / weights : kNone;
}

using Profile = std::array<double, kHours>;
/// A profile twice in a row, so that hour - shift + 24 is a place in it.
using TwoDays = std::array<double, 2 * kHours>;

/// A bell of one hour's standard deviation around the clock.
const TwoDays& bell() {
  static const TwoDays kBell = [] {
    TwoDays made{};
    double sum = 0;
    for (int hour = 0; hour < kHours; ++hour) {
      const double away = std::min(hour, kHours - hour);
      sum += made[static_cast<std::size_t>(hour)] = std::exp(-away * away / 2);
    }
    for (std::size_t hour = 0; hour < kHours; ++hour) made[hour + kHours] = made[hour] /= sum;
    return made;
  }();
  return kBell;
}

Profile smoothed(const Profile& counts) {
  Profile made{};
  for (std::size_t at = 0; at < kHours; ++at) {
    if (counts[at] == 0) continue;
    const double* own = bell().data() + (kHours - at);
    for (std::size_t hour = 0; hour < kHours; ++hour) made[hour] += counts[at] * own[hour];
  }
  return made;
}

/// Logarithms of the chances of each hour, of weekdays and weekends: a tenth is everybody's hours,
/// and each kind of day leans a little on the other.
std::array<TwoDays, 2> log_profiles(const TimeSums& base) {
  const Profile own[2] = {smoothed(base.hours[0]), smoothed(base.hours[1])};
  std::array<TwoDays, 2> logs{};
  for (std::size_t kind = 0; kind < 2; ++kind) {
    double sum = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour)
      sum += own[kind][hour] + 0.1 * own[1 - kind][hour];
    for (std::size_t hour = 0; hour < kHours; ++hour) {
      const double share =
          sum > 0 ? (own[kind][hour] + 0.1 * own[1 - kind][hour]) / sum : 1.0 / kHours;
      logs[kind][hour] = logs[kind][hour + kHours] = std::log(0.9 * share + 0.1 / kHours);
    }
  }
  return logs;
}

double share_of_new(const MusicSums& recent, const MusicSums& base) {
  if (recent.artist_plays == 0) return kNone;
  std::int32_t plays = 0;
  for (std::size_t artist = 0; artist < recent.artists.size(); ++artist)
    if (base.artists[artist] == 0) plays += recent.artists[artist];
  return static_cast<double>(plays) / recent.artist_plays;
}

/// Of the plays of `of`, the share by the ten heard most in `base`; equal ones by their number.
double share_of_top(const MusicSums& of, const MusicSums& base) {
  if (of.artist_plays == 0) return kNone;
  std::array<std::size_t, kTop + 1> top{};  // most first; the last is what falls out
  std::size_t count = 0;
  std::int32_t least = 0;  // more plays than these get in
  for (std::size_t artist = 0; artist < base.artists.size(); ++artist) {
    const std::int32_t plays = base.artists[artist];
    if (plays <= least) continue;
    std::size_t place = count;
    for (; place > 0 && base.artists[top[place - 1]] < plays; --place) top[place] = top[place - 1];
    top[place] = artist;
    count = std::min(count + 1, kTop);
    if (count == kTop) least = base.artists[top[kTop - 1]];
  }
  std::int32_t plays = 0;
  for (std::size_t k = 0; k < count; ++k) plays += of.artists[top[k]];
  return static_cast<double>(plays) / of.artist_plays;
}

/// Of all starts; those of the base count as if as many of them were of weekends as of the recent
/// ones, so that a busy weekend is no new habit.
double distance_of_hours(const TimeSums& recent, const TimeSums& base) {
  Profile apart{};
  double starts = 0;
  for (const Profile& hours : recent.hours)
    for (const double count : hours) starts += count;
  for (std::size_t kind = 0; kind < 2; ++kind) {
    double own = 0, before = 0;
    for (std::size_t hour = 0; hour < kHours; ++hour) {
      own += recent.hours[kind][hour];
      before += base.hours[kind][hour];
    }
    if (own == 0 || before == 0) continue;
    for (std::size_t hour = 0; hour < kHours; ++hour)
      apart[hour] += (recent.hours[kind][hour] - own * base.hours[kind][hour] / before) / starts;
  }
  if (starts == 0) return kNone;
  apart = smoothed(apart);
  double sum = 0;
  for (const double value : apart) sum += value * value;
  return std::sqrt(sum);
}

double starts_in(const TimeSums& sums) {
  double count = 0;
  for (const auto& hours : sums.hours)
    for (const double starts : hours) count += starts;
  return count;
}

double distance(const std::vector<std::int32_t>& a, std::int32_t a_sum,
                const std::vector<std::int32_t>& b, std::int32_t b_sum) {
  return a_sum > 0 && b_sum > 0 ? jensen_shannon(a, a_sum, b, b_sum) : kNone;
}

/// A gain in likelihood has a long tail to the right, and its root, which has none, sees less.
double less_skewed(double gain) {
  return gain < 0 ? -std::pow(-gain, 0.75) : std::pow(gain, 0.75);
}

double mean_minutes(const TimeSums& sums) {
  return sums.session_count > 0 ? sums.minutes / sums.session_count : kNone;
}

}  // namespace

const MetricFacts& facts_of(Metric metric) {
  return kFacts[static_cast<std::size_t>(metric)];
}

LookDays::LookDays(std::span<const ListeningDay> days, std::size_t hours_alone) {
  Numbering artists, kinds, decades;
  days_.reserve(days.size());
  for (const ListeningDay& day : days) {
    Day& made = days_.emplace_back();
    made.sessions = static_cast<double>(day.sessions.size());
    made.tracks = static_cast<double>(day.plays.size());
    for (const ListenedSession& session : day.sessions) {
      made.minutes += session.minutes;
      (session.is_weekend ? made.weekend_hours : made.weekday_hours).push_back(session.hour);
    }
    if (days_.size() <= hours_alone) continue;
    made.artists = plays_of(day, &DayPlay::artist, artists);
    made.kinds = plays_of(day, &DayPlay::kind, kinds);
    made.decades = plays_of(day, &DayPlay::decade, decades);
  }
  artists_ = artists.size();
  kinds_ = kinds.size();
  decades_ = decades.size();
}

void TimeSums::add(const LookDays& look, std::size_t day, int sign) {
  const LookDays::Day& own = look.days()[day];
  const std::size_t weekday = day % 7;
  days[weekday] += sign;
  sessions[weekday] += sign * own.sessions;
  tracks[weekday] += sign * own.tracks;
  active[weekday] += own.sessions > 0 ? sign : 0;
  minutes += sign * own.minutes;
  session_count += sign * own.sessions;
  add_hours(look, day, sign);
}

void MusicSums::add(const LookDays& look, std::size_t day, int sign) {
  const LookDays::Day& own = look.days()[day];
  add_plays(own.artists, sign, artists, artist_plays);
  add_plays(own.kinds, sign, kinds, kind_plays);
  add_plays(own.decades, sign, decades, decade_plays);
}

void TimeSums::add_hours(const LookDays& look, std::size_t day, int sign) {
  for (const std::uint8_t hour : look.days()[day].weekday_hours) hours[0][hour] += sign;
  for (const std::uint8_t hour : look.days()[day].weekend_hours) hours[1][hour] += sign;
}

double jensen_shannon(std::span<const std::int32_t> a, double a_sum,
                      std::span<const std::int32_t> b, double b_sum) {
  double sum = 0, b_alone = 1;  // the share of b in what a has not at all
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k] == 0) continue;
    const double p = a[k] / a_sum;
    if (b[k] == 0) {
      sum += p;  // log2 of a share to its half
      continue;
    }
    const double q = b[k] / b_sum, half = (p + q) / 2;
    sum += p * std::log2(p / half) + q * std::log2(q / half);
    b_alone -= q;
  }
  return std::sqrt(std::max(0.0, (sum + b_alone) / 2));
}

HourShift hour_shift(const TimeSums& recent, const TimeSums& base) {
  if (recent.session_count == 0 || base.session_count == 0) return {0, kNone};
  const std::array<TwoDays, 2> logs = log_profiles(base);
  const auto likelihood = [&](int shift) {
    double sum = 0;
    for (std::size_t kind = 0; kind < 2; ++kind) {
      const double* own = logs[kind].data() + (shift > 0 ? kHours - shift : -shift);
      for (std::size_t hour = 0; hour < kHours; ++hour) sum += recent.hours[kind][hour] * own[hour];
    }
    return sum;
  };
  const double unmoved = likelihood(0);
  HourShift best{0, -std::numeric_limits<double>::infinity()};
  for (int away = 1; away <= kWidestShift; ++away) {  // the smaller of equal ones, later first
    for (const int shift : {away, -away}) {
      const double gain = likelihood(shift) - unmoved;
      if (gain > best.gain) best = {shift, gain};
    }
  }
  return best;
}

double spread_of_hours(const TimeSums& recent, const TimeSums& base) {
  return std::sqrt(1 / starts_in(recent) + 1 / starts_in(base));
}

void compare_times(const TimeSums& recent, const TimeSums& base, MetricValues& values) {
  const auto put = [&](Metric metric, double value) {
    values[static_cast<std::size_t>(metric)] = value;
  };
  put(Metric::kSessionsPerDay, std::sqrt(per_day(recent.sessions, recent, recent)) -
                                   std::sqrt(per_day(base.sessions, base, recent)));
  put(Metric::kTracksPerDay, std::sqrt(per_day(recent.tracks, recent, recent)) -
                                 std::sqrt(per_day(base.tracks, base, recent)));
  put(Metric::kActiveDays,
      per_day(recent.active, recent, recent) - per_day(base.active, base, recent));
  put(Metric::kSessionMinutes,
      std::log(std::max(1.0, mean_minutes(recent)) / std::max(1.0, mean_minutes(base))));
  if (recent.session_count == 0) put(Metric::kSessionMinutes, kNone);
  const bool is_enough = recent.session_count >= kFewestStarts;
  put(Metric::kStartHour, is_enough ? less_skewed(hour_shift(recent, base).gain) : kNone);
  put(Metric::kHoursOfDay,
      is_enough ? distance_of_hours(recent, base) / spread_of_hours(recent, base) : kNone);
}

void compare_music(const MusicSums& recent, const MusicSums& base, MetricValues& values) {
  const auto put = [&](Metric metric, double value) {
    values[static_cast<std::size_t>(metric)] = value;
  };
  put(Metric::kNewArtists, share_of_new(recent, base));
  put(Metric::kTopArtists, share_of_top(recent, base));
  put(Metric::kArtists,
      distance(recent.artists, recent.artist_plays, base.artists, base.artist_plays));
  put(Metric::kKinds, distance(recent.kinds, recent.kind_plays, base.kinds, base.kind_plays));
  put(Metric::kDecades,
      distance(recent.decades, recent.decade_plays, base.decades, base.decade_plays));
}

MetricValues compare(const DaySums& recent, const DaySums& base) {
  MetricValues values{};
  compare_times(recent, base, values);
  compare_music(recent, base, values);
  return values;
}

MetricEffect effect_of(Metric metric, const DaySums& recent, const DaySums& base) {
  const auto both = [](double now, double before) {
    return MetricEffect{now, before, now - before};
  };
  const double of_week = std::min(7.0, sum_of(recent.days));
  switch (metric) {
    case Metric::kSessionsPerDay:
      return both(per_day(recent.sessions, recent, recent), per_day(base.sessions, base, recent));
    case Metric::kTracksPerDay:
      return both(per_day(recent.tracks, recent, recent), per_day(base.tracks, base, recent));
    case Metric::kActiveDays:
      return both(of_week * per_day(recent.active, recent, recent),
                  of_week * per_day(base.active, base, recent));
    case Metric::kSessionMinutes:
      return both(mean_minutes(recent), mean_minutes(base));
    case Metric::kStartHour:
      return {kNone, kNone, static_cast<double>(hour_shift(recent, base).hours)};
    case Metric::kHoursOfDay:
      return {kNone, kNone, distance_of_hours(recent, base)};
    case Metric::kNewArtists:
      return {share_of_new(recent, base), kNone, kNone};
    case Metric::kTopArtists:
      return both(share_of_top(recent, base), share_of_top(base, base));
    default:
      return {kNone, kNone, compare(recent, base)[static_cast<std::size_t>(metric)]};
  }
}

}  // namespace engine::patterns
