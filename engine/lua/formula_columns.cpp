// What core.lua asks about the columns of the formula now running.
#include "playlist/plugin.h"

#include <algorithm>
#include <cctype>

#include "data/tables.hpp"
#include "lua/formula.hpp"

namespace engine {
namespace {

constexpr std::size_t kSmallDictionary = 4096;

const FormulaColumn* find(const FormulaBinding& binding, std::string_view name) {
  return binding.columns == nullptr ? nullptr : find_formula_column(*binding.columns, name);
}

std::string_view text_of_code(const playlist_dict& dict, std::size_t code) {
  return {dict.bytes + dict.offsets[code], dict.offsets[code + 1] - dict.offsets[code]};
}

/// Makes room for the dictionary's texts; leaves the table on the stack.
InternedTexts& interned(lua_State* lua, const playlist_dict& dict) {
  InternedTexts& texts = state_of(lua).texts[&dict];
  if (texts.reference != LUA_NOREF && texts.count > dict.count) {
    luaL_unref(lua, LUA_REGISTRYINDEX, texts.reference);
    texts = InternedTexts();
  }
  if (texts.reference == LUA_NOREF) {
    lua_createtable(lua, static_cast<int>(dict.count) + 1, 0);
    texts.reference = luaL_ref(lua, LUA_REGISTRYINDEX);
  }
  if (texts.count < dict.count) {
    texts.count = dict.count;
    texts.is_interned.resize(dict.count);
    texts.is_complete = false;
  }
  lua_rawgeti(lua, LUA_REGISTRYINDEX, texts.reference);
  return texts;
}

void intern(lua_State* lua, InternedTexts& texts, const playlist_dict& dict, std::size_t code) {
  if (texts.is_interned[code]) return;
  const std::string_view text = text_of_code(dict, code);
  lua_pushlstring(lua, text.data(), text.size());
  lua_rawseti(lua, -2, static_cast<int>(code) + 1);
  texts.is_interned[code] = true;
}

/// Pushes the column's data, and its texts or nil.
void push_data(lua_State* lua, const FormulaBinding& binding, const FormulaColumn& column) {
  lua_pushlightuserdata(lua, const_cast<void*>(column.data.get()));
  if (column.type == PLAYLIST_STRING) {
    push_names(lua, binding, column);
  } else {
    lua_pushnil(lua);
  }
}

/// column(name) -> { place, type, data, by_track, names } or nil
int push_column(lua_State* lua, void*) {
  const FormulaBinding& binding = state_of(lua).binding;
  std::size_t length = 0;
  const char* name = lua_tolstring(lua, 1, &length);
  const FormulaColumn* column = find(binding, {name, length});
  if (column == nullptr) return 0;
  lua_createtable(lua, 0, 6);
  lua_pushinteger(lua, static_cast<lua_Integer>(column->type));
  lua_setfield(lua, -2, "type");
  lua_pushinteger(lua, static_cast<lua_Integer>(column - binding.columns->data()));
  lua_setfield(lua, -2, "place");
  lua_pushboolean(lua, column->is_by_track ? 1 : 0);
  lua_setfield(lua, -2, "by_track");
  push_data(lua, binding, *column);
  lua_setfield(lua, -3, "names");
  lua_setfield(lua, -2, "data");
  return 1;
}

/// column_data(place) -> data, names
int push_column_data(lua_State* lua, void*) {
  const FormulaBinding& binding = state_of(lua).binding;
  const auto place = static_cast<std::size_t>(lua_tointeger(lua, 1));
  push_data(lua, binding, binding.columns->at(place));
  return 2;
}

/// tag_bits(place, tag) -> the bits, how many tracks they are of
int push_tag_bits(lua_State* lua, void*) {
  const FormulaBinding& binding = state_of(lua).binding;
  const auto place = static_cast<std::size_t>(lua_tointeger(lua, 1));
  const auto* tags = binding.columns->at(place).data.as<TagBits>();
  std::size_t length = 0;
  const char* tag = lua_tolstring(lua, 2, &length);
  lua_pushlightuserdata(lua, const_cast<std::uint32_t*>(tags->of({tag, length})));
  lua_pushnumber(lua, static_cast<double>(tags->track_count()));
  return 2;
}

int push_column_names(lua_State* lua, void*) {
  const FormulaBinding& binding = state_of(lua).binding;
  std::vector<std::string_view> names;
  if (binding.columns != nullptr) {
    for (const FormulaColumn& column : *binding.columns) names.push_back(column.name);
  }
  std::sort(names.begin(), names.end());
  lua_createtable(lua, static_cast<int>(names.size()), 0);
  for (std::size_t i = 0; i < names.size(); ++i) {
    lua_pushlstring(lua, names[i].data(), names[i].size());
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
  return 1;
}

/// is_family(name): is t.NAME.PERSON a column?
int is_family(lua_State* lua, void*) {
  const FormulaBinding& binding = state_of(lua).binding;
  const bool is_one =
      binding.columns != nullptr && is_column_family(*binding.columns, lua_tostring(lua, 1));
  lua_pushboolean(lua, is_one ? 1 : 0);
  return 1;
}

int push_tracks(lua_State* lua, void*) {
  const std::int32_t* tracks = state_of(lua).binding.tracks;
  if (tracks == nullptr) return 0;
  lua_pushlightuserdata(lua, const_cast<std::int32_t*>(tracks));
  return 1;
}

int push_rows(lua_State* lua, void*) {
  lua_pushnumber(lua, static_cast<double>(state_of(lua).binding.rows));
  return 1;
}

int bad_result(lua_State* lua, void*) {
  const LuaState::State& state = state_of(lua);
  const auto row = static_cast<std::int64_t>(lua_tonumber(lua, 1));
  std::string returned = lua_tostring(lua, 2);
  if (returned != "nothing") returned = "a " + returned;
  throw Error(Exit::kRecipe, "the formula gave no number for " + row_name(state.binding, row),
              {state.binding.defined_at, "",
               "it returned " + returned + "; every path must return a number", ""});
}

// Called from compiled code, without a branch.
double known_number(double x, double fallback) {
  return x == x ? x : fallback;
}
double least_number(double a, double b) {
  const double least = a < b ? a : b;
  return a == a ? least : a;
}
double most_number(double a, double b) {
  const double most = a > b ? a : b;
  return a == a ? most : a;
}
double step_number(double edge, double x) {
  const double value = x >= edge ? 1.0 : 0.0;
  return x == x ? value : x;
}

std::string text_at(const FormulaBinding& binding, const char* name, std::int64_t row) {
  const FormulaColumn* column = find(binding, name);
  if (column == nullptr || column->type != PLAYLIST_STRING) return "";
  const std::int64_t at = column->is_by_track ? binding.tracks[row] : row;
  const std::int32_t code = column->data.as<std::int32_t>()[at];
  return code < 0 ? ""
                  : std::string(text_of_code(*column->texts(), static_cast<std::size_t>(code)));
}

}  // namespace

const void* FormulaColumn::Data::get() const {
  if (owner_ != nullptr) return items_of_(owner_);
  if (items_ == nullptr && tables_ != nullptr) {
    const playlist_table* table = tables_->table(table_);
    const playlist_column* column = table == nullptr ? nullptr : find_column(*table, name_);
    if (column == nullptr) {
      throw Error(Exit::kStore,
                  std::string("the library has no column \"") + name_ + "\" in " + table_);
    }
    items_ = column->data;
    dict_ = column->dict;
  }
  return items_;
}

const playlist_dict* FormulaColumn::Data::dict() const {
  static_cast<void>(get());
  return dict_;
}

const FormulaColumn* find_formula_column(const std::vector<FormulaColumn>& columns,
                                         std::string_view name) {
  const auto named = [&](std::string_view wanted) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const FormulaColumn& c) { return c.name == wanted; });
    return found == columns.end() ? nullptr : &*found;
  };
  if (const FormulaColumn* column = named(name)) return column;
  constexpr std::string_view kOf = "_of.";
  const std::size_t of = name.find(kOf);
  return of == std::string_view::npos ? nullptr
                                      : named(std::string(name.substr(0, of + kOf.size())) + "*");
}

