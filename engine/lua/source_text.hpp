// The text of a recipe or script as LuaJIT counts its lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace engine {

/// A recipe or script may be so long: beyond it lies what nobody wrote by hand.
constexpr std::size_t kMostSourceBytes = 4u << 20;

/// The text with every line end as \n. LuaJIT takes \n, \r, \r\n and \n\r for one line end each, in
/// long texts too; whoever counts lines or looks for the end of a comment in what this gives counts
/// as LuaJIT does. Files keep their bytes: hashes and `engine tune --write` work on those.
std::string with_plain_line_ends(std::string_view text);

}  // namespace engine
