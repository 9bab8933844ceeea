// How much room a text takes on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// Places that `text` takes.
int text_width(std::string_view text);
/// one_line() of `text` (core/shown_text.hpp), cut to `columns` places ("…" at the cut).
std::string fitted(std::string_view text, int columns);

}  // namespace engine
