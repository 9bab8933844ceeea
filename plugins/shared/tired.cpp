#include "tired.hpp"

#include <algorithm>
#include <deque>

namespace shared {
namespace {

constexpr std::int64_t kDay = 86'400;

}  // namespace

std::unordered_map<std::int32_t, Tired> tired_tracks(const TimedListens& listens, std::int64_t now,
                                                     const TiredRule& rule,
                                                     const std::function<void()>& checkpoint) {
  const std::int64_t within = rule.within_days * kDay, rest = rule.rest_days * kDay;
  const auto& ts = listens.ts;
  std::unordered_map<std::int32_t, std::deque<std::int64_t>> lately;
  std::unordered_map<std::int32_t, Tired> tired;
  const auto first = std::lower_bound(ts.begin(), ts.end(), now - rest - within);
  for (auto i = static_cast<std::size_t>(first - ts.begin()); i < ts.size(); ++i) {
    if (i % 65'536 == 0) checkpoint();
    if (listens.is_play[i] != 1) continue;
    std::deque<std::int64_t>& plays = lately[listens.track[i]];
    plays.push_back(ts[i]);
    while (ts[i] - plays.front() > within) plays.pop_front();
    if (plays.size() >= rule.plays && ts[i] > now - rest)
      tired[listens.track[i]] = {ts[i], ts[i] + rest, plays.size()};
  }
  return tired;
}

}  // namespace shared
