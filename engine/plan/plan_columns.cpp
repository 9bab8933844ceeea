#include "plan/plan_columns.hpp"

#include <algorithm>

#include "plan/nodes.hpp"
#include "plugin/descriptor.hpp"

namespace engine {
namespace {

void add_fields(PlanColumns& columns, const playlist_field* const* fields) {
  for (const playlist_field* field : listed(fields)) columns.types[field->name] = field->type;
}

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
  if (node.description == &unknown_element()) columns.is_complete = false;
  if (node.step == "set") columns.types["ts"] = PLAYLIST_I64;
  if (node.element != nullptr) {
    if (node.description->kind == PLAYLIST_RECALL) {
      columns.types["score"] = PLAYLIST_F32;
      columns.types["channel"] = columns.types["explanation"] = PLAYLIST_STRING;
    }
    if (node.description->kind == PLAYLIST_RECALL || node.description->kind == PLAYLIST_RANKING)
      add_fields(columns, node.description->out);
  }
  const auto is = [&](const char* step) { return node.step == step; };
  if (is("score") || is("score_weights") || is("most_played") || is("last") || is("union") ||
      is("blend") || node.label() == "user.history")
    columns.types["score"] = PLAYLIST_F32;
  if (is("column")) columns.types[node.text("name")] = PLAYLIST_F32;
  for (const Branch& branch : node.branches)
    if (!branch.title.empty()) columns.types["fallback"] = PLAYLIST_STRING;
  if (is("explain")) columns.types["explanation"] = PLAYLIST_STRING;
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
