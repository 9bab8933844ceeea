// The sources that read other programs' databases.
#include "fuzzed_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_with_one_of({"source.navidrome", "source.beets", "source.jellyfin"}, data, size);
  return 0;
}
