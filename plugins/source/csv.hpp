// Comma-, semicolon-, bar- and tab-separated text as tools really write it.
//
// Quoted fields may hold separators and newlines, "" is a quote in them; a quote that is not
// followed by a separator or a line end is taken as a character. CRLF and LF, blank lines are
// skipped. A quote that never closes costs one line, not the rest of the file.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace source {

class CsvReader {
 public:
  static constexpr std::size_t kLongestRecord = 1 << 20;
  enum class Quotes { kUsed, kLiteral };

  CsvReader(std::string_view text, char separator, Quotes quotes = Quotes::kUsed);

  /// Reads the next record; false at the end of the text.
  bool next();
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  /// Without blanks around it; "" behind the last field and for column -1. Valid until next().
  [[nodiscard]] std::string_view operator[](int column) const;
  [[nodiscard]] bool is_quoted(int column) const;
  /// "" when the record could be read as one, else why not; its fields are of no use then.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// For a record with the wrong number of fields: true when it spans lines and a stray quote may
  /// have swallowed the next records; the reader then goes on behind the first line.
  bool retreat_to_first_line();
  [[nodiscard]] std::uint64_t offset() const { return static_cast<std::uint64_t>(at_ - begin_); }
  /// True when every field is empty.
  [[nodiscard]] bool is_blank() const;

 private:
  struct Field {
    const char* text;
    std::size_t size, unescaped;  // unescaped: place in unescaped_ + 1, 0 when in the input
    bool is_quoted;
  };
  bool read_quoted();
  void read_plain();
  bool unescape(const char* first, const char* last);
  const char* line_end(const char* from) const;
  void give_up(const char* problem);

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* start_;
  char separator_;
  bool has_quotes_;
  std::vector<Field> fields_;
  std::string unescaped_, problem_;
  std::uint64_t reread_ = 0;  // bytes read in vain behind stray quotes
};

/// The table without what stands before its header: a byte order mark, the "sep=;" of spreadsheets.
std::string_view table_text(std::string_view text);

/// The separator of the whole file, ',' ';' '|' or tab: the one that cuts the most of its first
/// records into as many fields as the header has, and of two as good into more.
char guess_separator(std::string_view text);

/// Column names in plain_name() form.
class Header {
 public:
  Header() = default;
  explicit Header(const CsvReader& record);
  /// The column of the first of `names` that is there, -1 when none is.
  [[nodiscard]] int find(std::initializer_list<std::string_view> names) const;
  [[nodiscard]] bool has(std::string_view name) const { return find({name}) >= 0; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

/// Reads records of a table with `columns` columns: true for a record to use; otherwise `problem`
/// says what is wrong with it. Empty fields too many at the end do no harm.
bool is_sound_record(CsvReader& csv, std::size_t columns, std::string& problem);

}  // namespace source
