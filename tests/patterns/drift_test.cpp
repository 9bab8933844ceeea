// The parts of the rule, by numbers worked out by hand or from papers.
#include "patterns/drift_test.hpp"

#include <catch2/catch.hpp>

#include "patterns/adwin.hpp"
#include "patterns/drift.hpp"
#include "patterns/relative_rule.hpp"
#include "patterns/retrain_gate.hpp"

using namespace engine::patterns;

namespace {

ListeningDay day_with(std::vector<int> hours, bool is_weekend = false, double minutes = 30) {
  ListeningDay day;
  for (const int hour : hours) {
    day.sessions.push_back({.start = 0,
                            .minutes = minutes,
                            .hour = static_cast<std::uint8_t>(hour),
                            .is_weekend = is_weekend});
    day.plays.push_back({.artist = 1, .kind = 1, .decade = 199});
  }
  return day;
}

struct Both {
  LookDays look;
  DaySums recent, base;
};

/// The last 7 of `days` beside those before.
Both both_of(const std::vector<ListeningDay>& days) {
  LookDays look(days);
  Both both{look, DaySums(look), DaySums(look)};
  for (std::size_t k = 0; k < days.size(); ++k)
    (k + 7 < days.size() ? both.base : both.recent).add(look, k, 1);
  return both;
}

}  // namespace

TEST_CASE("Benjamini and Hochberg reject the four of their example", "[drift]") {
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const std::vector<double> weights(p.size(), 1);
  std::vector<bool> expected(p.size(), false);
  std::fill_n(expected.begin(), 4, true);
  CHECK(benjamini_hochberg(p, weights, 0.05) == expected);
}

TEST_CASE("a weight of three in four takes three quarters of the level", "[drift]") {
  const std::vector<double> weights = {3, 1};
  // p / weight beside level / sum of weights = 0.0125 for the first place.
  CHECK(benjamini_hochberg(std::vector<double>{0.037, 0.9}, weights, 0.05)[0]);
  CHECK_FALSE(benjamini_hochberg(std::vector<double>{0.038, 0.9}, weights, 0.05)[0]);
  CHECK_FALSE(benjamini_hochberg(std::vector<double>{0.9, 0.013}, weights, 0.05)[1]);
}

TEST_CASE("the tail of Student's t is as in the tables", "[drift]") {
  CHECK(student_tail(0, 5) == Approx(0.5));
  CHECK(student_tail(2.228, 10) == Approx(0.025).epsilon(0.001));
  CHECK(student_tail(-2.228, 10) == Approx(0.975).epsilon(0.001));
  CHECK(student_tail(1.671, 60) == Approx(0.05).epsilon(0.002));
}

TEST_CASE("the distance of shares is 0, 1, and between as Jensen and Shannon have it", "[drift]") {
  const std::vector<std::int32_t> a = {1, 1, 0}, b = {2, 0, 0}, c = {0, 0, 5}, twice = {2, 2, 0};
  CHECK(jensen_shannon(a, 2, twice, 4) == Approx(0).margin(1e-9));
  CHECK(jensen_shannon(a, 2, c, 5) == Approx(1));
  // Entropy of (3/4, 1/4) = 0.8113 less the mean of 1 and 0.
  CHECK(jensen_shannon(a, 2, b, 2) == Approx(std::sqrt(0.8113 - 0.5)).epsilon(0.001));
}

TEST_CASE("the hours by which a day has moved are found, weekends by their own", "[drift]") {
  std::vector<ListeningDay> days;
  for (int k = 0; k < 35; ++k) {
    const bool is_weekend = k % 7 >= 5, is_recent = k >= 28;
    const int later = is_recent ? 3 : 0;
    days.push_back(is_weekend ? day_with({(22 + later) % 24}, true) : day_with({8 + later}));
  }
  const Both both = both_of(days);
  CHECK(hour_shift(both.recent, both.base).hours == 3);
  CHECK(effect_of(Metric::kStartHour, both.recent, both.base).change == 3);
  CHECK(hour_shift(both.base, both.recent).hours == -3);
}

