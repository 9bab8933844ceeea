// A strict JSON reader that can go on behind a broken record.
//
// It walks the text in place, one value at a time, and builds nothing: a record of 23 fields of
// which 12 matter costs about one pass over its bytes. Whole-document parsers refuse a document for
// one bad byte; an export is a list of records, so here every record stands for itself, an error
// has its byte offset, and JsonList finds the next record behind it.
//
// The text must be followed by at least 64 readable bytes (playlist_input promises zeros).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace source {

struct JsonValue {
  enum class Kind : std::uint8_t { kMissing, kNull, kFalse, kTrue, kNumber, kText, kObject, kList };
  Kind kind = Kind::kMissing;
  bool has_escapes = false;
  std::string_view
      raw;  // number: as written; text: between the quotes; object, list: with brackets

  [[nodiscard]] bool is_given() const { return kind > Kind::kNull; }
  [[nodiscard]] bool is_text() const { return kind == Kind::kText; }
  /// The text, or a number as it was written (titles such as 1989 come as numbers); escapes are
  /// resolved into `buffer`, which the view may then point into. "" for everything else.
  std::string_view text(std::string& buffer) const;
  /// A number, also one inside a text; a fraction is cut off.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<double> number() const;
  /// true, false, also as text or 0 and 1.
  [[nodiscard]] std::optional<bool> boolean() const;
  /// True where a text can be expected: missing, null, text or number.
  [[nodiscard]] bool is_textlike() const {
    return kind <= Kind::kNull || kind == Kind::kText || kind == Kind::kNumber;
  }
};

class JsonReader {
 public:
  explicit JsonReader(std::string_view text)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  [[nodiscard]] const char* position() const { return at_; }
  [[nodiscard]] const char* end() const { return end_; }
  [[nodiscard]] std::uint64_t offset() const { return static_cast<std::uint64_t>(at_ - begin_); }
  [[nodiscard]] std::uint64_t offset_of(const char* position) const {
    return static_cast<std::uint64_t>(position - begin_);
  }
  void seek(const char* position) { at_ = position; }

  /// The next character that is no white space; 0 at the end of the text.
  char peek() {
    skip_space();
    return at_ < end_ ? *at_ : '\0';
  }
  /// Steps over `c` when it comes next.
  bool take(char c) {
    if (peek() != c || at_ == end_) return false;
    ++at_;
    return true;
  }
  /// The next value, checked as a whole; false with error() set.
  bool value(JsonValue& value);
  /// A quoted text only.
  bool text(JsonValue& value);

  /// "byte 17: a text is not closed".
  [[nodiscard]] std::string error() const;
  bool fail(const char* what) {
    what_ = what;
    return false;
  }

 private:
  void skip_space() {
    while (at_ < end_ && static_cast<unsigned char>(*at_) <= ' ' &&
           (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
      ++at_;
    }
  }
  bool literal(std::string_view word, JsonValue::Kind kind, JsonValue& value);
  bool number(JsonValue& value);
  bool container(JsonValue& value, int depth);
  bool nested(JsonValue& value, int depth);

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* what_ = "";
};

/// Reads objects with known keys. It remembers the order in which keys came last time, so that a
/// key is found by one comparison where all records are alike.
class JsonFields {
 public:
  /// `names[k]` is the key of field k.
  explicit JsonFields(std::span<const std::string_view> names);
  /// Reads the object at the reader; fields[k] is set for each known key, others stay kMissing.
  /// `fields` has as many places as names were given.
  bool read(JsonReader& reader, JsonValue* fields);
  [[nodiscard]] std::size_t count() const { return names_.size(); }

 private:
  static constexpr int kUnknown = -1;
  struct Known {
    std::string key;
    int field;
  };
  int find(std::size_t place, std::string_view key);

  std::vector<std::string> names_;
  std::vector<Known> order_;
};

/// A text with 64 zero bytes behind it, for JsonReader.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text) : bytes_(text), size_(text.size()) {
    bytes_.append(64, '\0');
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::string bytes_;
  std::size_t size_;
};

}  // namespace source
