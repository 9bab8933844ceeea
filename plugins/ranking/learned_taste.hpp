// What model.taste learned of the user of a call, where it serves them.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "shared/boosted_trees.hpp"
#include "shared/taste_signals.hpp"
#include "shared/taste_vectors.hpp"

namespace ranking {

inline constexpr const char* kTasteModel = "model.taste";

/// Views of the artifact: valid during the call.
class LearnedTaste {
 public:
  /// What the model says of itself.
  struct Words {
    std::string rung, target, space, best_playlist;
    std::int64_t as_of = 0;
    std::int32_t days = 0;
  };

  /// Throws NoData where the user has no such model, and Error where it holds what no training
  /// writes.
  explicit LearnedTaste(const playlist::Call& call);

  [[nodiscard]] const Words& words() const { return words_; }
  /// Something better than the rule of thumb.
  [[nodiscard]] bool is_better() const { return words_.rung != "heuristic"; }
  [[nodiscard]] const shared::TasteSpace& space() const { return space_; }

  /// 0..1: of what the model foretells, by a row of shared::TasteMoment::features().
  [[nodiscard]] double chance(std::span<const float> row) const;
  /// The odds of that against those on the average: 0.5 as high, 1 far higher.
  [[nodiscard]] double preference(double chance) const;
  /// "how often you played it +0.8, ...": what moves the odds most; "" of trees.
  [[nodiscard]] std::string because(std::span<const float> row) const;

 private:
  void read_words(const playlist::Call& call);
  void read_space(const playlist::Call& call);
  void read_weights(const playlist::Call& call);
  void read_trees(const playlist::Call& call);
  [[nodiscard]] std::size_t columns() const { return shared::kTasteFeatures + space_.dim(); }
  [[nodiscard]] float part(std::span<const float> row, std::size_t feature) const;

  Words words_;
  float base_ = 0.5F;
  shared::TasteSpace space_;
  std::span<const float> weights_, means_, scales_;
  shared::TreeSum trees_;
};

}  // namespace ranking
