#include "core/time_span.hpp"

#include <charconv>
#include <string>

#include "core/duration.hpp"
#include "core/error.hpp"

namespace engine {
namespace {

constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kMost = 10'000;  // of any unit; 190 years of weeks

}  // namespace

std::int64_t parse_span(std::string_view text) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const std::int64_t seconds = unit == "h" ? kHour : unit == "d" ? kDay : unit == "w" ? kWeek : 0;
  if (error != std::errc() || count < 1 || count > kMost || seconds == 0) {
    throw Error(Exit::kUsage, "cannot read the time span \"" + std::string(text) + "\"",
                {"", "", "it takes a whole number from 1 on and h, d or w: 12h, 3d, 1w", ""});
  }
  return count * seconds;
}

}  // namespace engine
