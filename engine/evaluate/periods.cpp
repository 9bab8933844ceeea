#include "evaluate/periods.hpp"

#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"

namespace engine::evaluate {
namespace {

constexpr std::size_t kMostPeriods = 100'000;

}  // namespace

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
