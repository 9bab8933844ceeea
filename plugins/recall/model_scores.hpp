// Scores of a model's rows added up from weighted seeds, and the best of them as candidates.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/model_rows.hpp"

namespace recall {

/// A seed that the model knows.
struct ModelSeed {
  std::int32_t place;  // among the seeds
  std::int32_t row;    // of the model
  float weight;        // the seed's score, 1 where it has none; never 0
};
/// Seeds the model does not know, and those of score 0, are left out.
std::vector<ModelSeed> model_seeds(const playlist::Tracks& seeds, const shared::ModelRows& rows);

/// One score per row of a model, and which seed gave each most.
class ModelScores {
 public:
  explicit ModelScores(std::size_t rows) : score_(rows), most_(rows), giver_(rows, -1) {}

  void add(std::int32_t row, float value, std::int32_t seed_place) {
    const auto k = static_cast<std::size_t>(row);
    score_[k] += value;
    if (value > most_[k]) {
      most_[k] = value;
      giver_[k] = seed_place;
    }
  }
  void add(std::size_t row, float value) { score_[row] += value; }

  /// How a recall explains its candidates: `before` the name of the seed that gave most, `after`,
  /// or `without_giver` where no seed gave anything.
  struct Wording {
    std::string_view before, after, without_giver;
  };
  /// The `limit` best tracks with a score above 0 that the library has and that are no seeds, equal
  /// ones by track number, with the columns of kSeedOutputs.
  playlist::Candidates best(playlist::RecallCall& call, const playlist::Tracks& seeds,
                            const shared::ModelRows& rows, std::size_t limit,
                            const Wording& wording);

 private:
  std::vector<float> score_, most_;
  std::vector<std::int32_t> giver_;
};

}  // namespace recall
