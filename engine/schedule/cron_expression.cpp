#include "schedule/cron_expression.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/local_time.hpp"
#include "core/shown_text.hpp"
#include "core/zone_changes.hpp"

namespace engine::schedule {
namespace {

constexpr std::size_t kMostBytes = 200;  // of an expression
constexpr int kDayMinutes = 24 * 60;
constexpr std::int64_t kFarthestDays = 12 * 366;  // 29 February may be eight years away

constexpr const char* kMonthWords[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr const char* kWeekdayWords[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr const char* kMonthNames[] = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};
constexpr const char* kWeekdayNames[] = {"Sundays",   "Mondays", "Tuesdays", "Wednesdays",
                                         "Thursdays", "Fridays", "Saturdays"};

struct Short {
  std::string_view word, fields;
};
constexpr Short kShorts[] = {
    {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
};

// ---- reading ----

struct Field {
  const char* name;
  int least, most, length;  // length: the longest step
  const char* takes;
};
constexpr Field kFields[] = {
    {"minute", 0, 59, 60, "0 to 59"},
    {"hour", 0, 23, 24, "0 to 23"},
    {"day of the month", 1, 31, 31, "1 to 31"},
    {"month", 1, 12, 12, "1 to 12, or jan to dec"},
    {"weekday", 0, 7, 7, "0 to 7 (0 and 7 are Sunday), or sun to sat"},
};

[[noreturn]] void refuse_expression(std::string_view text, const std::string& why,
                                    const std::string& fix) {
  throw Error(Exit::kUsage, "\"" + one_line(std::string(text)) + "\" does not say when",
              {"", "", why, fix});
}

/// Reads the fields of one expression.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : text_(text) {}

  /// Calls `set` with every number of the field that is meant.
  void read(const Field& field, std::string_view word, const std::function<void(int)>& set) const {
    for (std::size_t from = 0; from <= word.size();) {
      const std::size_t comma = std::min(word.find(',', from), word.size());
      read_part(field, word.substr(from, comma - from), set);
      from = comma + 1;
    }
  }

 private:
  struct Range {
    int first, last;
  };

  void read_part(const Field& field, std::string_view part,
                 const std::function<void(int)>& set) const {
    const std::size_t slash = part.find('/');
    const std::string_view what = part.substr(0, slash);
    int step = 1;
    if (slash != std::string_view::npos) {
      step = read_step(field, part.substr(slash + 1));
      if (what != "*" && what.find('-') == std::string_view::npos)
        refuse(field, part, "a step follows * or a range",
               "write */" + std::to_string(step) + " or " + std::string(what) + "-" +
                   std::to_string(field.most) + "/" + std::to_string(step));
    }
    const Range range = read_range(field, what);
    for (int number = range.first; number <= range.last; number += step) set(number);
  }

  Range read_range(const Field& field, std::string_view what) const {
    if (what == "*") return {field.least, field.least + field.length - 1};
    const std::size_t dash = what.find('-');
    if (dash == std::string_view::npos) {
      const int number = read_number(field, what);
      return {number, number};
    }
    const int first = read_number(field, what.substr(0, dash));
    int last = read_number(field, what.substr(dash + 1));
    if (field.most == 7 && equal_ignoring_case(what.substr(dash + 1), "sun")) last = 7;  // fri-sun
    if (first > last)
      refuse(field, what, "it goes from the larger to the smaller",
             "write two of them: " + std::to_string(first) + "-" +
                 std::to_string(field.least + field.length - 1) + "," +
                 std::to_string(field.least) + "-" + std::to_string(last));
    return {first, last};
  }

  int read_step(const Field& field, std::string_view digits) const {
    const int step = number_of(digits);
    if (step < 1 || step > field.length)
      refuse(field, digits, "a step is 1 to " + std::to_string(field.length), "");
    return step;
  }

  int read_number(const Field& field, std::string_view word) const {
    int number = number_of(word);
    if (number < 0 && field.most == 12) number = place_of(kMonthWords, word, 1);
    if (number < 0 && field.most == 7) number = place_of(kWeekdayWords, word, 0);
    if (number < field.least || number > field.most)
      refuse(field, word, std::string("it takes ") + field.takes + ", *, ranges, steps and lists",
             "");
    return number;
  }

  /// -1 for what is no number of one to four digits.
  static int number_of(std::string_view digits) {
    int number = -1;
    const char* end = digits.data() + digits.size();
    if (digits.empty() || digits.size() > 4 || digits[0] == '-') return -1;
    const auto [at, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc() && at == end ? number : -1;
  }

  template <std::size_t count>
  static int place_of(const char* const (&words)[count], std::string_view word, int first) {
    for (std::size_t k = 0; k < count; ++k)
      if (equal_ignoring_case(word, words[k])) return static_cast<int>(k) + first;
    return -1;
  }

  [[noreturn]] void refuse(const Field& field, std::string_view what, const std::string& why,
                           const std::string& fix) const {
    refuse_expression(text_,
                      std::string("the ") + field.name + " cannot be \"" +
                          one_line(std::string(what)) + "\": " + why,
                      fix);
  }

  std::string_view text_;
};

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

/// The five fields that "@daily" is short for; another text as it is.
std::string_view fields_of(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  if (words.size() != 1 || words[0][0] != '@') return text;
  std::vector<std::string> known;
  for (const Short& one : kShorts) {
    if (equal_ignoring_case(one.word, words[0])) return one.fields;
    known.emplace_back(one.word);
  }
  const std::string near = nearest(std::string(words[0]), known);
  refuse_expression(text, "there is no such word",
                    near.empty() ? "@hourly, @daily, @weekly, @monthly and @yearly are there"
                                 : "did you mean " + near + "?");
}

bool has_wildcard(std::string_view field) {
  return field.find_first_of("*/") != std::string_view::npos;
}

// ---- words ----

std::string enumerated(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t k = 0; k < words.size(); ++k)
    text += (k == 0 ? "" : k + 1 < words.size() ? ", " : " and ") + words[k];
  return text;
}

template <std::size_t count>
std::vector<int> numbers_in(const std::bitset<count>& set) {
  std::vector<int> numbers;
  for (std::size_t k = 0; k < count; ++k)
    if (set[k]) numbers.push_back(static_cast<int>(k));
  return numbers;
}

std::string two_digits(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string ordinal(int number) {
  const int last = number % 10;
  const bool is_teen = number / 10 == 1;
  return std::to_string(number) + (is_teen     ? "th"
                                   : last == 1 ? "st"
                                   : last == 2 ? "nd"
                                   : last == 3 ? "rd"
                                               : "th");
}

/// "1st, 3rd and 5th"; three in a row or more are "1st to 5th".
template <class Name>
std::string named(const std::vector<int>& numbers, Name name) {
  std::vector<std::string> words;
  for (std::size_t k = 0; k < numbers.size();) {
    std::size_t last = k;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    if (last - k >= 2) {
      words.push_back(name(numbers[k]) + " to " + name(numbers[last]));
      k = last + 1;
    } else {
      words.push_back(name(numbers[k++]));
    }
  }
  return enumerated(words);
}

/// What numbers go by around a clock of that length: 15 for 5, 20, 35, 50 of 60; 0 where it is nothing.
int even_step(const std::vector<int>& numbers, int length) {
  const int count = static_cast<int>(numbers.size());
  if (count == 0 || length % count != 0) return 0;
  const int step = length / count;
  for (int k = 0; k < count; ++k)
    if (numbers[static_cast<std::size_t>(k)] != numbers[0] + k * step) return 0;
  return step;
}

bool is_row(const std::vector<int>& numbers) {
  return numbers.back() - numbers.front() + 1 == static_cast<int>(numbers.size());
}

/// Sunday, which is 0, at the end as 7.
std::vector<int> from_monday(std::vector<int> weekdays) {
  if (!weekdays.empty() && weekdays[0] == 0) {
    weekdays.erase(weekdays.begin());
    weekdays.push_back(7);
  }
  return weekdays;
}

std::string clock_words(int hour, int minute) {
  return two_digits(hour) + ":" + two_digits(minute);
}

/// Whether the minutes of an hour are all told by "every N minutes"; two are told one by one, but for
/// the half hours.
bool are_every(const std::vector<int>& minutes) {
  const int step = even_step(minutes, 60);
  return step > 0 && step < 60 && (minutes.size() > 2 || minutes[0] == 0);
}

std::string minutes_words(const std::vector<int>& minutes) {
  if (minutes.size() == 60) return "every minute";
  if (are_every(minutes))
    return "every " + std::to_string(even_step(minutes, 60)) + " minutes" +
           (minutes[0] == 0 ? "" : ", from :" + two_digits(minutes[0]) + " on");
  return "at " + named(minutes, [](int minute) { return ":" + two_digits(minute); });
}

std::string hours_words(const std::vector<int>& hours) {
  const int step = even_step(hours, 24);
  if (step > 1 && hours.size() > 2)
    return "of every " + ordinal(step) + " hour, from " + std::to_string(hours[0]) + " on";
  return (hours.size() == 1 ? "of the hour " : "of the hours ") +
         named(hours, [](int hour) { return std::to_string(hour); });
}

std::string time_words(const std::vector<int>& minutes, const std::vector<int>& hours) {
  constexpr std::size_t kMostTimes = 6;  // that are told one by one
  const bool is_one = minutes.size() == 1;
  if (hours.size() == 24 && is_one && minutes[0] == 0) return "every hour";
  if (hours.size() == 24)
    return minutes_words(minutes) + (are_every(minutes) ? "" : " of every hour");
  const int step = even_step(hours, 24);
  if (step > 1 && is_one && (hours.size() > kMostTimes || (step < 24 && hours[0] == 0)))
    return "every " + std::to_string(step) + " hours, from " + clock_words(hours[0], minutes[0]) +
           " on";
  if (minutes.size() * hours.size() <= kMostTimes) {
    std::vector<std::string> times;
    for (const int hour : hours)
      for (const int minute : minutes) times.push_back(clock_words(hour, minute));
    return "at " + enumerated(times);
  }
  if (is_row(hours) && (is_one || are_every(minutes)))
    return (is_one ? "every hour"
            : minutes.size() == 60
                ? "every minute"
                : "every " + std::to_string(even_step(minutes, 60)) + " minutes") +
           (" from " + clock_words(hours.front(), minutes.front())) + " to " +
           clock_words(hours.back(), minutes.back());
  return minutes_words(minutes) + " " + hours_words(hours);
}

// ---- the clocks of a zone ----

std::int64_t floor_div(std::int64_t number, std::int64_t by) {
  return number >= 0 ? number / by : -((by - 1 - number) / by);
}

/// A stretch of time in which a zone's clocks are not put, and what they skip as it begins.
struct Stretch {
  std::int64_t begin = 0, end = 0;  // Unix seconds, without `end`
  std::int64_t offset = 0, offset_before = 0;
};

/// Finds times in stretches, in their order.
class TimesInZone {
 public:
  TimesInZone(const CronExpression& expression, const std::string& timezone, std::int64_t begin,
              std::int64_t end)
      : expression_(expression) {
    const std::int64_t earlier = begin - 2 * kDay;  // what comes twice may have come before
    const std::vector<ZoneChange> changes = zone_changes(timezone, earlier, end);
    for (std::size_t k = 0; k < changes.size(); ++k) {
      stretches_.push_back({changes[k].from, k + 1 < changes.size() ? changes[k + 1].from : end,
                            changes[k].offset, changes[k == 0 ? 0 : k - 1].offset});
    }
  }

  /// Calls `found` with every time in (after, end), the earliest first, until it says false.
  void each(std::int64_t after, const std::function<bool(std::int64_t)>& found) const {
    for (const Stretch& stretch : stretches_) {
      if (stretch.end <= after) continue;
      if (stretch.begin > after && is_skipped_to(stretch) && !found(stretch.begin)) return;
      if (!each_in(stretch, std::max(after + 1, stretch.begin), found)) return;
    }
  }

 private:
  /// A fixed time that the clocks skip, on the day at which they arrive.
  [[nodiscard]] bool is_skipped_to(const Stretch& stretch) const {
    if (!expression_.is_fixed_time() || stretch.offset <= stretch.offset_before) return false;
    const std::int64_t arrival = stretch.begin + stretch.offset;
    const std::int64_t day = floor_div(arrival, kDay);
    if (!expression_.has_day(day)) return false;
    const std::int64_t time = day * kDay + fixed_minute() * kMinute;
    return time >= stretch.begin + stretch.offset_before && time < arrival;
  }

  [[nodiscard]] std::int64_t fixed_minute() const {
    int minute = 0;
    while (!is_due_at(minute)) ++minute;
    return minute;
  }

  [[nodiscard]] bool is_due_at(int minute) const {
    return expression_.has_hour(minute / 60) && expression_.has_minute(minute % 60);
  }

  bool each_in(const Stretch& stretch, std::int64_t from,
               const std::function<bool(std::int64_t)>& found) const {
    const std::int64_t last_day = floor_div(stretch.end - 1 + stretch.offset, kDay);
    for (std::int64_t day = floor_div(from + stretch.offset, kDay); day <= last_day; ++day) {
      if (!expression_.has_day(day)) continue;
      const std::int64_t midnight = day * kDay - stretch.offset;
      const std::int64_t first =
          std::max<std::int64_t>(0, floor_div(from - midnight + kMinute - 1, kMinute));
      for (auto minute = static_cast<int>(first); minute < kDayMinutes; ++minute) {
        if (!expression_.has_hour(minute / 60)) {
          minute += 59 - minute % 60;
          continue;
        }
        if (!is_due_at(minute)) continue;
        const std::int64_t time = midnight + minute * kMinute;
        if (time >= stretch.end) break;
        if (expression_.is_fixed_time() && has_come_before(stretch, time)) continue;
        if (!found(time)) return false;
      }
    }
    return true;
  }

  /// The clocks, put back, show what they have shown.
  static bool has_come_before(const Stretch& stretch, std::int64_t time) {
    const std::int64_t earlier = time + stretch.offset - stretch.offset_before;
    return earlier < stretch.begin && earlier < time;
  }

  const CronExpression& expression_;
  std::vector<Stretch> stretches_;
};

}  // namespace

CronExpression CronExpression::parse(std::string_view text) {
  if (text.size() > kMostBytes)
    refuse_expression(text.substr(0, 40), "it is longer than 200 bytes", "");
  const std::vector<std::string_view> words = words_of(fields_of(text));
  if (words.size() != 5) {
    refuse_expression(text,
                      "it has " + std::to_string(words.size()) +
                          " fields, and five are needed: minute, hour, day of the month, month, "
                          "weekday",
                      "\"0 7 * * 1\" is Mondays at 7, \"*/30 * * * *\" every half hour; @daily "
                      "and its like are there, too");
  }
  CronExpression expression;
  expression.text_ = text;
  const FieldReader reader(text);
  const auto place = [](int number) { return static_cast<std::size_t>(number); };
  reader.read(kFields[0], words[0], [&](int k) { expression.minutes_.set(place(k)); });
  reader.read(kFields[1], words[1], [&](int k) { expression.hours_.set(place(k)); });
  reader.read(kFields[2], words[2], [&](int k) { expression.days_.set(place(k)); });
  reader.read(kFields[3], words[3], [&](int k) { expression.months_.set(place(k)); });
  reader.read(kFields[4], words[4], [&](int k) { expression.weekdays_.set(place(k % 7)); });
  expression.is_any_day_ = words[2] == "*";
  expression.is_any_weekday_ = words[4] == "*";
  expression.is_fixed_time_ = !has_wildcard(words[0]) && !has_wildcard(words[1]) &&
                              expression.minutes_.count() == 1 && expression.hours_.count() == 1;
  return expression;
}

bool CronExpression::has_day(std::int64_t day) const {
  const MonthAndDay date = month_and_day(day);
  if (!months_[static_cast<std::size_t>(date.month)]) return false;
  const bool is_day = days_[static_cast<std::size_t>(date.day)];
  const auto weekday = static_cast<std::size_t>(((day + 4) % 7 + 7) % 7);  // 1970-01-01: Thursday
  if (is_any_weekday_) return is_day;
  return is_any_day_ ? weekdays_[weekday] : is_day || weekdays_[weekday];
}

std::string CronExpression::in_words() const {
  std::string words = time_words(numbers_in(minutes_), numbers_in(hours_));
  std::vector<std::string> days;
  if (!is_any_day_) days.push_back("on the " + named(numbers_in(days_), ordinal) + " of the month");
  if (!is_any_weekday_)
    days.push_back("on " + named(from_monday(numbers_in(weekdays_)), [](int weekday) {
                     return std::string(kWeekdayNames[weekday % 7]);
                   }));
  for (std::size_t k = 0; k < days.size(); ++k) words += (k == 0 ? " " : " and ") + days[k];
  if (days.empty() && hours_.count() < 24) words += " every day";
  if (months_.count() < 12)
    words += " in " + named(numbers_in(months_),
                            [](int month) { return std::string(kMonthNames[month - 1]); });
  return words;
}

std::optional<std::int64_t> next_time(const CronExpression& expression, std::int64_t after,
                                      const std::string& timezone) {
  // Most come soon, and looking at the zone's clocks over twelve years takes a millisecond or two.
  for (std::int64_t begin = after, days = 35; begin < after + kFarthestDays * kDay; days *= 4) {
    const std::int64_t end = begin + days * kDay;
    std::optional<std::int64_t> first;
    TimesInZone(expression, timezone, begin, end).each(begin, [&](std::int64_t time) {
      first = time;
      return false;
    });
    if (first) return first;
    begin = end - 1;
  }
  return std::nullopt;
}

void each_time(const CronExpression& expression, std::int64_t after, std::int64_t until,
               const std::string& timezone, const std::function<void(std::int64_t)>& found) {
  if (until <= after) return;
  TimesInZone(expression, timezone, after, until + 1).each(after, [&](std::int64_t time) {
    found(time);
    return true;
  });
}

}  // namespace engine::schedule
