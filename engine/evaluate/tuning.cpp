#include "evaluate/tuning.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/random.hpp"
#include "evaluate/search.hpp"

namespace engine::evaluate {
namespace {

constexpr std::size_t kFewestDates = 2;
constexpr std::int64_t kUsualLength = 50;  // for metrics without @k
constexpr std::int64_t kLongest = 1'000;

/// The k of "ndcg@30"; kUsualLength without one.
std::int64_t k_of(const std::string& metric) {
  const std::size_t at = metric.find('@');
  if (at == std::string::npos) return kUsualLength;
  std::int64_t k = 0;
  const char* end = metric.data() + metric.size();
  const auto [rest, error] = std::from_chars(metric.data() + at + 1, end, k);
  return error == std::errc() && rest == end && k >= 1 && k <= kLongest ? k : kUsualLength;
}

void refuse_fixed(const std::vector<Tunable>& tunables, const std::vector<std::string>& set) {
  for (const std::string& setting : set) {
    const std::string name = setting.substr(0, setting.find('='));
    for (const Tunable& tunable : tunables) {
      if (tunable.name != name) continue;
      throw Error(Exit::kUsage, "--set " + setting + " fixes a parameter that is to be tuned",
                  {"", "", "", "leave out --set " + name + ", or its tune = true"});
    }
  }
}

/// How many of the dates are for the fit.
std::size_t fit_dates(std::size_t dates, double share) {
  const auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(dates)));
  if (dates < 2 * kFewestDates) {
    throw Error(Exit::kUsage,
                std::to_string(dates) + (dates == 1 ? " date is" : " dates are") +
                    " too few to fit on some and check on others",
                {"", "", "at least 2 are needed for each",
                 "set --from and --to further apart, or a shorter --every"});
  }
  return std::clamp(wanted, kFewestDates, dates - kFewestDates);
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? -std::numeric_limits<double>::infinity() : sum / static_cast<double>(count);
}

class Tuner {
 public:
  Tuner(ListsRequest request, const std::vector<Period>& periods, const TuningOptions& options)
      : request_(std::move(request)),
        periods_(periods),
        options_(options),
        metric_(find_metric(metric_names({k_of(options.metric)}), options.metric)),
        recipe_(request_.entries.at(0)),
        judge_(request_.users, periods, {k_of(options.metric)}, Judged::kAll, request_.audience) {
    result_.metric = options.metric;
    result_.tunables = find_tunables(recipe_.recipe.recipe_path, recipe_.recipe.recipe_text);
    refuse_fixed(result_.tunables, recipe_.recipe.set);
    result_.skipped = judge_.skipped();
    request_.length = static_cast<std::size_t>(k_of(options.metric));
    sign_ = is_made_smaller(options.metric) ? -1 : 1;
  }

