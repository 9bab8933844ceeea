#include "plan/plan_json.hpp"

#include <nlohmann/json.hpp>

#include "plan/step.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

Json list_json(const ArgumentList& list) {
  Json json = Json::array();
  for (const auto& item : list) std::visit([&](const auto& value) { json.push_back(value); }, item);
  return json;
}

Json argument_json(const PlanValue& value) {
  if (const auto* node = std::get_if<NodeArgument>(&value)) return {{"node", node->node}};
  if (const auto* list = std::get_if<ArgumentList>(&value)) return list_json(*list);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  return std::get<std::string>(value);
}

/// The node, and what else a recipe wrote beside it: "share", "quota", "at_least" ...
Json branch_json(const Node& node, const Branch& branch) {
  Json json{{"node", branch.node}};
  if (branch.otherwise >= 0) json["otherwise"] = branch.otherwise;
  for (const BranchField& field : node.step->branch_fields())
    if (field.is_weight) json[field.name] = branch.weight;
  if (branch.quota > 0) json["quota"] = branch.quota;
  if (branch.at_least != Branch{}.at_least) json["at_least"] = branch.at_least;
  if (!branch.title.empty()) json["title"] = branch.title;
  return json;
}

Json node_json(const Node& node) {
  Json branches = Json::array(), arguments = Json::object(), weights = Json::object();
  for (const Branch& branch : node.branches) branches.push_back(branch_json(node, branch));
  for (const auto& [name, value] : node.arguments) arguments[name] = argument_json(value);
  for (const auto& [column, weight] : node.weights) weights[column] = weight;
  return {{"node", node.id},
          {"step", node.name},
          {"label", node.label()},
          {"where", node.where},
          {"inputs", node.inputs},
          {"branches", std::move(branches)},
          {"arguments", std::move(arguments)},
          {"weights", std::move(weights)},
          {"formula_at", node.function_at.empty() ? Json(nullptr) : Json(node.function_at)}};
}

}  // namespace

Json plan_json(const Plan& plan) {
  Json nodes = Json::array();
  for (const int id : plan.reachable()) nodes.push_back(node_json(plan.at(id)));
  return {{"output", plan.output}, {"nodes", std::move(nodes)}};
}

}  // namespace engine
