// Checks of what a plugin says of itself, before anything relies on it.
#pragma once

#include "playlist/plugin.h"

#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// Everything that is wrong with the description, a line each; empty when it can be used.
std::vector<std::string> description_problems(const playlist_plugin& plugin);

/// What is wrong with a name that recipes write (an element's after its kind, a parameter's, an
/// output's), as in "is a word of Lua ..."; "" when nothing is.
std::string name_problem(std::string_view name);

/// Parameters and fields as ranges; an absent array is an empty one.
template <class Item>
std::vector<const Item*> listed(const Item* const* items) {
  std::vector<const Item*> list;
  for (; items && *items; ++items) list.push_back(*items);
  return list;
}

inline bool is_required(const playlist_param& param) {
  return (param.flags & PLAYLIST_PARAM_REQUIRED) != 0;
}

/// "number", "integer" ... ; "f32", "text" ...
std::string_view param_type_name(std::uint32_t type);
std::string_view column_type_name(std::uint32_t type);

/// A number as people write it: "200", "0.5".
std::string number_text(double number);
/// "1..10000", ">= 0", "up, down", "" when anything goes.
std::string range_text(const playlist_param& param);

}  // namespace engine
