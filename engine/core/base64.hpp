// Bytes as text, RFC 4648, section 4.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// With padding.
std::string base64(std::string_view bytes);
/// The other way; "" for what is none.
std::string base64_bytes(std::string_view text);

}  // namespace engine
