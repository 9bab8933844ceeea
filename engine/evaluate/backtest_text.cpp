// The backtest as tables for a terminal.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/counted.hpp"
#include "evaluate/backtest.hpp"
#include "evaluate/text_columns.hpp"
#include "evaluate/verdict.hpp"

namespace engine::evaluate {
namespace {

constexpr std::size_t kNamedUsers = 5;

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return std::isnan(value) ? "-" : text;
}

/// "0.0376 0.0280..0.0480"
std::string with_interval(const Interval& interval) {
  if (interval.count == 0) return "-";
  char text[96];
  std::snprintf(text, sizeof text, "%.4f %.4f..%.4f", interval.mean, interval.low, interval.high);
  return text;
}

/// The mean, and of how many lists where not all of them count.
std::string mean_of_lists(const Interval& interval, std::size_t lists) {
  if (interval.count == 0) return "-";
  return number("%.3f", interval.mean) +
         (interval.count == lists ? "" : " of " + std::to_string(interval.count));
}

/// "+0.012 +0.005..+0.019 *", the star where the interval leaves out 0.
std::string with_sign(const Interval& interval) {
  if (interval.count == 0) return "-";
  char text[96];
  std::snprintf(text, sizeof text, "%+.4f %+.4f..%+.4f%s", interval.mean, interval.low,
                interval.high, interval.low > 0 || interval.high < 0 ? " *" : "");
  return text;
}

std::string whose(const Backtest& backtest) {
  const std::string half = backtest.half.empty() ? "" : " of the " + backtest.half + " half";
  if (backtest.users.size() > kNamedUsers || !half.empty())
    return counted(backtest.users.size(), "user") + half;
  std::string text;
  for (const std::string& user : backtest.users) text += (text.empty() ? "" : ", ") + user;
  return text;
}

std::string model_lines(const Backtest& backtest) {
  const std::string on = backtest.trained_on.empty() ? ""
                         : backtest.trained_on == "others"
                             ? " on others than who is judged"
                             : " on the " + backtest.trained_on + " half";
  std::string text;
  for (const ModelUse& use : backtest.models) {
    text +=
        "  " + use.name + ": " +
        (backtest.trained_every.empty() ? "the library's, as of each date,"
                                        : "trained every " + backtest.trained_every + on + ",") +
        " for " + counted(use.found, "list");
    if (use.missing > 0) {
      text += "; none for " + std::to_string(use.missing) +
              (backtest.trained_every.empty() ? " (--train trains what is asked for)" : "");
    }
    text += "\n";
  }
  return text;
}

/// Which dates do not count and why, in one line.
std::string skipped_line(const Backtest& backtest) {
  std::size_t dates = 0, unknown = 0, users = 0;
  std::string only;
  for (const SkippedDates& user : backtest.skipped) {
    if (user.dates == 0) continue;
    dates += user.dates;
    unknown += user.unknown;
    ++users;
    only = user.user;
  }
  if (dates == 0) return "";
  const std::string what = backtest.judged == Judged::kAll ? "" : " " + words_of(backtest.judged);
  std::string text = "  not counted: ";
  if (dates > unknown) {
    text += counted(dates - unknown, "date") + " after which " +
            (users == 1 ? only : std::string("the user")) + " played nothing" + what;
  }
  if (unknown > 0) {
    text += std::string(dates > unknown ? ", " : "") + counted(unknown, "date") +
            " before which nothing is known of " + (users == 1 ? only : std::string("the user"));
  }
  return text + "\n";
}

std::string head(const Backtest& backtest, const std::string& every) {
  const std::string judged = backtest.judged == Judged::kAll
                                 ? ""
                                 : ", judged by what was played " + words_of(backtest.judged);
  return whose(backtest) + ": " + counted(backtest.periods.size(), "date") + " from " +
         short_time(backtest.periods.front().date) + " to " +
         short_time(backtest.periods.back().end) + ", one every " + every + judged + "; " +
         counted(backtest.places.size(), "list") + " of each counted\n" + skipped_line(backtest) +
         model_lines(backtest);
}

/// The recipes and the strongest opponents, by what is asked first.
std::string first_table(const Backtest& backtest) {
  const Headline headline = headline_of(backtest);
  const auto metric = [&](const char* name) { return find_metric(backtest.metric_names, name); };
  std::vector<std::vector<std::string>> rows = {
      {"", backtest.metric_names[headline.hit_rate], backtest.metric_names[headline.precision],
       "skip_rate", "new_artists", "long_tail", "gini", "ms a list"}};
  for (const std::size_t k : first_entries(backtest)) {
    const EntryResult& entry = backtest.entries[k];
    std::vector<std::string> row = {entry.name, with_interval(entry.metrics[headline.hit_rate]),
                                    with_interval(entry.metrics[headline.precision])};
    for (const char* name : {"skip_rate", "new_artists", "long_tail"})
      row.push_back(mean_of_lists(entry.metrics[metric(name)], backtest.places.size()));
    row.push_back(number("%.3f", entry.gini));
    row.push_back(number("%.1f ms", entry.milliseconds));
    rows.push_back(std::move(row));
  }
  return text_columns(rows);
}

std::string verdicts(const Backtest& backtest) {
  std::string text;
  for (std::size_t k = 0; k < backtest.entries.size(); ++k)
    if (!backtest.entries[k].is_baseline) text += verdict(backtest, k) + "\n";
  return text;
}

const PairResult* pair_of(const Backtest& backtest, std::size_t a, std::size_t b) {
  for (const PairResult& pair : backtest.paired)
    if (pair.a == a && pair.b == b) return &pair;
  return nullptr;
}

/// One metric of every entry, and what each recipe has more of it than each other entry.
std::string metric_table(const Backtest& backtest, std::size_t metric) {
  std::vector<std::string> titles = {backtest.metric_names[metric], "mean, 95 % interval", "lists"};
  std::vector<std::size_t> recipes;
  for (std::size_t k = 0; k < backtest.entries.size(); ++k) {
    if (backtest.entries[k].is_baseline) continue;
    recipes.push_back(k);
    titles.push_back(backtest.entries[k].name + " more by");
  }
  std::vector<std::vector<std::string>> rows = {titles};
  for (std::size_t k = 0; k < backtest.entries.size(); ++k) {
    const Interval& interval = backtest.entries[k].metrics[metric];
    std::vector<std::string> row = {backtest.entries[k].name, with_interval(interval),
                                    std::to_string(interval.count)};
    for (const std::size_t recipe : recipes) {
      const PairResult* pair = pair_of(backtest, recipe, k);
      row.push_back(pair == nullptr ? "" : with_sign(pair->metrics[metric]));
    }
    rows.push_back(std::move(row));
  }
  return text_columns(rows);
}

std::string all_tables(const Backtest& backtest) {
  std::string text =
      "\nEvery metric with the lists that counted; \"more by\" over the same lists, * where its "
      "interval leaves out 0\n";
  for (std::size_t metric = 0; metric < backtest.metric_names.size(); ++metric) {
    text +=
        "\n" + metric_about(backtest.metric_names[metric]) + "\n" + metric_table(backtest, metric);
  }
  std::vector<std::vector<std::string>> rows = {{"", "gini", "lists failed", "ms a list"}};
  for (const EntryResult& entry : backtest.entries) {
    rows.push_back({entry.name, number("%.3f", entry.gini), std::to_string(entry.failed),
                    number("%.1f ms", entry.milliseconds)});
  }
  return text + "\nhow unequally tracks are shown; what a list takes\n" + text_columns(rows);
}

}  // namespace

std::string backtest_text(const Backtest& backtest, const std::string& every, bool is_all) {
  return head(backtest, every) + "\n" + first_table(backtest) +
         "Means with 95 % intervals, and of how many lists where not all count. Nobody was handed "
         "these lists: what would\nhave been liked, had it been heard, counts as a miss.\n\n" +
         verdicts(backtest) + (is_all ? all_tables(backtest) : "");
}

}  // namespace engine::evaluate
