// The people of a library in two halves, so that what was chosen by looking at one half can be
// reported on the other, whose history nobody looked at while choosing.
//
// A person's half hangs on their name alone: it is the same in every library, on every machine and
// whoever else comes or goes. It is the highest bit of splitmix64 over the 64-bit FNV-1a of the
// name, which starts from kHalvesSeed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace engine {

enum class Half : std::uint8_t { kChoosing, kReporting };

/// Parts the six people of the demo library into three and three.
inline constexpr std::uint64_t kHalvesSeed = 13;

Half half_of(std::string_view user_name);

/// "choosing", "reporting".
std::string name_of(Half half);
/// Nothing for any other name.
std::optional<Half> half_called(std::string_view name);

}  // namespace engine
