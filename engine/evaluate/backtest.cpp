#include "evaluate/backtest.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace engine::evaluate {
namespace {

/// An entry without any list ends the backtest with its own words.
void refuse_total_failure(const Lists& lists) {
  for (std::size_t entry = 0; entry < lists.tracks.size(); ++entry) {
    const PlaceLists& made = lists.tracks[entry];
    if (std::any_of(made.begin(), made.end(), [](const auto& list) { return list.has_value(); }))
      continue;
    for (const ListFailure& failure : lists.failures)
      if (failure.entry == entry) throw Error(failure.error);
  }
}

/// Of what is not NaN; NaN without any. The median, as other work of the machine slows some.
double median_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return std::nan("");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class Comparison {
 public:
  Comparison(const Judge& judge, const BacktestOptions& options, std::uint64_t random_seed,
             Backtest& result)
      : judge_(judge), options_(options), random_seed_(random_seed), result_(result) {}

  void judge(const Entry& entry, const PlaceLists& lists, const std::vector<double>& costs) {
    EntryResult result;
    result.name = entry.name;
    result.is_baseline = entry.baseline != nullptr;
    result.values = judge_.values(lists);
    result.failed = static_cast<std::size_t>(std::count_if(
        lists.begin(), lists.end(), [](const auto& list) { return !list.has_value(); }));
    for (std::size_t m = 0; m < result.values.size(); ++m)
      result.metrics.push_back(interval(result.values[m], result.name, m));
    result.gini = judge_.gini(lists);
    result.milliseconds = median_of(costs);
    result_.entries.push_back(std::move(result));
  }

  /// Each pair of recipes once, and each recipe with each baseline.
  void compare() {
    const std::vector<EntryResult>& entries = result_.entries;
    for (std::size_t a = 0; a < entries.size(); ++a) {
      for (std::size_t b = 0; b < entries.size(); ++b) {
        if (entries[a].is_baseline || (!entries[b].is_baseline && b <= a)) continue;
        PairResult pair{a, b, {}};
        for (std::size_t m = 0; m < judge_.metrics().size(); ++m) {
          std::vector<double> differences(judge_.places().size());
          for (std::size_t k = 0; k < differences.size(); ++k)
            differences[k] = entries[a].values[m][k] - entries[b].values[m][k];
          pair.metrics.push_back(
              interval(differences, entries[a].name + " - " + entries[b].name, m));
        }
        result_.paired.push_back(std::move(pair));
      }
    }
  }

 private:
  /// Every interval has a random stream of its own.
  [[nodiscard]] Interval interval(const std::vector<double>& values, const std::string& what,
                                  std::size_t metric) const {
    const std::uint64_t seed =
        mix_seed(random_seed_, "bootstrap " + what + " " + judge_.metrics()[metric]);
    return judge_.interval(values, {seed, options_.resamples, 0.95});
  }

  const Judge& judge_;
  const BacktestOptions& options_;
  std::uint64_t random_seed_;
  Backtest& result_;
};

}  // namespace

Backtest run_backtest(ListsRequest request, const BacktestOptions& options) {
  const Judge judge(request.users, options.periods, options.ks, options.judged, request.audience);
  request.judged = options.judged;
  request.places = judge.places();
  request.length = static_cast<std::size_t>(options.ks.back());
  Lists lists = make_lists(request);
  refuse_total_failure(lists);

  Backtest result;
  result.periods = options.periods;
  result.ks = options.ks;
  for (const auto& user : request.users) result.users.push_back(user->user_name);
  result.metric_names = judge.metrics();
  result.places = judge.places();
  result.skipped = judge.skipped();
  result.catalogue_tracks = judge.catalogue_tracks();
  result.random_seed = request.random_seed;
  result.resamples = options.resamples;
  Comparison comparison(judge, options, request.random_seed, result);
  for (std::size_t k = 0; k < request.entries.size(); ++k)
    comparison.judge(request.entries[k], lists.tracks[k], lists.milliseconds[k]);
  comparison.compare();
  result.failures = std::move(lists.failures);
  result.models = std::move(lists.models);
  result.judged = options.judged;
  result.trained_every = options.trained_every;
  result.half = options.half;
  result.trained_on = options.trained_on;
  return result;
}

}  // namespace engine::evaluate
