#include "answer.hpp"

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "http.hpp"

namespace external {

std::vector<TrackScore> read_answer(std::string_view bytes) {
  const auto answer = nlohmann::json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) throw NoAnswer("the answer is not JSON");
  if (!answer.is_object() || !answer.contains("scores") || !answer["scores"].is_array())
    throw NoAnswer("the answer has no list \"scores\"");
  std::vector<TrackScore> scores;
  for (const auto& entry : answer["scores"]) {
    if (!entry.is_object() || !entry.contains("track") || !entry.contains("score") ||
        !entry["track"].is_number_integer() || !entry["score"].is_number())
      throw NoAnswer("an entry of \"scores\" is not {\"track\": ID, \"score\": NUMBER}");
    const double score = entry["score"].get<double>();
    if (!(std::abs(score) <= std::numeric_limits<float>::max()))
      throw NoAnswer("a score in the answer is no number of ordinary size");
    scores.push_back({entry["track"].get<std::int64_t>(), static_cast<float>(score)});
  }
  return scores;
}

}  // namespace external
