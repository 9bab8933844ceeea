// Dates and times as exports write them, to Unix seconds, UTC.
//
// A file writes its dates one way. Where three numbers can be read in several ("03/10/2017"), all
// dates of the file decide together: a 25 in first place proves that day comes first in every row
// (DateEvidence). Where none proves it, slashes are read month first, as spreadsheets of the United
// States and the tools around Last.fm write them; dots and dashes day first, as everybody writes
// who uses these; two-digit years first where the first number changes less often than the last,
// and never where it changes more often.
// The import says so, and `--dates` overrules it.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace source {

struct Time {
  std::int64_t seconds = 0;
  std::int32_t precision = 1;  // 1, 60 (no seconds given) or 86400 (no time of day given)
};

/// Where day and month stand in dates of three numbers that do not begin with a four-digit year.
enum class DateOrder : std::uint8_t { kMonthFirst, kDayFirst, kYearFirst };
/// "month-first", "day-first", "year-first".
std::string_view order_name(DateOrder order);
std::optional<DateOrder> find_order(std::string_view name);

/// "2026-01-02T03:04:05Z", exactly this form; the quick way for millions of them.
std::optional<std::int64_t> read_utc(std::string_view text);

/// Any of
///   2026-01-02, 2026/1/2, 2026.01.02, 20260102              (the year first)
///   2 Jan 2026, 02-Jan-26, Tue Jan 2 2026, January 2, 2026  (English month names)
///   1/2/2026, 02.01.2026, 2-1-26, 26-01-02                  (in `order`)
/// and behind it nothing or a clock: 3:04, 03:04:05.678, 3:04:05 PM, 21.47, also behind "T", ","
/// or "at"; then Z, UTC, +01:00, +0100, GMT+0100. Without a zone it is UTC. Two-digit years are
/// 1970 to 2069.
std::optional<Time> read_time(std::string_view text, DateOrder order = DateOrder::kMonthFirst);

/// True for a date that `order` is needed to read.
bool needs_order(std::string_view text);

/// What the dates of one file say about their order.
class DateEvidence {
 public:
  void add(std::string_view text);

  struct Reading {
    DateOrder order = DateOrder::kMonthFirst;
    /// As good by all dates; none where `order` is proven, or no date depends on it.
    std::vector<DateOrder> others;
  };
  [[nodiscard]] Reading reading() const;
  /// The first date that can be read in several orders, "" when there is none.
  [[nodiscard]] const std::string& example() const { return example_; }

 private:
  std::array<std::int64_t, 3> fits_{};  // dates that are a day in this order
  std::bitset<100> first_, last_;       // numbers in first and last place beside two-digit years
  char mark_ = 0;
  std::string example_;
};

/// Seconds since 1970, or milli-, micro- or nanoseconds, told apart by size; a fraction is cut off.
std::optional<std::int64_t> read_epoch(std::string_view text);

/// The year of "1999", "1999-07", "1999-07-31", "7/31/1999", "31.07.1999", 1900..2100.
std::optional<std::int32_t> read_year(std::string_view text);

/// From 2000 to 2099: what a listen, like or playlist of a music service can be dated.
bool is_plausible(std::int64_t seconds);

}  // namespace source
