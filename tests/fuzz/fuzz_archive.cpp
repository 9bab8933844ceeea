// The archive source, with a host that takes up to 1 MB of a member.
#include "fuzzed_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_with_one_of({"source.archive"}, data, size);
  return 0;
}
