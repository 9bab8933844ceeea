// The backtest as a page: tables with bars, and a plot over time for every metric.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "core/calendar.hpp"
#include "core/html.hpp"
#include "evaluate/backtest.hpp"

namespace engine::evaluate {
namespace {

constexpr double kWidth = 560, kHeight = 190;                       // of a plot
constexpr double kLeft = 46, kRight = 10, kTop = 10, kBottom = 24;  // its margins
constexpr int kSmoothed = 2;                                        // dates on either side
constexpr const char* kColours[] = {"#2563eb", "#dc2626", "#d97706", "#059669", "#7c3aed",
                                    "#0891b2", "#be185d", "#65a30d", "#475569", "#92400e"};

const char* colour(std::size_t entry) {
  return kColours[entry % std::size(kColours)];
}

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

std::vector<double> smoothed(const std::vector<double>& values) {
  std::vector<double> result;
  const auto size = static_cast<int>(values.size());
  for (int k = 0; k < size; ++k) {
    double sum = 0;
    int count = 0;
    for (int i = std::max(0, k - kSmoothed); i <= std::min(size - 1, k + kSmoothed); ++i) {
      if (std::isnan(values[static_cast<std::size_t>(i)])) continue;
      sum += values[static_cast<std::size_t>(i)];
      ++count;
    }
    result.push_back(count == 0 ? std::nan("") : sum / count);
  }
  return result;
}

/// A scale from 0 to the next of 1, 2, 5 times a power of ten above `most`.
double scale_end(double most) {
  if (!(most > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(most)));
  for (const double step : {1.0, 2.0, 5.0, 10.0})
    if (most <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

class Plot {
 public:
  Plot(const Backtest& backtest, std::size_t metric) : backtest_(backtest) {
    double most = 0;
    for (const EntryResult& entry : backtest.entries) {
      lines_.push_back(by_period(backtest, entry.values[metric]));
      for (const double value : lines_.back())
        if (!std::isnan(value)) most = std::max(most, value);
    }
    end_ = scale_end(most);
  }

  std::string svg(const std::string& name) const {
    std::string text =
        format("<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s over time\">\n", kWidth,
               kHeight, html_escaped(name).c_str());
    for (int k = 0; k <= 2; ++k) {
      const double value = end_ * k / 2;
      text += format("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                     kLeft, kWidth - kRight, y(value), y(value));
      text += format("<text x=\"%.1f\" y=\"%.1f\" class=\"end\">%g</text>\n", kLeft - 6,
                     y(value) + 4, value);
    }
    const std::size_t last = backtest_.periods.size() - 1;
    text += label(0, "start");
    if (last > 0) text += label(last, "end");
    for (std::size_t k = 0; k < lines_.size(); ++k) text += lines_of(k);
    return text + "</svg>\n";
  }

 private:
  [[nodiscard]] double x(std::size_t period) const {
    const double span = std::max<double>(1, static_cast<double>(backtest_.periods.size()) - 1);
    return kLeft + (kWidth - kLeft - kRight) * static_cast<double>(period) / span;
  }
  [[nodiscard]] double y(double value) const {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * value / end_;
  }
  [[nodiscard]] std::string label(std::size_t period, const char* anchor) const {
    return format("<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x(period), kHeight - 6,
                  anchor, format_date(backtest_.periods[period].date).c_str());
  }

  /// The dates as dots, their running mean as a line that breaks where nothing counts.
  [[nodiscard]] std::string lines_of(std::size_t entry) const {
    std::string text = format("<g fill=\"%s\" stroke=\"%s\">", colour(entry), colour(entry));
    for (std::size_t k = 0; k < lines_[entry].size(); ++k) {
      const double value = lines_[entry][k];
      if (!std::isnan(value))
        text += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"1.3\"/>", x(k), y(value));
    }
    const std::vector<double> line = smoothed(lines_[entry]);
    std::string path;
    bool is_down = false;
    for (std::size_t k = 0; k < line.size(); ++k) {
      if (!std::isnan(line[k]))
        path += format("%c%.1f %.1f", is_down ? 'L' : 'M', x(k), y(line[k]));
      is_down = !std::isnan(line[k]);
    }
    return text + "<path d=\"" + path + "\"/></g>\n";
  }

  const Backtest& backtest_;
  std::vector<std::vector<double>> lines_;  // by entry
  double end_ = 1;
};

std::string number_cell(const Interval& interval, const char* pattern, bool is_difference) {
  if (interval.count == 0) return "<td>-</td>";
  const bool is_clear = is_difference && (interval.low > 0 || interval.high < 0);
  return std::string(is_clear ? "<td class=\"clear\">" : "<td>") +
         format(pattern, interval.mean, interval.low, interval.high) + "</td>";
}

std::string means_table(const Backtest& backtest) {
  std::string text = "<table><tr><th></th>";
  for (std::size_t k = 0; k < backtest.entries.size(); ++k) {
    text += format("<th><span class=\"key\" style=\"background:%s\"></span>", colour(k)) +
            html_escaped(backtest.entries[k].name) + "</th>";
  }
  text += "</tr>\n";
  for (std::size_t m = 0; m < backtest.metric_names.size(); ++m) {
    text += "<tr><th>" + html_escaped(backtest.metric_names[m]) + "</th>";
    for (const EntryResult& entry : backtest.entries)
      text += number_cell(entry.metrics[m], "%.3f <small>%.3f&hellip;%.3f</small>", false);
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

std::string paired_table(const Backtest& backtest) {
  if (backtest.paired.empty()) return "";
  std::string text =
      "<h2>Differences</h2>\n<p>Over the same lists, with the 95&nbsp;% interval; marked where it "
      "leaves out 0.</p>\n<table><tr><th></th>";
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
  return text + "</table>\n";
}

std::string notes(const Backtest& backtest) {
  std::string text;
  for (const SkippedDates& user : backtest.skipped) {
    if (user.dates == 0) continue;
    text += "<li>not counted: " + std::to_string(user.dates) +
            (user.dates == 1 ? " date" : " dates") + " after which " + html_escaped(user.user) +
            " played nothing</li>\n";
  }
  for (const ListFailure& failure : backtest.failures) {
    const Place& place = backtest.places[failure.place];
    text += "<li>" + html_escaped(backtest.entries[failure.entry].name) + " failed for " +
            html_escaped(backtest.users[place.user]) + " as of " + short_time(place.date) + ": " +
            html_escaped(failure.error.what()) + "</li>\n";
  }
  return text.empty() ? "" : "<ul>\n" + text + "</ul>\n";
}

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; display: block;
  overflow-x: auto; }
th, td { padding: .2rem .8rem .2rem 0; text-align: left; white-space: nowrap; }
tr + tr { border-top: 1px solid #8884; }
small { opacity: .65; }
.clear { font-weight: 600; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .4em; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; opacity: .7; }
svg .end { text-anchor: end; } svg .grid { stroke: #8886; stroke-width: .6; }
svg path { fill: none; stroke-width: 1.8; } svg circle { opacity: .35; stroke: none; }
)";

}  // namespace

std::string backtest_html(const Backtest& backtest, const std::string& every) {
  std::string recipes;
  for (const EntryResult& entry : backtest.entries)
    if (!entry.is_baseline) recipes += (recipes.empty() ? "" : ", ") + entry.name;
  std::string users;
  for (const std::string& user : backtest.users) users += (users.empty() ? "" : ", ") + user;
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Backtest of " +
      html_escaped(recipes) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n";
  page += "<h1>Backtest of " + html_escaped(recipes) + "</h1>\n<p>" + html_escaped(users) + ": " +
          std::to_string(backtest.periods.size()) + " dates from " +
          short_time(backtest.periods.front().date) + " to " +
          short_time(backtest.periods.back().end) + ", one every " + html_escaped(every) + "; " +
          std::to_string(backtest.places.size()) +
          " lists of each counted. Each list was made from what was known at its date and is "
          "compared with what was played in the period after it.</p>\n" +
          notes(backtest);
  page += "<h2>Means</h2>\n<p>With 95&nbsp;% intervals.</p>\n" + means_table(backtest);
  page += paired_table(backtest);
  page += "<h2>Over time</h2>\n<p>Dots are dates, lines their running mean over " +
          std::to_string(2 * kSmoothed + 1) + " dates.</p>\n<div class=\"plots\">\n";
  for (std::size_t m = 0; m < backtest.metric_names.size(); ++m) {
    page += "<figure><figcaption>" + html_escaped(backtest.metric_names[m]) + " <small>" +
            html_escaped(metric_about(backtest.metric_names[m])) + "</small></figcaption>\n" +
            Plot(backtest, m).svg(backtest.metric_names[m]) + "</figure>\n";
  }
  return page + "</div>\n</body>\n</html>\n";
}

}  // namespace engine::evaluate
