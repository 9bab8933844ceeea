// What the Deep Interest Network learns from, and what it is measured by, on numbers to be checked
// by hand.
#include "kernels/din_examples.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

#include "kernels/click_metrics.hpp"

using model::DinListens;
using Items = std::vector<std::int32_t>;

namespace {

constexpr std::uint8_t kPlayed = DinListens::kPlayed, kSkipped = DinListens::kSkipped,
                       kNeither = DinListens::kNeither;

struct Listen {
  std::int32_t track;
  std::int64_t ts;
  std::uint8_t heard = kPlayed;
};

DinListens listens_of(const std::vector<std::vector<Listen>>& users, std::int32_t tracks) {
  DinListens made;
  made.tracks = tracks;
  for (const auto& listens : users) {
    for (const Listen& listen : listens) {
      made.track.push_back(listen.track);
      made.ts.push_back(listen.ts);
      made.heard.push_back(listen.heard);
    }
    made.users.push_back(static_cast<std::int64_t>(made.track.size()));
  }
  return made;
}

}  // namespace

TEST_CASE("first listens are targets once enough was played before them", "[din]") {
  // Track 0 again, 3 skipped, 4 neither; 1 and 5 at the same time as the third play.
  const DinListens listens = listens_of(
      {{{0, 10}, {0, 20}, {2, 30}, {3, 40, kSkipped}, {4, 50, kNeither}, {1, 60}, {5, 60}},
       {{0, 5}, {1, 6}}},
      6);
  const auto one = model::din_targets(listens, 1);
  std::vector<std::tuple<int, int, bool>> found;
  for (const auto& target : one) found.emplace_back(target.user, target.listen, target.is_played);
  CHECK(found == std::vector<std::tuple<int, int, bool>>{
                     {0, 2, true}, {0, 3, false}, {0, 5, true}, {0, 6, true}, {1, 8, true}});
  // Two different tracks, 0 and 2, were played before 40; tracks 1 and 5 do not count for each
  // other, as they began at once.
  CHECK(model::din_targets(listens, 2).size() == 3);
  CHECK(model::din_targets(listens, 3).empty());
  CHECK(model::din_targets(listens_of({}, 0), 1).empty());
}

TEST_CASE("a target's history is what was played before it, the latest first, each once", "[din]") {
  const DinListens listens = listens_of(
      {{{9, 1}},
       {{0, 10}, {1, 20}, {0, 30}, {2, 40, kSkipped}, {3, 50}, {4, 60}, {5, 60}, {6, 70}}},
      10);
  Items history;
  model::din_history(listens, {1, 8, true}, 50, history);
  CHECK(history == Items{5, 4, 3, 0, 1});
  model::din_history(listens, {1, 8, true}, 3, history);
  CHECK(history == Items{5, 4, 3});
  model::din_history(listens, {1, 7, true}, 50, history);  // 5: began together with 4
  CHECK(history == Items{3, 0, 1});
  model::din_history(listens, {1, 1, true}, 50, history);  // the first of this user
  CHECK(history.empty());
}

