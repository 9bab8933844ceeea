// Expressions of cron: whatever they are, they are refused as usage, or their times rise and are of days
// that they have.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"
#include "core/local_time.hpp"
#include "schedule/cron_expression.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace engine;
  const auto require = [](bool is_right) {
    if (!is_right) std::abort();
  };
  std::int64_t after = 1'790'000'000;
  if (size > 0) after += 86400 * std::int64_t{data[0]};  // a year has both changes of the clocks
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const schedule::CronExpression expression =
        schedule::CronExpression::parse(text.substr(size > 0));
    require(!expression.in_words().empty());
    constexpr const char* kZone = "Europe/Berlin";
    for (int k = 0; k < 3; ++k) {
      const auto next = schedule::next_time(expression, after, kZone);
      if (!next) break;
      require(*next > after && *next % 60 == 0);
      require(expression.has_day(LocalClock(kZone, *next, *next + 1).at(*next).day));
      after = *next;
    }
  } catch (const Error& error) {
    require(error.exit() == Exit::kUsage && !error.parts().why.empty());
  }
  return 0;
}
