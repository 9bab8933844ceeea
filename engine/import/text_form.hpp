// Text files in other forms than the sources read: UTF-16, Windows-1252, and lines that end with a
// lone carriage return. They are put into UTF-8 with line feeds before anything looks at them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine::import {

struct PlainText {
  std::string bytes;               // UTF-8; 64 zero bytes more than `size`
  std::size_t size = 0;            // of the text
  std::vector<std::string> notes;  // what was done, for the user
};

/// The text as sources read it; nothing when the file can be read as it is, or is no text.
///
///   UTF-16         either order, with a byte order mark or without (every other byte is zero)
///   Windows-1252   bytes that are not UTF-8 where nothing in the whole file is UTF-8 beyond ASCII;
///                  a guess, which the note says. Never JSON, which is UTF-8 by its standard
///   lone CR        no line feed in the whole file
std::optional<PlainText> as_plain_text(std::string_view bytes);

}  // namespace engine::import
