// What people used to other languages write in Lua, and what to write instead.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// For a text that does not parse: what to write, "" where the slip is none of the known ones.
///
/// message       as LuaJIT tells it: "unexpected symbol near '!'"
/// source_line   the line it names
std::string syntax_fix(std::string_view message, std::string_view source_line);

}  // namespace engine
