#include "import/prompt_records.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "import/file_context.hpp"
#include "import/json_lines.hpp"
#include "import/separated_text.hpp"

namespace engine::import {
namespace {

/// What a record can hold, and the names that it goes by, the first one winning.
enum Field { kText, kUser, kTrack, kTime, kVector, kFieldCount };
constexpr std::array<std::array<const char*, 5>, kFieldCount> kNames = {{
    {"text", "prompt", "caption"},
    {"user", "username", "userid"},
    {"track", "trackid", "spotifyid", "isrc", "mbid"},
    {"ts", "time", "timestamp", "createdat", "date"},
    {"vector", "embedding"},
}};

/// "Created At" -> "createdat".
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') plain += static_cast<char>(c - 'A' + 'a');
    if (c >= 'a' && c <= 'z') plain += c;
  }
  return plain;
}

/// How good a name is for the field: 0 best, -1 none of its names.
int rank_of(std::string_view name, std::size_t field) {
  const std::string plain = plain_name(name);
  for (std::size_t k = 0; k < kNames[field].size() && kNames[field][k] != nullptr; ++k)
    if (plain == kNames[field][k]) return static_cast<int>(k);
  return -1;
}

/// Length of the UTF-8 character that `text` begins with; 0 when it begins with none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xc0) != 0x80) return 0;
  const bool is_overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool is_beyond = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return is_overlong || is_beyond ? 0 : length;
}

/// Blanks, line ends and control characters as single blanks, none around the text. False when it
/// is not UTF-8.
bool tidy(std::string_view text, std::string& tidied) {
  bool is_blank_due = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text.substr(at));
    if (length == 0) return false;
    const auto first = static_cast<unsigned char>(text[at]);
    if (first <= ' ' || first == 0x7f) {
      is_blank_due = !tidied.empty();
    } else {
      if (is_blank_due) tidied += ' ';
      is_blank_due = false;
      tidied += text.substr(at, length);
    }
    at += length;
  }
  return true;
}

/// A number that float32 cannot hold becomes infinite, and is found as not finite.
float to_float(double number) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return std::abs(number) <= kLargest ? static_cast<float>(number)
                                      : std::numeric_limits<float>::infinity();
}

std::string problem_of(const std::vector<float>& vector) {
  if (vector.empty()) return "";
  if (!std::all_of(vector.begin(), vector.end(), [](float v) { return std::isfinite(v); }))
    return "its vector holds a value that is not finite";
  if (std::all_of(vector.begin(), vector.end(), [](float v) { return v == 0; }))
    return "its vector is all zeros";
  return "";
}

/// What the fields of a record hold as texts; the vector is read by then.
void take(PromptRecord& record, std::array<std::string, kFieldCount>& texts) {
  if (!tidy(texts[kText], record.text)) {
    record.problem = "its text is not UTF-8";
  } else if (record.text.empty()) {
    record.problem = "it has no text";
  } else if (record.text.size() > PromptRecords::kLongestText) {
    record.problem =
        "its text is longer than " + std::to_string(PromptRecords::kLongestText) + " bytes";
  } else if (!tidy(texts[kUser], record.user)) {
    record.problem = "the name of its user is not UTF-8";
  } else if (!texts[kTime].empty() && !(record.ts = read_prompt_time(texts[kTime]))) {
    record.problem = "its time cannot be read, or is not between 1970 and 2100";
  } else if (record.problem.empty()) {
    record.problem = problem_of(record.vector);
  }
  record.track = std::move(texts[kTrack]);
}

class JsonPrompts final : public PromptRecords {
 public:
  explicit JsonPrompts(std::string_view text) : lines_(text) {}

  bool next(PromptRecord& record) override {
    nlohmann::json json;
    if (!lines_.next(json, record)) return false;
    if (record.problem.empty()) read(json, record);
    return true;
  }
  [[nodiscard]] double fraction() const override { return lines_.fraction(); }

