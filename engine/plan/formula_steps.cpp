// Steps that run a recipe's own function over rows, and the weighted score.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>

#include <lua.hpp>

#include "core/error.hpp"
#include "data/declared_tables.hpp"
#include "lua/formula_text.hpp"
#include "lua/prepared_formula.hpp"
#include "lua/pushed_function.hpp"
#include "plan/column_items.hpp"
#include "plan/evaluate.hpp"
#include "plan/parameters.hpp"
#include "plan/plan_columns.hpp"
#include "plan/step.hpp"

namespace engine {
namespace {

/// What the node's formula gives for each row.
template <class Item>
std::vector<Item> formula_values(Evaluation& evaluation, const Node& node,
                                 const Candidates& candidates) {
  std::vector<Item> values(candidates.size());
  if (values.empty()) return values;
  LuaState& lua = *evaluation.setup().lua;
  const std::vector<FormulaColumn> columns = evaluation.formula_columns(candidates);
  const PushedFunction function(lua.raw(), node.function);
  PreparedFormula(lua, function.index(), *node.step->facts().formula, columns)
      .run(columns, candidates.tracks.data(), static_cast<std::int64_t>(values.size()),
           values.data());
  return values;
}

/// The candidates with this score, best first.
Candidates best_first(const Candidates& candidates, std::vector<float> scores) {
  std::vector<std::int32_t> rows = rows_by(scores, candidates.tracks, true);
  Candidates made = candidates;
  made.dropped = {};
  made.put({"score", PLAYLIST_F32, std::move(scores), nullptr});
  return made.gather(std::move(rows));
}

// ---- scores ----

class ScoreStep final : public Step {
 public:
  ScoreStep()
      : Step({"score", ":score", "Scores rows by a formula and puts the best first."},
             {.form = StepForm::kOwn, .formula = FormulaResult::kNumber, .is_score = true}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    return best_first(*candidates, formula_values<float>(evaluation, node, *candidates));
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
  }
};

std::string missing_note(const std::string& column, std::size_t missing, std::size_t rows) {
  std::ostringstream text;
  text << column << " is missing for " << missing << " of " << rows
       << " candidates; their mean was used there";
  return text.str();
}

[[noreturn]] void throw_unknown_column(const Evaluation& evaluation, const Node& node,
                                       const std::string& name,
                                       const std::vector<FormulaColumn>& known) {
  std::vector<std::string> names;
  for (const FormulaColumn& column : known) {
    if (column.type != PLAYLIST_STRING && column.type != kTagColumn) names.push_back(column.name);
  }
  const std::string near = nearest(name, names);
  throw evaluation.node_error(
      node, Exit::kRecipe, "unknown column \"" + name + "\" in :score",
      "a weight needs a number column that an earlier step made or the library has",
      near.empty() ? "" : "did you mean " + near + "?");
}

const FormulaColumn& number_column(const Evaluation& evaluation, const Node& node,
                                   const std::string& name,
                                   const std::vector<FormulaColumn>& known) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const FormulaColumn& c) { return c.name == name; });
  if (found == known.end() || found->type == PLAYLIST_STRING || found->type == kTagColumn)
    throw_unknown_column(evaluation, node, name, known);
  return *found;
}

class ScoreWeightsStep final : public Step {
 public:
  ScoreWeightsStep()
      : Step({"score_weights", ":score",
              "Scores rows by a weighted sum of columns and puts the best first."},
             {.form = StepForm::kOwn, .takes_weights = true, .is_score = true}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    std::vector<double> total(candidates->size());
    const std::vector<FormulaColumn> known = evaluation.formula_columns(*candidates);
    for (const auto& [name, weight] : node.weights) {
      const FormulaColumn& column = number_column(evaluation, node, name, known);
      add_weighted(evaluation, name, column_numbers(column, *candidates), weight, total);
    }
    Candidates made = best_first(*candidates, std::vector<float>(total.begin(), total.end()));
    evaluation.require_finite(node, *made.find("score"), made.tracks);
    return made;
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["score"] = PLAYLIST_F32;
  }

