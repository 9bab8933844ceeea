// What the files about formulas share: their binding, their text, interned texts of dictionaries.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lua.hpp>

#include "lua/lua_internal.hpp"

namespace engine {

/// Sets the binding for the time of one formula; they may nest through `#candidates`.
class BindingScope {
 public:
  BindingScope(LuaState::State& state, FormulaBinding now)
      : binding_(state.binding), before_(std::exchange(state.binding, std::move(now))) {
    binding_.number = ++state.bindings;
  }
  ~BindingScope() { binding_ = std::move(before_); }
  BindingScope(const BindingScope&) = delete;
  BindingScope& operator=(const BindingScope&) = delete;

 private:
  FormulaBinding& binding_;
  FormulaBinding before_;
};

/// A stack index that stays when others are pushed.
int absolute(lua_State* lua, int index);

/// The lines of the function's own text, as far as they are known.
std::string text_of(LuaState::State& state, int function);

/// Pushes the table text_of_code[code + 1] of a string column, holding at least the texts of the
/// rows in the binding. Tables are kept per dictionary for as long as the state lives, so a
/// dictionary may only grow in that time.
void push_names(lua_State* lua, const FormulaBinding& binding, const FormulaColumn& column);

/// "Title" by Artist, or "track 12" where the binding has no titles.
std::string row_name(const FormulaBinding& binding, std::int64_t row);

/// The column of that name, or nullptr. "plays_of.*" stands for t.plays_of of anybody.
const FormulaColumn* find_formula_column(const std::vector<FormulaColumn>& columns,
                                         std::string_view name);
/// There are columns "NAME.PERSON", which formulas read as t.NAME.PERSON.
bool is_column_family(const std::vector<FormulaColumn>& columns, std::string_view name);

/// The columns that a piece of Lua text names as a field: t.energy, t["energy"].
std::vector<std::string_view> named_columns(std::string_view text,
                                            const std::vector<FormulaColumn>& columns);

}  // namespace engine
