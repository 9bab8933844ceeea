// A scorecard of shuffles: what each way scores on every metric, and how it differs from the first.
//
// Intervals  Over people, and over the lists of each (bootstrap.hpp). A difference is paired: list by
//            list of the same person and day, of lists that both have.
// Nobody listened to these lists: they tell what a way gives, not how it was liked. What people made
// of songs that chance played is told by `accepted`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "evaluate/bootstrap.hpp"
#include "evaluate/shuffle_lists.hpp"
#include "evaluate/shuffle_metrics.hpp"

namespace engine::evaluate {

struct ShuffleWayResult {
  std::string name;
  std::vector<Interval> metrics;           // by shuffle_metrics()
  std::vector<Interval> differences;       // the first way less this one; none of the first itself
  double effective_plays = 0;              // that `accepted` is worth
  std::size_t lists = 0, empty_lists = 0;  // of all people and days; lists without a track
};

struct ShuffleCard {
  std::vector<std::string> users;
  std::vector<std::int64_t> dates;
  std::size_t tracks = 0;  // in a list
  std::vector<ShuffleWayResult> ways;
  std::size_t clusters = 0;  // of model.embedding, that `variety` goes by; 0: by genres
  std::size_t shuffled_plays = 0, chosen_plays = 0;  // that `accepted` and `hits` go by
  std::int64_t shuffled_from = 0;                    // the first day of the former
  std::vector<ShuffleExample> examples;
  std::vector<ShuffleFailure> failures;
  std::uint64_t random_seed = 1;
  std::size_t resamples = 0;
};

/// The error with whose it is: "uniform failed for ann: ...".
Error named_failure(const ShuffleFailure& failure, const std::string& way, const std::string& user);

/// Throws what make_shuffle_lists() throws, and a way's own error where it failed for everybody.
ShuffleCard run_shuffle_card(const ShuffleRequest& request, std::size_t tracks,
                             std::size_t resamples);

/// How the first way stands against another on a metric, by the interval.
enum class Standing : std::uint8_t { kBetter, kWorse, kAlike };
Standing standing_of(const ShuffleMetric& metric, const Interval& difference);

std::string shuffle_card_text(const ShuffleCard& card);
nlohmann::ordered_json shuffle_card_json(const ShuffleCard& card);
std::string shuffle_card_html(const ShuffleCard& card);

}  // namespace engine::evaluate
