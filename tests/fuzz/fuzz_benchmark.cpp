// The files of `engine benchmark`: whatever they hold, they are refused by line or read as lists of
// items that ascend.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "benchmark/split.hpp"
#include "core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace engine::benchmark;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = size / 2;
  const auto require = [](bool is_right) {
    if (!is_right) std::abort();
  };
  try {
    const Split split =
        read_split({"train.txt", text.substr(0, middle)}, {"test.dat", text.substr(middle)});
    require(split.train.users() == split.test.users() && split.items > 0);
    for (const ItemsOfUsers* part : {&split.train, &split.test}) {
      for (std::int32_t user = 0; user < part->users(); ++user) {
        std::int32_t last = -1;
        for (const std::int32_t item : part->of(user)) {
          require(item > last && item < split.items);
          last = item;
        }
      }
    }
  } catch (const engine::Error& error) {
    require(error.exit() == engine::Exit::kInput);
  }
  return 0;
}