 private:
  /// Missing values count as the mean of the others.
  static void add_weighted(Evaluation& evaluation, const std::string& name,
                           const std::vector<double>& values, double weight,
                           std::vector<double>& total) {
    double sum = 0;
    std::size_t present = 0;
    for (const double value : values) {
      if (std::isnan(value)) continue;
      sum += value;
      ++present;
    }
    const double mean = present == 0 ? 0 : sum / static_cast<double>(present);
    for (std::size_t i = 0; i < values.size(); ++i)
      total[i] += weight * (std::isnan(values[i]) ? mean : values[i]);
    if (present < values.size())
      evaluation.notice(missing_note(name, values.size() - present, values.size()));
  }
};

// ---- filter and order by a function ----

/// Whether the library declares that every track has a value there.
bool is_always_known(const std::string& name) {
  const DeclaredTable* table = find_by_track(name);
  if (table == nullptr) return false;
  return std::any_of(table->columns.begin(), table->columns.end(),
                     [&](const DeclaredColumn& c) { return name == c.name && !c.may_be_missing; });
}

/// Whether the text says with known(t.NAME, ...) what a missing value counts as.
bool says_what_counts_instead(const std::string& text, const std::string& field) {
  const auto is_name_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (std::size_t at = 0; (at = text.find("known", at)) != std::string::npos; ++at) {
    std::size_t next = at + 5;
    const auto skip_space = [&] {
      while (next < text.size() && std::isspace(static_cast<unsigned char>(text[next])) != 0)
        ++next;
    };
    skip_space();
    if (next == text.size() || text[next++] != '(') continue;
    skip_space();
    if (text.compare(next, field.size(), field) != 0) continue;
    const std::size_t end = next + field.size();
    if (end == text.size() || !is_name_part(text[end])) return true;
  }
  return false;
}

/// The columns that the node's formula takes as they are, missing or not.
std::vector<std::string> columns_taken_as_they_are(LuaState& lua, const Node& node) {
  const PushedFunction function(lua.raw(), node.function);
  const std::string text = lua.lines_of(function.index());
  const std::vector<FunctionText> functions = functions_in(text);
  if (functions.size() != 1) return {};  // which of them it is cannot be told
  std::vector<std::string> names = functions[0].fields;
  std::erase_if(names, [&](const std::string& name) {
    return says_what_counts_instead(text, functions[0].parameter + "." + name);
  });
  return names;
}

/// How many rows lack the column, where none of these is kept; else 0.
std::size_t lost_without(const FormulaColumn& column, const Candidates& candidates,
                         const std::vector<std::uint8_t>& keep) {
  const std::int32_t* tracks = candidates.tracks.data();
  std::size_t lost = 0;
  bool is_one_kept = false;
  const auto count = [&](const auto* items, const auto& is_without) {
    for (std::size_t i = 0; i < keep.size() && !is_one_kept; ++i) {
      if (!is_without(items[column.is_by_track ? static_cast<std::size_t>(tracks[i]) : i]))
        continue;
      is_one_kept = keep[i] != 0;
      ++lost;
    }
  };
  if (column.type == PLAYLIST_STRING) {
    count(column.data.as<std::int32_t>(), [](std::int32_t code) { return code < 0; });
  } else {
    const playlist_column items{sizeof items, column.type, column.name.c_str(),
                                const_cast<void*>(column.data.get()), nullptr};
    with_items(items, [&](const auto* values) {
      count(values, [](const auto& value) { return is_missing(value); });
    });
  }
  return is_one_kept ? 0 : lost;
}

/// Notes the columns for want of which the formula has dropped rows: every row without one.
void tell_lost_by_missing(Evaluation& evaluation, const Node& node, const Candidates& candidates,
                          const std::vector<std::uint8_t>& keep) {
  const std::vector<std::string> names = columns_taken_as_they_are(*evaluation.setup().lua, node);
  if (names.empty()) return;
  for (const FormulaColumn& column : evaluation.formula_columns(candidates)) {
    if (std::find(names.begin(), names.end(), column.name) == names.end()) continue;
    if (column.is_by_track && is_always_known(column.name)) continue;
    const std::size_t lost = lost_without(column, candidates, keep);
    if (lost == 0) continue;
    evaluation.notice(column.name + " is known for " + std::to_string(keep.size() - lost) + " of " +
                      std::to_string(keep.size()) + " candidates; :filter drops the others");
  }
}

