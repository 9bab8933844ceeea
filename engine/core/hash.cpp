#include "core/hash.hpp"

#define XXH_INLINE_ALL
#include <cstdio>
#include <fstream>
#include <vector>
#include <xxhash.h>

#include "core/error.hpp"

namespace engine {
namespace {

std::string text_of(const XXH128_hash_t& hash) {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

}  // namespace

std::string content_hash(std::string_view bytes) {
  return text_of(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string content_hash_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> block(1 << 18);
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    XXH3_128bits_update(&state, block.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof()) throw Error(Exit::kInput, "cannot read " + path);
  return text_of(XXH3_128bits_digest(&state));
}

}  // namespace engine
