#include "plan/plan_columns.hpp"

#include "plan/step.hpp"

namespace engine {
namespace {

/// Combiners give a row the columns of all their branches; those it lacks are missing there.
void join(PlanColumns& columns, const PlanColumns& other) {
  columns.types.insert(other.types.begin(), other.types.end());
  columns.is_complete = columns.is_complete && other.is_complete;
}

PlanColumns columns_of_node(const Node& node, const std::vector<PlanColumns>& made) {
  PlanColumns columns;
  for (const int input : node.inputs) join(columns, made[static_cast<std::size_t>(input)]);
  for (const Branch& branch : node.branches) {
    join(columns, made[static_cast<std::size_t>(branch.node)]);
    if (branch.otherwise >= 0) join(columns, made[static_cast<std::size_t>(branch.otherwise)]);
  }
  node.step->add_columns(node, columns);
  return columns;
}

}  // namespace

std::vector<PlanColumns> columns_of(const Plan& plan) {
  std::vector<PlanColumns> made;  // nodes only ever read nodes made before them
  for (const Node& node : plan.nodes) made.push_back(columns_of_node(node, made));
  return made;
}

PlanColumns with_library(PlanColumns own, const std::vector<FormulaColumn>& library) {
  for (const FormulaColumn& column : library) own.types.emplace(column.name, column.type);
  return own;
}

}  // namespace engine
