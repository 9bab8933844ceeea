#include "evaluate/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "core/counted.hpp"

namespace engine::evaluate {
namespace {

constexpr std::int64_t kHeadlineLength = 30;

/// Strongest first.
std::vector<std::size_t> opponents_of(const Backtest& backtest) {
  std::vector<std::size_t> opponents;
  for (std::size_t k = 0; k < backtest.entries.size(); ++k)
    if (backtest.entries[k].is_baseline) opponents.push_back(k);
  const auto strength = [&, metric = headline_of(backtest).precision](std::size_t entry) {
    const Interval& precision = backtest.entries[entry].metrics[metric];
    return precision.count == 0 ? -1.0 : precision.mean;
  };
  std::stable_sort(opponents.begin(), opponents.end(),
                   [&](std::size_t a, std::size_t b) { return strength(a) > strength(b); });
  return opponents;
}

const Interval* difference(const Backtest& backtest, std::size_t a, std::size_t b,
                           std::size_t metric) {
  for (const PairResult& pair : backtest.paired)
    if (pair.a == a && pair.b == b && pair.metrics[metric].count > 0) return &pair.metrics[metric];
  return nullptr;
}

std::string outcome(const Interval& difference) {
  if (difference.low > 0) return "beats";
  return difference.high < 0 ? "loses to" : "cannot be told from";
}

std::string in_metric(const Backtest& backtest, std::size_t metric, const Interval& difference) {
  char text[96];
  std::snprintf(text, sizeof text, " (%+.4f, %+.4f..%+.4f)", difference.mean, difference.low,
                difference.high);
  return "in " + backtest.metric_names[metric] + text;
}

/// What the intervals were resampled over.
std::string basis(const Backtest& backtest, const Interval& difference) {
  std::set<std::size_t> users;
  for (const Place& place : backtest.places) users.insert(place.user);
  return "95 % intervals over " + counted(difference.count, "list") +
         (users.size() == 1 ? " of one user" : " of " + counted(users.size(), "user"));
}

}  // namespace

Headline headline_of(const Backtest& backtest) {
  const bool has_usual =
      std::find(backtest.ks.begin(), backtest.ks.end(), kHeadlineLength) != backtest.ks.end();
  const std::string k = std::to_string(has_usual ? kHeadlineLength : backtest.ks.back());
  return {find_metric(backtest.metric_names, "precision@" + k),
          find_metric(backtest.metric_names, "hit_rate@" + k)};
}

std::vector<std::size_t> first_entries(const Backtest& backtest, std::size_t most) {
  std::vector<std::size_t> entries;
  for (std::size_t k = 0; k < backtest.entries.size() && entries.size() + 1 < most; ++k)
    if (!backtest.entries[k].is_baseline) entries.push_back(k);
  for (const std::size_t opponent : opponents_of(backtest))
    if (entries.size() < most) entries.push_back(opponent);
  return entries;
}

std::string verdict(const Backtest& backtest, std::size_t recipe) {
  const std::vector<std::size_t> opponents = opponents_of(backtest);
  const std::string& name = backtest.entries[recipe].name;
  if (opponents.empty()) return name + " has no opponent";
  const std::string& opponent = backtest.entries[opponents.front()].name;
  const Headline headline = headline_of(backtest);
  const Interval* precision = difference(backtest, recipe, opponents.front(), headline.precision);
  const Interval* hits = difference(backtest, recipe, opponents.front(), headline.hit_rate);
  if (precision == nullptr || hits == nullptr)
    return name + " and " + opponent + " share no list to be compared by";
  const bool is_same = outcome(*precision) == outcome(*hits);
  return name + " " + outcome(*precision) + " " + opponent + ", the strongest of " +
         counted(opponents.size(), "opponent") + ", " +
         in_metric(backtest, headline.precision, *precision) +
         (is_same ? " and " : ", and " + outcome(*hits) + " it ") +
         in_metric(backtest, headline.hit_rate, *hits) + ": " + basis(backtest, *precision);
}

}  // namespace engine::evaluate