  Tuning run() {
    const std::size_t fit = fit_dates(periods_.size(), options_.fit_share);
    const std::int64_t boundary = periods_[fit].date;
    const std::vector<double> start = start_point();
    Search search(axes(), options_.budget, mix_seed(request_.random_seed, "tune"));
    for (auto points = search.next(); !points.empty(); points = search.next()) {
      std::vector<double> scores;
      for (const std::vector<double>& values : evaluate(points, INT64_MIN, boundary))
        scores.push_back(mean_of(values));
      if (search.tried() == points.size()) refuse_uncountable(scores.front());
      search.tell(scores);
    }
    result_.values = search.best();
    result_.tried = search.tried();
    result_.is_changed = result_.values != start;
    result_.text = text_of(result_.values);
    result_.fit = part("fit", 0, fit, start);
    result_.later = part("later", fit, periods_.size(), start);
    result_.is_better = result_.is_changed && result_.later.gain.low > 0;
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::vector<double> start_point() const {
    std::vector<double> start;
    for (const Tunable& tunable : result_.tunables) start.push_back(tunable.value);
    return start;
  }

  [[nodiscard]] std::vector<Axis> axes() const {
    std::vector<Axis> axes;
    for (const Tunable& tunable : result_.tunables) {
      axes.push_back({tunable.low, tunable.high, tunable.value,
                      [tunable](double value) { return rounded(tunable, value); }});
    }
    return axes;
  }

  [[nodiscard]] std::string text_of(const std::vector<double>& point) const {
    return with_values(recipe_.recipe.recipe_text, result_.tunables, point);
  }

  /// The metric of each point by place, better is larger; places outside [from, to) do not count.
  /// A point that fails anywhere counts nowhere; the first point has to work.
  std::vector<std::vector<double>> evaluate(const std::vector<std::vector<double>>& points,
                                            std::int64_t from, std::int64_t to) {
    std::vector<std::size_t> asked;  // indices of the judge's places
    request_.places.clear();
    for (std::size_t k = 0; k < judge_.places().size(); ++k) {
      if (judge_.places()[k].date < from || judge_.places()[k].date >= to) continue;
      asked.push_back(k);
      request_.places.push_back(judge_.places()[k]);
    }
    request_.entries.clear();
    for (const std::vector<double>& point : points) {
      request_.entries.push_back(recipe_);  // the same name: the same random streams
      request_.entries.back().recipe.recipe_text = text_of(point);
    }
    const Lists lists = make_lists(request_);
    if (!lists.failures.empty() && lists.failures.front().entry == 0 && points[0] == start_point())
      throw Error(lists.failures.front().error);

    std::vector<std::vector<double>> result;
    for (std::size_t entry = 0; entry < points.size(); ++entry) {
      PlaceLists made(judge_.places().size());
      bool has_all = true;
      for (std::size_t k = 0; k < asked.size(); ++k) {
        made[asked[k]] = lists.tracks[entry][k];
        has_all = has_all && lists.tracks[entry][k].has_value();
      }
      std::vector<double> values = judge_.values(has_all ? made : PlaceLists(made.size()))[metric_];
      for (double& value : values) value *= sign_;
      result.push_back(std::move(values));
    }
    return result;
  }

  void refuse_uncountable(double score) const {
    if (std::isfinite(score)) return;
    throw Error(Exit::kNothing, options_.metric + " can be counted on none of the dates to fit on",
                {"", "", "", "choose another --metric, or other --from and --to"});
  }

  TuningPart part(const std::string& name, std::size_t begin, std::size_t end,
                  const std::vector<double>& start) {
    TuningPart part;
    part.span = {periods_[begin].date, periods_[end - 1].end};
    part.dates = end - begin;
    const auto values =
        evaluate({start, result_.values}, part.span.date, periods_[end - 1].date + 1);
    std::vector<double> gains(values[0].size());
    for (std::size_t k = 0; k < gains.size(); ++k) gains[k] = values[1][k] - values[0][k];
    part.before = interval(values[0], name + " before", sign_);
    part.after = interval(values[1], name + " after", sign_);
    part.gain = interval(gains, name + " gain", 1);
    return part;
  }

  [[nodiscard]] Interval interval(std::vector<double> values, const std::string& stream,
                                  double sign) const {
    for (double& value : values) value *= sign;
    return judge_.interval(
        values, {mix_seed(request_.random_seed, "tune " + stream), options_.resamples, 0.95});
  }

  ListsRequest request_;
  const std::vector<Period>& periods_;
  const TuningOptions& options_;
  std::size_t metric_;
  const Entry recipe_;
  Judge judge_;
  double sign_ = 1;
  Tuning result_;
};

}  // namespace

bool is_made_smaller(const std::string& metric) {
  return metric == "skip_rate" || metric == "overlap";
}

Tuning tune(ListsRequest request, const std::vector<Period>& periods,
            const TuningOptions& options) {
  return Tuner(std::move(request), periods, options).run();
}

}  // namespace engine::evaluate
