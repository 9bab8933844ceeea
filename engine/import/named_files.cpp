#include "import/named_files.hpp"

#include <algorithm>
#include <filesystem>

#include "core/shown_text.hpp"

namespace engine::import {
namespace {

namespace fs = std::filesystem;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const int high = text[k] == '%' && k + 2 < text.size() ? hex_value(text[k + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[k + 2]) : -1;
    bytes += low >= 0 ? static_cast<char>(high * 16 + low) : text[k];
    if (low >= 0) k += 2;
  }
  return bytes;
}

/// The bytes behind a text that was read as Latin-1, as a list that is no UTF-8 is; "" where it has
/// other characters, or none beyond ASCII.
std::string latin1_bytes(std::string_view text) {
  std::string bytes;
  bool has_others = false;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const auto byte = static_cast<unsigned char>(text[k]);
    if (byte < 0x80) {
      bytes += text[k];
    } else if ((byte == 0xc2 || byte == 0xc3) && k + 1 < text.size()) {
      bytes +=
          static_cast<char>(((byte & 3u) << 6) | (static_cast<unsigned char>(text[++k]) & 0x3fu));
      has_others = true;
    } else {
      return "";
    }
  }
  return has_others ? bytes : "";
}

}  // namespace

NamedFiles::NamedFiles(const Store& store)
    : find_(store.prepare("SELECT track_id FROM track_files WHERE path = ?1 AND track_id IS NOT "
                          "NULL")) {}

std::int64_t NamedFiles::find(const std::string& path) {
  find_.reset();
  engine::is_utf8(path) ? find_.bind(1, std::string_view(path)) : find_.bind_blob(1, path);
  const std::int64_t track = find_.step() ? find_.integer(0) : 0;
  find_.reset();
  return track;
}

std::int64_t NamedFiles::track_at(std::string_view reference, const std::string& folder) {
  constexpr std::string_view kScheme = "file://";
  const bool is_whole = reference.starts_with(kScheme);
  if (is_whole) reference.remove_prefix(kScheme.size());
  if (reference.empty() || (!is_whole && folder.empty())) return 0;
  std::string plain = percent_decoded(reference);
  const auto track_of = [&](const std::string& path) -> std::int64_t {
    if (path.find('\0') != std::string::npos) return 0;
    const fs::path whole = fs::path(folder.empty() ? "/" : folder) / path;
    if (const std::int64_t track = find(whole.lexically_normal().string())) return track;
    std::error_code error;
    const fs::path real = fs::canonical(whole, error);
    return error ? 0 : find(real.string());
  };
  if (const std::int64_t track = track_of(plain)) return track;
  if (const std::string bytes = latin1_bytes(plain); !bytes.empty()) {
    if (const std::int64_t track = track_of(bytes)) return track;
  }
  if (plain.find('%') != std::string::npos) {
    if (const std::int64_t track = track_of(percent_decoded(plain))) return track;
  }
  if (plain.find('\\') == std::string::npos) return 0;
  std::replace(plain.begin(), plain.end(), '\\', '/');
  return track_of(plain);
}

}  // namespace engine::import
