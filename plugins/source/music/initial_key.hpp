// The key that a DJ's program wrote into a file: pitch class and mode.
#pragma once

#include <optional>
#include <string_view>

namespace source {

struct Key {
  int pitch = 0;  // 0 C .. 11 B
  bool is_major = true;
};

/// "Am", "C#", "Ebm", "F sharp minor", "A maj"; by the Camelot wheel "8A" (A minor), "8B" (C
/// major), by Open Key "1m" (A minor), "1d" (C major). Nothing for "o" (off key) and other texts.
std::optional<Key> read_initial_key(std::string_view text);

}  // namespace source
