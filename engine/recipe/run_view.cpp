#include "recipe/run_view.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "data/tables.hpp"
#include "plan/plan.hpp"
#include "recipe/why_terms.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRowsShown = 200;

Json definitions_json(const RecipeDefinition& definition, const ParameterValues& values) {
  Json all = Json::array();
  for (const RecipeParameter& parameter : definition.parameters) {
    Json json = parameter_json(parameter);
    for (const auto& [name, value] : values)
      if (name == parameter.name) std::visit([&](const auto& v) { json["value"] = v; }, value);
    json["where"] = parameter.where;
    all.push_back(std::move(json));
  }
  return all;
}

Json weights_json(const Plan& plan) {
  Json weights = Json::array();
  for (const Node& node : plan.nodes)
    for (const auto& [column, weight] : node.weights)
      weights.push_back(
          {{"column", column}, {"weight", finite_or_null(weight)}, {"where", node.where}});
  return weights;
}

Json terms_json(Evaluation& evaluation) {
  Json all = Json::array();
  for (const std::vector<ScoreTerm>& of_track : list_terms(evaluation)) {
    Json terms = Json::array();
    for (const ScoreTerm& term : of_track)
      terms.push_back({{"term", term.column}, {"value", finite_or_null(term.delta)}});
    all.push_back(std::move(terms));
  }
  return all;
}

CandidatesPtr made_by(const Evaluation& evaluation, const std::string& label,
                      const std::string& where) {
  const Plan& plan = *evaluation.setup().plan;
  for (std::size_t id = 0; id < plan.nodes.size(); ++id) {
    const Node& node = plan.nodes[id];
    const CandidatesPtr made = evaluation.known(static_cast<int>(id));
    if (made != nullptr && node.label() == label && node.where == where) return made;
  }
  throw Error(Exit::kUsage, "no stage of this run is " + label + " (" + where + ")",
              {"", "", "", "ask for one of the list's \"stages\""});
}

}  // namespace

Json parameter_json(const RecipeParameter& p) {
  Json json{{"name", p.name}, {"kind", p.kind}};
  std::visit([&](const auto& value) { json["default"] = value; }, p.default_value);
  if (p.min) json["min"] = *p.min;
  if (p.max) json["max"] = *p.max;
  if (!p.choices.empty()) json["choices"] = p.choices;
  json["help"] = p.help;
  json["tune"] = p.is_tunable;
  return json;
}

Json run_view(Evaluation& evaluation, const RecipeDefinition& definition,
              const ParameterValues& values) {
  return {{"definitions", definitions_json(definition, values)},
          {"weights", weights_json(*evaluation.setup().plan)},
          {"terms", terms_json(evaluation)}};
}

Json stage_rows(Evaluation& evaluation, const std::string& label, const std::string& where) {
  const CandidatesPtr made = made_by(evaluation, label, where);
  const Tables& tables = *evaluation.setup().tables;
  const auto ids = column_of<std::int64_t>(*tables.table("tracks"), "id");
  const CandidateColumn* score = made->find("score");
  Json rows = Json::array();
  for (std::size_t k = 0; k < std::min(made->size(), kRowsShown); ++k) {
    const std::int32_t track = made->tracks[k];
    rows.push_back({{"position", k + 1},
                    {"track", ids[static_cast<std::size_t>(track)]},
                    {"title", track_text(tables, "title", track)},
                    {"artist", track_text(tables, "artist_name", track)},
                    {"score", score == nullptr ? Json() : finite_or_null(score->number(k))}});
  }
  return {{"node", label}, {"where", where}, {"count", made->size()}, {"rows", std::move(rows)}};
}

}  // namespace engine
