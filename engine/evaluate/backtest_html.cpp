// The backtest as a page: tables, and a plot over time for every metric.
#include <cmath>
#include <cstdio>

#include "core/calendar.hpp"
#include "evaluate/backtest.hpp"
#include "evaluate/verdict.hpp"
#include "page/charts.hpp"
#include "page/html.hpp"
#include "page/page.hpp"

namespace engine::evaluate {
namespace {

constexpr int kSmoothed = 2;  // dates on either side

template <typename... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

/// One value per period: the mean over users, NaN where none counts.
std::vector<double> by_period(const Backtest& backtest, const std::vector<double>& values) {
  std::vector<double> means;
  std::size_t place = 0;
  for (const Period& period : backtest.periods) {
    double sum = 0;
    int count = 0;
    for (; place < values.size() && backtest.places[place].date == period.date; ++place) {
      if (std::isnan(values[place])) continue;
      sum += values[place];
      ++count;
    }
    means.push_back(count == 0 ? std::nan("") : sum / count);
  }
  return means;
}

std::string plot(const Backtest& backtest, std::size_t metric) {
  std::vector<std::vector<double>> series;
  for (const EntryResult& entry : backtest.entries)
    series.push_back(by_period(backtest, entry.values[metric]));
  return line_chart(backtest.metric_names[metric] + " over time", series, kSmoothed,
                    format_date(backtest.periods.front().date),
                    format_date(backtest.periods.back().date));
}

std::string number_cell(const Interval& interval, const char* pattern, bool is_difference) {
  if (interval.count == 0) return "<td>-</td>";
  const bool is_clear = is_difference && (interval.low > 0 || interval.high < 0);
  return std::string(is_clear ? "<td class=\"clear\">" : "<td>") +
         format(pattern, interval.mean, interval.low, interval.high) + "</td>";
}

std::string means_table(const Backtest& backtest) {
  std::string text = "<div class=\"wide\"><table class=\"figures\"><tr><th></th>";
  for (std::size_t k = 0; k < backtest.entries.size(); ++k) {
    text += "<th><span class=\"" + series_class(k) + "\"><span class=\"key\"></span></span>" +
            html_escaped(backtest.entries[k].name) + "</th>";
  }
  text += "</tr>\n";
  for (std::size_t m = 0; m < backtest.metric_names.size(); ++m) {
    text += "<tr><th>" + html_escaped(backtest.metric_names[m]) + "</th>";
    for (const EntryResult& entry : backtest.entries)
      text += number_cell(entry.metrics[m], "%.3f <small>%.3f&hellip;%.3f</small>", false);
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

std::string paired_table(const Backtest& backtest) {
  if (backtest.paired.empty()) return "";
  std::string text =
      "<h2>Differences</h2>\n<p>Over the same lists, with the 95&nbsp;% interval; marked where it "
      "leaves out 0.</p>\n<div class=\"wide\"><table class=\"figures\"><tr><th></th>";
  for (const PairResult& pair : backtest.paired) {
    text += "<th>" + html_escaped(backtest.entries[pair.a].name) + "<br>&minus; " +
            html_escaped(backtest.entries[pair.b].name) + "</th>";
  }
  text += "</tr>\n";
  for (std::size_t m = 0; m < backtest.metric_names.size(); ++m) {
    text += "<tr><th>" + html_escaped(backtest.metric_names[m]) + "</th>";
    for (const PairResult& pair : backtest.paired)
      text += number_cell(pair.metrics[m], "%+.3f <small>%+.3f&hellip;%+.3f</small>", true);
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

std::string verdict_paragraphs(const Backtest& backtest) {
  std::string text;
  for (std::size_t k = 0; k < backtest.entries.size(); ++k)
    if (!backtest.entries[k].is_baseline)
      text += "<p>" + html_escaped(verdict(backtest, k)) + ".</p>\n";
  return text +
         "<p>Nobody was handed these lists: what would have been liked, had it been heard, counts "
         "as a miss.</p>\n";
}

std::string notes(const Backtest& backtest) {
  std::string text;
  for (const SkippedDates& user : backtest.skipped) {
    if (user.dates == 0) continue;
    text += "<li>not counted: " + std::to_string(user.dates) +
            (user.dates == 1 ? " date" : " dates") + " of " + html_escaped(user.user) + ": after " +
            std::to_string(user.dates - user.unknown) + " nothing was played" +
            (backtest.judged == Judged::kAll ? "" : " " + words_of(backtest.judged)) +
            (user.unknown == 0 ? ""
                               : ", before " + std::to_string(user.unknown) + " nothing is known") +
            "</li>\n";
  }
  for (const ListFailure& failure : backtest.failures) {
    const Place& place = backtest.places[failure.place];
    text += "<li>" + html_escaped(backtest.entries[failure.entry].name) + " failed for " +
            html_escaped(backtest.users[place.user]) + " as of " + short_time(place.date) + ": " +
            html_escaped(failure.error.what()) + "</li>\n";
  }
  return text.empty() ? "" : "<ul>\n" + text + "</ul>\n";
}

}  // namespace

std::string backtest_html(const Backtest& backtest, const std::string& every) {
  std::string recipes;
  for (const EntryResult& entry : backtest.entries)
    if (!entry.is_baseline) recipes += (recipes.empty() ? "" : ", ") + entry.name;
  std::string users;
  for (const std::string& user : backtest.users) users += (users.empty() ? "" : ", ") + user;
  std::string page =
      "<h1>Backtest of " + html_escaped(recipes) + "</h1>\n<p>" + html_escaped(users) + ": " +
      std::to_string(backtest.periods.size()) + " dates from " +
      short_time(backtest.periods.front().date) + " to " + short_time(backtest.periods.back().end) +
      ", one every " + html_escaped(every) + "; " + std::to_string(backtest.places.size()) +
      " lists of each counted. Each list was made from what was known at its date and is "
      "compared with what was played in the period after it" +
      (backtest.judged == Judged::kAll ? "" : " " + words_of(backtest.judged)) + ".</p>\n" +
      verdict_paragraphs(backtest) + notes(backtest);
  page += "<h2>Means</h2>\n<p>With 95&nbsp;% intervals.</p>\n" + means_table(backtest);
  page += paired_table(backtest);
  page += "<h2>Over time</h2>\n<p>Dots are dates, lines their running mean over " +
          std::to_string(2 * kSmoothed + 1) + " dates.</p>\n<div class=\"plots\">\n";
  for (std::size_t m = 0; m < backtest.metric_names.size(); ++m) {
    page += "<figure><figcaption>" + html_escaped(backtest.metric_names[m]) + " <small>" +
            html_escaped(metric_about(backtest.metric_names[m])) + "</small></figcaption>\n" +
            plot(backtest, m) + "</figure>\n";
  }
  return page_html("Backtest of " + recipes, page + "</div>\n");
}

}  // namespace engine::evaluate
