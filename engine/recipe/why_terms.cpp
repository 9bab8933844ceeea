#include "recipe/why_terms.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <sstream>

#include <lua.hpp>

#include "core/shown_text.hpp"
#include "lua/formula_text.hpp"
#include "plan/step.hpp"
#include "plugin/descriptor.hpp"

namespace engine {
namespace {

double median_of(const FormulaColumn& column, const Candidates& candidates) {
  std::vector<double> values = column_numbers(column, candidates);
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return std::nan("");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

const FormulaColumn* find(const std::vector<FormulaColumn>& columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const FormulaColumn& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::string value_text(const FormulaColumn& column, const Candidates& candidates, std::size_t row) {
  const std::size_t at =
      column.is_by_track ? static_cast<std::size_t>(candidates.tracks[row]) : row;
  if (column.type == PLAYLIST_STRING) {
    const std::int32_t code = column.data.as<std::int32_t>()[at];
    if (code < 0 || column.texts() == nullptr) return "missing";
    const playlist_column view{sizeof view, column.type, "", nullptr, column.texts()};
    return '"' + std::string(text_of(view, code)) + '"';
  }
  Candidates one;
  one.tracks = {candidates.tracks[row]};
  const double value =
      column.is_by_track ? column_numbers(column, one)[0] : column_numbers(column, candidates)[row];
  return std::isnan(value) ? "missing" : rounded(value);
}

std::vector<std::vector<ScoreTerm>> formula_terms(Evaluation& evaluation, const Node& node,
                                                  const Candidates& candidates,
                                                  const std::vector<std::size_t>& rows) {
  const std::vector<FormulaColumn> columns = evaluation.formula_columns(candidates);
  std::map<std::string, double> medians;
  const auto typical = [&](const FormulaColumn& column) {
    const auto [known, is_new] = medians.try_emplace(column.name, 0);
    if (is_new) known->second = median_of(column, candidates);
    return std::isnan(known->second) ? 0.0 : known->second;
  };
  LuaState& lua = *evaluation.setup().lua;
  lua_rawgeti(lua.raw(), LUA_REGISTRYINDEX, node.function);
  std::vector<std::vector<ScoreTerm>> terms(rows.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (const auto& [column, delta] :
         lua.contributions(lua_gettop(lua.raw()), columns, candidates.tracks.data(),
                           static_cast<std::int64_t>(rows[k]), typical))
      terms[k].push_back({column, delta});
  }
  lua_pop(lua.raw(), 1);
  return terms;
}

std::vector<std::vector<ScoreTerm>> weight_terms(const Evaluation& evaluation, const Node& node,
                                                 const Candidates& candidates,
                                                 const std::vector<std::size_t>& rows) {
  const std::vector<FormulaColumn> columns = evaluation.formula_columns(candidates);
  std::vector<std::vector<ScoreTerm>> terms(rows.size());
  for (const auto& [name, weight] : node.weights) {
    const FormulaColumn* column = find(columns, name);
    const bool is_number =
        column != nullptr && column->type != PLAYLIST_STRING && column->type != kTagColumn;
    const std::vector<double> values =
        is_number ? column_numbers(*column, candidates) : std::vector<double>();
    const double median = is_number ? median_of(*column, candidates) : std::nan("");
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const double away = is_number ? values[rows[k]] - median : std::nan("");
      terms[k].push_back({name, std::isnan(away) ? 0 : weight * away});
    }
  }
  for (std::vector<ScoreTerm>& of_row : terms) {
    std::ranges::stable_sort(of_row, [](const ScoreTerm& a, const ScoreTerm& b) {
      return std::abs(a.delta) > std::abs(b.delta);
    });
  }
  return terms;
}

}  // namespace

std::string track_text(const Tables& tables, const char* name, std::int32_t track) {
  const playlist_column& column = *find_column(*tables.table("tracks"), name);
  return std::string(text_of(column, static_cast<const std::int32_t*>(column.data)[track]));
}

std::string track_name(const Tables& tables, std::int32_t track) {
  return one_line("\"" + track_text(tables, "title", track) + "\" by " +
                  track_text(tables, "artist_name", track));
}

std::string rounded(double value) {
  std::ostringstream text;
  text.precision(3);
  text << value;
  return text.str();
}

std::string values_text(const Evaluation& evaluation, const Candidates& candidates, std::size_t row,
                        const std::vector<std::string>& names) {
  const std::vector<FormulaColumn> columns = evaluation.formula_columns(candidates);
  std::string text;
  for (std::string name : names) {
    if (name == "has_tag") name = "tags";  // what was asked of is shown by what there is
    const FormulaColumn* column = find(columns, name == "artist_name" ? "artist" : name);
    if (column == nullptr || column->type == kTagColumn) continue;
    text += (text.empty() ? "" : ", ") + name + " " + value_text(*column, candidates, row);
  }
  return text;
}

std::vector<std::string> columns_read(const Evaluation& evaluation, const Node& node) {
  std::vector<std::string> names;
  if (node.function >= 0) {
    LuaState& lua = *evaluation.setup().lua;
    lua_rawgeti(lua.raw(), LUA_REGISTRYINDEX, node.function);
    const std::vector<FunctionText> functions = functions_in(lua.lines_of(-1));
    lua_pop(lua.raw(), 1);
    if (functions.size() == 1) names = functions[0].fields;
  }
  for (const auto& [name, weight] : node.weights) names.push_back(name);
  if (node.element == nullptr) return names;
  for (const playlist_field* field : listed(node.description->in)) {
    if (std::string(field->name) != "artist") names.emplace_back(field->name);  // a number
  }
  for (const playlist_param* param : listed(node.description->params)) {
    if (param->type == PLAYLIST_PARAM_COLUMN) names.push_back(node.text(param->name));
  }
  return names;
}

std::vector<std::vector<ScoreTerm>> score_terms(Evaluation& evaluation, const Node& node,
                                                const Candidates& candidates,
                                                const std::vector<std::size_t>& rows) {
  return node.function >= 0 ? formula_terms(evaluation, node, candidates, rows)
                            : weight_terms(evaluation, node, candidates, rows);
}

std::vector<ScoreTerm> score_terms(Evaluation& evaluation, const Node& node,
                                   const Candidates& candidates, std::size_t row) {
  return score_terms(evaluation, node, candidates, std::vector<std::size_t>{row}).front();
}

std::vector<std::vector<ScoreTerm>> list_terms(Evaluation& evaluation) {
  const Plan& plan = *evaluation.setup().plan;
  const CandidatesPtr list = evaluation.result(plan.output);
  std::vector<std::vector<ScoreTerm>> terms(list->size());
  std::vector<bool> is_told(list->size());
  const std::vector<int> path = candidate_path(plan);
  for (auto id = path.rbegin(); id != path.rend(); ++id) {
    const Node& node = plan.at(*id);
    if (!node.step->facts().is_score || evaluation.known(*id) == nullptr) continue;
    const CandidatesPtr scored = evaluation.known(node.inputs.at(0));
    std::vector<std::size_t> places, rows;
    for (std::size_t k = 0; k < list->size(); ++k) {
      const std::int64_t row = is_told[k] ? -1 : scored->row_of(list->tracks[k]);
      if (row < 0) continue;
      places.push_back(k);
      rows.push_back(static_cast<std::size_t>(row));
    }
    std::vector<std::vector<ScoreTerm>> found = score_terms(evaluation, node, *scored, rows);
    for (std::size_t k = 0; k < places.size(); ++k) {
      terms[places[k]] = std::move(found[k]);
      is_told[places[k]] = true;
    }
  }
  return terms;
}

ColumnPlace column_place(const Evaluation& evaluation, const Candidates& candidates,
                         std::size_t row, const std::string& name) {
  const std::vector<FormulaColumn> columns = evaluation.formula_columns(candidates);
  const FormulaColumn* column = find(columns, name);
  if (column == nullptr || column->type == PLAYLIST_STRING || column->type == kTagColumn)
    return {std::nan(""), std::nan("")};
  return {column_numbers(*column, candidates)[row], median_of(*column, candidates)};
}

std::vector<int> candidate_inputs(const Node& node) {
  std::vector<int> ids;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (i == 0 || !keeps_to_first_input(node)) ids.push_back(node.inputs[i]);
  }
  for (const Branch& branch : node.branches) {
    ids.push_back(branch.node);
    if (branch.otherwise >= 0) ids.push_back(branch.otherwise);
  }
  return ids;
}

std::vector<int> candidate_path(const Plan& plan) {
  std::vector<bool> is_seen(plan.nodes.size());
  std::vector<int> path;
  const std::function<void(int)> visit = [&](int id) {
    if (id < 0 || is_seen[static_cast<std::size_t>(id)]) return;
    is_seen[static_cast<std::size_t>(id)] = true;
    for (const int input : candidate_inputs(plan.at(id))) visit(input);
    path.push_back(id);
  };
  visit(plan.output);
  return path;
}

}  // namespace engine
