// The dates of one table: read in one order, which the whole column decides, and from a clock that
// is UTC or the listener's.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csv.hpp"
#include "dates.hpp"

namespace source {

/// Settings that the engine answers beside the user's own: `--dates` ("day-first", "" not given),
/// and the listener's time zone as LocalClock takes it.
constexpr const char* kDatesSetting = "dates";
constexpr const char* kTimeZoneSetting = "timezone";

/// A clock in the listener's time zone, with its summer times.
///
/// The hour that exists twice, when clocks are put back, is taken for the first of the two; one
/// that does not exist, when they are put forward, is read by the clock before.
class LocalClock {
 public:
  /// "Europe/Berlin 946681200:3600 954032400:7200 ...": the zone, then from when on it is how many
  /// seconds ahead of UTC. Anything else is UTC.
  explicit LocalClock(std::string_view zone);
  /// The zone of the person whose file this is.
  explicit LocalClock(const playlist::SourceCall& call)
      : LocalClock(call.setting(kTimeZoneSetting).value_or("")) {}
  /// False for UTC: nobody said where the listener lives.
  [[nodiscard]] bool is_known() const { return !changes_.empty(); }
  [[nodiscard]] const std::string& zone() const { return zone_; }
  /// Of what the clock showed, as if it were UTC.
  [[nodiscard]] std::int64_t utc(std::int64_t shown) const;
  /// Says that the times are taken for UTC, where the zone is not known, and what to do.
  void tell(playlist::SourceCall& call) const;

 private:
  [[nodiscard]] std::int64_t offset_at(std::int64_t seconds) const;
  std::string zone_ = "UTC";
  std::vector<std::pair<std::int64_t, std::int64_t>> changes_;  // from when on, offset
};

/// Reads the cells of a table's date columns.
class FileDates {
 public:
  /// `table` stands at the first record behind the header; it is read to its end once, when the
  /// first date comes that can be read in several orders.
  FileDates(playlist::SourceCall& call, CsvReader table, std::vector<int> columns);

  std::optional<Time> read(std::string_view text);
  /// Why read() gave nothing, or a time that no music service knows: `no time from 2000 on: "x"`.
  [[nodiscard]] std::string problem(std::string_view text) const;
  /// Says which order was chosen, where nothing proved one.
  void tell(playlist::SourceCall& call) const;

 private:
  void decide();

  CsvReader table_;
  std::vector<int> columns_;
  std::optional<DateOrder> order_;
  std::string asked_, notice_;
};

/// Dates that could not be read and are missing now: how many, and one of them.
class UnreadDates {
 public:
  /// `what` they should have been: "Added At".
  explicit UnreadDates(std::string what) : what_(std::move(what)) {}
  void add(std::string_view text);
  void tell(playlist::SourceCall& call) const;

 private:
  std::string what_, example_;
  std::int64_t count_ = 0;
};

}  // namespace source
