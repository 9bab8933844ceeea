#include "evaluate/periods.hpp"

#include <charconv>

#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"

namespace engine::evaluate {
namespace {

constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kMost = 10'000;  // of any unit; 190 years of weeks
constexpr std::size_t kMostPeriods = 100'000;

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

std::vector<Period> make_periods(std::int64_t from, std::int64_t to, std::int64_t every) {
  std::vector<Period> periods;
  for (std::int64_t date = from; date + every <= to; date += every) {
    periods.push_back({date, date + every});
    if (periods.size() > kMostPeriods) {
      throw Error(Exit::kUsage,
                  "more than " + std::to_string(kMostPeriods) + " dates between " +
                      short_time(from) + " and " + short_time(to),
                  {"", "", "", "take a longer --every"});
    }
  }
  if (periods.empty()) {
    throw Error(
        Exit::kUsage, "no date fits between " + short_time(from) + " and " + short_time(to),
        {"", "",
         from >= to ? "the first is not before the second" : "one period alone is longer than that",
         "set --from and --to further apart, or a shorter --every"});
  }
  return periods;
}

std::string short_time(std::int64_t seconds) {
  return seconds % kDay == 0 ? format_date(seconds) : format_time(seconds);
}

}  // namespace engine::evaluate
