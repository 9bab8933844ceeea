// What answers say: posteriors that forget, shares that do not depend on what was drawn, and rows of
// rejections.
#include "discovery/answers.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "core/duration.hpp"

using engine::kDay;
using engine::discovery::acceptance_of;
using engine::discovery::Answer;
using engine::discovery::posteriors_of;
using engine::discovery::rejected_in_a_row;
using engine::discovery::Row;

TEST_CASE("an answer counts a little less every week, and none that is later",
          "[discovery][answers]") {
  const std::vector<Answer> answers = {{"als", "rock", 0, true},
                                       {"als", "rock", 7 * kDay, false},
                                       {"als", "jazz", 7 * kDay, true},
                                       {"als", "rock", 15 * kDay, true}};
  const auto arms = posteriors_of(answers, 14 * kDay);
  REQUIRE(arms.size() == 2);
  CHECK(arms.at({"als", "rock"}).accepted == Approx(0.98 * 0.98));
  CHECK(arms.at({"als", "rock"}).rejected == Approx(0.98));
  CHECK(arms.at({"als", "jazz"}).accepted == Approx(0.98));
}

TEST_CASE("the estimate gives what was drawn seldom its weight back", "[discovery][answers]") {
  // Of two songs of one source one was drawn four times as often, and is liked.
  std::vector<Answer> answers;
  for (int k = 0; k < 40; ++k) answers.push_back({"als", "rock", k, true, 0.8});
  for (int k = 0; k < 10; ++k) answers.push_back({"als", "rock", k, false, 0.2});
  const auto told = acceptance_of(answers);
  REQUIRE(told.size() == 2);
  CHECK(told[0].source.empty());
  CHECK(told[1].source == "als");
  CHECK(told[1].answers == 50);
  CHECK(told[1].accepted == 40);
  CHECK(told[1].snips == Approx(0.5));
  CHECK(told[1].effective_size == Approx(100.0 * 100.0 / (40 / 0.64 + 10 / 0.04)));
  CHECK(told[1].is_enough());
  const auto few = acceptance_of(std::vector<Answer>(answers.begin(), answers.begin() + 29));
  CHECK(few[1].effective_size == Approx(29));
  CHECK_FALSE(few[1].is_enough());
  CHECK(acceptance_of({}).empty());
}

TEST_CASE("rejections in a row are told by what they have in common", "[discovery][answers]") {
  std::vector<Answer> answers = {{"als", "rock", 1, true}};
  for (int k = 0; k < 4; ++k) answers.push_back({"als", "jazz", 2 + k, false});
  CHECK(rejected_in_a_row(answers, 5).of == Row::Of::kNothing);
  answers.push_back({"als", "folk", 7, false});
  const Row of_source = rejected_in_a_row(answers, 5);
  CHECK(of_source.of == Row::Of::kSource);
  CHECK(of_source.name == "als");
  CHECK(of_source.rejections == 5);
  for (int k = 0; k < 5; ++k) answers.push_back({k % 2 == 0 ? "als" : "item_cf", "folk", 8, false});
  const Row of_kind = rejected_in_a_row(answers, 5);
  CHECK(of_kind.of == Row::Of::kKind);
  CHECK(of_kind.name == "folk");
  CHECK(of_kind.rejections == 6);
  answers.push_back({"als", "folk", 9, true});
  CHECK(rejected_in_a_row(answers, 1).of == Row::Of::kNothing);
  CHECK(rejected_in_a_row({}, 5).of == Row::Of::kNothing);
}

TEST_CASE("sampling by answers is accepted more often than drawing by lot",
          "[discovery][answers]") {
  // Six sources of which 0.1 to 0.6 is accepted; five questions a week for a year, forty people.
  constexpr double kAccepted[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
  double sampled = 0, by_lot = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    engine::Random random(seed);
    std::vector<Answer> answers;
    for (int week = 0; week < 52; ++week) {
      const std::int64_t now = week * 7 * kDay;
      auto known = posteriors_of(answers, now);
      std::vector<engine::discovery::Posterior> arms;
      for (int arm = 0; arm < 6; ++arm) arms.push_back(known[{std::to_string(arm), ""}]);
      for (int question = 0; question < 5; ++question) {
        const std::size_t arm = engine::discovery::draw_arm(arms, random);
        const bool is_accepted = random.uniform() < kAccepted[arm];
        answers.push_back({std::to_string(arm), "", now, is_accepted});
        sampled += is_accepted / (40.0 * 260);
        by_lot += (random.uniform() < kAccepted[random.next() % 6]) / (40.0 * 260);
      }
    }
  }
  INFO(sampled << " sampled, " << by_lot << " by lot");
  CHECK(by_lot == Approx(0.35).margin(0.02));
  CHECK(sampled > by_lot + 0.1);
}
