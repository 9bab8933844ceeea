#include "core/base64.hpp"

#include <algorithm>
#include <cstdint>

namespace engine {
namespace {

constexpr std::string_view kBase64Letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(bytes.size() - i, 3);
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? kBase64Letters[three >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::string base64_bytes(std::string_view text) {
  std::string bytes;
  if (text.size() % 4 != 0) return bytes;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t three = 0;
    std::size_t padding = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t letter = kBase64Letters.find(text[i + k]);
      const bool is_padding = text[i + k] == '=' && i + 4 == text.size() && k >= 2;
      if (letter == std::string_view::npos && !is_padding) return "";
      if (letter != std::string_view::npos && padding > 0) return "";
      padding += is_padding ? 1 : 0;
      three = three << 6 | (is_padding ? 0u : static_cast<std::uint32_t>(letter));
    }
    for (std::size_t k = 0; k + padding < 3; ++k)
      bytes += static_cast<char>(three >> (16 - 8 * k) & 255);
  }
  return bytes;
}

}  // namespace engine
