#include "page/charts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "page/page.hpp"
#include "page/svg.hpp"

namespace engine {
namespace {

using AllSeries = std::vector<std::vector<double>>;

/// The largest value of all; 0 without any.
double most_of(const AllSeries& series) {
  double most = 0;
  for (const std::vector<double>& values : series)
    for (const double value : values)
      if (!std::isnan(value)) most = std::max(most, value);
  return most;
}

std::vector<double> running_mean(const std::vector<double>& values, int around) {
  std::vector<double> means;
  const auto size = static_cast<int>(values.size());
  for (int k = 0; k < size; ++k) {
    double sum = 0;
    int count = 0;
    for (int i = std::max(0, k - around); i <= std::min(size - 1, k + around); ++i) {
      if (std::isnan(values[static_cast<std::size_t>(i)])) continue;
      sum += values[static_cast<std::size_t>(i)];
      ++count;
    }
    means.push_back(count == 0 ? std::nan("") : sum / count);
  }
  return means;
}

/// A plot over time: where a value of a period stands.
struct TimePlot {
  static constexpr double kWidth = 360, kHeight = 170;                       // of a phone
  static constexpr double kLeft = 46, kRight = 10, kTop = 10, kBottom = 24;  // margins

  std::size_t periods;
  double end;  // of the axis of values

  [[nodiscard]] double x(std::size_t period) const {
    const double span = std::max<double>(1, static_cast<double>(periods) - 1);
    return kLeft + (kWidth - kLeft - kRight) * static_cast<double>(period) / span;
  }
  [[nodiscard]] double y(double value) const {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * value / end;
  }
  [[nodiscard]] std::string path(const std::vector<double>& values) const {
    std::string path;
    bool is_down = false;
    for (std::size_t k = 0; k < values.size(); ++k) {
      const bool is_there = !std::isnan(values[k]);
      if (is_there)
        path += (is_down ? "L" : "M") + coordinate(x(k)) + " " + coordinate(y(values[k]));
      is_down = is_there;
    }
    return path;
  }
};

}  // namespace

std::string number_text(double value, int decimals) {
  if (std::isnan(value)) return "–";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string percent_text(double share) {
  return number_text(share * 100, 0) + " %";
}

double scale_end(double most) {
  if (!(most > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(most)));
  for (const double step : {1.0, 2.0, 5.0, 10.0})
    if (most <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

std::string bar_chart(std::string_view label, const std::vector<std::string>& names,
                      const AllSeries& series) {
  constexpr double kBar = 12, kStep = 14, kGap = 6, kNames = 170, kWidth = 720;
  constexpr double kBars = kWidth - kNames - 60;  // with room for the figure
  const double row = kStep * static_cast<double>(series.size()) + kGap, most = most_of(series);
  Svg svg(kWidth, row * static_cast<double>(names.size()) + 4, label);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double top = 4 + row * static_cast<double>(i);
    svg.text(kNames - 8, top + row / 2, names[i], Svg::Anchor::kEnd);
    for (std::size_t k = 0; k < series.size(); ++k) {
      const double y = top + kStep * static_cast<double>(k);
      const double width = most > 0 ? series[k][i] / most * kBars : 0;
      svg.begin(series_class(k));
      svg.bar(kNames, y, width, kBar);
      svg.end();
      svg.text(kNames + width + 5, y + kBar - 2, percent_text(series[k][i]));
    }
  }
  return svg.str();
}

std::string column_chart(std::string_view label, const std::vector<std::string>& ticks,
                         const AllSeries& series) {
  constexpr double kHeight = 150, kTop = 10, kLeft = 20, kWidth = 720, kMargin = 4;
  const double most = most_of(series);
  const double step =
      (kWidth - 2 * kLeft) / static_cast<double>(std::max<std::size_t>(1, ticks.size()));
  const double column =
      (step - 2 * kMargin) / static_cast<double>(std::max<std::size_t>(1, series.size()));
  Svg svg(kWidth, kHeight + 40, label);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    const double left = kLeft + step * static_cast<double>(i);
    for (std::size_t k = 0; k < series.size(); ++k) {
      const double height = most > 0 ? series[k][i] / most * kHeight : 0;
      svg.begin(series_class(k));
      svg.bar(left + kMargin + column * static_cast<double>(k), kTop + kHeight - height, column - 1,
              height, percent_text(series[k][i]));
      svg.end();
    }
    svg.text(left, kTop + kHeight + 18, ticks[i], Svg::Anchor::kStart, true);
  }
  svg.grid_line(kLeft, kTop + kHeight, kWidth - kLeft, kTop + kHeight);
  return svg.str();
}

std::string line_chart(std::string_view label, const AllSeries& series, int around,
                       std::string_view first, std::string_view last) {
  TimePlot plot{0, scale_end(most_of(series))};
  for (const std::vector<double>& values : series)
    plot.periods = std::max(plot.periods, values.size());
  Svg svg(TimePlot::kWidth, TimePlot::kHeight, label);
  for (const double value : {0.0, plot.end / 2, plot.end}) {
    svg.grid_line(TimePlot::kLeft, plot.y(value), TimePlot::kWidth - TimePlot::kRight,
                  plot.y(value));
    char tick[32];
    std::snprintf(tick, sizeof tick, "%g", value);
    svg.text(TimePlot::kLeft - 6, plot.y(value) + 4, tick, Svg::Anchor::kEnd, true);
  }
  svg.text(plot.x(0), TimePlot::kHeight - 6, first, Svg::Anchor::kStart, true);
  if (plot.periods > 1)
    svg.text(plot.x(plot.periods - 1), TimePlot::kHeight - 6, last, Svg::Anchor::kEnd, true);
  for (std::size_t k = 0; k < series.size(); ++k) {
    svg.begin(series_class(k));
    for (std::size_t i = 0; i < series[k].size(); ++i)
      if (!std::isnan(series[k][i])) svg.dot(plot.x(i), plot.y(series[k][i]), 1.3, true);
    svg.curve(plot.path(running_mean(series[k], around)));
    svg.end();
  }
  return svg.str();
}

}  // namespace engine
