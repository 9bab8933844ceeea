#include "pipelines/history.hpp"

#include <algorithm>

#include "core/duration.hpp"
#include "core/sparkline.hpp"

namespace engine::pipelines {
namespace {

bool is_chosen(const std::string& step, const std::string& figure,
               const std::vector<std::string>& names) {
  return names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
           return name == step || name == figure || name == step + "." + figure;
         });
}

StepHistory& step_of(std::vector<StepHistory>& steps, const MetricsRow& row) {
  for (StepHistory& step : steps)
    if (step.pipeline == row.pipeline && step.step == row.step) return step;
  return steps.emplace_back(StepHistory{row.pipeline, row.step, {}, {}});
}

}  // namespace

double FigureHistory::change() const {
  const std::int64_t before = points.back().at - 7 * kDay;
  double from = points.front().value;
  for (const FigurePoint& point : points)
    if (point.at <= before) from = point.value;
  return latest() - from;
}

History history_of(const std::vector<MetricsRow>& rows, const std::vector<std::string>& names) {
  History history;
  std::map<std::pair<std::string, std::string>, std::map<std::string, FigureHistory>> figures;
  for (const MetricsRow& row : rows) {
    StepHistory& step = step_of(history.steps, row);
    ++step.passes[row.outcome];
    step.last = row;
    for (const auto& [name, value] : row.figures) {
      if (!is_chosen(row.step, name, names)) continue;
      FigureHistory& figure = figures[{row.pipeline, row.step}][name];
      figure.name = row.step + "." + name;
      if (!figure.points.empty() && figure.points.back().at == row.at) figure.points.pop_back();
      figure.points.push_back({row.at, value});
    }
  }
  for (const StepHistory& step : history.steps)
    for (auto& [name, figure] : figures[{step.pipeline, step.step}])
      history.figures.push_back(std::move(figure));
  if (names.empty()) return history;
  std::erase_if(history.steps, [&](const StepHistory& step) {
    return std::none_of(
        history.figures.begin(), history.figures.end(),
        [&](const FigureHistory& figure) { return figure.name.starts_with(step.step + "."); });
  });
  return history;
}

std::vector<double> values_over_time(const FigureHistory& figure, std::size_t count) {
  const std::int64_t first = figure.points.front().at, last = figure.points.back().at;
  std::vector<double> values;
  std::size_t point = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::int64_t at = count < 2 ? last
                                      : first + (last - first) * static_cast<std::int64_t>(k) /
                                                    static_cast<std::int64_t>(count - 1);
    while (point + 1 < figure.points.size() && figure.points[point + 1].at <= at) ++point;
    values.push_back(figure.points[point].value);
  }
  return values;
}

std::string sparkline(const FigureHistory& figure, std::size_t width) {
  return engine::sparkline(values_over_time(figure, std::min(width, figure.points.size())),
                           SparklineFrom::kLeast);
}

}  // namespace engine::pipelines
