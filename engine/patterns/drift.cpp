#include "patterns/drift.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "patterns/adwin.hpp"

namespace engine::patterns {
namespace {

using Days = std::span<const ListeningDay>;

std::size_t look_days(LookSize size) {
  return static_cast<std::size_t>(size.days + size.base);
}

double sessions_in(Days days) {
  std::size_t count = 0;
  for (const ListeningDay& day : days) count += day.sessions.size();
  return static_cast<double>(count);
}

double tracks_in(Days days) {
  std::size_t count = 0;
  for (const ListeningDay& day : days) count += day.plays.size();
  return static_cast<double>(count);
}

/// The two sides of a look.
struct Sides {
  Days recent, base;
  Sides(Days look, LookSize size)
      : recent(look.last(static_cast<std::size_t>(size.days))),
        base(look.last(look_days(size)).first(static_cast<std::size_t>(size.base))) {}
  [[nodiscard]] bool is_enough() const { return sessions_in(base) >= kFewestBaseSessions; }
};

/// Looks that end `size.days` days apart, the latest first; the first is the present one.
class Looks {
 public:
  Looks(Days days, const DriftOptions& options) : days_(days), options_(options) {}

  [[nodiscard]] std::size_t count() const {
    const std::size_t whole = look_days(options_.size);
    if (days_.size() < whole) return 0;
    return std::min<std::size_t>(1 + kEarlierLooks, 1 + (days_.size() - whole) / step());
  }
  /// With the days before it that tell of hours.
  [[nodiscard]] Days days(std::size_t number) const {
    const std::size_t end = days_.size() - number * step();
    const std::size_t widest =
        std::max(look_days(options_.size), static_cast<std::size_t>(kHabitDays) + step());
    return days_.first(end).last(std::min(end, widest));
  }
  [[nodiscard]] Look look(std::size_t number) const {
    return look_at(days(number), options_.size,
                   number == 0 ? options_.draws : options_.earlier_draws, options_.random_seed);
  }