 private:
  static void read(const nlohmann::json& json, PromptRecord& record) {
    std::array<const nlohmann::json*, kFieldCount> found{};
    std::array<int, kFieldCount> ranks;
    ranks.fill(std::numeric_limits<int>::max());
    for (const auto& [key, value] : json.items()) {
      if (value.is_null()) continue;
      for (std::size_t field = 0; field < kFieldCount; ++field) {
        const int rank = rank_of(key, field);
        if (rank < 0 || rank >= ranks[field]) continue;
        ranks[field] = rank;
        found[field] = &value;
      }
    }
    std::array<std::string, kFieldCount> texts;
    for (const Field field : {kText, kUser, kTrack, kTime}) {
      const nlohmann::json* value = found[field];
      if (value == nullptr) continue;
      if (value->is_string()) {
        texts[field] = value->get<std::string>();
      } else if (value->is_number() && field != kText) {
        texts[field] = value->dump();
      } else {
        record.problem = std::string("its ") + kNames[field][0] + " is no text";
        return;
      }
    }
    if (found[kVector] != nullptr) read_vector(*found[kVector], record);
    take(record, texts);
  }

  static void read_vector(const nlohmann::json& json, PromptRecord& record) {
    if (!json.is_array() || json.size() > kMostNumbers) {
      record.problem = "its vector is no list of numbers";
      return;
    }
    for (const nlohmann::json& value : json) {
      if (!value.is_number()) {
        record.problem = "its vector holds what is no number";
        return;
      }
      record.vector.push_back(to_float(value.get<double>()));
    }
  }

  JsonLines lines_;
};

class TablePrompts final : public PromptRecords {
 public:
  TablePrompts(std::string_view text, const std::string& path) : table_(text), size_(text.size()) {
    columns_.fill(-1);
    if (!table_.next()) return;
    std::array<int, kFieldCount> ranks;
    ranks.fill(std::numeric_limits<int>::max());
    for (std::size_t column = 0; column < table_.fields().size(); ++column) {
      for (std::size_t field = 0; field < kFieldCount; ++field) {
        const int rank = rank_of(table_.fields()[column], field);
        if (rank < 0 || rank >= ranks[field]) continue;
        ranks[field] = rank;
        columns_[field] = static_cast<int>(column);
      }
    }
    width_ = table_.fields().size();
    if (columns_[kText] < 0) throw_no_text(path);
  }

  bool next(PromptRecord& record) override {
    if (!table_.next()) return false;
    const std::vector<std::string>& fields = table_.fields();
    if (!table_.problem().empty()) {
      record.problem = table_.problem();
    } else if (std::all_of(fields.begin(), fields.end(),
                           [](const std::string& field) { return field.empty(); })) {
      record.bucket = "empty";
      record.problem = "a blank line";
    } else if (fields.size() > width_) {
      record.problem = "it has " + std::to_string(fields.size()) + " fields, the header has " +
                       std::to_string(width_);
    } else {
      std::array<std::string, kFieldCount> texts;
      for (std::size_t field = 0; field < kFieldCount; ++field) {
        const auto column = static_cast<std::size_t>(columns_[field]);
        if (columns_[field] >= 0 && column < fields.size()) texts[field] = fields[column];
      }
      read_vector(texts[kVector], record);
      take(record, texts);
    }
    return true;
  }
  [[nodiscard]] double fraction() const override {
    return size_ == 0 ? 1 : static_cast<double>(table_.offset()) / static_cast<double>(size_);
  }

 private:
  [[noreturn]] void throw_no_text(const std::string& path) const {
    std::string names;
    for (const std::string& name : table_.fields())
      if (names.size() < 200) names += (names.empty() ? "" : ", ") + name;
    throw Error(
        Exit::kInput, "this is no file of prompts",
        {.where = path,
         .source = {},
         .why = "its first line has no column text, prompt or caption; it has " +
                (names.empty() ? "none" : names.substr(0, 200)),
         .fix = "give a table with a header, or JSON lines: {\"text\": \"late night jazz\", "
                "\"user\": \"ann\"}"});
  }

  static void read_vector(std::string_view text, PromptRecord& record) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
      while (at < end && std::string_view(" \t,;[]").find(*at) != std::string_view::npos) ++at;
      if (at == end) return;
      double number = 0;
      const auto [stop, error] = std::from_chars(at, end, number);
      if (stop == at || record.vector.size() == kMostNumbers) {
        record.problem = "its vector is no list of numbers";
        return;
      }
      // One too large or too small for a double is none that a vector holds.
      record.vector.push_back(error == std::errc() ? to_float(number)
                                                   : std::numeric_limits<float>::infinity());
      at = stop;
    }
  }

  SeparatedText table_;
  std::size_t size_, width_ = 0;
  std::array<int, kFieldCount> columns_{};
};