bool is_column_family(const std::vector<FormulaColumn>& columns, std::string_view name) {
  const std::string start = std::string(name) + ".";
  return std::any_of(columns.begin(), columns.end(),
                     [&](const FormulaColumn& c) { return c.name.starts_with(start); });
}

std::string row_name(const FormulaBinding& binding, std::int64_t row) {
  const std::string title = text_at(binding, "title", row);
  if (title.empty()) {
    return binding.tracks == nullptr ? "row " + std::to_string(row)
                                     : "track " + std::to_string(binding.tracks[row]);
  }
  const std::string artist = text_at(binding, "artist", row);
  return "\"" + title + "\"" + (artist.empty() ? "" : " by " + artist);
}

void push_names(lua_State* lua, const FormulaBinding& binding, const FormulaColumn& column) {
  const playlist_dict& dict = *column.texts();
  InternedTexts& texts = interned(lua, dict);
  if (texts.is_complete) return;
  if (dict.count <=
      std::max<std::size_t>(kSmallDictionary, static_cast<std::size_t>(binding.rows))) {
    for (std::size_t code = 0; code < dict.count; ++code) intern(lua, texts, dict, code);
    texts.is_complete = true;
    return;
  }
  const auto* codes = column.data.as<std::int32_t>();
  for (std::int64_t row = 0; row < binding.rows; ++row) {
    const std::int32_t code = codes[column.is_by_track ? binding.tracks[row] : row];
    if (code >= 0) intern(lua, texts, dict, static_cast<std::size_t>(code));
  }
}

std::vector<std::string_view> named_columns(std::string_view text,
                                            const std::vector<FormulaColumn>& columns) {
  const auto is_name_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
  };
  std::vector<std::string_view> named;
  for (std::size_t begin = 0; begin < text.size();) {
    if (!is_name_part(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && is_name_part(text[end])) ++end;
    const char before = begin > 0 ? text[begin - 1] : ' ';
    const bool is_field = before == '.' || before == '"' || before == '\'';
    const std::string_view word = text.substr(begin, end - begin);
    const auto has_name = [&](const FormulaColumn& column) { return column.name == word; };
    if (is_field && std::any_of(columns.begin(), columns.end(), has_name)) named.push_back(word);
    begin = end;
  }
  return named;
}

void add_formula_functions(lua_State* lua) {
  const luaL_Reg functions[] = {{"column", entry<push_column>},
                                {"column_data", entry<push_column_data>},
                                {"column_names", entry<push_column_names>},
                                {"tag_bits", entry<push_tag_bits>},
                                {"is_family", entry<is_family>},
                                {"tracks", entry<push_tracks>},
                                {"rows", entry<push_rows>},
                                {"bad_result", entry<bad_result>}};
  for (const luaL_Reg& function : functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
  const std::pair<const char*, double (*)(double, double)> numbers[] = {
      {"known_number", known_number},
      {"step_number", step_number},
      {"least_number", least_number},
      {"most_number", most_number}};
  for (const auto& [name, function] : numbers) {
    lua_pushlightuserdata(lua, reinterpret_cast<void*>(function));
    lua_setfield(lua, -2, name);
  }
}

}  // namespace engine