TEST_CASE("drawn tracks are unknown to the user, different, and by popularity", "[din]") {
  // Users of tracks 0..3: 4, 1, 0 (only later), 2; user 4 knows track 3 alone.
  const DinListens listens = listens_of(
      {{{0, 1}, {3, 2}}, {{0, 1}, {0, 2}}, {{0, 1}, {1, 2}}, {{0, 1}, {2, 100}}, {{3, 1}}}, 4);
  const model::DinNegatives negatives(listens, 1, 100);
  CHECK(std::vector<std::int32_t>(negatives.user_counts().begin(), negatives.user_counts().end()) ==
        Items{4, 1, 0, 2});
  std::map<std::int32_t, int> counts;
  for (std::uint64_t stream = 0; stream < 10'000; ++stream) {
    Items drawn;
    negatives.draw(4, 1, stream, drawn);
    REQUIRE(drawn.size() == 1);
    ++counts[drawn[0]];
  }
  CHECK(counts.size() == 2);  // 0 and 1, as 4 to 1
  CHECK(counts[0] / 10'000.0 == Approx(0.8).margin(0.02));

  Items all;
  negatives.draw(4, 3, 7, all);
  std::sort(all.begin(), all.end());
  CHECK(all == Items{0, 1});  // no third one is left
  Items again, other;
  negatives.draw(0, 1, 3, again);
  negatives.draw(0, 1, 3, other);
  CHECK(again == other);
  CHECK(again == Items{1});
  const model::DinNegatives alike(listens, 0, 100);  // exponent 0: popularity does not matter
  counts.clear();
  for (std::uint64_t stream = 0; stream < 10'000; ++stream) {
    Items drawn;
    alike.draw(4, 1, stream, drawn);
    ++counts[drawn[0]];
  }
  CHECK(counts[0] / 10'000.0 == Approx(0.5).margin(0.02));
}

TEST_CASE("the area under the curve counts pairs told right, ties by half", "[din]") {
  const std::vector<float> labels{1, 0, 1, 0};
  // Pairs: (.9, .1) (.9, .8) (.4, .1) right, (.4, .8) wrong.
  CHECK(model::area_under_curve(std::vector<float>{.9f, .1f, .4f, .8f}, labels) == Approx(0.75));
  CHECK(model::area_under_curve(std::vector<float>{.5f, .5f, .5f, .5f}, labels) == Approx(0.5));
  CHECK(model::area_under_curve(std::vector<float>{.9f, .1f, .5f, .5f}, labels) == Approx(0.875));
  CHECK(std::isnan(model::area_under_curve(std::vector<float>{.9f}, std::vector<float>{1})));
  CHECK(std::isnan(model::area_under_curve({}, {})));
}

TEST_CASE("the grouped area is the users' mean by samples, where there is one", "[din]") {
  // User 7: 1 of 2 pairs right over 3 samples; user 2: all right over 2; user 5 has no negative.
  const std::vector<float> scores{.5f, .6f, .4f, .1f, .2f, .9f}, labels{1, 0, 0, 0, 1, 1};
  const Items users{7, 7, 7, 2, 2, 5};
  CHECK(model::grouped_area_under_curve(scores, labels, users) == Approx((0.5 * 3 + 1.0 * 2) / 5));
  CHECK(std::isnan(model::grouped_area_under_curve({}, {}, {})));
}

TEST_CASE("Platt scaling finds how much too sure logits are", "[din]") {
  playlist::Random random(5);
  std::vector<float> logits, labels, weights;
  for (int k = 0; k < 20'000; ++k) {
    const auto logit = static_cast<float>(8 * random.real() - 4);
    const double chance = 1 / (1 + std::exp(-(0.5 * logit + 0.3)));
    // Every third sample counts thrice instead of being there three times.
    logits.push_back(logit);
    labels.push_back(random.chance(chance) ? 1.0f : 0.0f);
    weights.push_back(k % 3 == 0 ? 3.0f : 1.0f);
  }
  const model::PlattScaling fit = model::fit_platt(logits, labels, weights);
  CHECK(fit.slope == Approx(0.5).margin(0.03));
  CHECK(fit.intercept == Approx(0.3).margin(0.05));
  CHECK(fit(2) == Approx(1.3).margin(0.1));
  // One kind of label says nothing; labels that a threshold divides do not run away.
  CHECK(model::fit_platt(logits, std::vector<float>(logits.size(), 1.0f), weights).slope == 1);
  CHECK(model::fit_platt({}, {}, {}).intercept == 0);
  const auto divided = model::fit_platt(std::vector<float>{-1, 1}, std::vector<float>{0, 1},
                                        std::vector<float>{1, 1});
  CHECK(divided.slope > 1);
  CHECK(divided.slope <= 20);
  const auto reversed = model::fit_platt(std::vector<float>{-1, 1}, std::vector<float>{1, 0},
                                         std::vector<float>{1, 1});
  CHECK(reversed.slope == Approx(0.05));  // the order stays
}

TEST_CASE("log loss is that of the chance given to what happened", "[din]") {
  const std::vector<float> chances{0.25f, 0.25f, 1.0f}, labels{1, 0, 0}, weights{1, 2, 1};
  CHECK(model::log_loss_of(chances, labels, weights) ==
        Approx((-std::log(0.25) - 2 * std::log(0.75) - std::log(1e-12)) / 4));
  CHECK(model::log_loss_of({}, {}, {}) == 0);
}

TEST_CASE("calibration compares means in ten bins, by weight", "[din]") {
  const std::vector<float> predicted{0.05f, 0.05f, 0.95f, 1.0f}, labels{0, 1, 1, 1},
      weights{3, 1, 2, 2};
  const model::Calibration made = model::calibration_of(predicted, labels, weights);
  CHECK(made.bins[0].weight == 4);
  CHECK(made.bins[0].predicted == Approx(0.05));
  CHECK(made.bins[0].observed == Approx(0.25));
  CHECK(made.bins[9].weight == 4);
  CHECK(made.bins[9].predicted == Approx(0.975));
  CHECK(made.bins[9].observed == Approx(1));
  CHECK(made.bins[5].weight == 0);
  CHECK(made.error == Approx((4 * 0.2 + 4 * 0.025) / 8));
}
