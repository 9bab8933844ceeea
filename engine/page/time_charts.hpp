// Charts for a page that is read on a phone as well (page.hpp): as wide as one, so that their words stay
// readable there; on a desk several stand beside each other in `<div class="charts">`.
//
// Columns and lines share an axis of places (days, months, hours), named for who points at them; the
// axis of values begins at 0 and is marked at its half and its end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine {

struct PlaceAxis {
  std::vector<std::string> names;                          // of every place
  std::vector<std::pair<std::size_t, std::string>> ticks;  // places that are named below it
};
/// A tick at the first, the last and a few evenly between, each called as `short_names` has it.
std::vector<std::pair<std::size_t, std::string>> even_ticks(
    const std::vector<std::string>& short_names, std::size_t most = 5);

enum class ValueKind { kCount, kShare, kDays };
/// "12", "25 %", "3.5 days".
std::string value_text(double value, ValueKind kind);

/// One of a chart's series: its name is told to who points at it.
struct ChartSeries {
  std::string name;
  std::string css;  // series_class() or "none"
  std::vector<double> values;
};

/// Columns with the series stacked upon each other, the first at the bottom. Shares end at 1.
std::string stacked_columns(std::string_view label, const PlaceAxis& axis,
                            const std::vector<ChartSeries>& series, ValueKind kind);

/// A line each, broken where a value is no number, with dots to point at as long as there is room for
/// them; one that stands alone is a dot.
std::string trend_lines(std::string_view label, const PlaceAxis& axis,
                        const std::vector<ChartSeries>& series, ValueKind kind);

/// Rows of cells, the darker the larger, with their values told to who points at them. `columns` is the
/// axis of a row's cells.
std::string heat_map(std::string_view label, const std::vector<std::string>& rows,
                     const PlaceAxis& columns, const std::vector<std::vector<double>>& values,
                     ValueKind kind);

/// Probabilities said (to the right) against shares that came (upwards), with the band around each in
/// which it may lie, and the line on which both are the same. Both axes end alike.
struct ReliabilityPoint {
  double said = 0, came = 0, low = 0, high = 0;
};
std::string reliability_chart(std::string_view label, const std::vector<ReliabilityPoint>& points);

}  // namespace engine
