// Whether recent days differ from those before by more than this person's days differ anyway.
//
// Null      For each metric, what it would be if nothing had changed, from the person's own days: the
//           recent days are left out, for each of them one base day of the same weekday is drawn in
//           its place (a day is a block: what hangs together within it stays together), and these are
//           compared with the base days that are left. Some hundred draws give a mean, a spread and
//           the share of draws that lie as far out.
// Plays     Shares of few plays lie further from the usual ones than shares of many, so that an idle
//           week would look like another taste. Of what was heard therefore not as many days are drawn
//           but as many as have most nearly the plays of the recent days, in a random order, those
//           drawn for the rest first; half of the base at most.
// Weeks     Days in a row resemble each other: a busy month, a record that is on for a week. So the
//           same is done for every earlier window of as many days, before which as many base days
//           lie, up to a year back. z = (value - mean of draws) / spread of draws of those windows
//           tells by how much more real windows differ than drawn ones, and the present z is divided
//           by that (variance inflation; Devlin, Roeder: Genomic Control for Association Studies,
//           1999, is the same thought):
//             inflation  (kPriorLooks * least + sum of z^2) / (kPriorLooks + windows), and least at
//                        least, which it is without any earlier window: even days that have nothing
//                        to do with each other lie further from drawn ones than these from each
//                        other, as all are drawn from the same few base days. Of how much is heard
//                        it is more (kLeastInflation), as stretches of busy and idle days are what a
//                        base of 30 days tells little of, even by how its own days in a row differ
//           The larger of two is taken: with each window's own spread, and with the present one, as a
//           base that happens to be even looks surer than this person is.
//           Of metrics that only rise, the mean of the earlier z is taken off first, where it is above
//           0: taste always moves on a little.
// p         The larger one of the share of draws and of Student's t with kPriorLooks + windows
//           degrees of freedom: the first minds skewed days, the second days that hang together.
// Hours     When somebody listens is a habit of longer standing than how much: the base of these
//           metrics takes in the days before the base too, up to kHabitDays before the recent ones.
//           With 21 sessions in a week it is this that makes a shift of three hours visible.
// Rule      Benjamini, Hochberg: Controlling the False Discovery Rate, 1995, over the metrics that
//           have a p, weighted (Genovese, Roeder, Wasserman: False Discovery Control with p-Value
//           Weighting, 2006) so that how much, when and what weigh the same, however many metrics ask
//           for each. Where nothing has changed, any rejection is false, and the chance of one is at
//           most the level (metrics that rise and fall together only make it smaller).
//
// Why not else: days drawn one by one without the weeks alarm on a fifth of the looks at somebody
// who has busy and idle weeks; the earlier weeks alone are some dozen numbers, of which no tail can
// be read; and draws that mix the recent days in hide what has changed in all of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "patterns/drift_metrics.hpp"

namespace engine::patterns {

inline constexpr double kPriorLooks = 8;
/// By question: how much, when, what.
inline constexpr std::array<double, kQuestionCount> kLeastInflation = {1.6, 1.3, 1.0};

inline constexpr int kHabitDays = 90;

struct LookSize {
  int days = 7;   // recent: 1 or more
  int base = 30;  // before them: three times as many at least, and no fewer than 21
};

/// The last days of a look, and those before them that they are compared with; what is older tells of
/// hours alone.
struct ComparedDays {
  DaySums recent, base;
};
/// `days` days, of which `look` has been made.
ComparedDays compared_days(const LookDays& look, std::size_t days, LookSize size);

/// A metric of one look beside what draws give.
struct MetricLook {
  double value = 0, mean = 0, spread = 0;  // as compared; NaN: nothing to compare
  double z = 0;
  double tail = 1;  // share of draws that lie as far from the mean
  [[nodiscard]] bool is_told() const { return z == z; }
};
using Look = std::array<MetricLook, kMetricCount>;

/// The last of `days` are the recent ones, before them lies the base; any before that tell of hours
/// only. The same random seed, the same look.
Look look_at(std::span<const ListeningDay> days, LookSize size, int draws,
             std::uint64_t random_seed);

struct MetricTest {
  Metric metric = Metric::kSessionsPerDay;
  double z = 0, inflation = 1, p = 1;  // z as compared with earlier windows
  bool is_rejected = false;
};

/// Of `now`, by `earlier` windows; metrics without a value are left out. By metric.
std::vector<MetricTest> test_look(const Look& now, std::span<const Look> earlier, double level);

/// Which of these are rejected at `level`.
std::vector<bool> benjamini_hochberg(std::span<const double> p, std::span<const double> weights,
                                     double level);

/// Of Student's t with `freedom` > 0 degrees: the chance of a value above `t`.
double student_tail(double t, double freedom);

}  // namespace engine::patterns
