#include "model_scores.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace recall {
namespace {

struct Found {
  float score;
  std::int32_t track, row;
};

/// "EASE: people who play ... play it too", one text per seed, made when it is first needed.
class Explanations {
 public:
  Explanations(playlist::RecallCall& call, const playlist::Tracks& seeds, std::string_view name,
               std::string_view without_giver)
      : call_(call), seeds_(seeds), name_(name), codes_(seeds.size(), playlist::kMissingText) {
    without_giver_ = call.because(name, ": ", without_giver);
  }

  std::int32_t code(std::int32_t giver) {
    if (giver < 0) return without_giver_;
    std::int32_t& code = codes_[static_cast<std::size_t>(giver)];
    if (code == playlist::kMissingText) {
      const playlist::Table tracks = call_.table("tracks");
      const auto track = static_cast<std::size_t>(seeds_.track()[static_cast<std::size_t>(giver)]);
      code = call_.because(name_, ": people who play \"", tracks["title"].texts()[track], "\" by ",
                           tracks["artist_name"].texts()[track], " play it too");
    }
    return code;
  }

 private:
  playlist::RecallCall& call_;
  const playlist::Tracks& seeds_;
  std::string_view name_;
  std::int32_t without_giver_;
  std::vector<std::int32_t> codes_;
};

}  // namespace

std::vector<ModelSeed> model_seeds(const playlist::Tracks& seeds, const playlist::ModelRows& rows) {
  std::vector<ModelSeed> known;
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    const float score = seeds.score()[k];
    const float weight = std::isnan(score) ? 1 : score;
    const std::int32_t row = weight == 0 ? -1 : rows.row(seeds.track()[k]);
    if (row >= 0) known.push_back({static_cast<std::int32_t>(k), row, weight});
  }
  return known;
}

playlist::Candidates ModelScores::best(playlist::RecallCall& call, const playlist::Tracks& seeds,
                                       const playlist::ModelRows& rows, std::size_t limit,
                                       std::string_view name, std::string_view without_giver) {
  for (const std::int32_t seed : seeds.track()) {
    if (const std::int32_t row = rows.row(seed); row >= 0)
      score_[static_cast<std::size_t>(row)] = 0;
  }
  std::vector<std::int32_t> order;
  for (std::size_t row = 0; row < score_.size(); ++row) {
    if (score_[row] > 0) order.push_back(static_cast<std::int32_t>(row));
  }
  const auto is_better = [this](std::int32_t a, std::int32_t b) {
    const float x = score_[static_cast<std::size_t>(a)], y = score_[static_cast<std::size_t>(b)];
    return x != y ? x > y : a < b;
  };
  // Rows that the library does not have yet as of now cost another round.
  std::vector<Found> found;
  for (auto begin = order.begin(); begin != order.end() && found.size() < limit;) {
    const auto wanted = static_cast<std::ptrdiff_t>(limit - found.size());
    const auto end = begin + std::min(wanted, order.end() - begin);
    std::nth_element(begin, end, order.end(), is_better);
    for (; begin != end; ++begin) {
      if (const std::int32_t track = rows.number(*begin); track >= 0)
        found.push_back({score_[static_cast<std::size_t>(*begin)], track, *begin});
    }
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.score != b.score ? a.score > b.score : a.track < b.track;
  });
  Explanations explanations(call, seeds, name, without_giver);
  playlist::Candidates candidates = call.candidates();
  candidates.reserve(found.size());
  for (const Found& one : found) {
    candidates.add(one.track, one.score,
                   explanations.code(giver_[static_cast<std::size_t>(one.row)]));
  }
  return candidates;
}

}  // namespace recall
