#include "initial_key.hpp"

#include <utility>

#include "../text.hpp"

namespace source {
namespace {

/// Both wheels go by fifths, an hour each: C major is 8B and 1d, A minor 8A and 1m.
std::optional<Key> read_wheel(std::string_view text) {
  if (text.size() < 2 || text.size() > 3) return std::nullopt;
  const auto hour = read_integer(text.substr(0, text.size() - 1));
  if (!hour || *hour < 1 || *hour > 12) return std::nullopt;
  const char side = text.back();
  const bool is_camelot = side == 'A' || side == 'B' || side == 'a' || side == 'b';
  const bool is_open_key = side == 'm' || side == 'd' || side == 'M' || side == 'D';
  if (!is_camelot && !is_open_key) return std::nullopt;
  const bool is_major = is_camelot ? (side == 'B' || side == 'b') : (side == 'd' || side == 'D');
  const int fifths = static_cast<int>(*hour) + (is_camelot ? 12 - 8 : 12 - 1);
  return Key{(fifths * 7 + (is_major ? 0 : 9)) % 12, is_major};
}

}  // namespace

std::optional<Key> read_initial_key(std::string_view text) {
  text = trim(text);
  if (const auto key = read_wheel(text)) return key;
  if (text.empty() || read_integer(text)) return std::nullopt;
  std::string_view note = text;
  bool is_major = true;  // a key of which nothing else is said
  for (const auto& [word, major] : {std::pair<std::string_view, bool>{"minor", false},
                                    {"major", true},
                                    {"min", false},
                                    {"maj", true},
                                    {"m", false}}) {
    if (note.size() <= word.size()) continue;
    const std::string_view end = note.substr(note.size() - word.size());
    if (word == "m" ? end != word : !equals_ignoring_case(end, word)) continue;
    is_major = major;
    note = trim(note.substr(0, note.size() - word.size()));
    break;
  }
  const auto pitch = read_key(note);
  return pitch && *pitch >= 0 ? std::optional<Key>({*pitch, is_major}) : std::nullopt;
}

}  // namespace source
