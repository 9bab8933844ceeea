// Column values for formulas: interned texts of dictionaries, and which columns a text names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lua.hpp>

#include "lua/lua_internal.hpp"

namespace engine {

/// Pushes the table text_of_code[code + 1] of a string column, holding at least the texts of the
/// rows in the binding. Tables are kept per dictionary for as long as the state lives, so a
/// dictionary may only grow in that time.
void push_names(lua_State* lua, const FormulaBinding& binding, const FormulaColumn& column);

/// "Title" by Artist, or "track 12" where the binding has no titles.
std::string row_name(const FormulaBinding& binding, std::int64_t row);

/// The columns that a piece of Lua text names as a field: t.energy, t["energy"].
std::vector<std::string_view> named_columns(std::string_view text,
                                            const std::vector<FormulaColumn>& columns);

}  // namespace engine
