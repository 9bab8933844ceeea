// The parts of a column file that its reader and its writer must agree on.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace engine {

inline constexpr char kColumnMagic[8] = {'P', 'L', 'A', 'Y', 'C', 'O', 'L', 'S'};
inline constexpr std::uint32_t kColumnFormat = 2;
inline constexpr std::uint64_t kColumnAlignment = 64;

struct ColumnHeader {
  char magic[8];
  std::uint32_t format, reserved;
  std::uint64_t length;  // of the whole file
  std::uint64_t directory, directory_length, checksum;
  std::uint64_t data_checksum;  // XXH3 of everything behind the header
  std::uint64_t unused[1];
};
static_assert(sizeof(ColumnHeader) == 64);

inline std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash;
}

inline std::uint64_t aligned(std::uint64_t place) {
  return (place + kColumnAlignment - 1) / kColumnAlignment * kColumnAlignment;
}

}  // namespace engine
