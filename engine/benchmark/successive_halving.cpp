#include "benchmark/successive_halving.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace engine::benchmark {
namespace {

struct Judged {
  std::size_t setting;
  double worth;
};

}  // namespace

std::size_t settings_left(std::size_t settings) {
  return std::min(settings, std::max<std::size_t>(2, (settings + 2) / 3));
}

HalvingChoice successive_halving(std::size_t settings, std::size_t rounds,
                                 const WorthInRound& worth,
                                 const std::function<bool()>& is_time_up) {
  HalvingChoice choice;
  std::vector<std::size_t> left(settings);
  std::iota(left.begin(), left.end(), std::size_t{0});
  for (std::size_t round = 0; round < rounds && !choice.is_cut_short; ++round) {
    std::vector<Judged> judged;
    for (const std::size_t setting : left) {
      choice.is_cut_short = choice.judged > 0 && is_time_up();
      if (choice.is_cut_short) break;
      const double value = worth(setting, round);
      judged.push_back(
          {setting, std::isnan(value) ? -std::numeric_limits<double>::infinity() : value});
      ++choice.judged;
    }
    if (judged.empty()) break;
    std::stable_sort(judged.begin(), judged.end(),
                     [](const Judged& a, const Judged& b) { return a.worth > b.worth; });
    choice.setting = judged.front().setting;
    choice.round = round;
    left.clear();
    for (std::size_t k = 0; k < settings_left(judged.size()); ++k)
      left.push_back(judged[k].setting);
  }
  return choice;
}

}  // namespace engine::benchmark
