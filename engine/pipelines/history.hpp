// What the steps of somebody's pipelines came to as time went on, figure by figure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "store/metrics.hpp"

namespace engine::pipelines {

struct FigurePoint {
  std::int64_t at = 0;
  double value = 0;
};

struct FigureHistory {
  std::string name;                 // "metrics.discovery": the step, the figure
  std::vector<FigurePoint> points;  // by time; of one moment the last that was made
  [[nodiscard]] double latest() const { return points.back().value; }
  /// From the last one before that was made a week or more earlier, else from the first.
  [[nodiscard]] double change() const;
};

struct StepHistory {
  std::string pipeline, step;
  std::map<Outcome, int> passes;  // how many came to what
  MetricsRow last;
};

struct History {
  std::vector<StepHistory> steps;      // in the order in which a pass makes them
  std::vector<FigureHistory> figures;  // by step in that order, then by name
};

/// `rows` as list_metrics() has them. `names` choose: whole names, steps ("metrics") or figures
/// ("discovery"); none: all.
History history_of(const std::vector<MetricsRow>& rows, const std::vector<std::string>& names);

/// The last values of equal times in a line of `width` marks at most, lowest to highest "▁" to "█".
std::string sparkline(const FigureHistory& figure, std::size_t width);

/// `count` values at equal times from the first point to the last, each the latest by then.
std::vector<double> values_over_time(const FigureHistory& figure, std::size_t count);

/// A page with the steps and a plot of each figure that has changed.
std::string history_page(const History& history, const std::string& user, std::int64_t now);

}  // namespace engine::pipelines
