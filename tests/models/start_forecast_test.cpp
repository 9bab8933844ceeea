// Whether a session begins in an hour: ways compared, on the hours that taught none of them.
#include "kernels/start_forecast.hpp"

#include "playlist/random.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using model::forecast_starts;
using model::StartHours;
using model::StartOptions;
using model::StartWay;

namespace {

/// Somebody who begins in the hour `morning` of every day but the weekend with a chance of 0.7, and in any
/// hour with 0.02. One feature says whether it is that hour of such a day, the others say nothing.
StartHours habit(std::size_t days, int morning, std::uint64_t seed) {
  playlist::Random random(seed);
  StartHours hours;
  hours.names = {"is_usual", "hour", "noise"};
  hours.columns = 3;
  hours.published = {1};
  hours.hazard = {1};
  for (std::size_t k = 0; k < 24 * days; ++k) {
    const auto hour = static_cast<std::int32_t>(k % 24),
               weekday = static_cast<std::int32_t>(k / 24 % 7);
    const bool is_usual = hour == morning && weekday < 5;
    hours.hour.push_back(hour);
    hours.weekday.push_back(weekday);
    hours.ts.push_back(static_cast<std::int64_t>(k) * 3600);
    hours.started.push_back(random.real() < (is_usual ? 0.7 : 0.02) ? 1 : 0);
    hours.rows.insert(hours.rows.end(), {is_usual ? 1.0F : 0.0F, static_cast<float>(hour),
                                         static_cast<float>(random.real())});
  }
  return hours;
}

StartOptions options() {
  StartOptions made;
  made.boosting.rounds = 40;
  made.regularization = 1;
  return made;
}

const model::StartFigures& of(const model::JudgedForecast& judged, StartWay way) {
  return judged.ways[static_cast<std::size_t>(way)];
}

}  // namespace

TEST_CASE("a habit that a feature tells is found, and by how much is said", "[models][starts]") {
  const StartHours hours = habit(200, 8, 1);
  const auto judged = forecast_starts(hours, options());
  REQUIRE(judged);
  REQUIRE(judged->why.empty());
  CHECK(judged->taught == 24 * 160);
  CHECK(judged->held_out == 24 * 40);
  CHECK(judged->serves == StartWay::kForecast);
  const auto &ours = of(*judged, StartWay::kForecast), &hour = of(*judged, StartWay::kHour);
  CHECK(ours.skill.value > hour.skill.value + 0.03);
  CHECK(hour.skill_gain.low > 0);
  CHECK(ours.precision.value > hour.precision.value);
  CHECK(ours.precision.low <= ours.precision.value);
  CHECK(ours.precision.value <= ours.precision.high);
  CHECK(of(*judged, StartWay::kNever).skill.value < 0);  // worse than the usual share
  // One in 24 hours is nearly sure, and all is as it was said.
  const std::vector<float> said = judged->forecast.probabilities(hours, 0);
  CHECK(said[8] > 0.5);
  CHECK(said[9] < 0.1);
  CHECK(ours.calibration_error < 0.03);
  CHECK(judged->reliability.miscalibration >= 0);
  CHECK(judged->reliability.miscalibration < 0.1 * judged->reliability.uncertainty);
  CHECK(judged->reliability.discrimination > judged->reliability.miscalibration);
  double last = -1;
  std::int64_t counted = 0;
  for (const auto& step : judged->reliability.steps) {
    CHECK(step.came > last);
    CHECK(step.low <= step.high);
    last = step.came;
    counted += step.hours;
  }
  CHECK(counted == static_cast<std::int64_t>(judged->held_out));
}

TEST_CASE("without a habit the simple share serves", "[models][starts]") {
  StartHours hours = habit(200, 8, 2);
  playlist::Random random(3);
  for (std::uint8_t& started : hours.started) started = random.real() < 0.1 ? 1 : 0;
  const auto judged = forecast_starts(hours, options());
  REQUIRE(judged);
  CHECK(judged->serves == StartWay::kHour);
  CHECK(std::abs(of(*judged, StartWay::kForecast).area.value - 0.5) < 0.1);
}

TEST_CASE("nothing of the held-out hours teaches", "[models][starts][leak]") {
  const StartHours hours = habit(150, 8, 4);
  const auto judged = forecast_starts(hours, options());
  StartHours poisoned = hours;
  const std::size_t begin = hours.count() * 4 / 5;
  for (std::size_t k = begin; k < hours.count(); ++k) poisoned.started[k] ^= 1;
  const auto other = forecast_starts(poisoned, options());
  REQUIRE(judged);
  REQUIRE(other);
  REQUIRE(judged->said.size() == hours.count() - begin);
  CHECK(judged->said == other->said);
}

TEST_CASE("the same hours give the same forecast", "[models][starts]") {
  const StartHours hours = habit(120, 20, 5);
  const auto once = forecast_starts(hours, options()), again = forecast_starts(hours, options());
  CHECK(once->said == again->said);
  CHECK(once->forecast.trees.value == again->forecast.trees.value);
}

TEST_CASE("too little to judge by is told", "[models][starts]") {
  const auto few = forecast_starts(habit(30, 8, 6), options());
  REQUIRE(few);
  CHECK_THAT(few->why, Catch::Contains("30 days of listening are too few"));
  CHECK(few->serves == StartWay::kSameHour28d);
  StartHours silent = habit(100, 8, 7);
  std::ranges::fill(silent.started, 0);
  CHECK_THAT(forecast_starts(silent, options())->why, Catch::Contains("too few sessions"));
}

TEST_CASE("average precision, worked out by hand", "[models][starts]") {
  const std::vector<std::int32_t> weeks{1, 1, 2, 2, 3};
  const model::SessionFigures figures(weeks, 1);
  const std::vector<std::uint8_t> labels{1, 0, 1, 0, 0};
  // Hits at the first and the third place: (1 + 2/3) / 2.
  const std::vector<float> scores{0.9F, 0.8F, 0.7F, 0.2F, 0.1F};
  CHECK(figures.precision(scores, labels).value == Approx((1 + 2.0 / 3) / 2));
  // Equal scores are one step: all five at once.
  const std::vector<float> equal(5, 0.5F);
  CHECK(figures.precision(equal, labels).value == Approx(0.4));
  CHECK(figures.precision_gain(scores, equal, labels).value == Approx((1 + 2.0 / 3) / 2 - 0.4));
  const std::vector<std::uint8_t> none(5, 0);
  CHECK(std::isnan(figures.precision(scores, none).value));
}
