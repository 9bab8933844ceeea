#include "dates.hpp"

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

/// Reads from the front of a text, piece by piece.
class Pieces {
 public:
  explicit Pieces(std::string_view text) : text_(text) {}
  [[nodiscard]] bool is_empty() const { return text_.empty(); }
  [[nodiscard]] std::string_view rest() const { return text_; }

  /// A number of `least` to `most` digits.
  bool number(int& value, std::size_t least, std::size_t most) {
    value = 0;
    std::size_t i = 0;
    for (; i < text_.size() && i < most && text_[i] >= '0' && text_[i] <= '9'; ++i) {
      value = value * 10 + (text_[i] - '0');
    }
    if (i < least || (i < text_.size() && text_[i] >= '0' && text_[i] <= '9')) return false;
    text_.remove_prefix(i);
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
  bool month(int& month) {
    static constexpr std::array<std::string_view, 12> kMonths = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    std::size_t length = 0;
    while (length < text_.size() && ((text_[length] | 32) >= 'a') &&
           ((text_[length] | 32) <= 'z')) {
      ++length;
    }
    if (length < 3) return false;
    const std::string name = lower_ascii(text_.substr(0, length));
    for (std::size_t m = 0; m < kMonths.size(); ++m) {
      if (kMonths[m].starts_with(name) || (name == "sept" && m == 8)) {
        month = static_cast<int>(m) + 1;
        text_.remove_prefix(length);
        take('.');
        return true;
      }
    }
    return false;
  }

 private:
  std::string_view text_;
};

/// "3:04", "03:04:05", "03:04:05.678", "3:04 PM"; says how exact it is.
bool read_clock(Pieces& pieces, Civil& time, std::int32_t& precision) {
  if (!pieces.number(time.hour, 1, 2) || !pieces.take(':') || !pieces.number(time.minute, 2, 2)) {
    return false;
  }
  precision = 60;
  if (pieces.take(':')) {
    if (!pieces.number(time.second, 2, 2)) return false;
    precision = 1;
    int fraction = 0;
    if (pieces.take('.') && !pieces.number(fraction, 1, 9)) return false;
  }
  pieces.spaces();
  const std::string half = lower_ascii(pieces.rest());
  if (half == "am" || half == "pm") {
    if (time.hour < 1 || time.hour > 12) return false;
    time.hour = time.hour % 12 + (half == "pm" ? 12 : 0);
    pieces = Pieces({});
  }
  return true;
}

/// "", "Z", "UTC", "+01:00", "-0330", "+01": seconds to subtract.
std::optional<std::int64_t> read_zone(Pieces& pieces) {
  pieces.spaces();
  if (pieces.is_empty() || pieces.rest() == "Z" || pieces.rest() == "z" || pieces.rest() == "UTC") {
    return 0;
  }
  const bool is_plus = pieces.take('+');
  if (!is_plus && !pieces.take('-')) return std::nullopt;
  const std::string_view digits = pieces.rest();
  int hours = 0, minutes = 0;
  if (digits.size() == 4 && !contains(digits, ":")) {
    int both = 0;
    if (!pieces.number(both, 4, 4)) return std::nullopt;
    hours = both / 100;
    minutes = both % 100;
  } else {
    if (!pieces.number(hours, 2, 2)) return std::nullopt;
    if (pieces.take(':') && !pieces.number(minutes, 2, 2)) return std::nullopt;
  }
  if (!pieces.is_empty() || hours > 15 || minutes > 59) return std::nullopt;
  const std::int64_t offset = hours * 3600 + minutes * 60;
  return is_plus ? offset : -offset;
}

std::optional<Time> with_clock(Pieces& pieces, Civil& time, bool has_clock) {
  Time result;
  result.precision = 86400;
  if (has_clock && !read_clock(pieces, time, result.precision)) return std::nullopt;
  const auto zone = read_zone(pieces);
  const auto seconds = to_seconds(time);
  if (!zone || !seconds) return std::nullopt;
  result.seconds = *seconds - *zone;
  return result;
}

std::optional<Time> read_iso(Pieces pieces) {
  Civil time;
  if (!pieces.number(time.year, 4, 4) || !pieces.take('-') || !pieces.number(time.month, 1, 2) ||
      !pieces.take('-') || !pieces.number(time.day, 1, 2)) {
    return std::nullopt;
  }
  const bool has_clock = pieces.take('T') || pieces.take('t') || pieces.spaces();
  return with_clock(pieces, time, has_clock);
}

std::optional<Time> read_english(Pieces pieces) {
  Civil time;
  if (!pieces.number(time.day, 1, 2) || !pieces.spaces() || !pieces.month(time.month) ||
      !pieces.spaces() || !pieces.number(time.year, 4, 4)) {
    return std::nullopt;
  }
  pieces.take(',');
  const bool has_clock = pieces.spaces();
  return with_clock(pieces, time, has_clock);
}

std::optional<Time> read_spreadsheet(Pieces pieces) {
  Civil time;
  if (!pieces.number(time.month, 1, 2) || !pieces.take('/') || !pieces.number(time.day, 1, 2) ||
      !pieces.take('/') || !pieces.number(time.year, 4, 4)) {
    return std::nullopt;
  }
  if (time.month > 12) std::swap(time.month, time.day);
  pieces.take(',');
  const bool has_clock = pieces.spaces();
  return with_clock(pieces, time, has_clock);
}

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

std::optional<Time> read_time(std::string_view text) {
  text = trim(text);
  if (text.size() < 8 || text.size() > 40) return std::nullopt;
  if (text[4] == '-') return read_iso(Pieces(text));
  if (text[1] == '/' || text[2] == '/') return read_spreadsheet(Pieces(text));
  return read_english(Pieces(text));
}

std::optional<std::int64_t> read_epoch(std::string_view text) {
  const auto value = read_integer(text);
  if (!value || *value < 0) return std::nullopt;
  constexpr std::int64_t kLargestSeconds = 100'000'000'000;  // the year 5138
  return *value < kLargestSeconds ? *value : *value / 1000;
}

std::optional<std::int32_t> read_year(std::string_view text) {
  text = trim(text);
  const std::size_t slash = text.rfind('/');
  Pieces pieces(slash == std::string_view::npos ? text : text.substr(slash + 1));
  int year = 0;
  if (!pieces.number(year, 4, 4) || year < 1900 || year > 2100) return std::nullopt;
  if (!pieces.is_empty() && pieces.rest() != ".0" && !pieces.take('-')) return std::nullopt;
  return year;
}

bool is_plausible(std::int64_t seconds) {
  return seconds >= 946'684'800 && seconds < 4'102'444'800;
}

}  // namespace source
