#include "plan/walk_choice.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "lua/formula_text.hpp"
#include "plan/column_items.hpp"

namespace engine {
namespace {

constexpr double kSimilarityAlone = 10;

bool has_numbers(const FormulaColumn& column) {
  return column.type != PLAYLIST_STRING && column.type != kTagColumn;
}

}  // namespace

WalkScore::WalkScore(Evaluation& evaluation, const Node& node, const Candidates& candidates,
                     const WalkContext& context)
    : evaluation_(evaluation), node_(node), context_(context), weights_(node.weights) {
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(columns_.begin(), columns_.end(),
                       [&](const FormulaColumn& column) { return column.name == name; });
  };
  const auto add = [&](const std::string& name, std::uint32_t type, const playlist_dict* dict,
                       const WalkColumn* own, const CandidateColumn* of_candidates) {
    if (is_taken(name)) return;
    choice_columns_.push_back({this, own, of_candidates, {}, {}});
    columns_.push_back(
        {name, type, FormulaColumn::Data(&choice_columns_.back(), items_of), dict, false});
  };
  for (const WalkColumn& column : walk_columns())
    add(column.name, PLAYLIST_F32, nullptr, &column, nullptr);
  const std::vector<FormulaColumn> known = evaluation.formula_columns(candidates);
  for (std::size_t k = 0; k < candidates.columns.size(); ++k)
    add(known[k].name, known[k].type, known[k].dict, nullptr, &candidates.columns[k]);
  for (std::size_t k = candidates.columns.size(); k < known.size(); ++k)
    if (!is_taken(known[k].name)) columns_.push_back(known[k]);

  if (node.function < 0) {
    if (weights_.empty()) weights_.emplace_back("similarity", kSimilarityAlone);
    for (const auto& [name, weight] : weights_) told_.push_back(number_column(name));
    return;
  }
  LuaState& lua = *evaluation.setup().lua;
  const PushedFunction function(lua.raw(), node.function);
  formula_.emplace(lua, function.index(), FormulaResult::kNumber, columns_);
  const auto functions = functions_in(lua.lines_of(function.index()));
  if (functions.size() != 1) return;
  for (const std::string& name : functions[0].fields)
    if (const auto column = find_numbers(name)) told_.push_back(*column);
}

const void* WalkScore::items_of(const void* column) {
  const auto& of_choice = *static_cast<const ChoiceColumn*>(column);
  const WalkScore& score = *of_choice.score;
  const WalkChoice& choice = *score.choice_;
  if (of_choice.candidates != nullptr) {
    RowComposition rows(std::make_shared<RowNumbers>(choice.rows));
    of_choice.gathered = of_choice.candidates->gather(rows);
    return of_choice.gathered.data();
  }
  of_choice.floats.resize(choice.size());
  for (std::size_t k = 0; k < choice.size(); ++k)
    of_choice.floats[k] =
        of_choice.own->value(score.context_, choice.tracks[k], choice.similarity[k]);
  return of_choice.floats.data();
}

void WalkScore::point_at(const WalkChoice& choice) {
  choice_ = &choice;
  for (std::size_t k = 0; k < choice_columns_.size(); ++k)
    columns_[k].data = FormulaColumn::Data(&choice_columns_[k], items_of);
}

std::vector<float> WalkScore::of(const WalkChoice& choice) {
  point_at(choice);
  if (!formula_) return weighted_sum();
  std::vector<float> scores(choice.size());
  formula_->run(columns_, choice.tracks.data(), static_cast<std::int64_t>(choice.size()),
                scores.data());
  return scores;
}

std::vector<float> WalkScore::weighted_sum() {
  std::vector<double> total(choice_->size());
  for (std::size_t term = 0; term < weights_.size(); ++term) {
    const double weight = weights_[term].second;
    const std::vector<double> values = numbers(columns_[told_[term]]);
    double sum = 0;
    std::size_t known = 0;
    for (const double value : values) {
      if (std::isnan(value)) continue;
      sum += value;
      ++known;
    }
    const double mean = known == 0 ? 0 : sum / static_cast<double>(known);
    for (std::size_t k = 0; k < total.size(); ++k)
      total[k] += weight * (std::isnan(values[k]) ? mean : values[k]);
  }
  std::vector<float> scores(total.begin(), total.end());
  const auto infinite =
      std::find_if(scores.begin(), scores.end(), [](float score) { return !std::isfinite(score); });
  if (infinite == scores.end()) return scores;
  throw evaluation_.node_error(
      node_, Exit::kRecipe,
      node_.written() + " scored track " +
          std::to_string(choice_->tracks[static_cast<std::size_t>(infinite - scores.begin())]) +
          " with no finite number",
      "", "take smaller weights");
}

std::optional<std::size_t> WalkScore::find_numbers(const std::string& name) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const auto& column) {
    return column.name == name && has_numbers(column);
  });
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

std::size_t WalkScore::number_column(const std::string& name) const {
  if (const auto found = find_numbers(name)) return *found;
  std::vector<std::string> names;
  for (const FormulaColumn& column : columns_)
    if (has_numbers(column)) names.push_back(column.name);
  const std::string near = nearest(name, names);
  throw evaluation_.node_error(
      node_, Exit::kRecipe, "unknown column \"" + name + "\" in " + node_.written(),
      "a weight needs a number column of the walk, of an earlier step or of the library",
      near.empty() ? "" : "did you mean " + near + "?");
}

std::vector<double> WalkScore::numbers(const FormulaColumn& column) const {
  std::vector<double> values(choice_->size());
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = number(column, k);
  return values;
}

/// NaN: missing.
double WalkScore::number(const FormulaColumn& column, std::size_t place) const {
  const playlist_column source{sizeof source, column.type, column.name.c_str(),
                               const_cast<void*>(column.data.get()), nullptr};
  double value = std::nan("");
  with_items(source, [&](const auto* items) {
    const auto item =
        items[column.is_by_track ? static_cast<std::size_t>(choice_->tracks[place]) : place];
    if (!is_missing(item)) value = static_cast<double>(item);
  });
  return value;
}

std::vector<WalkScore::Term> WalkScore::terms(std::size_t place) const {
  std::vector<Term> terms;
  for (std::size_t term = 0; term < told_.size(); ++term) {
    const FormulaColumn& column = columns_[told_[term]];
    terms.push_back({column.name, number(column, place),
                     formula_ ? std::nullopt : std::optional(weights_[term].second)});
  }
  return terms;
}

}  // namespace engine
