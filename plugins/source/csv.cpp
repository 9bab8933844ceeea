#include "csv.hpp"

#include <algorithm>
#include <compare>
#include <cstring>

#include "text.hpp"

namespace source {
namespace {

/// Stray quotes may make the reader go over the same bytes again; behind this much of it a quoted
/// field has to close in its own line.
constexpr std::uint64_t kMostReread = 64 << 20;

}  // namespace

CsvReader::CsvReader(std::string_view text, char separator, Quotes quotes)
    : begin_(text.data()),
      at_(begin_),
      end_(begin_ + text.size()),
      start_(begin_),
      separator_(separator),
      has_quotes_(quotes == Quotes::kUsed) {}

const char* CsvReader::line_end(const char* from) const {
  const void* found = std::memchr(from, '\n', static_cast<std::size_t>(end_ - from));
  return found == nullptr ? end_ : static_cast<const char*>(found);
}

void CsvReader::give_up(const char* problem) {
  problem_ = problem;
  reread_ += static_cast<std::uint64_t>(at_ - start_);
  const char* end = line_end(start_);
  at_ = end == end_ ? end_ : end + 1;
}

bool CsvReader::unescape(const char* first, const char* last) {
  if (std::memchr(first, '"', static_cast<std::size_t>(last - first)) == nullptr) return false;
  for (const char* p = first; p < last; ++p) {
    unescaped_ += *p;
    if (*p == '"' && p + 1 < last && p[1] == '"') ++p;
  }
  return true;
}

bool CsvReader::read_quoted() {
  const char* first = at_ + 1;
  const char* limit = reread_ > kMostReread ? line_end(start_) : end_;
  if (static_cast<std::size_t>(limit - start_) > kLongestRecord) limit = start_ + kLongestRecord;
  bool has_stray = false;
  for (const char* p = first; p < limit; ++p) {
    p = static_cast<const char*>(std::memchr(p, '"', static_cast<std::size_t>(limit - p)));
    if (p == nullptr) break;
    if (p + 1 < end_ && p[1] == '"') {
      ++p;
      continue;
    }
    const char* next = p + 1;
    while (next < end_ && *next == ' ' && separator_ != ' ') ++next;
    const bool is_close = next == end_ || *next == separator_ || *next == '\n' ||
                          (*next == '\r' && (next + 1 == end_ || next[1] == '\n'));
    if (!is_close) {
      has_stray = true;
      continue;
    }
    // A quote inside and a newline: this one more likely closes a field of a later record.
    if (has_stray && line_end(first) < p) break;
    const std::size_t place = unescaped_.size();
    if (unescape(first, p)) {
      fields_.push_back({nullptr, unescaped_.size() - place, place + 1, true});
    } else {
      fields_.push_back({first, static_cast<std::size_t>(p - first), 0, true});
    }
    at_ = next;
    return true;
  }
  at_ = limit;
  return false;
}

void CsvReader::read_plain() {
  const char* first = at_;
  while (at_ < end_ && *at_ != separator_ && *at_ != '\n') ++at_;
  const char* last = at_;
  if (last > first && last[-1] == '\r' && (at_ == end_ || *at_ == '\n')) --last;
  fields_.push_back({first, static_cast<std::size_t>(last - first), 0, false});
}

bool CsvReader::next() {
  while (at_ < end_ && (*at_ == '\n' || (*at_ == '\r' && (at_ + 1 == end_ || at_[1] == '\n')))) {
    ++at_;
  }
  fields_.clear();
  unescaped_.clear();
  problem_.clear();
  start_ = at_;
  if (at_ == end_) return false;
  while (true) {
    if (has_quotes_ && at_ < end_ && *at_ == '"') {
      if (!read_quoted()) {
        give_up("a quote is not closed");
        return true;
      }
    } else {
      read_plain();
    }
    if (at_ == end_ || *at_ != separator_) break;
    ++at_;
  }
  const auto size = static_cast<std::size_t>(at_ - start_);
  if (size > kLongestRecord) {
    problem_ = "longer than 1 MiB";
  } else if (std::memchr(start_, '\0', size) != nullptr) {
    problem_ = "it holds NUL bytes";
  }
  if (at_ < end_ && *at_ == '\r') ++at_;
  if (at_ < end_ && *at_ == '\n') ++at_;
  return true;
}

std::string_view CsvReader::operator[](int column) const {
  if (column < 0 || static_cast<std::size_t>(column) >= fields_.size()) return {};
  const Field& field = fields_[static_cast<std::size_t>(column)];
  const char* text = field.unescaped > 0 ? unescaped_.data() + field.unescaped - 1 : field.text;
  return trim({text, field.size});
}

bool CsvReader::is_quoted(int column) const {
  return column >= 0 && static_cast<std::size_t>(column) < fields_.size() &&
         fields_[static_cast<std::size_t>(column)].is_quoted;
}

bool CsvReader::is_blank() const {
  return std::all_of(fields_.begin(), fields_.end(), [](const Field& field) {
    return field.unescaped == 0 && trim({field.text, field.size}).empty();
  });
}

bool CsvReader::retreat_to_first_line() {
  const char* end = line_end(start_);
  if (end == end_ || end + 1 >= at_) return false;
  reread_ += static_cast<std::uint64_t>(at_ - start_);
  at_ = end + 1;
  return true;
}

namespace {

/// How many of the first records have as many fields as the header, and how many that is.
struct Cut {
  std::int64_t twentieths = 0;
  std::size_t columns = 0;
  friend auto operator<=>(const Cut&, const Cut&) = default;
};

Cut cut_by(std::string_view sample, char separator) {
  constexpr int kRecords = 50;
  CsvReader csv(sample, separator);
  if (!csv.next() || csv.size() < 2) return {};
  const std::size_t columns = csv.size();
  std::int64_t equal = 1, all = 1;
  for (; all < kRecords && csv.next(); ++all) equal += csv.size() == columns ? 1 : 0;
  return {20 * equal / all, columns};
}

}  // namespace

std::string_view table_text(std::string_view text) {
  text = without_bom(text);
  const std::size_t end = text.find('\n');
  const std::string_view line = trim(text.substr(0, end));
  const bool is_hint = line.size() <= 5 && equals_ignoring_case(line.substr(0, 4), "sep=");
  if (is_hint && line.size() >= 4) text.remove_prefix(std::min(end, text.size() - 1) + 1);
  return text;
}

char guess_separator(std::string_view text) {
  constexpr std::size_t kSampleBytes = 32 << 10;  // less than recognise() sees
  std::string_view sample = text.substr(0, kSampleBytes);
  if (sample.size() < text.size() && contains(sample, "\n")) {
    sample = sample.substr(0, sample.rfind('\n') + 1);
  }
  char best = ',';
  Cut most;
  for (const char separator : {',', ';', '\t', '|'}) {
    const Cut cut = cut_by(sample, separator);
    if (cut > most) {
      most = cut;
      best = separator;
    }
  }
  return best;
}

Header::Header(const CsvReader& record) {
  for (std::size_t k = 0; k < record.size(); ++k) {
    names_.push_back(plain_name(record[static_cast<int>(k)]));
  }
}

int Header::find(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found != names_.end()) return static_cast<int>(found - names_.begin());
  }
  return -1;
}

bool is_sound_record(CsvReader& csv, std::size_t columns, std::string& problem) {
  problem = csv.problem();
  if (!problem.empty()) return false;
  bool is_right = csv.size() == columns;
  for (std::size_t k = columns; k < csv.size() && !is_right; ++k) {
    if (!csv[static_cast<int>(k)].empty()) break;
    is_right = k + 1 == csv.size();
  }
  if (is_right) return true;
  problem = std::to_string(csv.size()) + " fields where there should be " + std::to_string(columns);
  if (csv.retreat_to_first_line()) problem += "; a quote is not closed";
  return false;
}

}  // namespace source
