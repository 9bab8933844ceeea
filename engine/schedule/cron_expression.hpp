// When a job is due, as people have written it for fifty years: five fields of cron.
//
//   minute 0-59 | hour 0-23 | day of the month 1-31 | month 1-12 or jan-dec | weekday 0-7 or sun-sat
//
// A field is `*`, a number, a range `1-5`, either of the two with a step (`*/15`, `8-18/2`), or several
// with commas between. Weekdays 0 and 7 are Sunday. Where both the day of the month and the weekday
// are given (another field than `*`), either will do. @hourly, @daily (@midnight), @weekly (Sundays),
// @monthly and @yearly (@annually) are short for the usual ones, at midnight.
//
// When the clocks are put forward or back
//   A fixed time, one minute and one hour without `*` and `/`, comes once a day: at the first of two
//   such times, and where the clocks skip it, at the moment that they skip to (if that is the same
//   day). Any other expression goes by the clocks as they are: what they show twice comes twice,
//   what they skip does not come. That is what Vixie's cron is after, and exactly what npm's croner
//   does with its defaults (tests/schedule/croner_test.cpp holds the two against each other).
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace engine::schedule {

class CronExpression {
 public:
  /// Throws Error(kUsage) that names the field, what is wrong with it and what it takes.
  static CronExpression parse(std::string_view text);

  /// As it was written.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// "every 30 minutes", "at 07:00 on Mondays", "at 20 past of hours 8 and 20 on the 1st".
  [[nodiscard]] std::string in_words() const;

  [[nodiscard]] bool is_fixed_time() const { return is_fixed_time_; }
  /// A day since 1970-01-01.
  [[nodiscard]] bool has_day(std::int64_t day) const;
  [[nodiscard]] bool has_hour(int hour) const { return hours_[static_cast<std::size_t>(hour)]; }
  [[nodiscard]] bool has_minute(int minute) const {
    return minutes_[static_cast<std::size_t>(minute)];
  }

 private:
  CronExpression() = default;

  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;     // from 1 on
  std::bitset<13> months_;   // from 1 on
  std::bitset<7> weekdays_;  // from Sunday on
  bool is_any_day_ = false, is_any_weekday_ = false, is_fixed_time_ = false;
};

/// The first time later than `after` (Unix seconds) at which the clocks of the zone say so; nothing
/// where none comes within twelve years: there is no 31 February. Throws Error(kUsage) when the
/// system does not know the zone. Single-threaded, as zone_changes() is.
std::optional<std::int64_t> next_time(const CronExpression& expression, std::int64_t after,
                                      const std::string& timezone);

/// Calls `found` with every such time in (after, until], the earliest first.
void each_time(const CronExpression& expression, std::int64_t after, std::int64_t until,
               const std::string& timezone, const std::function<void(std::int64_t)>& found);

}  // namespace engine::schedule