TEST_CASE("a base with more weekends tells no other rate", "[drift]") {
  std::vector<ListeningDay> days;  // 30 + 7, so that the base has five of two weekdays
  for (int k = 0; k < 37; ++k)
    days.push_back(day_with(k % 7 < 2 ? std::vector<int>{9, 12, 18} : std::vector<int>{9}));
  const Both both = both_of(days);
  const MetricEffect effect = effect_of(Metric::kSessionsPerDay, both.recent, both.base);
  CHECK(effect.recent == Approx(11.0 / 7));
  CHECK(effect.base == Approx(11.0 / 7));
  CHECK(compare(both.recent, both.base)[0] == Approx(0).margin(1e-9));
}

TEST_CASE("earlier windows that differ more make a change less sure", "[drift]") {
  Look now{};
  for (MetricLook& metric : now) metric = {0, 0, 1, std::nan(""), 1};
  now[0] = {4, 0, 1, 4, 0.0005};  // sessions a day, four spreads away
  std::vector<Look> steady(20, now), wild(20, now);
  for (std::size_t k = 0; k < 20; ++k) {
    steady[k][0].z = k % 2 == 0 ? 1 : -1;
    wild[k][0].z = k % 2 == 0 ? 3 : -3;
  }
  const auto sure = test_look(now, steady, 0.05), unsure = test_look(now, wild, 0.05);
  REQUIRE(sure.size() == 1);
  // (8 * 1.6 + 20 * 1) / 28 is below what is least; (8 * 1.6 + 20 * 9) / 28 = 6.886.
  CHECK(sure[0].inflation == Approx(1.6));
  CHECK(sure[0].z == Approx(4 / std::sqrt(1.6)));
  CHECK(sure[0].is_rejected);
  CHECK(unsure[0].inflation == Approx(6.886).epsilon(0.001));
  CHECK_FALSE(unsure[0].is_rejected);
}

TEST_CASE("the same seed gives the same look", "[drift]") {
  std::vector<ListeningDay> days;
  for (int k = 0; k < 37; ++k) days.push_back(day_with(std::vector<int>(1 + k % 5, 9 + k % 3)));
  const Look a = look_at(days, {}, 99, 5), b = look_at(days, {}, 99, 5);
  for (std::size_t metric = 0; metric < kMetricCount; ++metric) {
    CAPTURE(metric);
    if (a[metric].is_told()) CHECK(a[metric].z == b[metric].z);
    CHECK(a[metric].tail == b[metric].tail);
  }
}

TEST_CASE("too little listening is told as nothing", "[drift]") {
  std::vector<ListeningDay> days(37);
  CHECK_FALSE(detect_drift(days, {}));
  for (int k = 0; k < 9; ++k) days[static_cast<std::size_t>(k)] = day_with({9});
  CHECK_FALSE(detect_drift(days, {}));  // nine sessions
  days[9] = day_with({9});
  CHECK(detect_drift(days, {}));
  CHECK_FALSE(detect_drift(std::span<const ListeningDay>(days).last(36), {}));
}

TEST_CASE("the rule of a fifth has the document's metrics", "[drift]") {
  std::vector<ListeningDay> days(28, day_with({8, 20}));  // a base of 21
  for (std::size_t k = 21; k < 28; ++k) days[k] = day_with({8}, false, 36);
  const auto metrics = relative_metrics(days, {.days = 7, .base = 21});
  REQUIRE(metrics.size() == 9 + 24);
  const auto of = [&](const std::string& name) {
    for (const RelativeMetric& metric : metrics)
      if (metric.name == name) return metric;
    FAIL(name);
    return RelativeMetric{};
  };
  CHECK(of("session_minutes_mean").change() == Approx(0.2));  // 30 to 36
  CHECK(of("session_minutes_mean").recent == 36);
  CHECK(of("sessions_per_day_mean").change() == Approx(-0.5));
  CHECK(of("sessions_per_day_mean").is_alarm());
  CHECK(of("sessions_per_day_deviation").base == 0);
  CHECK_FALSE(of("sessions_per_day_deviation").is_alarm());  // nothing to divide by
  CHECK(of("start_hour_entropy").base == Approx(1));         // two hours alike: one bit
  CHECK(of("start_hour_entropy").recent == Approx(0));
  CHECK(of("days_with_sessions").change() == Approx(0).margin(1e-9));
  CHECK(of("starts_at_08").change() == Approx(0).margin(1e-9));
  CHECK(of("starts_at_20").change() == Approx(-1));
}

