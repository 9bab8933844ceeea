#include "data/feature_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "store/features.hpp"

namespace engine {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewestPairs = 3;

std::vector<double> from_integers(std::span<const std::int32_t> values) {
  std::vector<double> numbers;
  for (const std::int32_t value : values)
    numbers.push_back(value == std::numeric_limits<std::int32_t>::min() ? kNone : value);
  return numbers;
}

/// A value for every track, NaN where it has none.
std::vector<double> numbers_of(const playlist_table& tracks, const char* column, bool is_integer) {
  if (is_integer) return from_integers(column_of<std::int32_t>(tracks, column));
  const auto values = column_of<float>(tracks, column);
  return {values.begin(), values.end()};
}

FeatureSpread spread_of(const std::string& feature, const std::vector<double>& values) {
  std::vector<double> known;
  std::copy_if(values.begin(), values.end(), std::back_inserter(known),
               [](double value) { return std::isfinite(value); });
  FeatureSpread spread{feature, static_cast<std::int64_t>(known.size())};
  if (known.empty()) {
    spread.least = spread.low = spread.median = spread.high = spread.most = kNone;
    spread.mean = spread.deviation = kNone;
    return spread;
  }
  std::sort(known.begin(), known.end());
  const auto at = [&](double share) {
    return known[static_cast<std::size_t>(share * static_cast<double>(known.size() - 1) + 0.5)];
  };
  spread.least = known.front();
  spread.low = at(0.05);
  spread.median = at(0.5);
  spread.high = at(0.95);
  spread.most = known.back();
  double sum = 0, squares = 0;
  for (const double value : known) sum += value;
  spread.mean = sum / static_cast<double>(known.size());
  for (const double value : known) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / static_cast<double>(known.size()));
  return spread;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  std::size_t count = 0;
  double sum_a = 0, sum_b = 0;
  const auto each_pair = [&](const auto& use) {
    for (std::size_t track = 0; track < a.size(); ++track)
      if (std::isfinite(a[track]) && std::isfinite(b[track])) use(a[track], b[track]);
  };
  each_pair([&](double x, double y) { ++count, sum_a += x, sum_b += y; });
  if (count < kFewestPairs) return kNone;
  const double mean_a = sum_a / static_cast<double>(count),
               mean_b = sum_b / static_cast<double>(count);
  double aa = 0, bb = 0, ab = 0;
  each_pair([&](double x, double y) {
    aa += (x - mean_a) * (x - mean_a);
    bb += (y - mean_b) * (y - mean_b);
    ab += (x - mean_a) * (y - mean_b);
  });
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : kNone;
}

}  // namespace

FeatureStatistics feature_statistics(const AsOf& tables) {
  const playlist_table& tracks = *tables.table("tracks");
  FeatureStatistics statistics;
  statistics.tracks = tracks.rows;
  statistics.coverage = tables.coverage();
  std::vector<std::vector<double>> correlated;
  const auto add = [&](const char* feature, bool is_integer, bool is_circle) {
    const std::vector<double> values = numbers_of(tracks, feature, is_integer);
    FeatureSpread& spread = statistics.spreads.emplace_back(spread_of(feature, values));
    if (is_circle) {  // it has no middle
      spread.low = spread.median = spread.high = spread.mean = spread.deviation = kNone;
      return;
    }
    statistics.correlated.emplace_back(feature);
    correlated.push_back(values);
  };
  for (const FeatureColumn& feature : kFeatureColumns)
    if (!feature.is_integer) add(feature.field, false, false);
  add("year", true, false);
  for (const FeatureColumn& feature : kFeatureColumns)
    if (feature.is_integer) add(feature.field, true, feature.field == std::string("key"));
  for (std::size_t k = 0; k < correlated.size(); ++k) {
    std::vector<double>& row = statistics.correlations.emplace_back();
    for (std::size_t other = 0; other < correlated.size(); ++other)
      row.push_back(other < k ? statistics.correlations[other][k]
                              : correlation(correlated[k], correlated[other]));
  }
  return statistics;
}

}  // namespace engine
