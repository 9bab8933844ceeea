// Text for a page.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// The text as it may stand in an element or in a quoted attribute of an HTML page. Control
/// characters, which cannot stand in a page at all, are left out; line ends and tabs stay.
std::string html_escaped(std::string_view text);

}  // namespace engine
