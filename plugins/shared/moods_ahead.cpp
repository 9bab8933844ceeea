#include "moods_ahead.hpp"

#include "playlist/error.hpp"

#include <algorithm>
#include <string>

namespace shared {
namespace {

playlist::Error damaged(const std::string& how) {
  return playlist::Error(playlist::concat(kNextMoodModel, " is damaged: ", how,
                                          "; train it again with: engine train next_mood"));
}

/// What each expert says, expert after expert.
std::vector<float> said_by_experts(std::size_t moods, const MoodListens& listens, bool goes_on,
                                   std::int64_t now) {
  MoodHistory history(moods);
  const std::size_t count = listens.count();
  const MoodListen end = goes_on ? listens[count - 1] : MoodListen();
  const bool is_second = goes_on && count > 1 && !end.begins_session;
  history.count_only_after(end.artist, end.track, is_second ? listens[count - 2].track : -1);
  for (std::size_t row = 0; row < count; ++row) history.take(listens[row]);
  std::vector<float> said(kMoodExperts * moods);
  if (goes_on) {
    history.say(end.ts, end.hour, said);
  } else {
    history.begin_session();
    history.say(now, listens.hour_at(now), said);
  }
  return said;
}

}  // namespace

std::vector<float> moods_ahead(const NextMoodParts& parts, std::size_t moods,
                               const MoodListens& listens, bool goes_on, std::int64_t now) {
  const std::vector<float> said = said_by_experts(moods, listens, goes_on, now);
  std::vector<float> chances(moods);
  if (parts.serves == "forecast") {
    const char* part = goes_on ? "within" : "start";
    MoodPool pool;
    for (const playlist::Table& table : {parts.experts, parts.factors}) {
      const auto weights = table[part].f32();
      pool.weights.insert(pool.weights.end(), weights.begin(), weights.end());
    }
    if (pool.weights.size() != kMoodExperts + moods)
      throw damaged(playlist::concat("it has ", pool.weights.size(), " weights and takes ",
                                     kMoodExperts + moods));
    pool.say(said, chances);
    return chances;
  }
  for (std::size_t expert = 0; expert < kMoodExperts; ++expert) {
    if (parts.serves != name_of(static_cast<MoodExpert>(expert))) continue;
    std::copy_n(said.begin() + static_cast<std::ptrdiff_t>(expert * moods), moods, chances.begin());
    return chances;
  }
  throw damaged(playlist::concat("nothing here is called \"", parts.serves, "\""));
}

}  // namespace shared
