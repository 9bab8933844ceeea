#include "answer.hpp"

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace external {

namespace {

/// 12, and 12.0 as languages write it that have one kind of number.
bool is_whole(const nlohmann::json& number) {
  constexpr double kLargest = 9007199254740992.0;  // beyond it a double is not exact
  if (!number.is_number_float()) return number.is_number_integer();
  const double value = number.get<double>();
  return value == std::floor(value) && std::abs(value) <= kLargest;
}

}  // namespace

std::vector<TrackScore> read_answer(std::string_view bytes) {
  const auto answer = nlohmann::json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) throw NoAnswer("the answer is not JSON");
  if (!answer.is_object() || !answer.contains("scores") || !answer["scores"].is_array())
    throw NoAnswer("the answer has no list \"scores\"");
  std::vector<TrackScore> scores;
  for (const auto& entry : answer["scores"]) {
    if (!entry.is_object() || !entry.contains("track") || !entry.contains("score") ||
        !is_whole(entry["track"]) || !entry["score"].is_number())
      throw NoAnswer("an entry of \"scores\" is not {\"track\": ID, \"score\": NUMBER}");
    const double score = entry["score"].get<double>();
    if (!(std::abs(score) <= std::numeric_limits<float>::max()))
      throw NoAnswer("a score in the answer is no number of ordinary size");
    scores.push_back({entry["track"].get<std::int64_t>(), static_cast<float>(score)});
  }
  return scores;
}

}  // namespace external
