// "1 track", "3 tracks".
#pragma once

#include <concepts>
#include <string>

namespace shared {

/// `what` is one of them; its plural ends in s.
std::string counted(std::integral auto number, const std::string& what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

}  // namespace shared
