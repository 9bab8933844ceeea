// Small readers of text as other programs write it: UTF-8 that may be broken, numbers, lists. All
// are plain functions of bytes; none throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace source {

/// A text in Latin-1 as UTF-8.
std::string from_latin1(std::string_view text);
/// U+FEFF at the front, as EF BB BF, is dropped.
std::string_view without_bom(std::string_view text);

std::string_view trim(std::string_view text);
std::string lower_ascii(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool contains(std::string_view text, std::string_view part);

/// "Track Duration (ms)" -> "track_duration_ms": lower case, every run of other characters than
/// letters, digits and non-ASCII is one '_', none at the ends.
std::string plain_name(std::string_view text);

/// The words with which tools write "no value": "", NA, N/A, None, null, nan, undefined (any case).
bool is_missing_word(std::string_view text);

/// Whole text as a number, also with a decimal comma ("6,00E-05"; "1,234" may be a thousand and is
/// none); nullopt for anything else, and for NaN and infinities.
std::optional<double> read_number(std::string_view text);
std::optional<std::int64_t> read_integer(std::string_view text);  // also "7.0"
/// true/false, yes/no, t/f, 1/0, any case.
std::optional<bool> read_boolean(std::string_view text);
/// Pitch class 0..11 from "7", "7.0", "C#", "Db", "F sharp"; -1 for "none detected".
std::optional<int> read_key(std::string_view text);
/// 0 minor, 1 major from "1", "1.0", "Major".
std::optional<int> read_mode(std::string_view text);

/// ['A', "B's"] -> A, B's. nullopt when it is not a well-formed list of quoted texts.
std::optional<std::vector<std::string>> read_python_list(std::string_view text);
/// Trimmed, non-empty parts.
std::vector<std::string> split(std::string_view text, char separator);
/// Parts joined by U+001F, the separator of PLAYLIST_SERVICE_ROWS.
std::string join(const std::vector<std::string>& parts);

/// A quote of `text` for a message: at most 40 characters, in quotation marks, controls as '?'.
std::string quoted(std::string_view text);

}  // namespace source
