// The backtest as tables for a terminal.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "evaluate/backtest.hpp"

namespace engine::evaluate {
namespace {

constexpr std::size_t kNameWidth = 22, kColumnWidth = 22;
constexpr std::size_t kNamedUsers = 5;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

/// "0.412  0.380..0.440"; "*" where a difference's interval leaves out 0.
std::string cell(const Interval& interval, bool is_difference) {
  if (interval.count == 0) return "-";
  char text[64];
  const char* format = is_difference ? "%+.3f %+.3f..%+.3f" : "%.3f %.3f..%.3f";
  std::snprintf(text, sizeof text, format, interval.mean, interval.low, interval.high);
  const bool is_clear = is_difference && (interval.low > 0 || interval.high < 0);
  return std::string(text) + (is_clear ? " *" : "");
}

struct Column {
  std::string title;
  const std::vector<Interval>* metrics;
};

std::string table(const std::vector<std::string>& names, const std::vector<Column>& columns,
                  bool is_difference) {
  std::size_t width = kColumnWidth + (is_difference ? 3 : 0);
  for (const Column& column : columns) width = std::max(width, column.title.size() + 2);
  std::string text = padded("", kNameWidth);
  for (const Column& column : columns) text += padded(column.title, width);
  text.erase(text.find_last_not_of(' ') + 1);
  text += "\n";
  for (std::size_t m = 0; m < names.size(); ++m) {
    text += padded(names[m], kNameWidth);
    for (const Column& column : columns)
      text += padded(cell((*column.metrics)[m], is_difference), width);
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

std::string whose(const Backtest& backtest) {
  if (backtest.users.size() > kNamedUsers) return std::to_string(backtest.users.size()) + " users";
  std::string text;
  for (const std::string& user : backtest.users) text += (text.empty() ? "" : ", ") + user;
  return text;
}

std::string model_lines(const Backtest& backtest) {
  std::string text;
  for (const ModelUse& use : backtest.models) {
    text += "  " + use.name + ": " +
            (backtest.trained_every.empty() ? "the library's, as of each date,"
                                            : "trained every " + backtest.trained_every + ",") +
            " for " + std::to_string(use.found) + " lists";
    if (use.missing > 0) {
      text += "; none for " + std::to_string(use.missing) +
              (backtest.trained_every.empty() ? " (--train trains what is asked for)" : "");
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string backtest_text(const Backtest& backtest, const std::string& every) {
  std::string text = whose(backtest) + ": " + std::to_string(backtest.periods.size()) +
                     " dates from " + short_time(backtest.periods.front().date) + " to " +
                     short_time(backtest.periods.back().end) + ", one every " + every + "; " +
                     std::to_string(backtest.places.size()) + " lists of each counted\n";
  for (const SkippedDates& user : backtest.skipped) {
    if (user.dates == 0) continue;
    text += "  not counted: " + std::to_string(user.dates) +
            (user.dates == 1 ? " date" : " dates") + " after which " + user.user +
            " played nothing" +
            (backtest.judged == Judged::kAll ? "" : " " + words_of(backtest.judged)) + "\n";
  }
  text += model_lines(backtest);
  text += "\nmean and 95 % interval\n";
  std::vector<Column> columns;
  for (const EntryResult& entry : backtest.entries) columns.push_back({entry.name, &entry.metrics});
  text += table(backtest.metric_names, columns, false);

  for (std::size_t first = 0; first < backtest.paired.size();) {
    const std::size_t a = backtest.paired[first].a;
    columns.clear();
    for (; first < backtest.paired.size() && backtest.paired[first].a == a; ++first) {
      const PairResult& pair = backtest.paired[first];
      columns.push_back({"- " + backtest.entries[pair.b].name, &pair.metrics});
    }
    text += "\n" + backtest.entries[a].name +
            " against each, difference over the same lists; * its interval leaves out 0\n" +
            table(backtest.metric_names, columns, true);
  }
  return text;
}

}  // namespace engine::evaluate
