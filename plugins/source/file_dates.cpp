#include "file_dates.hpp"

#include <algorithm>

#include "text.hpp"

namespace source {

// ---- LocalClock ---------------------------------------------------------------------------------
LocalClock::LocalClock(std::string_view zone) {
  const std::vector<std::string> parts = split(zone, ' ');
  for (std::size_t k = 1; k < parts.size(); ++k) {
    const std::size_t colon = parts[k].find(':');
    if (colon == std::string::npos) continue;
    const auto from = read_integer(std::string_view(parts[k]).substr(0, colon));
    const auto offset = read_integer(std::string_view(parts[k]).substr(colon + 1));
    if (from && offset) changes_.emplace_back(*from, *offset);
  }
  std::sort(changes_.begin(), changes_.end());
  if (is_known()) zone_ = parts.front();
}

std::int64_t LocalClock::offset_at(std::int64_t seconds) const {
  if (changes_.empty()) return 0;
  const auto later =
      std::upper_bound(changes_.begin(), changes_.end(), seconds,
                       [](std::int64_t at, const auto& change) { return at < change.first; });
  return later == changes_.begin() ? later->second : (later - 1)->second;
}

std::int64_t LocalClock::utc(std::int64_t shown) const {
  constexpr std::int64_t kDay = 86400;  // clocks are not put twice within two days
  const std::int64_t before = offset_at(shown - kDay), after = offset_at(shown + kDay);
  // The clock before the change goes first: it is right for the first of two equal hours, and what
  // the clock showed that nobody had put forward.
  if (offset_at(shown - before) == before) return shown - before;
  return offset_at(shown - after) == after ? shown - after : shown - before;
}

void LocalClock::tell(playlist::SourceCall& call) const {
  if (is_known()) return;
  call.notice(
      "these times are by the listener's own clock and are read as UTC: set the time zone with "
      "`engine library timezone ZONE` and import the file again");
}

// ---- FileDates ----------------------------------------------------------------------------------
FileDates::FileDates(playlist::SourceCall& call, CsvReader table, std::vector<int> columns)
    : table_(std::move(table)), columns_(std::move(columns)) {
  constexpr int kSample = 200;
  CsvReader sample = table_;
  bool is_open = false;
  for (int k = 0; k < kSample && !is_open && sample.next(); ++k) {
    is_open = std::any_of(columns_.begin(), columns_.end(),
                          [&](int column) { return needs_order(sample[column]); });
  }
  // Only a file that it can matter to asks: what was asked is part of how the engine knows a file
  // again.
  if (!is_open) return;
  asked_ = call.setting(kDatesSetting).value_or("");
  order_ = find_order(asked_);
}

void FileDates::decide() {
  DateEvidence evidence;
  CsvReader table = table_;
  while (table.next()) {
    for (const int column : columns_) evidence.add(table[column]);
  }
  const DateEvidence::Reading reading = evidence.reading();
  order_ = reading.order;
  std::string others;
  for (const DateOrder order : reading.others) {
    others += playlist::concat(others.empty() ? "" : " or ", "--dates ", order_name(order));
  }
  if (others.empty()) return;
  notice_ =
      playlist::concat("nothing in this file proves how dates such as ", quoted(evidence.example()),
                       " are written: they are read ", order_name(reading.order),
                       "; if that is wrong, import it again with ", others);
}

std::optional<Time> FileDates::read(std::string_view text) {
  if (!order_ && needs_order(text)) decide();
  return read_time(text, order_.value_or(DateOrder::kMonthFirst));
}

std::string FileDates::problem(std::string_view text) const {
  if (order_ && needs_order(text) && !read_time(text, *order_)) {
    return playlist::concat("no date, read ", order_name(*order_),
                            asked_.empty() ? " as the file's others are: " : ": ", quoted(text));
  }
  return "no time from 2000 on: " + quoted(text);
}

void FileDates::tell(playlist::SourceCall& call) const {
  if (!notice_.empty()) call.notice(notice_);
}

// ---- UnreadDates --------------------------------------------------------------------------------
void UnreadDates::add(std::string_view text) {
  if (count_++ == 0) example_ = quoted(text);
}

void UnreadDates::tell(playlist::SourceCall& call) const {
  if (count_ == 0) return;
  call.notice(playlist::concat(count_, " of ", what_, count_ == 1 ? " is" : " are",
                               " no date from 2000 on and left out, such as ", example_));
}

}  // namespace source