// ---- times --------------------------------------------------------------------------------------

/// Takes a number of so many digits off the text.
bool take_digits(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits) return false;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || stop != text.data() + digits || text[0] == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool take_char(std::string_view& text, std::string_view any) {
  if (text.empty() || any.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Seconds of "10:00", "10:00:00", "10:00:00.25"; -1 for another text.
int take_clock(std::string_view& text) {
  int hour = 0, minute = 0, second = 0;
  if (!take_digits(text, 2, hour) || !take_char(text, ":") || !take_digits(text, 2, minute))
    return -1;
  if (take_char(text, ":")) {
    if (!take_digits(text, 2, second)) return -1;
    if (take_char(text, ".,")) {
      if (text.empty() || text[0] < '0' || text[0] > '9') return -1;
      while (take_char(text, "0123456789")) {
      }
    }
  }
  return hour > 23 || minute > 59 || second > 60 ? -1 : hour * 3600 + minute * 60 + second;
}

/// Seconds east of Greenwich of "", "Z", "+01:00", "-0530", "+01".
std::optional<int> read_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const int sign = text[0] == '-' ? -1 : 1;
  int hours = 0, minutes = 0;
  if (!take_char(text, "+-") || !take_digits(text, 2, hours)) return std::nullopt;
  take_char(text, ":");
  if (!text.empty() && !take_digits(text, 2, minutes)) return std::nullopt;
  if (!text.empty() || hours > 14 || minutes > 59) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

std::optional<std::int64_t> read_date(std::string_view text) {
  namespace chr = std::chrono;
  int year = 0, month = 0, day = 0;
  if (!take_digits(text, 4, year) || !take_char(text, "-") || !take_digits(text, 2, month) ||
      !take_char(text, "-") || !take_digits(text, 2, day))
    return std::nullopt;
  const chr::year_month_day date{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                 chr::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t midnight =
      static_cast<std::int64_t>(chr::sys_days(date).time_since_epoch().count()) * 86'400;
  if (text.empty()) return midnight;
  if (!take_char(text, "T ")) return std::nullopt;
  const int clock = take_clock(text);
  take_char(text, " ");
  const std::optional<int> zone = read_zone(text);
  if (clock < 0 || !zone) return std::nullopt;
  return midnight + clock - *zone;
}

/// Unix seconds, or milliseconds, which no second before 2100 is as large as.
std::optional<std::int64_t> read_unix(std::string_view text) {
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size() || !(std::abs(number) < 1e15))
    return std::nullopt;
  return static_cast<std::int64_t>(std::floor(number > 1e11 ? number / 1000 : number));
}

}  // namespace

void write_record(MessageWriter& writer, const PromptRecord& record) {
  writer.text(record.text);
  writer.text(record.user);
  writer.text(record.track);
  writer.number(record.ts ? 1 : 0);
  writer.number(static_cast<std::uint64_t>(record.ts.value_or(0)));
  writer.text(
      {reinterpret_cast<const char*>(record.vector.data()), record.vector.size() * sizeof(float)});
  writer.text(record.bucket);
  writer.text(record.problem);
}

void read_record(MessageReader& reader, PromptRecord& record) {
  record.text = reader.text();
  record.user = reader.text();
  record.track = reader.text();
  const bool has_time = reader.number() != 0;
  const auto time = static_cast<std::int64_t>(reader.number());
  if (has_time) record.ts = time;
  record.vector = reader.floats();
  record.bucket = reader.text();
  record.problem = reader.text();
}

std::optional<std::int64_t> read_prompt_time(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::optional<std::int64_t> seconds = read_unix(text);
  if (!seconds) seconds = read_date(text);
  if (seconds && !is_possible_time(*seconds)) seconds.reset();
  return seconds;
}

std::unique_ptr<PromptRecords> read_prompts(std::string_view bytes, const std::string& path) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && bytes[first] == '{')
    return std::make_unique<JsonPrompts>(bytes);
  if (first != std::string_view::npos && bytes[first] == '[') {
    throw Error(Exit::kInput, "prompts come as one JSON object a line",
                {.where = path,
                 .source = {},
                 .why = "this is one JSON list",
                 .fix = "write its objects a line each, as `jq -c '.[]'` does"});
  }
  return std::make_unique<TablePrompts>(bytes, path);
}

}  // namespace engine::import
