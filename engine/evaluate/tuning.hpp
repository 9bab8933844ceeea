// Fits the numbers of a recipe (tunables.hpp) to what its user did, and checks the result on later
// dates that the fit has not seen.
//
// Fit     The first fit_share of the dates. Every point of the search is the recipe's text with
//         other numbers in it, run as of each of those dates with the same random streams; its
//         score is the mean of one metric over their lists (search.hpp finds points worth trying).
// Later   The dates after: present and new numbers over the same lists, the gain with its bootstrap
//         interval. The last period of the fit ends before the first later date begins, so nothing
//         of what judges was there to be fitted. The best of many points always looks good on the
//         dates that chose it; only this gain says whether it is.
// Better  The interval of the later gain lies above 0.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "evaluate/judge.hpp"
#include "evaluate/lists.hpp"
#include "evaluate/tunables.hpp"

namespace engine::evaluate {

struct TuningOptions {
  std::string metric = "ndcg@30";  // of metrics.hpp; skip_rate and overlap are made smaller
  double fit_share = 0.7;          // of the dates, 0..1; at least 2 dates stay on either side
  std::size_t budget = 60;         // points tried, >= 1
  std::size_t resamples = 2'000;
};

/// Present and new numbers over the same lists.
struct TuningPart {
  Period span;  // from the first date to the end of the last period
  std::size_t dates = 0;
  Interval before, after;
  Interval gain;  // positive is better, also where the metric is made smaller
};

struct Tuning {
  std::string metric;
  std::vector<Tunable> tunables;
  std::vector<double> values;  // the best found, by tunable
  std::string text;            // the recipe with them in it
  TuningPart fit, later;
  std::vector<SkippedDates> skipped;
  std::size_t tried = 0;
  bool is_changed = false, is_better = false;
};

/// True where less is better.
bool is_made_smaller(const std::string& metric);

/// `request` holds the recipe as its one entry; places and length are filled in. Throws what
/// find_tunables(), make_lists() and Judge throw, Error(kUsage) for an unknown metric, too few
/// dates, or a number that --set fixes, and the recipe's own error where it fails as it stands.
Tuning tune(ListsRequest request, const std::vector<Period>& periods, const TuningOptions& options);

/// The object of `engine tune --json`: {"recipe", "metric", "every", "fit": {"from", "to", "dates",
/// "before", "after", "gain", "low", "high"}, "later": {the same}, "values": [{"name", "line",
/// "from", "to"}], "tried", "better", "written"}.
nlohmann::ordered_json tuning_json(const Tuning& tuning, const std::string& recipe,
                                   const std::string& every, bool is_written);
std::string tuning_text(const Tuning& tuning, const std::string& recipe, const std::string& every);

}  // namespace engine::evaluate
