#include "ids.hpp"

#include <algorithm>
#include <array>

#include "text.hpp"

namespace source {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// What '+' and %XX stand for; a '%' that begins no code stands for itself.
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (text[i] == '%' && high >= 0 && low >= 0) {
      result += static_cast<char>(16 * high + low);
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

bool is_spotify_id(std::string_view text) {
  static constexpr auto kIsBase62 = [] {
    std::array<bool, 256> is_base62{};
    for (int c = 0; c < 256; ++c) {
      is_base62[static_cast<std::size_t>(c)] =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    return is_base62;
  }();
  if (text.size() != 22) return false;
  bool is_right = true;
  for (const char c : text) is_right &= kIsBase62[static_cast<unsigned char>(c)];
  return is_right;
}

std::string_view spotify_id(std::string_view text, std::string_view kind) {
  text = trim(text);
  if (is_spotify_id(text)) return text;
  const auto after_kind = [&](char separator) -> std::string_view {
    for (std::size_t at = text.find(kind); at != std::string_view::npos;
         at = text.find(kind, at + 1)) {
      const std::size_t end = at + kind.size();
      if (at == 0 || text[at - 1] != separator || end >= text.size() || text[end] != separator) {
        continue;
      }
      std::string_view id = text.substr(end + 1);
      id = id.substr(0, id.find_first_of("?#/"));
      if (is_spotify_id(id)) return id;
    }
    return {};
  };
  if (text.starts_with("spotify:")) return after_kind(':');
  if (contains(text.substr(0, 40), "spotify.com/")) return after_kind('/');
  return {};
}

std::string LocalFile::text() const {
  if (artist.empty() && title.empty()) return "no name";
  return artist.empty() ? title : title.empty() ? artist : artist + " - " + title;
}

std::optional<LocalFile> local_file(std::string_view uri) {
  constexpr std::string_view kPrefix = "spotify:local:";
  uri = trim(uri);
  if (!uri.starts_with(kPrefix)) return std::nullopt;
  uri.remove_prefix(kPrefix.size());
  std::array<std::string, 4> parts;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const std::size_t end = std::min(uri.find(':'), uri.size());
    parts[part] = trim(unescaped(uri.substr(0, end)));
    uri.remove_prefix(std::min(end + 1, uri.size()));
  }
  LocalFile file{parts[0], parts[1], parts[2], 0};
  const std::string& seconds = parts[3];
  if (!seconds.empty() && seconds.size() < 7 &&
      std::all_of(seconds.begin(), seconds.end(), is_digit)) {
    file.seconds = std::stoi(seconds);
  }
  return file;
}

std::string mbid(std::string_view text) {
  text = trim(text);
  if (text.size() > 36) {
    if (text[text.size() - 37] != '/') return {};
    text.remove_prefix(text.size() - 36);
  }
  if (text.size() != 36) return {};
  std::string id = lower_ascii(text);
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool is_hex = is_digit(id[i]) || (id[i] >= 'a' && id[i] <= 'f');
    if (is_dash ? id[i] != '-' : !is_hex) return {};
  }
  return id;
}

std::string isrc(std::string_view text) {
  std::string id;
  for (const char c : trim(text)) {
    if (c == '-' || c == ' ') continue;
    id += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  if (id.size() != 12) return {};
  for (std::size_t i = 0; i < 12; ++i) {
    const bool is_right = i < 2   ? is_letter(id[i])
                          : i < 5 ? is_letter(id[i]) || is_digit(id[i])
                                  : is_digit(id[i]);
    if (!is_right) return {};
  }
  return id;
}

}  // namespace source
