// Some of the simulations of tests/bench/drift_bench.cpp, which has 400 of each kind.
#include "patterns/drift_simulation.hpp"

#include <catch2/catch.hpp>

using test::Change;
using test::DriftRuns;
using test::Habits;
using test::look_at_listeners;
using test::Rhythm;

TEST_CASE("where nothing changes, drift is told of one look in twenty at most", "[drift]") {
  for (const double sessions : {1.0, 3.0, 8.0}) {
    for (const Rhythm rhythm : {Rhythm::kPoisson, Rhythm::kUneven}) {
      CAPTURE(sessions, static_cast<int>(rhythm));
      const DriftRuns runs = look_at_listeners({.sessions = sessions, .rhythm = rhythm},
                                               Change::kNone, 30, 60, 799, 99);
      CHECK(runs.alarms <= 6);  // of 60 at 5 %: more than that by chance once in thirty times
      CHECK(runs.relative_share() >= 0.9);
    }
  }
}

TEST_CASE("somebody with busy and idle stretches is told of none of them", "[drift]") {
  const Habits habits{.sessions = 3, .rhythm = Rhythm::kBursty};
  CHECK(look_at_listeners(habits, Change::kNone, 30, 200, 799, 99).alarms <= 15);  // 10 are meant
}

TEST_CASE("an idle week is no other taste", "[drift]") {
  using engine::patterns::ListeningDay;
  int alarms = 0;
  for (int run = 0; run < 40; ++run) {
    test::SimulatedListening listening({.sessions = 8}, static_cast<std::uint64_t>(run) + 500);
    auto days = listening.days(37);
    for (ListeningDay& day : std::span(days).last(7)) {
      day.sessions.resize(std::min<std::size_t>(day.sessions.size(), 1));
      day.plays.resize(std::min<std::size_t>(day.plays.size(), 10));
    }
    const auto report = engine::patterns::detect_drift(days, {.draws = 799}).value();
    for (const auto& metric : report.metrics)
      alarms += metric.test.metric == engine::patterns::Metric::kArtists && metric.test.is_rejected;
  }
  CHECK(alarms <= 4);
}

TEST_CASE("a shift, a holiday and a new genre of a week are seen in it", "[drift]") {
  const Habits habits{.sessions = 3};
  for (const Change change : {Change::kLater, Change::kHoliday, Change::kNewGenre}) {
    CAPTURE(static_cast<int>(change));
    CHECK(look_at_listeners(habits, change, 96, 30, 799, 99).share() >= 0.8);
  }
}

TEST_CASE("what is told of a change is what was changed", "[drift]") {
  using engine::patterns::DriftMetric;
  using engine::patterns::Metric;
  const auto report_of = [](Change change) {
    test::SimulatedListening listening({.sessions = 8}, 3);
    auto days = listening.days(120);
    for (auto& day : listening.days(7, change)) days.push_back(std::move(day));
    return engine::patterns::detect_drift(days, {}).value();
  };
  const auto metric_of = [](const engine::patterns::DriftReport& report, Metric metric) {
    for (const DriftMetric& one : report.metrics)
      if (one.test.metric == metric) return one;
    FAIL("it was not compared");
    return DriftMetric{};
  };
  const auto later = report_of(Change::kLater);
  const DriftMetric hour = metric_of(later, Metric::kStartHour);
  CHECK(hour.test.is_rejected);
  CHECK(hour.effect.change == 3);
  CHECK(hour.days_ago.value_or(0) >= 5);
  CHECK(hour.days_ago.value_or(0) <= 9);

  const auto holiday = report_of(Change::kHoliday);
  const DriftMetric sessions = metric_of(holiday, Metric::kSessionsPerDay);
  CHECK(sessions.test.is_rejected);
  CHECK(sessions.effect.recent == 0);
  CHECK(sessions.effect.base == Approx(8).margin(1.5));
  CHECK(sessions.days_ago == 7);
  CHECK(metric_of(holiday, Metric::kActiveDays).effect.recent == 0);
  for (const DriftMetric& one : holiday.metrics)  // what was not heard cannot be compared
    CHECK(engine::patterns::facts_of(one.test.metric).question ==
          engine::patterns::Question::kHowMuch);

  const auto genre = report_of(Change::kNewGenre);
  const DriftMetric kinds = metric_of(genre, Metric::kKinds);
  CHECK(kinds.test.is_rejected);
  REQUIRE(kinds.rose);
  CHECK(kinds.rose->key == 6);
  CHECK(kinds.rose->base == 0);
  CHECK(kinds.rose->recent == Approx(0.5).margin(0.2));
  CHECK(metric_of(genre, Metric::kNewArtists).effect.recent == Approx(0.5).margin(0.2));
  CHECK(metric_of(genre, Metric::kNewArtists).days_ago.value_or(0) <= 9);
}
