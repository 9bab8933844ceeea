// Texts of others (titles, recipes' and plugins' words, file names, errors) on their way to a
// person, who may read them on a terminal.
//
// A terminal takes control characters for commands, and characters that turn the direction of the
// text around make a line read as something else. Both, and bytes that are no UTF-8, never leave
// the engine as text: Cli::out and Log see to it for all they print; who puts a text that must stay
// on one line into a table or a sentence asks one_line() first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace engine {

struct FirstCharacter {
  std::int32_t character;  // -1 for a byte that begins none
  std::size_t length;      // in bytes
};
/// Of a text that is not empty.
FirstCharacter first_character(std::string_view text);

/// True when all of `text` is UTF-8.
bool is_utf8(std::string_view text);
/// `text` with U+FFFD for every byte that is no part of a UTF-8 character.
std::string valid_utf8(std::string_view text);

/// True for control characters (C0, DEL, C1) and those that turn the direction of text around.
bool is_harmful(std::int32_t character);

/// `text` for a terminal: "?" for what is_harmful() or no UTF-8. Line ends stay, and tabs.
std::string shown_text(std::string_view text);
/// The same on one line: "?" for line ends too, a blank for a tab.
std::string one_line(std::string_view text);

}  // namespace engine
