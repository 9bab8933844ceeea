#include "import/text_form.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/mapped_file.hpp"

namespace engine::import {
namespace {

constexpr std::size_t kSampleBytes = 4096;

enum class Encoding { kUtf8, kUtf16Little, kUtf16Big, kWindows1252 };

unsigned char byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

// ---- which form it is ---------------------------------------------------------------------------
/// Latin text in UTF-16 has a zero in every other byte.
Encoding find_utf16(std::string_view bytes) {
  if (bytes.size() < 4) return Encoding::kUtf8;
  if (bytes.starts_with("\xff\xfe")) return Encoding::kUtf16Little;
  if (bytes.starts_with("\xfe\xff")) return Encoding::kUtf16Big;
  const std::string_view sample = bytes.substr(0, std::min(bytes.size(), kSampleBytes) & ~1ull);
  std::array<std::size_t, 2> zeros{};
  for (std::size_t k = 0; k < sample.size(); ++k) zeros[k & 1] += sample[k] == '\0' ? 1 : 0;
  const std::size_t units = sample.size() / 2;
  if (10 * zeros[1] > 6 * units && zeros[0] == 0) return Encoding::kUtf16Little;
  if (10 * zeros[0] > 6 * units && zeros[1] == 0) return Encoding::kUtf16Big;
  return Encoding::kUtf8;
}

/// Archives and other binary files.
bool is_binary(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, kSampleBytes);
  return sample.find('\0') != std::string_view::npos || sample.starts_with("PK") ||
         sample.starts_with("\x1f\x8b") || sample.starts_with("BZh") ||
         sample.starts_with("7z\xbc\xaf") ||
         sample.starts_with(
             "\xfd"
             "7zXZ") ||
         sample.starts_with("\x28\xb5\x2f\xfd");
}

bool is_json(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (bytes[first] == '{' || bytes[first] == '[');
}

std::size_t skip_ascii(std::string_view bytes, std::size_t at) {
  while (at + 8 <= bytes.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    if ((word & 0x8080808080808080u) != 0) break;
    at += 8;
  }
  while (at < bytes.size() && byte_at(bytes, at) < 0x80) ++at;
  return at;
}

/// The continuation bytes that a UTF-8 sequence with this first byte has; 0 for no such byte.
std::size_t continuations(unsigned char first) {
  return first >= 0xc2 && first <= 0xdf   ? 1
         : first >= 0xe0 && first <= 0xef ? 2
         : first >= 0xf0 && first <= 0xf4 ? 3
                                          : 0;
}

/// True when some byte is not UTF-8, none is beyond ASCII in UTF-8, and all are in Windows-1252.
bool is_windows_1252(std::string_view bytes) {
  constexpr std::string_view kUndefined = "\x81\x8d\x8f\x90\x9d";
  bool is_any = false;
  for (std::size_t at = skip_ascii(bytes, 0); at < bytes.size(); at = skip_ascii(bytes, at)) {
    const std::size_t more = continuations(byte_at(bytes, at));
    bool is_sequence = more > 0 && at + more < bytes.size();
    for (std::size_t k = 1; is_sequence && k <= more; ++k) {
      is_sequence = (byte_at(bytes, at + k) & 0xc0) == 0x80;
    }
    if (is_sequence || kUndefined.find(bytes[at]) != std::string_view::npos) return false;
    is_any = true;
    ++at;
  }
  return is_any;
}

Encoding find_encoding(std::string_view bytes) {
  const Encoding wide = find_utf16(bytes);
  if (wide != Encoding::kUtf8) return wide;
  const bool is_text = !is_binary(bytes) && !is_json(bytes);
  return is_text && is_windows_1252(bytes) ? Encoding::kWindows1252 : Encoding::kUtf8;
}

// ---- into UTF-8 ---------------------------------------------------------------------------------
std::string from_utf16(std::string_view bytes, bool is_little) {
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const std::uint32_t a = byte_at(bytes, at), b = byte_at(bytes, at + 1);
    return is_little ? a | (b << 8) : (a << 8) | b;
  };
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    if (at == 0 && code == 0xfeff) continue;
    const bool is_high = code >= 0xd800 && code < 0xdc00;
    const std::uint32_t next = is_high && at + 3 < bytes.size() ? unit(at + 2) : 0;
    if (next >= 0xdc00 && next < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
      at += 2;
    } else if (code >= 0xd800 && code < 0xe000) {
      code = 0xfffd;  // half of a pair
    }
    append_utf8(text, code);
  }
  return text;
}

std::string from_windows_1252(std::string_view bytes) {
  // 0x80 to 0x9f; the others are Latin-1. https://encoding.spec.whatwg.org/#windows-1252
  static constexpr std::array<std::uint16_t, 32> kHigh = {
      0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
      0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
      0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 16);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned char byte = byte_at(bytes, at);
    append_utf8(text, byte >= 0x80 && byte < 0xa0 ? kHigh[byte - 0x80u] : byte);
  }
  return text;
}

bool has_lone_returns(std::string_view bytes) {
  return std::memchr(bytes.data(), '\n', bytes.size()) == nullptr &&
         std::memchr(bytes.data(), '\r', bytes.size()) != nullptr;
}

}  // namespace

std::optional<PlainText> as_plain_text(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  PlainText plain;
  switch (find_encoding(bytes)) {
    case Encoding::kUtf16Little:
      plain.bytes = from_utf16(bytes, true);
      plain.notes.emplace_back("the file is UTF-16 and is read as such");
      break;
    case Encoding::kUtf16Big:
      plain.bytes = from_utf16(bytes, false);
      plain.notes.emplace_back("the file is UTF-16 (big-endian) and is read as such");
      break;
    case Encoding::kWindows1252:
      plain.bytes = from_windows_1252(bytes);
      plain.notes.emplace_back(
          "the file is not UTF-8: it is read as Windows-1252; if names look wrong, convert it to "
          "UTF-8 first (iconv -f ENCODING -t UTF-8 FILE)");
      break;
    default:
      break;
  }
  const std::string_view text = plain.notes.empty() ? bytes : std::string_view(plain.bytes);
  if (!is_binary(text) && has_lone_returns(text)) {
    if (plain.notes.empty()) plain.bytes = bytes;
    std::replace(plain.bytes.begin(), plain.bytes.end(), '\r', '\n');
    plain.notes.emplace_back("its lines end with carriage returns alone and are read as lines");
  }
  if (plain.notes.empty()) return std::nullopt;
  plain.size = plain.bytes.size();
  plain.bytes.append(kZerosBehind, '\0');
  return plain;
}

}  // namespace engine::import