 private:
  [[nodiscard]] std::size_t step() const { return static_cast<std::size_t>(options_.size.days); }
  Days days_;
  const DriftOptions& options_;
};

// ---- what has moved, and since when ----

/// Of the plays or the sessions of days: how many of each key.
struct Shares {
  std::map<std::int32_t, double> counts;
  double sum = 0;
  [[nodiscard]] double of(std::int32_t key) const {
    const auto found = counts.find(key);
    return found == counts.end() || sum == 0 ? 0 : found->second / sum;
  }
};

std::int32_t key_of(Metric metric, const DayPlay& play) {
  if (metric == Metric::kKinds) return play.kind;
  return metric == Metric::kDecades ? play.decade : play.artist;
}

bool is_of_hours(Metric metric) {
  return facts_of(metric).question == Question::kWhen;
}

bool is_of_shares(Metric metric) {
  return metric == Metric::kArtists || metric == Metric::kKinds || metric == Metric::kDecades;
}

/// The keys of a day, one of each session (hours) or play.
std::vector<std::int32_t> keys_of(Metric metric, const ListeningDay& day) {
  std::vector<std::int32_t> keys;
  if (is_of_hours(metric)) {
    for (const ListenedSession& session : day.sessions) keys.push_back(session.hour);
    return keys;
  }
  for (const DayPlay& play : day.plays) {
    const std::int32_t key = key_of(metric, play);
    if (key >= 0) keys.push_back(key);
  }
  return keys;
}

Shares shares_of(Metric metric, Days days) {
  Shares shares;
  for (const ListeningDay& day : days) {
    for (const std::int32_t key : keys_of(metric, day)) {
      ++shares.counts[key];
      ++shares.sum;
    }
  }
  return shares;
}

/// Those whose share has risen and fallen most; the smaller key of equal ones.
void tell_movers(DriftMetric& metric, const Sides& sides) {
  const Shares recent = shares_of(metric.test.metric, sides.recent),
               base = shares_of(metric.test.metric, sides.base);
  std::set<std::int32_t> keys;
  for (const auto& [key, count] : recent.counts) keys.insert(key);
  for (const auto& [key, count] : base.counts) keys.insert(key);
  double rise = 0, fall = 0;
  for (const std::int32_t key : keys) {
    const Mover mover{key, recent.of(key), base.of(key)};
    const double change = mover.recent - mover.base;
    if (change > rise) metric.rose = mover;
    if (change < fall) metric.fell = mover;
    rise = std::max(rise, change);
    fall = std::min(fall, change);
  }
}

/// A metric as numbers in 0..1 in the order in which they came, and the day of each.
struct Series {
  std::vector<double> values;
  std::vector<std::size_t> days;
  void add(double value, std::size_t day) {
    values.push_back(value);
    days.push_back(day);
  }
};

/// Of each play or session: whether its key's share is larger in the recent days. (Of what is new
/// and of the ten most heard: whether it is one of those.)
Series series_of_keys(Metric metric, Days look, const Sides& sides) {
  const Shares recent = shares_of(metric, sides.recent), base = shares_of(metric, sides.base);
  std::vector<std::pair<double, std::int32_t>> most;
  for (const auto& [key, count] : base.counts) most.push_back({-count, key});
  std::sort(most.begin(), most.end());
  most.resize(std::min<std::size_t>(most.size(), 10));
  std::set<std::int32_t> top;
  for (const auto& [count, key] : most) top.insert(key);
  Series series;
  for (std::size_t day = 0; day < look.size(); ++day) {
    const std::vector<std::int32_t> keys = keys_of(metric, look[day]);
    const bool is_base = day < sides.base.size();
    for (const std::int32_t key : keys) {
      bool is_it = recent.of(key) > base.of(key);
      if (metric == Metric::kTopArtists) is_it = top.contains(key);
      if (metric == Metric::kNewArtists) {
        const auto own = static_cast<double>(std::count(keys.begin(), keys.end(), key));
        const auto found = base.counts.find(key);
        is_it = (found == base.counts.end() ? 0 : found->second) <= (is_base ? own : 0);
      }
      series.add(is_it ? 1 : 0, day);
    }
  }
  return series;
}

Series series_of_days(Metric metric, Days look) {
  Series series;
  double most = 1;
  for (const ListeningDay& day : look) {
    if (metric == Metric::kSessionsPerDay)
      most = std::max(most, static_cast<double>(day.sessions.size()));
    if (metric == Metric::kTracksPerDay)
      most = std::max(most, static_cast<double>(day.plays.size()));
    if (metric == Metric::kSessionMinutes)
      for (const ListenedSession& session : day.sessions) most = std::max(most, session.minutes);
  }
  for (std::size_t k = 0; k < look.size(); ++k) {
    const ListeningDay& day = look[k];
    if (metric == Metric::kSessionMinutes) {
      for (const ListenedSession& session : day.sessions) series.add(session.minutes / most, k);
    } else if (metric == Metric::kActiveDays) {
      series.add(day.sessions.empty() ? 0 : 1, k);
    } else {
      const std::size_t count =
          metric == Metric::kSessionsPerDay ? day.sessions.size() : day.plays.size();
      series.add(static_cast<double>(count) / most, k);
    }
  }
  return series;
}

void tell_since(DriftMetric& metric, Days look, LookSize size) {
  const Sides sides(look, size);
  const Series series = facts_of(metric.test.metric).question == Question::kHowMuch
                            ? series_of_days(metric.test.metric, look)
                            : series_of_keys(metric.test.metric, look, sides);
  if (series.values.size() < 2) return;
  const ChangePoint point = change_point(series.values);
  metric.days_ago = static_cast<int>(look.size() - series.days[point.first]);
  metric.is_certain = point.is_certain;
}

DriftMetric tell_metric(const MetricTest& test, const MetricLook& compared, Days days,
                        LookSize size) {
  DriftMetric metric{.test = test};
  const LookDays look(days);
  const auto [recent, base] = compared_days(look, days.size(), size);
  metric.effect = effect_of(test.metric, recent, base);
  const bool is_of_hours_of_day = test.metric == Metric::kHoursOfDay;
  if (is_of_hours_of_day || facts_of(test.metric).question == Question::kWhat) {
    const double unit = is_of_hours_of_day ? spread_of_hours(recent, base) : 1;
    metric.effect = {unit * compared.value, unit * compared.mean,
                     unit * (compared.value - compared.mean)};
  }
  const Days own = days.last(look_days(size));
  if (is_of_shares(test.metric)) tell_movers(metric, Sides(own, size));
  if (test.is_rejected) tell_since(metric, own, size);
  return metric;
}

bool has_alarm(std::span<const RelativeMetric> metrics) {
  return std::any_of(metrics.begin(), metrics.end(),
                     [](const RelativeMetric& metric) { return metric.is_alarm(); });
}

bool has_alarm(std::span<const MetricTest> tests) {
  return std::any_of(tests.begin(), tests.end(),
                     [](const MetricTest& test) { return test.is_rejected; });
}

}  // namespace

int days_to_read(const DriftOptions& options) {
  return options.size.days * (1 + kEarlierLooks) + std::max(options.size.base, kHabitDays);
}

std::optional<DriftReport> detect_drift(std::span<const ListeningDay> days,
                                        const DriftOptions& options) {
  const Looks looks(days, options);
  if (looks.count() == 0) return std::nullopt;
  const Sides sides(days, options.size);
  if (!sides.is_enough()) return std::nullopt;
  DriftReport report{.size = options.size, .level = options.level};
  report.recent_sessions = sessions_in(sides.recent);
  report.base_sessions = sessions_in(sides.base);
  report.recent_tracks = tracks_in(sides.recent);
  report.base_tracks = tracks_in(sides.base);
  report.relative = relative_metrics(days, options.size);
  report.has_relative_alarm = has_alarm(report.relative);

  std::vector<Look> made = {looks.look(0)};  // the latest first
  for (std::size_t number = 1; number < looks.count(); ++number) {
    const Days own = looks.days(number);
    if (!Sides(own, options.size).is_enough()) continue;
    made.push_back(looks.look(number));
    const std::vector<RelativeMetric> relative = relative_metrics(own, options.size);
    report.relative_alarms += has_alarm(relative);
    report.relative_summary_alarms +=
        has_alarm(std::span<const RelativeMetric>(relative).first(kRelativeSummaries));
  }
  report.looks = static_cast<int>(made.size()) - 1;
  const std::span<const Look> all(made);
  for (std::size_t number = 1; number < made.size(); ++number)
    report.alarms += has_alarm(test_look(made[number], all.subspan(number + 1), options.level));

  const std::vector<MetricTest> tests = test_look(made[0], all.subspan(1), options.level);
  report.has_drifted = has_alarm(tests);
  for (const MetricTest& test : tests)
    report.metrics.push_back(tell_metric(test, made[0][static_cast<std::size_t>(test.metric)],
                                         looks.days(0), options.size));
  return report;
}

}  // namespace engine::patterns