class FilterFunctionStep final : public Step {
 public:
  FilterFunctionStep()
      : Step({"filter_function", ":filter", "Keeps the rows for which a function returns true."},
             {.form = StepForm::kOwn,
              .formula = FormulaResult::kTruth,
              .is_filter = true,
              .passes_turns = true},
             {text_param("reason", "", "why a track is dropped, for why-not")}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    const auto keep = formula_values<std::uint8_t>(evaluation, node, *candidates);
    const std::string reason = node.text("reason");
    const std::int32_t code =
        evaluation.text_code(reason.empty() ? "the function at " + node.function_at : reason);
    std::vector<std::int32_t> rows;
    rows.reserve(keep.size());
    std::vector<Dropped> dropped;
    for (std::size_t i = 0; i < keep.size(); ++i) {
      if (keep[i] != 0) {
        rows.push_back(static_cast<std::int32_t>(i));
      } else {
        dropped.push_back({candidates->tracks[i], code});
      }
    }
    if (!dropped.empty()) tell_lost_by_missing(evaluation, node, *candidates, keep);
    Candidates made = candidates->gather(std::move(rows));
    made.dropped = std::move(dropped);
    return made;
  }

  [[nodiscard]] bool names_its_formula(const Node& node) const override {
    return node.text("reason").empty();
  }
};

class OrderFunctionStep final : public Step {
 public:
  OrderFunctionStep()
      : Step({"order_function", ":order",
              "Arranges rows by what a function returns, smallest first."},
             {.form = StepForm::kOwn, .formula = FormulaResult::kNumber}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    return candidates->gather(
        rows_by(formula_values<float>(evaluation, node, *candidates), candidates->tracks, false));
  }
};

// ---- columns of one's own ----

class ColumnStep final : public Step {
 public:
  ColumnStep()
      : Step({"column", ":column", "Adds a column computed by a formula."},
             {.form = StepForm::kFormula,
              .formula = FormulaResult::kNumber,
              .keeps_rows = true,
              .passes_turns = true},
             {text_param("name", "", "the new column", PLAYLIST_PARAM_REQUIRED)}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    std::vector<float> values = formula_values<float>(evaluation, node, *candidates);
    Candidates made = *candidates;
    made.dropped = {};
    made.put({node.text("name"), PLAYLIST_F32, std::move(values), nullptr});
    return made;
  }

  void add_columns(const Node& node, PlanColumns& columns) const override {
    columns.types[node.text("name")] = PLAYLIST_F32;
  }
};

class ExplainStep final : public Step {
 public:
  ExplainStep()
      : Step({"explain", ":explain", "Adds an explanation that a function writes."},
             {.form = StepForm::kFormula,
              .formula = FormulaResult::kText,
              .explains = true,
              .keeps_rows = true,
              .passes_turns = true}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    // Codes come after all texts, as interning moves the dictionary.
    const std::vector<std::string> texts = texts_for(evaluation, node, *candidates);
    std::vector<std::int32_t> codes(candidates->size());
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = evaluation.text_code(texts[i]);
    Candidates made = *candidates;
    made.dropped = {};
    made.put({"explanation", PLAYLIST_STRING, std::move(codes), nullptr});
    return made;
  }

  void add_columns(const Node&, PlanColumns& columns) const override {
    columns.types["explanation"] = PLAYLIST_STRING;
  }

 private:
  static std::vector<std::string> texts_for(Evaluation& evaluation, const Node& node,
                                            const Candidates& candidates) {
    LuaState& lua = *evaluation.setup().lua;
    const std::vector<FormulaColumn> columns = evaluation.formula_columns(candidates);
    std::vector<std::string> texts(candidates.size());
    const PushedFunction function(lua.raw(), node.function);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      texts[i] = lua.text(function.index(), columns, candidates.tracks.data(),
                          static_cast<std::int64_t>(i));
    }
    return texts;
  }
};

}  // namespace

const Step& score_step() {
  static const ScoreStep step;
  return step;
}
const Step& score_weights_step() {
  static const ScoreWeightsStep step;
  return step;
}
const Step& filter_function_step() {
  static const FilterFunctionStep step;
  return step;
}
const Step& order_function_step() {
  static const OrderFunctionStep step;
  return step;
}
const Step& column_step() {
  static const ColumnStep step;
  return step;
}
const Step& explain_step() {
  static const ExplainStep step;
  return step;
}

}  // namespace engine
