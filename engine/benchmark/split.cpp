#include "benchmark/split.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>

#include "core/error.hpp"

namespace engine::benchmark {
namespace {

struct Line {
  std::size_t number;                 // in the file, from 1
  std::vector<std::int32_t> numbers;  // empty: a blank line
};

[[noreturn]] void refuse(const std::string& file, std::size_t line, const std::string& expected,
                         const std::string& found) {
  throw Error(Exit::kInput, "cannot read " + file,
              {"line " + std::to_string(line), "", "expected " + expected + ", found " + found,
               "the two formats are: a user's number followed by their items', or the count of "
               "items followed by the items"});
}

/// What stands there, short enough for a message.
std::string shown(std::string_view word) {
  std::string text;
  for (const char c : word.substr(0, 24)) text += c >= ' ' && c < 127 ? c : '?';
  return "\"" + text + (word.size() > 24 ? "..." : "") + "\"";
}

std::int32_t read_number(const SplitText& source, std::size_t line, std::string_view word) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error == std::errc::invalid_argument || end != word.data() + word.size() || number < 0)
    refuse(source.file, line, "numbers from 0 with blanks between them", shown(word));
  if (error == std::errc::result_out_of_range || number >= kMostNumbers)
    refuse(source.file, line, "numbers below " + std::to_string(kMostNumbers), shown(word));
  return static_cast<std::int32_t>(number);
}

std::vector<Line> read_lines(const SplitText& source) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<Line> lines;
  for (std::size_t begin = 0; begin < source.text.size();) {
    const std::size_t end = std::min(source.text.find('\n', begin), source.text.size());
    const std::string_view text = source.text.substr(begin, end - begin);
    Line line{lines.size() + 1, {}};
    for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
      const std::size_t stop = std::min(text.find_first_of(kBlanks, at), text.size());
      line.numbers.push_back(read_number(source, line.number, text.substr(at, stop - at)));
      at = text.find_first_not_of(kBlanks, stop);
    }
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  while (!lines.empty() && lines.back().numbers.empty()) lines.pop_back();
  if (lines.empty()) refuse(source.file, 1, "numbers", "an empty file");
  return lines;
}

bool is_counted(const Line& line) {
  return !line.numbers.empty() &&
         static_cast<std::size_t>(line.numbers[0]) == line.numbers.size() - 1;
}

/// Every user has one line.
bool has_users_first(const std::vector<Line>& lines) {
  std::vector<std::int32_t> users;
  for (const Line& line : lines) {
    if (!line.numbers.empty()) users.push_back(line.numbers[0]);
  }
  std::sort(users.begin(), users.end());
  return std::adjacent_find(users.begin(), users.end()) == users.end();
}

SplitFormat format_of(const std::vector<Line>& train, const std::vector<Line>& test,
                      const std::string& file) {
  const auto counted = [](const std::vector<Line>& lines) {
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), is_counted));
  };
  const std::size_t lines = train.size() + test.size();
  const std::size_t fitting = counted(train) + counted(test);
  const bool may_be_users = has_users_first(train) && has_users_first(test);
  if (fitting == lines && may_be_users) {
    return file.find(".dat") == std::string::npos ? SplitFormat::kUsersFirst
                                                  : SplitFormat::kCountsFirst;
  }
  if (fitting == lines) return SplitFormat::kCountsFirst;
  if (may_be_users) return SplitFormat::kUsersFirst;
  // Neither: the one that more lines speak for, so that the message is about the line that is off.
  return fitting > lines / 2 ? SplitFormat::kCountsFirst : SplitFormat::kUsersFirst;
}

/// The user of each line, with what is wrong in their format.
std::vector<std::int32_t> users_of(const SplitText& source, const std::vector<Line>& lines,
                                   SplitFormat format) {
  std::vector<std::int32_t> users;
  std::unordered_map<std::int32_t, std::size_t> line_of;
  for (const Line& line : lines) {
    if (format == SplitFormat::kCountsFirst) {
      const std::string expected =
          line.numbers.empty() ? "a count of items" : std::to_string(line.numbers[0]) + " items";
      if (!is_counted(line)) {
        refuse(source.file, line.number, expected,
               line.numbers.empty() ? "an empty line" : std::to_string(line.numbers.size() - 1));
      }
      users.push_back(static_cast<std::int32_t>(users.size()));
      continue;
    }
    users.push_back(line.numbers.empty() ? -1 : line.numbers[0]);
    if (users.back() < 0) continue;
    const auto [found, is_new] = line_of.emplace(users.back(), line.number);
    if (!is_new) {
      refuse(source.file, line.number, "every user once",
             "user " + std::to_string(users.back()) + ", who is on line " +
                 std::to_string(found->second) + " too");
    }
  }
  return users;
}

ItemsOfUsers gathered(const std::vector<Line>& lines, const std::vector<std::int32_t>& line_users,
                      std::int32_t users, Split& split) {
  std::vector<std::size_t> line_of(static_cast<std::size_t>(users), SIZE_MAX);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    if (line_users[k] >= 0) line_of[static_cast<std::size_t>(line_users[k])] = k;
  }
  ItemsOfUsers made;
  for (const std::size_t k : line_of) {
    if (k != SIZE_MAX) {
      std::vector<std::int32_t> items(lines[k].numbers.begin() + 1, lines[k].numbers.end());
      std::sort(items.begin(), items.end());
      const auto end = std::unique(items.begin(), items.end());
      split.repeated += static_cast<std::size_t>(items.end() - end);
      made.items.insert(made.items.end(), items.begin(), end);
      if (end != items.begin()) split.items = std::max(split.items, *(end - 1) + 1);
    }
    made.offsets.push_back(made.items.size());
  }
  return made;
}

std::int32_t most(const std::vector<std::int32_t>& users) {
  return users.empty() ? -1 : *std::max_element(users.begin(), users.end());
}

}  // namespace

Split read_split(const SplitText& train, const SplitText& test) {
  const std::vector<Line> train_lines = read_lines(train), test_lines = read_lines(test);
  Split split;
  split.train_file = train.file;
  split.test_file = test.file;
  split.format = format_of(train_lines, test_lines, train.file);
  const auto train_users = users_of(train, train_lines, split.format);
  const auto test_users = users_of(test, test_lines, split.format);
  const std::int32_t users = std::max(most(train_users), most(test_users)) + 1;
  split.train = gathered(train_lines, train_users, users, split);
  split.test = gathered(test_lines, test_users, users, split);
  if (split.train.items.empty() || split.test.items.empty()) {
    throw Error(Exit::kInput,
                (split.train.items.empty() ? train : test).file + " holds no item of any user",
                {"", "", "there is nothing to learn from or to look for", ""});
  }
  return split;
}

}  // namespace engine::benchmark