TEST_CASE("ADWIN keeps all of what stays the same", "[drift]") {
  Adwin window;
  for (int k = 0; k < 500; ++k) CHECK_FALSE(window.add(k % 2));
  CHECK(window.width() == 500);
  CHECK(window.mean() == Approx(0.5));
}

TEST_CASE("ADWIN cuts where two parts are too far apart, and not before", "[drift]") {
  // Forty zeros, then ones. With k of them n = 40 + k and, at the best place,
  //   epsilon = sqrt(2 (1/40 + 1/k) p (1 - p) d) + 2/3 (1/40 + 1/k) d,  d = ln(2 ln(n) / 0.002)
  // k = 17: p = 0.2982, d = 8.305: 0.5398 + 0.4641 > 1, no cut
  // k = 25: p = 0.3846, d = 8.336: 0.5064 + 0.3613 < 1, a cut (buckets may hide the best place
  //         for a while after k = 18)
  Adwin window;
  for (int k = 0; k < 40; ++k) window.add(0);
  int ones = 0;
  while (ones < 40 && !window.add(1)) ++ones;
  CHECK(ones + 1 > 17);
  CHECK(ones + 1 <= 25);
  for (int k = 0; k < 60; ++k) window.add(1);
  CHECK(window.mean() == Approx(1).margin(0.1));
}

TEST_CASE("a change point is certain where ADWIN cuts, else the likeliest place", "[drift]") {
  std::vector<double> values(60, 0.0);
  values.resize(120, 1.0);
  const ChangePoint cut = change_point(values);
  CHECK(cut.is_certain);
  CHECK(cut.first <= 60);
  CHECK(cut.first >= 44);  // a bucket of sixteen may stay
  const ChangePoint likely = change_point({0, 0, 0, 1, 1});
  CHECK_FALSE(likely.is_certain);
  CHECK(likely.first == 3);
}

TEST_CASE("a model is due by drift, by age, by both or not at all", "[drift]") {
  constexpr std::int64_t kNow = 1'790'000'000, kDayLong = 86'400;
  DriftReport report;
  report.recent_tracks = 50;
  report.metrics.push_back({});
  report.metrics[0].test = {
      .metric = Metric::kStartHour, .z = 5, .inflation = 1.2, .p = 0.0001, .is_rejected = true};
  const auto decide = [&](double days, const DriftReport* of) {
    return retrain_decision(kNow - static_cast<std::int64_t>(days * kDayLong), kNow, of, 30);
  };
  const RetrainDecision drift = decide(10, &report);
  CHECK(drift.by_drift);
  CHECK_FALSE(drift.by_age);
  CHECK(drift.reason() == "start_hour drifted since it was trained");
  const RetrainDecision both = decide(31, &report);
  CHECK((both.by_drift && both.by_age));
  CHECK(both.reason() ==
        "start_hour drifted since it was trained, and it is 31 days old, more than 30 days");
  const RetrainDecision age = decide(31.5, nullptr);
  CHECK((age.by_age && !age.by_drift));
  CHECK(age.reason() == "it is 31 days old, more than 30 days");
  const RetrainDecision seen = decide(3, &report);  // it has seen half of the week that drifted
  CHECK_FALSE(seen.is_due());
  CHECK_THAT(seen.reason(), Catch::Contains("it has seen some of these days"));
  report.recent_tracks = 0;  // a holiday teaches nothing
  CHECK_FALSE(decide(10, &report).is_due());
  report.metrics[0].test.is_rejected = false;
  CHECK(decide(1, &report).reason() == "it is 1 day old and nothing has drifted");
  CHECK(retrain_decision(std::nullopt, kNow, nullptr, 30).reason() == "it was never trained");
}
