#include "page/time_charts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "page/charts.hpp"
#include "page/page.hpp"
#include "page/svg.hpp"

namespace engine {
namespace {

constexpr double kChartWidth = 360;
constexpr std::size_t kMostDots = 120;  // on a line; more are one

/// The next round number from `most` on.
double round_end(double most, ValueKind kind) {
  if (!(most > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(most)));
  for (const double step : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
    if (most <= step * power * (1 + 1e-9))
      return kind == ValueKind::kShare ? std::min(1.0, step * power) : step * power;
  return 10 * power;
}

/// Where places and values stand, with both axes drawn.
class Plot {
 public:
  Plot(std::string_view label, const PlaceAxis& axis, double end, ValueKind kind)
      : end_(end), places_(axis.names.size()), svg_(kChartWidth, kHeight, label) {
    for (const double value : {0.0, end / 2, end}) {
      svg_.grid_line(kLeft, y(value), kChartWidth - kRight, y(value));
      if (kind != ValueKind::kCount || value == std::floor(value))
        svg_.text(kLeft - 5, y(value) + 4, tick_text(value, kind), Svg::Anchor::kEnd, true);
    }
    for (const auto& [place, text] : axis.ticks) {
      const bool is_first = place == 0, is_last = place + 1 == places_;
      svg_.text(
          is_first ? kLeft : (is_last ? kChartWidth - kRight : middle(place)), kHeight - 6, text,
          is_first ? Svg::Anchor::kStart : (is_last ? Svg::Anchor::kEnd : Svg::Anchor::kMiddle),
          true);
    }
  }
  [[nodiscard]] double step() const {
    return (kChartWidth - kLeft - kRight) / static_cast<double>(std::max<std::size_t>(1, places_));
  }
  [[nodiscard]] double left(std::size_t place) const {
    return kLeft + step() * static_cast<double>(place);
  }
  [[nodiscard]] double middle(std::size_t place) const { return left(place) + step() / 2; }
  [[nodiscard]] double y(double value) const {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * value / end_;
  }
  Svg& svg() { return svg_; }

 private:
  static constexpr double kHeight = 170, kLeft = 44, kRight = 6, kTop = 10, kBottom = 24;

  static std::string tick_text(double value, ValueKind kind) {
    if (kind == ValueKind::kShare) return value_text(value, kind);
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
  }

  double end_;
  std::size_t places_;
  Svg svg_;
};

double largest_sum(const std::vector<ChartSeries>& series, std::size_t places) {
  double most = 0;
  for (std::size_t k = 0; k < places; ++k) {
    double sum = 0;
    for (const ChartSeries& one : series)
      if (!std::isnan(one.values[k])) sum += one.values[k];
    most = std::max(most, sum);
  }
  return most;
}

double largest(const std::vector<std::vector<double>>& values) {
  double most = 0;
  for (const std::vector<double>& row : values)
    for (const double value : row)
      if (!std::isnan(value)) most = std::max(most, value);
  return most;
}

std::string tip_of(const std::string& place, const ChartSeries& series, double value,
                   ValueKind kind) {
  return place + ": " + (series.name.empty() ? "" : series.name + " ") + value_text(value, kind);
}

}  // namespace

std::vector<std::pair<std::size_t, std::string>> even_ticks(
    const std::vector<std::string>& short_names, std::size_t most) {
  const std::size_t count = std::min(most, short_names.size());
  std::vector<std::pair<std::size_t, std::string>> ticks;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t place = count == 1 ? 0 : k * (short_names.size() - 1) / (count - 1);
    if (ticks.empty() || ticks.back().second != short_names[place])
      ticks.emplace_back(place, short_names[place]);
  }
  return ticks;
}

std::string value_text(double value, ValueKind kind) {
  switch (kind) {
    case ValueKind::kShare:
      return percent_text(value);
    case ValueKind::kDays:
      return number_text(value, value < 10 ? 1 : 0) + " days";
    case ValueKind::kCount:
      break;
  }
  return number_text(value, value == std::floor(value) ? 0 : 1);
}

std::string stacked_columns(std::string_view label, const PlaceAxis& axis,
                            const std::vector<ChartSeries>& series, ValueKind kind) {
  const std::size_t places = axis.names.size();
  const double end = kind == ValueKind::kShare ? 1 : round_end(largest_sum(series, places), kind);
  Plot plot(label, axis, end, kind);
  std::vector<double> below(places);
  const double gap = plot.step() > 3 ? 1 : 0;
  for (const ChartSeries& one : series) {
    plot.svg().begin(one.css);
    for (std::size_t k = 0; k < places; ++k) {
      const double value = one.values[k];
      if (!(value > 0)) continue;
      const double top = plot.y(below[k] + value);
      plot.svg().bar(plot.left(k), top, plot.step() - gap, plot.y(below[k]) - top,
                     tip_of(axis.names[k], one, value, kind));
      below[k] += value;
    }
    plot.svg().end();
  }
  return plot.svg().str();
}

std::string trend_lines(std::string_view label, const PlaceAxis& axis,
                        const std::vector<ChartSeries>& series, ValueKind kind) {
  double most = 0;
  for (const ChartSeries& one : series) most = std::max(most, largest({one.values}));
  Plot plot(label, axis, round_end(most, kind), kind);
  for (const ChartSeries& one : series) {
    const auto is_there = [&](std::size_t k) {
      return k < one.values.size() && !std::isnan(one.values[k]);
    };
    std::string path;
    plot.svg().begin(one.css);
    for (std::size_t k = 0; k < one.values.size(); ++k) {
      if (!is_there(k)) continue;
      const bool goes_on = k > 0 && is_there(k - 1);
      path += (goes_on ? "L" : "M") + coordinate(plot.middle(k)) + " " +
              coordinate(plot.y(one.values[k]));
      const bool stands_alone = !goes_on && !is_there(k + 1);
      if (one.values.size() <= kMostDots || stands_alone)
        plot.svg().dot(plot.middle(k), plot.y(one.values[k]), 1.6, false,
                       tip_of(axis.names[k], one, one.values[k], kind));
    }
    plot.svg().curve(path);
    plot.svg().end();
  }
  return plot.svg().str();
}

std::string heat_map(std::string_view label, const std::vector<std::string>& rows,
                     const PlaceAxis& columns, const std::vector<std::vector<double>>& values,
                     ValueKind kind) {
  constexpr double kNames = 34, kRow = 18, kFoot = 20;
  const double step =
      (kChartWidth - kNames) / static_cast<double>(std::max<std::size_t>(1, columns.names.size()));
  const double most = largest(values);
  Svg svg(kChartWidth, kRow * static_cast<double>(rows.size()) + kFoot, label);
  svg.begin(series_class(0));
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t k = 0; k < columns.names.size(); ++k) {
      const double value = values[row][k];
      svg.cell(kNames + step * static_cast<double>(k), kRow * static_cast<double>(row), step - 1,
               kRow - 1, most > 0 ? value / most : 0,
               rows[row] + " " + columns.names[k] + ": " + value_text(value, kind));
    }
  svg.end();
  for (std::size_t row = 0; row < rows.size(); ++row)
    svg.text(kNames - 5, kRow * static_cast<double>(row) + 13, rows[row], Svg::Anchor::kEnd, true);
  for (const auto& [place, text] : columns.ticks)
    svg.text(kNames + step * static_cast<double>(place),
             kRow * static_cast<double>(rows.size()) + 14, text, Svg::Anchor::kStart, true);
  return svg.str();
}

