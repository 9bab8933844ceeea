#include "path_names.hpp"

#include <algorithm>
#include <vector>

#include "../text.hpp"

namespace source {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digit_count(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

std::vector<std::string> split_at_dashes(std::string_view text) {
  constexpr std::string_view kDash = " - ";
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t dash = text.find(kDash);
    const std::string_view part = trim(text.substr(0, dash));
    if (!part.empty()) parts.emplace_back(part);
    if (dash == std::string_view::npos) return parts;
    text = text.substr(dash + kDash.size());
  }
}

/// Behind the number of a track: "03. ", "1-03 "; the whole text where there is none.
std::string_view without_number(std::string_view text, bool is_in_folder) {
  std::size_t at = digit_count(text);
  if (at == 0 || at > 3) return text;
  const bool has_zero = text[0] == '0';
  bool is_sure = has_zero || (is_in_folder && at >= 2);
  if (at + 1 < text.size() && (text[at] == '-' || text[at] == '.') && is_digit(text[at + 1])) {
    const std::size_t more = digit_count(text.substr(at + 1));
    if (more <= 2) {
      at += 1 + more;
      is_sure = true;
    }
  }
  const std::string_view behind = text.substr(at);
  const std::size_t name = behind.find_first_not_of(" .-_)");
  if (name == std::string_view::npos || name == 0) return text;
  const bool is_marked = behind.substr(0, name).find_first_not_of(' ') != std::string_view::npos;
  return is_sure || is_marked ? behind.substr(name) : text;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 3 && digit_count(text) == text.size();
}

bool is_year(std::string_view text) {
  return text.size() == 4 && digit_count(text) == 4 && (text[0] == '1' || text[0] == '2');
}

/// "2004 - Album", "(2004) Album", "Album (2004)", "Album [2004]": the album.
std::string_view without_year(std::string_view album) {
  album = trim(album);
  const auto in_brackets = [&](std::size_t at) {
    return at + 6 <= album.size() && (album[at] == '(' || album[at] == '[') &&
           is_year(album.substr(at + 1, 4)) && (album[at + 5] == ')' || album[at + 5] == ']');
  };
  if (album.size() > 7 && is_year(album.substr(0, 4)) && album.substr(4, 3) == " - ") {
    return trim(album.substr(7));
  }
  if (album.size() > 7 && in_brackets(0)) return trim(album.substr(6));
  if (album.size() > 7 && in_brackets(album.size() - 6)) {
    return trim(album.substr(0, album.size() - 6));
  }
  return album;
}

/// "CD1", "Disc 2", "disk_3".
bool is_disc(std::string_view folder) {
  const std::string name = lower_ascii(folder);
  for (const std::string_view word : {"cd", "disc", "disk"}) {
    if (!name.starts_with(word)) continue;
    const std::string_view behind = trim(std::string_view(name).substr(word.size()));
    const std::size_t digits = behind.find_first_of("0123456789");
    if (digits == std::string_view::npos) return false;
    return behind.substr(0, digits).find_first_not_of(" _-") == std::string_view::npos &&
           is_number(behind.substr(digits));
  }
  return false;
}

/// The names that stand in the file's own name.
PathNames names_in(std::string_view stem, bool is_in_folder) {
  PathNames names;
  std::vector<std::string> parts = split_at_dashes(without_number(stem, is_in_folder));
  if (parts.size() > 2 && is_number(parts[0])) parts.erase(parts.begin());
  if (parts.empty()) return names;
  names.title = parts.back();
  if (parts.size() == 1) return names;
  names.artist = parts[0];
  if (parts.size() == 3 && is_number(parts[1])) return names;
  const std::string_view numbered = without_number(parts.back(), true);
  if (parts.size() >= 3 && (numbered != parts.back() || is_number(parts[parts.size() - 2]))) {
    names.album = without_year(parts[1]);
    names.title = numbered;
    return names;
  }
  for (std::size_t k = parts.size() - 1; k-- > 1;) names.title = parts[k] + " - " + names.title;
  return names;
}

}  // namespace

PathNames names_of_path(std::string_view path) {
  std::vector<std::string> folders = split(path, '/');
  if (folders.empty()) return {};
  std::string stem = folders.back();
  folders.pop_back();
  if (const std::size_t dot = stem.rfind('.'); dot != std::string::npos && dot > 0) {
    stem.resize(dot);
  }
  if (stem.find(' ') == std::string::npos) std::replace(stem.begin(), stem.end(), '_', ' ');
  PathNames names = names_in(trim(stem), !folders.empty());
  if (folders.size() > 1 && is_disc(folders.back())) folders.pop_back();
  if (folders.empty()) return names;
  const std::vector<std::string> of_folder = split_at_dashes(without_year(folders.back()));
  std::string artist, album;
  if (folders.size() >= 2) {
    artist = folders[folders.size() - 2];
    album = without_year(folders.back());
    if (of_folder.size() == 2 && equals_ignoring_case(of_folder[0], artist)) {
      album = without_year(of_folder[1]);
    }
  } else if (of_folder.size() == 2) {
    artist = of_folder[0];
    album = without_year(of_folder[1]);
  }
  if (names.artist.empty()) names.artist = artist;
  if (names.album.empty()) names.album = album;
  return names;
}

}  // namespace source
