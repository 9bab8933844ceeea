// The texts in a request that the front reads itself: target, query, form, cookies.
//
// What could mean two things is refused rather than mended: a path with "..", "//" or an encoded
// slash, a name that comes twice, a byte that is no UTF-8, control characters.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace engine::serve {

using Fields = std::map<std::string, std::string>;

struct Target {
  std::string path;  // "/api/playlist/show", percent-decoded
  Fields query;
};

/// Of "/api/playlist/show?job=1", as it stands in a request's first line. Throws Error(kUsage).
Target parse_target(std::string_view text);

/// "name=value&name=value", percent-decoded, "+" being a blank. Throws Error(kUsage).
Fields parse_fields(std::string_view text);

/// What a Cookie header says of `name`; more than one where somebody else set it as well.
std::vector<std::string_view> cookie_values(std::string_view header, std::string_view name);

/// True for "application/json", with or without parameters.
bool is_media_type(std::string_view content_type, std::string_view expected);

/// A header's name, and a value that cannot begin another header.
bool is_header_name(std::string_view name);
bool is_header_value(std::string_view value);

}  // namespace engine::serve
