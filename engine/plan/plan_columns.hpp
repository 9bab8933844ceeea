// Which columns the candidates of each node have, as far as the plan alone tells.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lua/lua_state.hpp"
#include "plan/plan.hpp"

namespace engine {

/// Of a ranking that goes by the order (PLAYLIST_ORDERWISE).
struct OrderwiseColumn {
  int made_by = -1;
  int lost_at = -1;  // the first node that does not hand it on; -1: it is there
};

/// Column types (PLAYLIST_F32 ...) by name.
struct PlanColumns {
  std::map<std::string, std::uint32_t> types;
  std::map<std::string, OrderwiseColumn> orderwise;  // there, or lost
  bool is_complete = true;                           // false below an element that no plugin offers
};

/// The columns of every node of the plan by its id: its own, and not the library's, which every
/// formula may read.
std::vector<PlanColumns> columns_of(const Plan& plan);

/// Why the candidates that a node reads have no such column any more, and what to do about it; "" and
/// "" where no order-wise ranking made it.
struct LostColumn {
  std::string why, fix;
};
LostColumn lost_column(const Plan& plan, const PlanColumns& read, const std::string& name);

/// The name in 'unknown column "NAME"' and 'it needs a column "NAME" that ...'; "" of other errors.
std::string column_not_found(const std::string& error);

/// What a formula may read over a node's candidates: `own` and, where it has no such name, the
/// library's.
PlanColumns with_library(PlanColumns own, const std::vector<FormulaColumn>& library);

}  // namespace engine
