// The engine's own pages of help: written once in GitHub's Markdown, read on a terminal, as a man
// page and in a browser. Tables, fenced code, lists and headings; no raw HTML.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// For a terminal of so many columns: headings underlined, code as it stands, tables in columns, the
/// last of which wraps.
std::string markdown_text(std::string_view markdown, int columns);

/// A man page of section 7: "engine-NAME(7)". The first heading becomes its one-line description.
std::string markdown_man(std::string_view markdown, std::string_view name,
                         std::string_view version);

/// A whole page (page/page.hpp); its title is the first heading.
std::string markdown_page(std::string_view markdown);

/// The text of the first heading, "" without one.
std::string markdown_title(std::string_view markdown);

}  // namespace engine
