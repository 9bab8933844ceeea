// A re-ranker's answer: whatever it sends is refused with a reason or read as finite scores.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "answer.hpp"
#include "http.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const external::TrackScore& one : external::read_answer(bytes))
      if (!std::isfinite(one.score)) std::abort();
  } catch (const external::NoAnswer& problem) {
    if (*problem.what() == '\0') std::abort();
  }
  return 0;
}
