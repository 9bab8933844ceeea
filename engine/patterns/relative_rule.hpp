// The rule of thumb that many systems have: a metric of the last days that differs from the days
// before by more than a fifth is drift. Kept to be compared with; it takes no account of chance, and
// on somebody whose habits never change it alarms at nearly every look (drift_test.hpp does not).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "patterns/drift_test.hpp"

namespace engine::patterns {

inline constexpr double kRelativeBound = 0.2;

/// Of both sides' days: mean and standard deviation of a session's minutes, of the sessions and of
/// the tracks a day; entropy in bits of the hours in which sessions begin; sessions a day again as
/// the rate of starts, share of days with a session, and for each hour the sessions begun in it a
/// day.
struct RelativeMetric {
  std::string name;  // "session_minutes_mean", "starts_at_07"
  double recent = 0, base = 0;
  /// (recent - base) / base; NaN where the base is 0.
  [[nodiscard]] double change() const;
  [[nodiscard]] bool is_alarm() const;  // beyond kRelativeBound either way
};

/// The last `size.days` of `days` beside the `size.base` before them; the nine summaries first,
/// hours behind them.
std::vector<RelativeMetric> relative_metrics(std::span<const ListeningDay> days, LookSize size);
inline constexpr std::size_t kRelativeSummaries = 9;

}  // namespace engine::patterns
