#include "patterns/drift_test.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/special_functions/beta.hpp>

namespace engine::patterns {
namespace {

constexpr double kNoDraws = std::numeric_limits<double>::quiet_NaN();

/// For each recent day, the base days of its weekday.
using Pools = std::vector<std::vector<std::size_t>>;

/// Base days are those in [first, end), the recent ones follow.
Pools pools_of(std::size_t first, std::size_t end, std::size_t recent) {
  Pools pools(recent);
  for (std::size_t day = first; day < end; ++day) {
    for (std::size_t k = 0; k < recent; ++k)
      if ((end + k) % 7 == day % 7) pools[k].push_back(day);
  }
  return pools;
}

/// One base day for each recent one, none twice.
void draw_days(const Pools& pools, playlist::Random& random, std::vector<std::size_t>& drawn) {
  drawn.clear();
  for (const std::vector<std::size_t>& pool : pools) {
    std::size_t day = 0;
    do {
      day = pool[random.below(pool.size())];
    } while (std::find(drawn.begin(), drawn.end(), day) != drawn.end());
    drawn.push_back(day);
  }
}

/// Of the base days in a random order, those drawn first: as many as have most nearly `plays` plays,
/// and no more than half of the base. A day at least.
void draw_as_many_plays(const LookDays& look, std::size_t first, std::size_t end, double plays,
                        const std::vector<std::size_t>& drawn, playlist::Random& random,
                        std::vector<std::size_t>& chosen) {
  chosen = drawn;
  for (std::size_t day = first; day < end; ++day)
    if (std::find(drawn.begin(), drawn.end(), day) == drawn.end()) chosen.push_back(day);
  const std::span<std::size_t> all(chosen);
  random.shuffle(all.first(drawn.size()));
  random.shuffle(all.subspan(drawn.size()));
  double sum = 0;
  std::size_t count = 0;
  while (count < (end - first) / 2) {
    const double day = look.days()[chosen[count]].tracks;
    if (count > 0 && sum + day / 2 > plays) break;
    sum += day;
    ++count;
  }
  chosen.resize(count);
}

/// The values of `draws` draws, by metric.
std::array<std::vector<double>, kMetricCount> drawn_values(const LookDays& look, DaySums base,
                                                           std::size_t first, std::size_t end,
                                                           double plays, int draws,
                                                           playlist::Random& random) {
  std::array<std::vector<double>, kMetricCount> values;
  const Pools pools = pools_of(first, end, look.days().size() - end);
  TimeSums& base_times = base;
  MusicSums& base_music = base;
  TimeSums times;
  MusicSums music(look);
  std::vector<std::size_t> drawn, chosen;
  for (int draw = 0; draw < draws; ++draw) {
    draw_days(pools, random, drawn);
    draw_as_many_plays(look, first, end, plays, drawn, random, chosen);
    const auto move = [&](int sign) {
      for (const std::size_t day : drawn) {
        times.add(look, day, sign);
        base_times.add(look, day, -sign);
      }
      for (const std::size_t day : chosen) {
        music.add(look, day, sign);
        base_music.add(look, day, -sign);
      }
    };
    move(1);
    MetricValues one{};
    compare_times(times, base_times, one);
    compare_music(music, base_music, one);
    move(-1);
    for (std::size_t metric = 0; metric < kMetricCount; ++metric)
      if (one[metric] == one[metric]) values[metric].push_back(one[metric]);
  }
  return values;
}

MetricLook look_of(const MetricFacts& facts, double value, const std::vector<double>& drawn,
                   int draws) {
  MetricLook look{value, kNoDraws, kNoDraws, kNoDraws, 1};
  if (value != value || drawn.size() < static_cast<std::size_t>(draws) / 2) return look;
  const auto count = static_cast<double>(drawn.size());
  look.mean = std::accumulate(drawn.begin(), drawn.end(), 0.0) / count;
  double squares = 0;
  for (const double one : drawn) squares += (one - look.mean) * (one - look.mean);
  look.spread = std::hypot(std::sqrt(squares / count), facts.smallest_spread);
  look.z = (value - look.mean) / look.spread;
  const double apart = facts.is_two_sided ? std::abs(value - look.mean) : value - look.mean;
  std::size_t as_far = 0;
  for (const double one : drawn)
    as_far += (facts.is_two_sided ? std::abs(one - look.mean) : one - look.mean) >= apart - 1e-12;
  look.tail = (1 + static_cast<double>(as_far)) / (1 + count);
  return look;
}

/// Each question weighs the same, and so does each metric of a question.
std::vector<double> weights_of(const std::vector<MetricTest>& tests) {
  std::array<double, kQuestionCount> asked{};
  const auto question = [](const MetricTest& test) {
    return static_cast<std::size_t>(facts_of(test.metric).question);
  };
  for (const MetricTest& test : tests) ++asked[question(test)];
  std::vector<double> weights;
  for (const MetricTest& test : tests) weights.push_back(1 / asked[question(test)]);
  return weights;
}

}  // namespace

ComparedDays compared_days(const LookDays& look, std::size_t days, LookSize size) {
  ComparedDays made{DaySums(look), DaySums(look)};
  const std::size_t end = days - static_cast<std::size_t>(size.days),
                    first = end - static_cast<std::size_t>(size.base);
  for (std::size_t day = 0; day < first; ++day) made.base.add_hours(look, day, 1);
  for (std::size_t day = first; day < end; ++day) made.base.add(look, day, 1);
  for (std::size_t day = end; day < days; ++day) made.recent.add(look, day, 1);
  return made;
}

Look look_at(std::span<const ListeningDay> days, LookSize size, int draws,
             std::uint64_t random_seed) {
  const std::size_t end = days.size() - static_cast<std::size_t>(size.days),
                    first = end - static_cast<std::size_t>(size.base);
  const LookDays look(days, first);
  const auto [recent, base] = compared_days(look, days.size(), size);
  const MetricValues values = compare(recent, base);
  playlist::Random random(random_seed);
  double plays = 0;
  for (std::size_t day = end; day < days.size(); ++day) plays += look.days()[day].tracks;
  const auto drawn = drawn_values(look, base, first, end, plays, draws, random);
  Look made;
  for (std::size_t metric = 0; metric < kMetricCount; ++metric)
    made[metric] =
        look_of(facts_of(static_cast<Metric>(metric)), values[metric], drawn[metric], draws);
  return made;
}

double student_tail(double t, double freedom) {
  const double both = boost::math::ibeta(freedom / 2, 0.5, freedom / (freedom + t * t));
  return t > 0 ? both / 2 : 1 - both / 2;
}

std::vector<bool> benjamini_hochberg(std::span<const double> p, std::span<const double> weights,
                                     double level) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return p[a] / weights[a] < p[b] / weights[b];
  });
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t rejected = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const double bound = level * static_cast<double>(place + 1) / sum;
    if (p[order[place]] / weights[order[place]] <= bound) rejected = place + 1;
  }
  std::vector<bool> is_rejected(p.size(), false);
  for (std::size_t place = 0; place < rejected; ++place) is_rejected[order[place]] = true;
  return is_rejected;
}

