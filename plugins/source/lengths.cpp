#include "lengths.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "text.hpp"

namespace source {
namespace {

/// Milliseconds of the unit that a word of the name is; 0 when none is one.
double unit_of(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kMilliseconds = {"ms", "msec", "millis",
                                                                    "millisecond", "milliseconds"};
  static constexpr std::array<std::string_view, 5> kSeconds = {"s", "sec", "secs", "second",
                                                               "seconds"};
  const auto is_any = [](const auto& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  const std::vector<std::string> words = split(name, '_');
  for (const std::string& word : words) {
    if (is_any(kMilliseconds, word) || word == "msplayed") return 1;
  }
  for (const std::string& word : words) {
    if (is_any(kSeconds, word)) return 1000;
  }
  return 0;
}

/// Hours, minutes and seconds of "1:02:03" and "3:45.5".
std::optional<double> read_clock_length(std::string_view cell) {
  const std::vector<std::string> parts = split(cell, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  double seconds = 0;
  for (const std::string& part : parts) {
    const auto number = read_number(part);
    if (!number || *number < 0) return std::nullopt;
    seconds = 60 * seconds + *number;
  }
  return seconds;
}

}  // namespace

std::optional<double> read_length(std::string_view cell, double unit_ms) {
  if (contains(cell, ":")) {
    const auto seconds = read_clock_length(cell);
    return seconds ? std::optional(1000 * *seconds) : std::nullopt;
  }
  const auto number = read_number(cell);
  return number ? std::optional(unit_ms * *number) : std::nullopt;
}

Lengths::Lengths(std::string_view name, CsvReader table, int column) {
  if (column < 0) return;
  unit_ms_ = unit_of(name);
  if (unit_ms_ > 0) return;
  constexpr double kSurelyMilliseconds = 7200;
  std::int64_t small = 0, large = 0;
  while (table.next()) {
    const auto number = read_number(table[column]);
    if (!number || *number <= 0) continue;
    ++(*number < kSurelyMilliseconds ? small : large);
  }
  unit_ms_ = small > large ? 1000 : 1;
  if (unit_ms_ > 1) {
    notice_ = playlist::concat("column ", quoted(name), " is read in seconds, as ", small, " of ",
                               small + large, " lengths in it are below 7200");
  }
}

void Lengths::tell(playlist::SourceCall& call) const {
  if (!notice_.empty()) call.notice(notice_);
}

}  // namespace source
