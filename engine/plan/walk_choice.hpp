// One move of a walk: the tracks that may come next, their columns, and how good each is.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lua/prepared_formula.hpp"
#include "lua/pushed_function.hpp"
#include "plan/candidates.hpp"
#include "plan/evaluate.hpp"
#include "plan/walk_context.hpp"

namespace engine {

/// Rows of the walk's candidates, each once.
struct WalkChoice {
  std::vector<std::int32_t> rows, tracks;
  std::vector<float> similarity;  // to the walk's place; NaN where that is not known
  std::size_t near = 0;           // the first of them are neighbours, the others came by lot
  bool is_jump = false;           // these are no neighbours: all of those have come
  bool is_placeless = false;      // it is not known where neighbours would lie
  bool is_lot = false;            // all came by lot, as they have no place in the space

  [[nodiscard]] std::size_t size() const { return rows.size(); }
  void reserve(std::size_t size) {
    rows.reserve(size);
    tracks.reserve(size);
    similarity.reserve(size);
  }
  void add(std::int32_t row, std::int32_t track, float alike) {
    rows.push_back(row);
    tracks.push_back(track);
    similarity.push_back(alike);
  }
};

/// What a walk's node scores by: its formula, its weights, or 10 * similarity without either.
/// Threads: one; candidates and context outlive it.
class WalkScore {
 public:
  WalkScore(Evaluation& evaluation, const Node& node, const Candidates& candidates,
            const WalkContext& context);

  /// A finite score for each. In a weighted sum a missing value counts as the mean of the others
  /// of this choice. Throws Error(kRecipe): a formula that gives none, or an infinite sum.
  std::vector<float> of(const WalkChoice& choice);

  /// What one track of the last choice was scored by: the columns that the formula names, or the
  /// weights'; numbers only.
  struct Term {
    std::string column;
    double value = 0;              // NaN: missing
    std::optional<double> weight;  // none in a formula
  };
  [[nodiscard]] std::vector<Term> terms(std::size_t place) const;

 private:
  /// A column that is worked out for a choice once something reads it.
  struct ChoiceColumn {
    const WalkScore* score = nullptr;
    const WalkColumn* own = nullptr;              // of the walk
    const CandidateColumn* candidates = nullptr;  // or of the candidates
    mutable std::vector<float> floats;
    mutable CandidateColumn gathered;
  };
  static const void* items_of(const void* column);

  void point_at(const WalkChoice& choice);
  [[nodiscard]] std::vector<float> weighted_sum();
  [[nodiscard]] std::optional<std::size_t> find_numbers(const std::string& name) const;
  [[nodiscard]] std::size_t number_column(const std::string& name) const;
  [[nodiscard]] std::vector<double> numbers(const FormulaColumn& column) const;
  [[nodiscard]] double number(const FormulaColumn& column, std::size_t place) const;

  Evaluation& evaluation_;
  const Node& node_;
  const WalkContext& context_;
  const WalkChoice* choice_ = nullptr;
  std::deque<ChoiceColumn> choice_columns_;  // the first of columns_, in their order
  std::vector<FormulaColumn> columns_;
  std::vector<std::pair<std::string, double>> weights_;
  std::vector<std::size_t> told_;  // columns_ of the weights, or that the formula names
  std::optional<PreparedFormula> formula_;
};

}  // namespace engine
