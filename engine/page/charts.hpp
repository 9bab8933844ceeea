// Charts of one or several series, as SVG for a page (page.hpp). A series' colour is that of its
// place in the list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// "0.25"; "–" for what is no number.
std::string number_text(double value, int decimals);
/// "25 %" for 0.25.
std::string percent_text(double share);

/// Where an axis from 0 ends: the next of 1, 2, 5 times a power of ten from `most` on; 1 without
/// any.
double scale_end(double most);

/// Shares, 0..1: for each name a bar of each series, one below the other, with its figure.
/// series[k].size() == names.size().
std::string bar_chart(std::string_view label, const std::vector<std::string>& names,
                      const std::vector<std::vector<double>>& series);

/// Shares, 0..1: for each tick a column of each series, side by side, on a line with the ticks
/// below it. series[k].size() == ticks.size().
std::string column_chart(std::string_view label, const std::vector<std::string>& ticks,
                         const std::vector<std::vector<double>>& series);

/// Values over time, from 0: each series' values as dots, NaN where there is none, and their running
/// mean over 2 * `around` + 1 of them as a line that breaks where none counts. `first` and `last`
/// name the ends of the time axis.
std::string line_chart(std::string_view label, const std::vector<std::vector<double>>& series,
                       int around, std::string_view first, std::string_view last);

}  // namespace engine
