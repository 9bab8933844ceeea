// What a source hands to the host: tables filled row by row, and records that give no row put into
// buckets; both sent on in batches, in rising record order.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace source {

/// The distinct texts of one column of one batch. Texts that are not UTF-8, or hold NUL, are kept
/// with U+FFFD in place of the bad bytes and counted.
class Dictionary {
 public:
  Dictionary();
  /// The text's code; the same text always gets the same one.
  std::int32_t code(std::string_view text);
  [[nodiscard]] std::string_view text(std::int32_t code) const;
  void clear();
  [[nodiscard]] const playlist_dict* dict();
  /// Texts repaired since the last clear().
  [[nodiscard]] std::int64_t repaired_count() const { return repaired_; }

 private:
  struct Slot {
    std::uint32_t hash;
    std::int32_t code;
  };
  std::int32_t insert(std::string_view text, std::uint32_t hash, std::size_t slot);
  void grow();

  std::string bytes_;
  std::vector<std::uint64_t> offsets_;
  std::vector<Slot> slots_;
  playlist_dict dict_{};
  std::int64_t repaired_ = 0;
};

/// A column of a table: `type` is one of PLAYLIST_F32 ...; a required column is sent even when no
/// row of the batch has a value for it.
struct ColumnSpec {
  const char* name;
  std::uint32_t type;
  bool is_required = false;
};

/// Rows of one table of PLAYLIST_SERVICE_ROWS. Column 0 is always `record`; the others are numbered
/// from 1 in the order given. A row begins with every value missing.
class Table {
 public:
  Table(const char* name, std::vector<ColumnSpec> columns);

  void begin(std::int64_t record);
  void i64(int column, std::int64_t value) { put(column, value); }
  void i32(int column, std::int32_t value) { put(column, value); }
  void f32(int column, float value) { put(column, value); }
  void u8(int column, std::uint8_t value) { put(column, value); }
  /// An empty text leaves the value missing.
  void text(int column, std::string_view value) {
    if (!value.empty()) code(column, columns_[column].dictionary->code(value));
  }
  /// Also an empty text is a value.
  void text_or_empty(int column, std::string_view value) {
    code(column, columns_[column].dictionary->code(value));
  }

  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] const char* name() const { return name_; }
  /// The batch as the host takes it; valid until clear().
  const playlist_table* batch();
  /// Forgets the rows and returns how many texts had to be repaired.
  std::int64_t clear();

 private:
  struct AlignedDelete {
    void operator()(std::byte* bytes) const;
  };
  struct Column {
    ColumnSpec spec;
    std::unique_ptr<std::byte, AlignedDelete> data;
    std::unique_ptr<Dictionary> dictionary;
    bool is_used = false;
    playlist_column view{};
  };
  template <class T>
  void put(int column, T value) {
    Column& c = columns_[column];
    reinterpret_cast<T*>(c.data.get())[rows_ - 1] = value;
    c.is_used = true;
  }
  void code(int column, std::int32_t value) { put(column, value); }
  void reserve(std::int64_t capacity);
  void fill_missing(Column& column, std::int64_t from, std::int64_t to);

  const char* name_;
  std::vector<Column> columns_;
  std::int64_t rows_ = 0, capacity_ = 0;
  std::vector<const playlist_column*> views_;
  playlist_table table_{};
};

/// One run of a source over one input.
///
/// Use     create the tables first; for every record either begin() a row in one or more of them or
///         bucket() it, then call next(); finish() at the end
/// Order   a batch is a range of records: its tables in the order they were created, then its
///         buckets; playlist::Rows does the same, without the care for texts that are not UTF-8.
/// Throws  playlist::Error when the host refuses a batch, playlist::Cancelled
class Rows {
 public:
  static constexpr std::int64_t kBatchRows = 32'768;
  static constexpr std::uint64_t kBatchBytes = 64 << 20;  // of input

  explicit Rows(playlist::SourceCall& call);
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  Table& table(const char* name, std::vector<ColumnSpec> columns);

  /// Whose list "likes", "playlists" ... of the file is: before its first row.
  void list(const char* list, const char* teller) { tell_list(list, teller, false); }
  /// The file held all of it and is read to its end: before finish().
  void whole_list(const char* list, const char* teller) { tell_list(list, teller, true); }

  /// The number of the record at hand, from 0.
  [[nodiscard]] std::int64_t record() const { return record_; }
  /// Puts the record at hand into `bucket`, a literal such as "podcast".
  void bucket(const char* bucket, std::string_view reason);
  void malformed(std::string_view reason) { bucket("malformed", reason); }
  /// Goes on to the next record; `bytes_done` of the input are read.
  void next(std::uint64_t bytes_done) {
    ++record_;
    if ((record_ & 0xfff) == 0 || bytes_done - paused_at_ > kPauseBytes) pause(bytes_done);
  }
  /// A sentence for the user, said once for the file by finish(), with the number of times.
  void notice(const std::string& sentence);
  /// Sends what is left, the notices and the number of records.
  void finish();

 private:
  struct Bucketed {
    std::int64_t record;
    const char* bucket;
    std::int32_t reason;
  };
  static constexpr std::uint64_t kPauseBytes = 8 << 20;
  void tell_list(const char* list, const char* teller, bool is_whole);
  void pause(std::uint64_t bytes_done);
  void append(Table& table);
  void flush();

  playlist::SourceCall& call_;
  const playlist_rows* service_;
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<Bucketed> bucketed_;
  Dictionary reasons_;
  std::vector<std::pair<std::string, std::int64_t>> notices_;
  std::int64_t record_ = 0, repaired_ = 0;
  std::uint64_t paused_at_ = 0, flushed_at_ = 0;
};

}  // namespace source
