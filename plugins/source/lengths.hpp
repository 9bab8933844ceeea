// Lengths of tracks and plays in a table's column, in milliseconds whatever they are written in.
#pragma once

#include "playlist/plugin.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "csv.hpp"

namespace source {

/// Milliseconds from a number in `unit_ms` milliseconds, or from "3:45" and "1:02:03".
std::optional<double> read_length(std::string_view cell, double unit_ms);

/// A column of lengths. Its name says the unit ("duration_ms", "Play Duration Milliseconds",
/// "seconds_played"); where it does not, the whole column decides: most values below 7200 are
/// seconds, as few things that are played are shorter than 7.2 s or longer than 2 h.
class Lengths {
 public:
  Lengths() = default;  // milliseconds
  /// `name` in plain_name() form; `table` stands at the first record.
  Lengths(std::string_view name, CsvReader table, int column);

  [[nodiscard]] std::optional<double> milliseconds(std::string_view cell) const {
    return read_length(cell, unit_ms_);
  }
  /// Says that these are taken for seconds where only the values tell.
  void tell(playlist::SourceCall& call) const;

 private:
  double unit_ms_ = 1;
  std::string notice_;
};

}  // namespace source
