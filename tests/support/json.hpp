// JSON of a text, read in one place: a test file that has no parser of its own compiles two seconds faster.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace support {

/// Throws nlohmann::json::parse_error where the text is none.
nlohmann::json parse_json(std::string_view text);
/// The same with the members in the order of the text.
nlohmann::ordered_json parse_ordered_json(std::string_view text);

}  // namespace support
