#include "model_scores.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "shared/seed_reasons.hpp"

namespace recall {
namespace {

struct Found {
  float score;
  std::int32_t track, row;
};

/// One text per seed, made when it is first needed.
class Explanations {
 public:
  Explanations(playlist::RecallCall& call, const playlist::Tracks& seeds,
               const ModelScores::Wording& wording)
      : call_(call),
        seeds_(seeds),
        wording_(wording),
        texts_(seeds.size()),
        without_giver_{call.text(wording.without_giver)} {}

  const shared::SeedTexts& of(std::int32_t giver) {
    if (giver < 0) return without_giver_;
    shared::SeedTexts& texts = texts_[static_cast<std::size_t>(giver)];
    if (!texts.is_made()) {
      const std::string seed = shared::named_track(call_.table("tracks"),
                                                   seeds_.track()[static_cast<std::size_t>(giver)]);
      texts = {call_.because(wording_.before, seed, wording_.after), call_.text(seed)};
    }
    return texts;
  }

 private:
  playlist::RecallCall& call_;
  const playlist::Tracks& seeds_;
  const ModelScores::Wording& wording_;
  std::vector<shared::SeedTexts> texts_;
  shared::SeedTexts without_giver_;
};

}  // namespace

std::vector<ModelSeed> model_seeds(const playlist::Tracks& seeds, const shared::ModelRows& rows) {
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
                                       const shared::ModelRows& rows, std::size_t limit,
                                       const Wording& wording) {
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
  Explanations explanations(call, seeds, wording);
  playlist::Candidates candidates = call.candidates();
  candidates.reserve(found.size());
  for (const Found& one : found) {
    const auto row = static_cast<std::size_t>(one.row);
    shared::add_candidate(candidates, one.track, one.score, explanations.of(giver_[row]),
                          giver_[row] < 0 ? playlist::kMissingF32 : most_[row] / one.score);
  }
  return candidates;
}

}  // namespace recall
