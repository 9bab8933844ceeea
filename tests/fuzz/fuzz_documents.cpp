// The sources that read documents of XML.
#include "fuzzed_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_with_one_of({"source.itunes", "source.workbook", "source.xspf"}, data, size);
  return 0;
}
