// Would it have chosen well? Lists made as of past dates, compared with what the user then did.
//
// Counted   A date of a user counts when the user played something in the period that follows it;
//           other dates are told in `skipped` and change no number, nor does a user who listened to
//           nothing at all.
// Means     Over the lists of all counted dates and users, each list one value, with bootstrap
//           intervals (bootstrap.hpp). An entry that failed on a date lacks that list.
// Paired    Every recipe against every other entry, over the lists that both have and both count:
//           the mean of the differences, which is far steadier than the difference of two means,
//           as good weeks are good for both.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "evaluate/judge.hpp"

namespace engine::evaluate {

struct BacktestOptions {
  std::vector<Period> periods;
  std::vector<std::int64_t> ks = {10, 30, 50};  // ascending, each once, >= 1
  std::size_t resamples = 2'000;
  Judged judged = Judged::kAll;
  std::string trained_every;  // "" when the models were those of the store
  // Halves of the library's people by name, "" where all were meant: who is judged, and whose plays
  // the models were trained on; that also "others" than who is judged (store/taught_people.hpp).
  std::string half, trained_on;
};

struct EntryResult {
  std::string name;
  bool is_baseline = false;
  std::vector<Interval> metrics;            // by metric
  std::vector<std::vector<double>> values;  // by metric, then place; NaN: not counted
  std::size_t failed = 0;                   // places without a list
  double gini = 0;                          // metrics.hpp
  double milliseconds = 0;                  // for a list, the median
};

struct PairResult {
  std::size_t a = 0, b = 0;  // entries; the difference is a - b
  std::vector<Interval> metrics;
};

struct Backtest {
  std::vector<Period> periods;
  std::vector<std::int64_t> ks;
  std::vector<std::string> users, metric_names;
  std::vector<Place> places;  // counted, by date, then user
  std::vector<EntryResult> entries;
  std::vector<PairResult> paired;
  std::vector<SkippedDates> skipped;
  std::vector<ListFailure> failures;
  std::vector<ModelUse> models;
  Judged judged = Judged::kAll;
  std::string trained_every, half, trained_on;
  std::int64_t catalogue_tracks = 0;  // known as of the last date
  std::uint64_t random_seed = 1;
  std::size_t resamples = 0;
};

/// `request` without its places and length, which the options give. Throws Error(kNothing) when no
/// date counts, the first failure when an entry failed on every date, and what make_lists() throws.
Backtest run_backtest(ListsRequest request, const BacktestOptions& options);

// Reports of a backtest.

/// The object of `engine backtest --json`: {"from", "to", "every", "users", "entries": [{"name",
/// "kind", "metrics": {NAME: {"mean", "low", "high", "count"}}, "gini", "ms", "failed"}], "paired":
/// [{"a", "b", "metric", "difference", "low", "high", "count"}], "verdicts": a sentence for each
/// recipe, "k", "dates", "lists", "skipped": [{"user", "dates", "unknown"}], "failures",
/// "catalogue_tracks", "random_seed", "resamples", "judged": see judged.hpp, "half": "choosing",
/// "reporting" or null, "models": [{"name", "lists", "missing"}], "trained_every": a span, or null
/// for the models of the store, "trained_on": as "half" or "others"}; numbers nobody could count are
/// null.
nlohmann::ordered_json backtest_json(const Backtest& backtest, const std::string& every);
/// For a terminal: recipes and their strongest opponents, and whether they beat them (verdict.hpp);
/// with `is_all` every metric of every entry too.
std::string backtest_text(const Backtest& backtest, const std::string& every, bool is_all);
/// A page of its own: tables, and every metric over time. Nothing is loaded from anywhere.
std::string backtest_html(const Backtest& backtest, const std::string& every);

}  // namespace engine::evaluate
