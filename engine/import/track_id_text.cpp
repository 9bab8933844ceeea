#include "import/track_id_text.hpp"

#include <algorithm>
#include <charconv>

#include "core/ascii.hpp"

namespace engine::import {
namespace {

constexpr std::size_t kSpotifyLength = 22, kUuidLength = 36, kIsrcLength = 12;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_uuid(std::string_view text) {
  if (text.size() != kUuidLength) return false;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const bool is_dash = k == 8 || k == 13 || k == 18 || k == 23;
    const char c = lower(text[k]);
    if (is_dash ? c != '-' : !(is_digit(c) || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

/// Upper case, without '-'; "" when it is none: two letters, three letters or digits, seven digits.
std::string isrc_of(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '-') continue;
    plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  if (plain.size() != kIsrcLength) return "";
  for (std::size_t k = 0; k < plain.size(); ++k) {
    const bool is_right = k < 2   ? is_letter(plain[k])
                          : k < 5 ? is_letter(plain[k]) || is_digit(plain[k])
                                  : is_digit(plain[k]);
    if (!is_right) return "";
  }
  return plain;
}

/// What stands behind "track:" or "/track/", up to a '?'.
std::string_view within_address(std::string_view text) {
  constexpr std::string_view kUri = "spotify:track:", kPath = "open.spotify.com/";
  if (text.starts_with(kUri)) return text.substr(kUri.size());
  const std::size_t track = text.find("/track/");
  if (text.find(kPath) == std::string_view::npos || track == std::string_view::npos) return text;
  text.remove_prefix(track + 7);
  return text.substr(0, text.find('?'));
}

}  // namespace

TrackIdText read_track_id(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  using Kind = TrackIdText::Kind;

  const std::string_view spotify = within_address(text);
  if (spotify.size() == kSpotifyLength && std::all_of(spotify.begin(), spotify.end(), [](char c) {
        return is_digit(c) || is_letter(c);
      }))
    return {Kind::kSpotify, std::string(spotify), 0};

  const std::size_t slash = text.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (is_uuid(last)) {
    std::string uuid(last);
    std::transform(uuid.begin(), uuid.end(), uuid.begin(), [](char c) { return lower(c); });
    return {Kind::kMbid, uuid, 0};
  }
  if (std::string isrc = isrc_of(text); !isrc.empty()) return {Kind::kIsrc, std::move(isrc), 0};

  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0)
    return {Kind::kNumber, "", number};
  return {};
}

}  // namespace engine::import
