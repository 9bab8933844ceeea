// The dates of a backtest: lists are made as of each date and judged by the period that follows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace engine::evaluate {

/// What happens in (date, end] is what a list made as of `date` is judged by. Unix seconds.
struct Period {
  std::int64_t date = 0, end = 0;
};

/// from, from + every, ... as long as the period ends by `to`. No two overlap. Throws Error(kUsage)
/// when not even one fits.
std::vector<Period> make_periods(std::int64_t from, std::int64_t to, std::int64_t every);

/// "2026-11-21", or with the time of day where it is not midnight.
std::string short_time(std::int64_t seconds);

}  // namespace engine::evaluate