std::vector<MetricTest> test_look(const Look& now, std::span<const Look> earlier, double level) {
  std::vector<MetricTest> tests;
  std::vector<double> p;
  for (std::size_t metric = 0; metric < kMetricCount; ++metric) {
    if (!now[metric].is_told()) continue;
    const MetricFacts& facts = facts_of(static_cast<Metric>(metric));
    double weight = kPriorLooks, sum = 0;
    for (const Look& one : earlier) {
      if (!one[metric].is_told()) continue;
      weight += 1;
      sum += one[metric].z;
    }
    const double usual = facts.is_two_sided ? 0 : std::max(0.0, sum / weight);
    // By each window's own spread, and by the present one: a base that happens to be even looks
    // surer than this person is.
    const double least = kLeastInflation[static_cast<std::size_t>(facts.question)];
    double own = kPriorLooks * least, present = own;
    for (const Look& one : earlier) {
      if (!one[metric].is_told()) continue;
      const double z = one[metric].z, beside = z * one[metric].spread / now[metric].spread;
      own += (z - usual) * (z - usual);
      present += (beside - usual) * (beside - usual);
    }
    MetricTest test{.metric = static_cast<Metric>(metric)};
    test.inflation = std::max({least, own / weight, present / weight});
    test.z = (now[metric].z - usual) / std::sqrt(test.inflation);
    const double tail = facts.is_two_sided ? 2 * student_tail(std::abs(test.z), weight)
                                           : student_tail(test.z, weight);
    test.p = std::max(now[metric].tail, tail);
    p.push_back(test.p);
    tests.push_back(test);
  }
  const std::vector<bool> is_rejected = benjamini_hochberg(p, weights_of(tests), level);
  for (std::size_t k = 0; k < tests.size(); ++k) tests[k].is_rejected = is_rejected[k];
  return tests;
}

}  // namespace engine::patterns