std::string reliability_chart(std::string_view label, const std::vector<ReliabilityPoint>& points) {
  constexpr double kSide = 250, kLeft = 44, kTop = 10, kBottom = 38;
  double most = 0;
  for (const ReliabilityPoint& point : points)
    most = std::max({most, point.said, point.came, point.high});
  const double end = round_end(most, ValueKind::kShare);
  const auto x = [&](double value) { return kLeft + kSide * value / end; };
  const auto y = [&](double value) { return kTop + kSide * (1 - value / end); };
  Svg svg(kChartWidth, kTop + kSide + kBottom, label);
  for (const double value : {0.0, end / 2, end}) {
    svg.grid_line(x(0), y(value), x(end), y(value));
    svg.text(kLeft - 5, y(value) + 4, percent_text(value), Svg::Anchor::kEnd, true);
    svg.text(x(value), kTop + kSide + 16, percent_text(value), Svg::Anchor::kMiddle, true);
  }
  svg.text(x(end / 2), kTop + kSide + 33, "said", Svg::Anchor::kMiddle, true);
  svg.text(kLeft + 6, kTop + 12, "came", Svg::Anchor::kStart, true);
  svg.grid_line(x(0), y(0), x(end), y(end));
  svg.begin(series_class(0));
  std::string band, line;
  for (const ReliabilityPoint& point : points) {
    const std::string at = coordinate(x(point.said)) + " ";
    band += (band.empty() ? "M" : "L") + at + coordinate(y(std::min(point.high, end)));
    line += (line.empty() ? "M" : "L") + at + coordinate(y(point.came));
  }
  for (auto point = points.rbegin(); point != points.rend(); ++point)
    band += "L" + coordinate(x(point->said)) + " " + coordinate(y(point->low));
  if (!points.empty()) svg.band(band + "Z");
  svg.curve(line);
  for (const ReliabilityPoint& point : points)
    svg.dot(x(point.said), y(point.came), 2.5, false,
            "said " + percent_text(point.said) + ", came " + percent_text(point.came));
  svg.end();
  return svg.str();
}

}  // namespace engine
