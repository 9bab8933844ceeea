#include "plan/plan_columns.hpp"

#include "plan/step.hpp"

namespace engine {
namespace {

/// Combiners give a row the columns of all their branches; those it lacks are missing there.
void join(PlanColumns& columns, const PlanColumns& other) {
  columns.types.insert(other.types.begin(), other.types.end());
  columns.orderwise.insert(other.orderwise.begin(), other.orderwise.end());
  columns.is_complete = columns.is_complete && other.is_complete;
}

void lose_orderwise(const Node& node, PlanColumns& columns) {
  for (auto& [name, column] : columns.orderwise) {
    if (column.lost_at >= 0) continue;
    column.lost_at = node.id;
    columns.types.erase(name);
  }
}

PlanColumns columns_of_node(const Node& node, const std::vector<PlanColumns>& made) {
  PlanColumns columns;
  for (const int input : node.inputs) join(columns, made[static_cast<std::size_t>(input)]);
  for (const Branch& branch : node.branches) {
    join(columns, made[static_cast<std::size_t>(branch.node)]);
    if (branch.otherwise >= 0) join(columns, made[static_cast<std::size_t>(branch.otherwise)]);
  }
  if (!node.step->facts().keeps_rows) lose_orderwise(node, columns);
  node.step->add_columns(node, columns);
  return columns;
}

}  // namespace

std::vector<PlanColumns> columns_of(const Plan& plan) {
  std::vector<PlanColumns> made;  // nodes only ever read nodes made before them
  for (const Node& node : plan.nodes) made.push_back(columns_of_node(node, made));
  return made;
}

LostColumn lost_column(const Plan& plan, const PlanColumns& read, const std::string& name) {
  const auto column = read.orderwise.find(name);
  if (column == read.orderwise.end() || column->second.lost_at < 0) return {};
  const Node &maker = plan.at(column->second.made_by), &loser = plan.at(column->second.lost_at);
  return {maker.written() + " (" + maker.where +
              ") made it of the list in the order it had then, and " + loser.written() + " (" +
              loser.where + ") may change that list",
          "put :rank(pl." + maker.name + " {}) behind " + loser.written()};
}

std::string column_not_found(const std::string& error) {
  for (const std::string before : {"unknown column \"", " needs a column \""}) {
    const std::size_t at = error.find(before);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + before.size();
    return error.substr(begin, error.find('"', begin) - begin);
  }
  return "";
}

PlanColumns with_library(PlanColumns own, const std::vector<FormulaColumn>& library) {
  for (const FormulaColumn& column : library) own.types.emplace(column.name, column.type);
  return own;
}

}  // namespace engine
