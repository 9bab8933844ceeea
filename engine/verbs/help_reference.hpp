// What pages of help say of the program by its own declarations, as Markdown.
#pragma once

#include <string>

#include "app/caller.hpp"

namespace engine::verbs {

/// "columns", "sets", "steps", "elements", "formats_read", "formats_written", "players";
/// "cookbook": its recipes whole. Throws std::logic_error for any other name.
std::string help_reference(const std::string& name, const app::Caller& caller);

}  // namespace engine::verbs
