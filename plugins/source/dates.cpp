#include "dates.hpp"

#include <algorithm>
#include <array>

#include "text.hpp"

namespace source {
namespace {

bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

/// Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-compatible low-level date
/// algorithms", days_from_civil).
std::int64_t days_since_1970(int year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

struct Civil {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<std::int64_t> to_seconds(const Civil& t) {
  if (t.year < 1 || t.year > 9999 || t.month < 1 || t.month > 12 || t.day < 1 ||
      t.day > days_in_month(t.year, t.month) || t.hour < 0 || t.hour > 23 || t.minute < 0 ||
      t.minute > 59 || t.second < 0 || t.second > 60) {
    return std::nullopt;
  }
  return days_since_1970(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/// Reads from the front of a text, piece by piece.
class Pieces {
 public:
  explicit Pieces(std::string_view text) : text_(text) {}
  [[nodiscard]] bool is_empty() const { return text_.empty(); }
  [[nodiscard]] std::string_view rest() const { return text_; }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_.front(); }

  /// A number of `least` to `most` digits; how many there were is in `digits`.
  bool number(int& value, std::size_t least, std::size_t most, std::size_t* digits = nullptr) {
    value = 0;
    std::size_t i = 0;
    for (; i < text_.size() && i < most && is_digit(text_[i]); ++i) {
      value = value * 10 + (text_[i] - '0');
    }
    if (i < least || (i < text_.size() && is_digit(text_[i]))) return false;
    text_.remove_prefix(i);
    if (digits != nullptr) *digits = i;
    return true;
  }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool spaces() {
    bool is_any = false;
    while (take(' ')) is_any = true;
    return is_any;
  }
  /// The letters that come next, in lower case; nothing is taken.
  [[nodiscard]] std::string word() const {
    std::size_t length = 0;
    while (length < text_.size() && is_letter(text_[length])) ++length;
    return lower_ascii(text_.substr(0, length));
  }
  bool take_word(std::string_view wanted) {
    if (word() != wanted) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }
  /// "Oct", "Sept.", "october".
  bool month(int& month) {
    static constexpr std::array<std::string_view, 12> kMonths = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    const std::string name = word();
    const auto m = name.size() < 3
                       ? kMonths.end()
                       : std::find_if(kMonths.begin(), kMonths.end(), [&](auto full) {
                           return full.starts_with(name) || (name == "sept" && full == "september");
                         });
    if (m == kMonths.end()) return false;
    month = static_cast<int>(m - kMonths.begin()) + 1;
    text_.remove_prefix(name.size());
    take('.');
    return true;
  }
  /// "Tue", "Tuesday," before a date.
  void weekday() {
    static constexpr std::array<std::string_view, 7> kDays = {
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    const std::string name = word();
    if (name.size() < 3 || std::none_of(kDays.begin(), kDays.end(),
                                        [&](auto full) { return full.starts_with(name); })) {
      return;
    }
    text_.remove_prefix(name.size());
    take('.');
    take(',');
    spaces();
  }

 private:
  std::string_view text_;
};

/// "3:04", "03:04:05", "03:04:05.678", "3:04 PM", "21.47"; says how exact it is.
bool read_clock(Pieces& pieces, Civil& time, std::int32_t& precision) {
  if (!pieces.number(time.hour, 1, 2)) return false;
  const char mark = pieces.front() == '.' ? '.' : ':';
  if (!pieces.take(mark) || !pieces.number(time.minute, 2, 2)) return false;
  precision = 60;
  if (pieces.take(mark)) {
    if (!pieces.number(time.second, 2, 2)) return false;
    precision = 1;
    int fraction = 0;
    if ((pieces.take('.') || pieces.take(',')) && !pieces.number(fraction, 1, 9)) return false;
  }
  Pieces behind = pieces;
  behind.spaces();
  const bool is_afternoon = behind.take_word("pm");
  if (is_afternoon || behind.take_word("am")) {
    if (time.hour < 1 || time.hour > 12) return false;
    time.hour = time.hour % 12 + (is_afternoon ? 12 : 0);
    pieces = behind;
  }
  return true;
}

/// "", "Z", "UTC", "+01:00", "-0330", "+01", "GMT+0200 (Eastern European Summer Time)": seconds to
/// subtract. Other names of zones are not read: "EST" and "IST" are several.
std::optional<std::int64_t> read_zone(Pieces& pieces) {
  pieces.spaces();
  const bool is_named = pieces.take_word("utc") || pieces.take_word("gmt");
  if (!is_named && pieces.take_word("z") && pieces.rest() == "[UTC]") return 0;
  if (pieces.is_empty()) return 0;
  const bool is_plus = pieces.take('+');
  if (!is_plus && !pieces.take('-')) return std::nullopt;
  int hours = 0, minutes = 0;
  std::size_t digits = 0;
  if (!pieces.number(hours, 1, 4, &digits) || digits == 3) return std::nullopt;
  if (digits == 4) {
    minutes = hours % 100;
    hours /= 100;
  } else if (pieces.take(':') && !pieces.number(minutes, 2, 2)) {
    return std::nullopt;
  }
  pieces.spaces();
  const bool is_over = pieces.is_empty() || pieces.front() == '(' || pieces.front() == '[';
  if (!is_over || hours > 15 || minutes > 59) return std::nullopt;
  const std::int64_t offset = hours * 3600 + minutes * 60;
  return is_plus ? offset : -offset;
}

/// What stands behind the day: nothing, or the clock with a zone or without.
std::optional<Time> with_clock(Pieces& pieces, Civil& time) {
  bool has_clock = pieces.take('T') || pieces.take('t');
  if (!has_clock) {
    pieces.take(',');
    has_clock = pieces.spaces();
    if (pieces.take_word("at")) pieces.spaces();
  }
  Time result;
  result.precision = 86400;
  if (has_clock && !read_clock(pieces, time, result.precision)) return std::nullopt;
  const auto zone = read_zone(pieces);
  const auto seconds = to_seconds(time);
  if (!zone || !seconds) return std::nullopt;
  result.seconds = *seconds - *zone;
  return result;
}

bool is_date_mark(char c) {
  return c == '-' || c == '/' || c == '.';
}

/// "2026-01-02", "2026/1/2", "2026.01.02".
std::optional<Time> read_year_first(Pieces pieces) {
  Civil time;
  if (!pieces.number(time.year, 4, 4)) return std::nullopt;
  const char mark = pieces.front();
  if (!is_date_mark(mark) || !pieces.take(mark) || !pieces.number(time.month, 1, 2) ||
      !pieces.take(mark) || !pieces.number(time.day, 1, 2)) {
    return std::nullopt;
  }
  return with_clock(pieces, time);
}

/// "20260102", "20260102T030405Z".
std::optional<Time> read_compact(std::string_view text) {
  Pieces day(text.substr(0, 8));
  Civil time;
  int number = 0;
  if (!day.number(number, 8, 8)) return std::nullopt;
  time.year = number / 10000;
  time.month = number / 100 % 100;
  time.day = number % 100;
  Pieces rest(text.substr(8));
  if (rest.is_empty()) return with_clock(rest, time);
  if (!rest.take('T') && !rest.spaces()) return std::nullopt;
  std::size_t digits = 0;
  if (!rest.number(number, 4, 6, &digits) || digits == 5) return std::nullopt;
  if (digits == 4) number *= 100;
  time.hour = number / 10000;
  time.minute = number / 100 % 100;
  time.second = number % 100;
  const auto zone = read_zone(rest);
  const auto seconds = to_seconds(time);
  if (!zone || !seconds) return std::nullopt;
  return Time{*seconds - *zone, digits == 4 ? 60 : 1};
}

int full_year(int year, std::size_t digits) {
  return digits == 4 ? year : year + (year < 70 ? 2000 : 1900);
}

/// "2 Jan 2026", "02-Jan-26", "Jan 2 2026", "January 2nd, 2026 at 03:04AM".
std::optional<Time> read_english(Pieces pieces) {
  Civil time;
  std::size_t digits = 0;
  const auto gap = [&pieces] { return pieces.spaces() || pieces.take('-'); };
  const auto year = [&] {
    if (!pieces.number(time.year, 2, 4, &digits) || digits == 3) return false;
    time.year = full_year(time.year, digits);
    return true;
  };
  if (is_digit(pieces.front())) {
    if (!pieces.number(time.day, 1, 2)) return std::nullopt;
    pieces.take('.');
    if (!gap() || !pieces.month(time.month) || !gap() || !year()) return std::nullopt;
    return with_clock(pieces, time);
  }
  if (!pieces.month(time.month) || !gap() || !pieces.number(time.day, 1, 2)) return std::nullopt;
  for (const std::string_view ending : {"st", "nd", "rd", "th"}) {
    if (pieces.take_word(ending)) break;
  }
  pieces.take(',');
  if (!gap() || !year()) return std::nullopt;
  return with_clock(pieces, time);
}

/// Three numbers whose order the file has to tell, and what stands behind them.
struct Numbers {
  std::array<int, 3> values{};
  std::size_t year_digits = 0;  // of the last: 2 or 4
  char mark = 0;
  Pieces rest{{}};

  /// Nothing where these numbers are no day in that order.
  [[nodiscard]] std::optional<Civil> in(DateOrder order) const {
    const auto [a, b, c] = values;
    Civil day;
    switch (order) {
      case DateOrder::kMonthFirst:
        day = {full_year(c, year_digits), a, b};
        break;
      case DateOrder::kDayFirst:
        day = {full_year(c, year_digits), b, a};
        break;
      case DateOrder::kYearFirst:
        if (year_digits == 4) return std::nullopt;
        day = {full_year(a, 2), b, c};
    }
    return to_seconds(day) ? std::optional(day) : std::nullopt;
  }
};

std::optional<Numbers> find_numbers(std::string_view text) {
  text = trim(text);
  if (text.size() < 6 || !is_digit(text[0]) || (!is_date_mark(text[1]) && !is_date_mark(text[2]))) {
    return std::nullopt;
  }
  Numbers numbers;
  Pieces pieces(text);
  auto& [a, b, c] = numbers.values;
  if (!pieces.number(a, 1, 2)) return std::nullopt;
  numbers.mark = pieces.front();
  if (!is_date_mark(numbers.mark) || !pieces.take(numbers.mark) || !pieces.number(b, 1, 2) ||
      !pieces.take(numbers.mark) || !pieces.number(c, 2, 4, &numbers.year_digits) ||
      numbers.year_digits == 3) {
    return std::nullopt;
  }
  numbers.rest = pieces;
  return numbers;
}

constexpr std::array<DateOrder, 3> kOrders = {DateOrder::kMonthFirst, DateOrder::kDayFirst,
                                              DateOrder::kYearFirst};

}  // namespace

std::optional<std::int64_t> read_utc(std::string_view text) {
  if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':' || text[19] != 'Z') {
    return std::nullopt;
  }
  bool is_right = true;
  const auto digit = [&](std::size_t i) {
    const int value = text[i] - '0';
    is_right &= static_cast<unsigned>(value) <= 9;
    return value;
  };
  const auto two = [&](std::size_t i) { return digit(i) * 10 + digit(i + 1); };
  const Civil time{two(0) * 100 + two(2), two(5), two(8), two(11), two(14), two(17)};
  if (!is_right) return std::nullopt;
  return to_seconds(time);
}

std::optional<Time> read_time(std::string_view text, DateOrder order) {
  text = trim(text);
  if (text.size() < 6 || text.size() > 80) return std::nullopt;
  if (std::all_of(text.begin(), text.begin() + 4, is_digit) && is_date_mark(text[4])) {
    return read_year_first(Pieces(text));
  }
  if (text.size() >= 8 && std::all_of(text.begin(), text.begin() + 8, is_digit)) {
    return read_compact(text);
  }
  if (const auto numbers = find_numbers(text)) {
    auto day = numbers->in(order);
    if (!day) return std::nullopt;
    Pieces rest = numbers->rest;
    return with_clock(rest, *day);
  }
  Pieces pieces(text);
  pieces.weekday();
  return read_english(pieces);
}

// ---- the order of a file ------------------------------------------------------------------------
std::string_view order_name(DateOrder order) {
  switch (order) {
    case DateOrder::kMonthFirst:
      return "month-first";
    case DateOrder::kDayFirst:
      return "day-first";
    default:
      return "year-first";
  }
}

std::optional<DateOrder> find_order(std::string_view name) {
  for (const DateOrder order : kOrders) {
    if (name == order_name(order)) return order;
  }
  return std::nullopt;
}

bool needs_order(std::string_view text) {
  return find_numbers(text).has_value();
}

void DateEvidence::add(std::string_view text) {
  const auto numbers = find_numbers(text);
  if (!numbers) return;
  std::array<std::optional<Civil>, 3> days;
  for (std::size_t k = 0; k < 3; ++k) {
    days[k] = numbers->in(kOrders[k]);
    fits_[k] += days[k] ? 1 : 0;
  }
  const auto [a, b, c] = numbers->values;
  const bool is_open = (days[0] && days[1] && a != b) || (days[2] && (days[0] || days[1]));
  if (is_open && example_.empty()) {
    example_ = trim(text);
    mark_ = numbers->mark;
  }
  if (numbers->year_digits == 2) {
    first_.set(static_cast<std::size_t>(a));
    last_.set(static_cast<std::size_t>(c));
  }
}

DateEvidence::Reading DateEvidence::reading() const {
  // Years change less often than days.
  const bool can_be_year_first = first_.count() <= last_.count();
  const auto fits = [&](DateOrder order) {
    const bool is_out = order == DateOrder::kYearFirst && !can_be_year_first;
    return is_out ? 0 : fits_[static_cast<std::size_t>(order)];
  };
  std::int64_t most = 0;
  for (const DateOrder order : kOrders) most = std::max(most, fits(order));
  const auto is_open = [&](DateOrder order) { return fits(order) == most; };
  const bool is_slash = mark_ == '/' || mark_ == 0;

  Reading reading;
  if (is_open(DateOrder::kYearFirst) && first_.count() < last_.count()) {
    reading.order = DateOrder::kYearFirst;
  } else if (is_open(DateOrder::kMonthFirst) && (is_slash || !is_open(DateOrder::kDayFirst))) {
    reading.order = DateOrder::kMonthFirst;
  } else if (is_open(DateOrder::kDayFirst)) {
    reading.order = DateOrder::kDayFirst;
  } else {
    reading.order = DateOrder::kYearFirst;
  }
  for (const DateOrder order : kOrders) {
    const bool is_other = order != reading.order && is_open(order) && most > 0;
    if (is_other && !example_.empty()) reading.others.push_back(order);
  }
  return reading;
}

std::optional<std::int64_t> read_epoch(std::string_view text) {
  const auto value = read_integer(text);
  if (!value || *value < 0) return std::nullopt;
  constexpr std::int64_t kLargestSeconds = 100'000'000'000;  // the year 5138
  std::int64_t seconds = *value;
  while (seconds >= kLargestSeconds) seconds /= 1000;
  return seconds;
}

std::optional<std::int32_t> read_year(std::string_view text) {
  text = trim(text);
  Pieces pieces(text);
  if (find_numbers(text)) pieces = Pieces(text.substr(text.find_last_of("-/.") + 1));
  int year = 0;
  if (!pieces.number(year, 4, 4) || year < 1900 || year > 2100) return std::nullopt;
  const bool is_year = pieces.is_empty() || pieces.rest() == ".0" || is_date_mark(pieces.front());
  return is_year ? std::optional(year) : std::nullopt;
}

bool is_plausible(std::int64_t seconds) {
  return seconds >= 946'684'800 && seconds < 4'102'444'800;
}

}  // namespace source
