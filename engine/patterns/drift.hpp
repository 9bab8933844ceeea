// Drift: what has changed about somebody's listening, by which rule, since when.
//
// The last `days` days are held against the `base` days before (drift_metrics.hpp), by the rule of
// drift_test.hpp; the rule of a fifth (relative_rule.hpp) stands beside it. How often each rule alarms
// is told from the person's own past: at every earlier look, `days` days apart, with what was known
// by then.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "patterns/drift_test.hpp"
#include "patterns/relative_rule.hpp"

namespace engine::patterns {

inline constexpr int kEarlierLooks = 51;  // at most; with the present one a year of weeks
inline constexpr int kFewestBaseDays = 21, kFewestBaseSessions = 10;

struct DriftOptions {
  LookSize size = {};
  double level = 0.05;
  int draws = 1999, earlier_draws = 399;
  std::uint64_t random_seed = 1;
};

/// How many days of listening_days() a look and its past can use.
int days_to_read(const DriftOptions& options);

/// An artist, a kind or a decade whose share of the plays has changed most.
struct Mover {
  std::int32_t key = -1;  // as in DayPlay
  double recent = 0, base = 0;
};

struct DriftMetric {
  MetricTest test = {};
  /// recent and base in the metric's unit; of distances and shares of what is new, base is what is
  /// usual between days of the base.
  MetricEffect effect = {};
  /// Of those that drifted: days before now at which it began, and whether ADWIN cuts there (else
  /// it is the likeliest place).
  std::optional<int> days_ago = {};
  bool is_certain = false;
  std::optional<Mover> rose = {}, fell = {};  // of artists, kinds and decades
};

struct DriftReport {
  LookSize size = {};
  double level = 0.05;
  double recent_sessions = 0, base_sessions = 0, recent_tracks = 0, base_tracks = 0;
  std::vector<DriftMetric> metrics = {};      // by our rule, those that could be compared
  std::vector<RelativeMetric> relative = {};  // by the rule of a fifth
  bool has_drifted = false, has_relative_alarm = false;
  /// Of the earlier looks: how many there were, and at how many each rule alarmed; of the rule of a
  /// fifth with its nine summaries alone, too. Ours has nothing to go by before the first of them.
  int looks = 0, alarms = 0, relative_alarms = 0, relative_summary_alarms = 0;
};

/// `days` as listening_days() gives them, days_to_read() of them or fewer. Nothing where there is too
/// little: fewer whole days than a look has, or in the base fewer than kFewestBaseSessions sessions.
std::optional<DriftReport> detect_drift(std::span<const ListeningDay> days,
                                        const DriftOptions& options);

}  // namespace engine::patterns
