// The metrics of `engine benchmark`, and the blend it judges.
#include "benchmark/protocol.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "benchmark/blend.hpp"
#include "plan/blending.hpp"

using engine::BlendBy;
using engine::blended;
using engine::benchmark::blend;
using engine::benchmark::judge;
using engine::benchmark::Metrics;
using engine::benchmark::Protocol;
using engine::benchmark::protocol_of;
using engine::benchmark::RankedList;
using engine::benchmark::search_weights;
using Numbers = std::vector<std::int32_t>;

TEST_CASE("recall and ndcg are those of the published protocol", "[protocol]") {
  Protocol protocol;
  protocol.cuts = {2, 4};
  // Hits at places 1 and 3 of three wanted.
  const Metrics metrics = judge(protocol, Numbers{5, 1, 7, 2}, Numbers{5, 7, 9});
  CHECK(metrics.recall[0] == Approx(1.0 / 3));
  CHECK(metrics.recall[1] == Approx(2.0 / 3));
  const double first = 1, second = 1 / std::log2(3.0), third = 1 / std::log2(4.0);
  CHECK(metrics.ndcg[0] == Approx(first / (first + second)));
  CHECK(metrics.ndcg[1] == Approx((first + third) / (first + second + third)));
  CHECK(metrics.at(protocol, "recall@4") == metrics.recall[1]);
  CHECK_THROWS_AS(metrics.at(protocol, "recall@3"), std::out_of_range);
}

TEST_CASE("an empty list is 0 and a perfect one 1", "[protocol]") {
  const Protocol protocol = protocol_of("gowalla");
  CHECK(judge(protocol, Numbers{}, Numbers{3}).recall[0] == 0);
  CHECK(judge(protocol, Numbers{}, Numbers{3}).ndcg[1] == 0);
  const Metrics perfect = judge(protocol, Numbers{3, 1}, Numbers{1, 3});
  CHECK(perfect.recall[0] == 1);
  CHECK(perfect.ndcg[1] == Approx(1));
}

TEST_CASE("a data set nobody has told of is judged as Gowalla is", "[protocol]") {
  CHECK(protocol_of("mine").cuts == protocol_of("gowalla").cuts);
  CHECK(protocol_of("mine").published.empty());
  CHECK(protocol_of("citeulike-a-p10").cuts.back() == 300);
  CHECK_FALSE(protocol_of("citeulike-a-p10").published.empty());
  // The rows of the one say nothing of the other.
  CHECK(protocol_of("citeulike-t-p10").cuts.back() == 300);
  CHECK(protocol_of("citeulike-t-p10").published.empty());
}

TEST_CASE("calibrated scores are deviations above the list's end", "[blend]") {
  // Mean 4, squares 9 1 4 4 1 1 = mean 20 / 6.
  const std::vector<double> scores{7, 5, 6, 2, 3, 1};
  const double deviation = std::sqrt((9.0 + 1 + 4 + 4 + 1 + 9) / 6);
  const auto given = blended(scores, 2, BlendBy::kCalibrated);
  REQUIRE(given.size() == 6);
  CHECK(given[0] == Approx(2 * 6 / deviation));
  CHECK(given[5] == 0);
  CHECK(blended(std::vector<double>{3, 3}, 2, BlendBy::kCalibrated) == std::vector<double>{2, 2});
  CHECK(blended(std::vector<double>{}, 2, BlendBy::kCalibrated).empty());
  // Another scale and another zero change nothing.
  std::vector<double> other;
  for (const double score : scores) other.push_back(100 * score - 7);
  CHECK(blended(other, 2, BlendBy::kCalibrated)[2] == Approx(given[2]));
}

TEST_CASE("scores by rank and by the best are as they were", "[blend]") {
  CHECK(blended(std::vector<double>{9, 4}, 2, BlendBy::kRank) ==
        std::vector<double>{2.0 / 61, 2.0 / 62});
  CHECK(blended(std::vector<double>{8, 4, std::nan("")}, 2, BlendBy::kScore) ==
        std::vector<double>{2, 1, 0});
  CHECK(blended(std::vector<double>{-1, 0}, 2, BlendBy::kScore) == std::vector<double>{0, 0});
  CHECK(engine::blend_by("calibrated") == BlendBy::kCalibrated);
  CHECK_FALSE(engine::blend_by("sum").has_value());
}

TEST_CASE("a blend adds up and breaks ties by number", "[blend]") {
  const RankedList a{{4, 2, 9}, {3, 2, 1}}, b{{7, 2}, {5, 5}};
  // a gives 2 1 0 over sqrt(2/3); b is flat: 1 each.
  CHECK(blend({&a, &b}, {1, 1}, 10) == Numbers{4, 2, 7, 9});
  CHECK(blend({&a, &b}, {0, 1}, 10) == Numbers{2, 7});
  CHECK(blend({&a, &b}, {1, 1}, 1) == Numbers{4});
}

TEST_CASE("weights move to where the worth is highest", "[blend]") {
  const auto found = search_weights(3, [](const std::vector<double>& weights) {
    return -std::pow(std::log((weights[0] + 1e-9) / 4), 2) - weights[1] -
           std::pow(std::log((weights[2] + 1e-9) / 0.5), 2);
  });
  CHECK(found[0] == Approx(4).epsilon(0.2));
  CHECK(found[1] == 0);
  CHECK(found[2] == Approx(0.5).epsilon(0.2));
}
