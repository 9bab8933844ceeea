#include "patterns/relative_rule.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace engine::patterns {
namespace {

struct Spread {
  double mean = 0, deviation = 0;
};

Spread spread_of(const std::vector<double>& values) {
  if (values.empty()) return {};
  Spread spread;
  for (const double value : values) spread.mean += value;
  spread.mean /= static_cast<double>(values.size());  // exact where all are the same whole number
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / static_cast<double>(values.size()));
  return spread;
}

std::vector<double> values_of(std::span<const ListeningDay> days) {
  std::vector<double> minutes, sessions, tracks;
  std::array<double, 24> starts{};
  double active = 0;
  for (const ListeningDay& day : days) {
    sessions.push_back(static_cast<double>(day.sessions.size()));
    tracks.push_back(static_cast<double>(day.plays.size()));
    active += day.sessions.empty() ? 0 : 1;
    for (const ListenedSession& session : day.sessions) {
      minutes.push_back(session.minutes);
      ++starts[session.hour];
    }
  }
  double entropy = 0;
  for (const double count : starts) {
    const double share = count / static_cast<double>(minutes.size());
    if (count > 0) entropy -= share * std::log2(share);
  }
  const auto count = static_cast<double>(days.size());
  const Spread length = spread_of(minutes), per_day = spread_of(sessions),
               tracks_per_day = spread_of(tracks);
  std::vector<double> values = {length.mean,       length.deviation,    per_day.mean,
                                per_day.deviation, tracks_per_day.mean, tracks_per_day.deviation,
                                entropy,           per_day.mean,        active / count};
  for (const double at : starts) values.push_back(at / count);
  return values;
}

}  // namespace

double RelativeMetric::change() const {
  return base > 0 ? (recent - base) / base : std::numeric_limits<double>::quiet_NaN();
}

bool RelativeMetric::is_alarm() const {
  return std::abs(change()) > kRelativeBound;
}

std::vector<RelativeMetric> relative_metrics(std::span<const ListeningDay> days, LookSize size) {
  static constexpr const char* kNames[kRelativeSummaries] = {
      "session_minutes_mean",       "session_minutes_deviation", "sessions_per_day_mean",
      "sessions_per_day_deviation", "tracks_per_day_mean",       "tracks_per_day_deviation",
      "start_hour_entropy",         "session_start_rate",        "days_with_sessions"};
  const auto recent_count = static_cast<std::size_t>(size.days),
             base_count = static_cast<std::size_t>(size.base);
  const std::vector<double> recent = values_of(days.last(recent_count));
  const std::vector<double> base =
      values_of(days.last(recent_count + base_count).first(base_count));
  std::vector<RelativeMetric> metrics;
  for (std::size_t k = 0; k < recent.size(); ++k) {
    std::string name;
    if (k < kRelativeSummaries) {
      name = kNames[k];
    } else {
      const std::size_t hour = k - kRelativeSummaries;
      name = std::string("starts_at_") + (hour < 10 ? "0" : "") + std::to_string(hour);
    }
    metrics.push_back({.name = name, .recent = recent[k], .base = base[k]});
  }
  return metrics;
}

}  // namespace engine::patterns
