// Text for a page.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// The text as it may stand in an element or in a quoted attribute of an HTML page. Control
/// characters, which cannot stand in a page at all, are left out; line ends and tabs stay.
std::string html_escaped(std::string_view text);

/// JSON of a page, in an element "data" that is no script: nothing in it can end the element.
std::string data_element(std::string json);

}  // namespace engine
