// The sources of vectors and prompts: matrices of numpy.save, JSON lines, tables.
#include "fuzzed_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_with_one_of({"source.embeddings", "source.prompts"}, data, size);
  return 0;
}
