// What sources write: rows of named tables, column by column, in batches; and, for containers,
// their members. playlist/plugin.h (PLAYLIST_SERVICE_ROWS) lists the tables and their columns.
//
//   void read(playlist::SourceCall& call) {
//     playlist::Rows& listens = call.rows("listens");
//     playlist::NumberColumn<std::int64_t>& ts = listens.i64("ts");
//     playlist::TextColumn& title = listens.text("title");
//     for (... each record of call.input().bytes() ...) {
//       if (... is a podcast ...) {
//         call.bucket("podcast");
//       } else {
//         listens.row();           // starts a row; what is not set stays missing
//         ts.set(when);
//         title.set(name);
//       }
//       call.next(bytes_read);     // the record is done
//     }
//     call.finish();
//   }
//
// Every record ends in rows, of one or several tables, or in one bucket. The SDK hands full tables
// over together and says which records are complete, so that a table may refer to another one
// ("playlist_tracks" to "playlists": ask for the latter first). Texts need not be UTF-8: U+FFFD
// stands for bytes that are none, and the user is told how often.
//
// Vectors of tracks and of prompts stand beside the columns of their row:
//
//   playlist::Rows& vectors = call.rows("vectors");
//   playlist::TextColumn &space = vectors.text("space"), &mbid = vectors.text("mbid");
//   playlist::VectorColumn& vector = vectors.vector();
//   ...
//   vectors.row();
//   space.set(call.space());     // as the user calls it; a source that knows better says so
//   mbid.set(recording);
//   vector.set(numbers);
#pragma once

#include "playlist/call.hpp"
#include "playlist/plugin.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace playlist {

/// True for UTF-8 (no surrogates, nothing above U+10FFFF, no overlong forms) without NUL.
inline bool is_sound_text(std::string_view text);
/// The text with U+FFFD for every byte that is not UTF-8, and for NUL.
inline std::string sound_text(std::string_view text);

/// When a column is handed over: also where no row of the batch has a value for it, or else not.
/// What plugin.h marks * must always be there.
enum class Sent { kAlways, kWhenSet };

/// A column of a batch under construction.
class BatchColumn {
 public:
  virtual ~BatchColumn() = default;
  BatchColumn(const BatchColumn&) = delete;
  BatchColumn& operator=(const BatchColumn&) = delete;
  [[nodiscard]] const playlist_column* description() const { return &description_; }
  [[nodiscard]] std::string_view name() const { return name_; }
  /// Whether it belongs into the batch.
  [[nodiscard]] bool is_sent() const { return sent_ == Sent::kAlways || is_set_; }
  virtual void clear(std::size_t rows) = 0;  // the first `rows` are missing again
  virtual void prepare() = 0;                // before the batch is handed over
  /// Texts since the last clear() that were not UTF-8.
  [[nodiscard]] virtual std::int64_t repaired() const { return 0; }

 protected:
  BatchColumn(std::string name, std::uint32_t type, Sent sent, const std::size_t* row)
      : row_(row), name_(std::move(name)), sent_(sent) {
    description_ = {sizeof(playlist_column), type, name_.c_str(), nullptr, nullptr};
  }
  const std::size_t* row_;  // the row being filled
  playlist_column description_{};
  bool is_set_ = false;  // since the last clear()

 private:
  std::string name_;
  Sent sent_;
};

namespace detail {

/// `count` items at a 64-byte boundary.
template <class T>
class AlignedItems {
 public:
  AlignedItems(std::size_t count, T value)
      : items_(static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}))) {
    fill(value, count);
  }
  ~AlignedItems() { ::operator delete (items_, std::align_val_t{64}); }
  AlignedItems(const AlignedItems&) = delete;
  AlignedItems& operator=(const AlignedItems&) = delete;
  T* data() { return items_; }
  void fill(T value, std::size_t rows) { std::fill_n(items_, rows, value); }

 private:
  T* items_;
};

template <class Word>
std::uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Every bit of the text reaches every bit of the hash: both halves of a 128-bit product are folded
/// (as in wyhash).
inline std::uint32_t hash_text(const char* bytes, std::size_t length) {
  __extension__ typedef unsigned __int128 Wide;
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  constexpr std::uint64_t kFirst = 0xa0761d6478bd642fu, kSecond = 0xe7037ed1a0b428dbu;
  std::uint64_t hash = kFirst ^ length;
  const char* const end = bytes + length;
  for (; end - bytes > 8; bytes += 8) hash = mix(hash ^ load<std::uint64_t>(bytes), kSecond);
  // The last 1..8 bytes; reads overlap rather than loop.
  if (length >= 8) {
    hash = mix(hash ^ load<std::uint64_t>(end - 8), kSecond);
  } else if (length >= 4) {
    hash = mix(hash ^ (load<std::uint32_t>(bytes) << 32 | load<std::uint32_t>(end - 4)), kSecond);
  } else if (length > 0) {
    const auto byte = [](char c) { return std::uint64_t{static_cast<unsigned char>(c)}; };
    hash =
        mix(hash ^ (byte(bytes[0]) << 16 | byte(bytes[length / 2]) << 8 | byte(end[-1])), kSecond);
  }
  return static_cast<std::uint32_t>(mix(hash, kFirst));
}

/// memcmp() == 0 and memcpy() without the call for the 8..16 bytes that most texts have.
inline bool is_same(const char* a, const char* b, std::size_t length) {
  if (length < 8 || length > 16) return length == 0 || std::memcmp(a, b, length) == 0;
  return ((load<std::uint64_t>(a) ^ load<std::uint64_t>(b)) |
          (load<std::uint64_t>(a + length - 8) ^ load<std::uint64_t>(b + length - 8))) == 0;
}
inline void copy(char* to, const char* from, std::size_t length) {
  if (length < 8 || length > 16) {
    if (length != 0) std::memcpy(to, from, length);  // a text of nothing may be at nullptr
    return;
  }
  const std::uint64_t first = load<std::uint64_t>(from),
                      last = load<std::uint64_t>(from + length - 8);
  std::memcpy(to, &first, 8);
  std::memcpy(to + length - 8, &last, 8);
}

}  // namespace detail

template <class T>
class NumberColumn final : public BatchColumn {
 public:
  NumberColumn(std::string name, std::uint32_t type, T missing, Sent sent, const std::size_t* row,
               std::size_t capacity)
      : BatchColumn(std::move(name), type, sent, row),
        missing_(missing),
        items_(capacity, missing) {
    description_.data = items_.data();
  }
  void set(T value) {
    items_.data()[*row_] = value;
    is_set_ = true;
  }
  void clear(std::size_t rows) override {
    if (is_set_) items_.fill(missing_, rows);
    is_set_ = false;
  }
  void prepare() override {}

 private:
  T missing_;
  detail::AlignedItems<T> items_;
};

/// Texts with a dictionary of their own in every batch, so that the host sees each text once.
class TextColumn final : public BatchColumn {
 public:
  TextColumn(std::string name, Sent sent, const std::size_t* row, std::size_t capacity)
      : BatchColumn(std::move(name), PLAYLIST_STRING, sent, row),
        codes_(capacity, kMissingText),
        slots_(std::bit_ceil(2 * capacity)),
        offsets_(capacity + 1),
        code_bits_(std::bit_width(capacity)) {
    description_.data = codes_.data();
    description_.dict = &dict_;
  }
  /// Copied; "" is missing.
  void set(std::string_view text) {
    if (text.empty()) {
      codes_.data()[*row_] = kMissingText;
    } else {
      set_even_empty(text);
    }
  }
  /// Also "" is a value.
  void set_even_empty(std::string_view text) {
    codes_.data()[*row_] = code(text);
    is_set_ = true;
  }
  void clear(std::size_t rows) override {
    if (!is_set_) return;
    codes_.fill(kMissingText, rows);
    std::fill(slots_.begin(), slots_.end(), 0);
    count_ = 0;
    last_ = kMissingText;
    repaired_ = 0;
    is_set_ = false;
  }
  void prepare() override {
    dict_ = {sizeof(playlist_dict), static_cast<std::uint32_t>(count_), bytes_.data(),
             offsets_.data()};
  }
  [[nodiscard]] std::int64_t repaired() const override { return repaired_; }

 private:
  [[nodiscard]] bool is(std::int32_t code, std::string_view text) const {
    const std::uint64_t begin = offsets_[static_cast<std::size_t>(code)];
    const std::uint64_t end = offsets_[static_cast<std::size_t>(code) + 1];
    return end - begin == text.size() &&
           detail::is_same(bytes_.data() + begin, text.data(), text.size());
  }
  std::int32_t code(std::string_view text) {
    const std::uint32_t hash = detail::hash_text(text.data(), text.size());
    // Rows of one artist or album come together.
    if (hash == last_hash_ && last_ >= 0 && is(last_, text)) return last_;
    if (count_ + 1 == offsets_.size()) grow();  // rows were set more than once
    const std::uint32_t code_mask = (1u << code_bits_) - 1;
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at] != 0; at = (at + 1) & mask) {
      const auto found = static_cast<std::int32_t>(slots_[at] & code_mask) - 1;
      if (((slots_[at] ^ hash) & ~code_mask) != 0 || !is(found, text)) continue;
      last_hash_ = hash;
      return last_ = found;
    }
    // Only texts not met before need a look at their bytes: what is in the dictionary is sound.
    if (!is_sound_text(text)) {
      ++repaired_;
      return code(sound_text(text));
    }
    last_hash_ = hash;
    slots_[at] = (hash & ~code_mask) | static_cast<std::uint32_t>(count_ + 1);
    const std::size_t begin = offsets_[count_], end = begin + text.size();
    if (end > bytes_.size()) bytes_.resize(std::max(end, 2 * bytes_.size()));
    detail::copy(bytes_.data() + begin, text.data(), text.size());
    offsets_[++count_] = end;
    return last_ = static_cast<std::int32_t>(count_ - 1);
  }
  void grow() {
    offsets_.resize(2 * offsets_.size());
    code_bits_ = std::bit_width(offsets_.size());
    slots_.assign(std::bit_ceil(2 * offsets_.size()), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t k = 0; k < count_; ++k) {
      const std::uint32_t hash = detail::hash_text(
          bytes_.data() + offsets_[k], static_cast<std::size_t>(offsets_[k + 1] - offsets_[k]));
      std::size_t at = hash & mask;
      while (slots_[at] != 0) at = (at + 1) & mask;
      slots_[at] = (hash >> code_bits_ << code_bits_) | static_cast<std::uint32_t>(k + 1);
    }
  }

  detail::AlignedItems<std::int32_t> codes_;
  /// Open addressing, half full at most: code + 1 in the low bits, the hash in the others, 0 free.
  std::vector<std::uint32_t> slots_;
  std::vector<std::uint64_t> offsets_;
  std::vector<char> bytes_;
  std::size_t count_ = 0;  // texts
  std::int64_t repaired_ = 0;
  int code_bits_;
  std::int32_t last_ = kMissingText;
  std::uint32_t last_hash_ = 0;
  playlist_dict dict_{};
};

/// A vector for each row, of any length; none where it was not set.
class VectorColumn {
 public:
  explicit VectorColumn(const std::size_t* row) : row_(row) {}
  VectorColumn(const VectorColumn&) = delete;
  VectorColumn& operator=(const VectorColumn&) = delete;

  /// Copied.
  void set(std::span<const float> values) {
    end_rows(*row_);
    offsets_.resize(*row_ + 1);  // the row may have been set before
    values_.resize(static_cast<std::size_t>(offsets_.back()));
    values_.insert(values_.end(), values.begin(), values.end());
    offsets_.push_back(values_.size());
  }
  /// So much that the batch should go, however few its rows are.
  [[nodiscard]] bool is_full() const { return values_.size() >= kFull; }
  /// Of the first `rows`: one more than there are rows. Valid until the next change.
  [[nodiscard]] const std::uint64_t* offsets(std::size_t rows) {
    end_rows(rows);
    return offsets_.data();
  }
  [[nodiscard]] const float* values() const { return values_.data(); }
  void clear() {
    offsets_.assign(1, 0);
    values_.clear();
  }

 private:
  static constexpr std::size_t kFull = 1 << 21;  // 8 MiB
  /// Rows below this one that were not set have none.
  void end_rows(std::size_t row) {
    if (offsets_.size() <= row) offsets_.resize(row + 1, values_.size());
  }
  const std::size_t* row_;  // the row being filled
  std::vector<std::uint64_t> offsets_ = {0};
  std::vector<float> values_;
};

/// A column by its name and its type, PLAYLIST_F32 ...
struct ColumnSpec {
  const char* name;
  std::uint32_t type;
  Sent sent = Sent::kWhenSet;
};

/// Columns of up to `capacity` rows. Ask for every column once, before the first row, and keep the
/// references; a source that has its columns in a table of its own declares them together and sets
/// them by their place.
class Batch {
 public:
  explicit Batch(std::size_t capacity) : capacity_(capacity) {}

  NumberColumn<float>& f32(const char* name, Sent sent = Sent::kAlways) {
    return number<float>(name, PLAYLIST_F32, kMissingF32, sent);
  }
  NumberColumn<double>& f64(const char* name, Sent sent = Sent::kAlways) {
    return number<double>(name, PLAYLIST_F64, kMissingF64, sent);
  }
  NumberColumn<std::int32_t>& i32(const char* name, Sent sent = Sent::kAlways) {
    return number<std::int32_t>(name, PLAYLIST_I32, kMissingI32, sent);
  }
  NumberColumn<std::int64_t>& i64(const char* name, Sent sent = Sent::kAlways) {
    return number<std::int64_t>(name, PLAYLIST_I64, kMissingI64, sent);
  }
  NumberColumn<std::uint8_t>& u8(const char* name, Sent sent = Sent::kAlways) {
    return number<std::uint8_t>(name, PLAYLIST_U8, kMissingU8, sent);
  }
  TextColumn& text(const char* name, Sent sent = Sent::kAlways) {
    return add(std::make_unique<TextColumn>(name, sent, &row_, capacity_));
  }
  /// The vectors of the rows, which go with tables that have any: "vectors" and "prompts".
  VectorColumn& vector() {
    if (!vector_) vector_ = std::make_unique<VectorColumn>(&row_);
    return *vector_;
  }
  [[nodiscard]] bool has_vectors() const { return vector_ != nullptr; }

  /// Columns that are set by their place: the first column of a Batch has place 0, the first of
  /// Rows 1, as "record" comes before it.
  void declare(std::span<const ColumnSpec> columns) {
    for (const ColumnSpec& column : columns) declare(column);
  }
  void set_f32(std::size_t place, float value) { at<NumberColumn<float>>(place).set(value); }
  void set_i32(std::size_t place, std::int32_t value) {
    at<NumberColumn<std::int32_t>>(place).set(value);
  }
  void set_i64(std::size_t place, std::int64_t value) {
    at<NumberColumn<std::int64_t>>(place).set(value);
  }
  void set_u8(std::size_t place, std::uint8_t value) {
    at<NumberColumn<std::uint8_t>>(place).set(value);
  }
  void set_text(std::size_t place, std::string_view text) { at<TextColumn>(place).set(text); }
  void set_text_even_empty(std::size_t place, std::string_view text) {
    at<TextColumn>(place).set_even_empty(text);
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] bool is_full() const {
    return rows_ == capacity_ || (vector_ && vector_->is_full());
  }
  /// Starts the next row; there must be room.
  void next_row() { row_ = rows_++; }
  /// The rows so far, valid until the next change.
  playlist_table table() {
    pointers_.clear();
    for (const auto& column : columns_) {
      if (!column->is_sent()) continue;
      column->prepare();
      pointers_.push_back(column->description());
    }
    return {sizeof(playlist_table), static_cast<std::uint32_t>(pointers_.size()),
            static_cast<std::int64_t>(rows_), pointers_.data()};
  }
  /// Texts of the rows so far that were not UTF-8.
  [[nodiscard]] std::int64_t repaired() const {
    std::int64_t count = 0;
    for (const auto& column : columns_) count += column->repaired();
    return count;
  }
  void clear() {
    for (const auto& column : columns_) column->clear(rows_);
    if (vector_) vector_->clear();
    rows_ = row_ = 0;
  }

 private:
  template <class Column>
  Column& add(std::unique_ptr<Column> column) {
    Column& added = *column;
    columns_.push_back(std::move(column));
    return added;
  }
  template <class T>
  NumberColumn<T>& number(const char* name, std::uint32_t type, T missing, Sent sent) {
    return add(std::make_unique<NumberColumn<T>>(name, type, missing, sent, &row_, capacity_));
  }
  void declare(const ColumnSpec& column) {
    switch (column.type) {
      case PLAYLIST_F32:
        f32(column.name, column.sent);
        return;
      case PLAYLIST_F64:
        f64(column.name, column.sent);
        return;
      case PLAYLIST_I32:
        i32(column.name, column.sent);
        return;
      case PLAYLIST_I64:
        i64(column.name, column.sent);
        return;
      case PLAYLIST_U8:
        u8(column.name, column.sent);
        return;
      default:
        text(column.name, column.sent);
    }
  }
  template <class Column>
  Column& at(std::size_t place) {
    assert(dynamic_cast<Column*>(columns_[place].get()) != nullptr);
    return static_cast<Column&>(*columns_[place]);
  }
  std::size_t capacity_, rows_ = 0, row_ = 0;
  std::vector<std::unique_ptr<BatchColumn>> columns_;
  std::unique_ptr<VectorColumn> vector_;
  std::vector<const playlist_column*> pointers_;
};

class SourceCall;

/// Rows of one table on their way to the store. Ask SourceCall::rows() for it.
class Rows : public Batch {
 public:
  /// The dictionaries of a batch of this size stay in a core's cache.
  static constexpr std::size_t kBatchRows = 4096;

  Rows(SourceCall& call, std::string table)
      : Batch(kBatchRows), call_(&call), table_(std::move(table)), record_(&i64("record")) {}

  /// Starts a row that comes from the record at hand.
  inline void row();
  /// Starts a row that comes from this record (0-based) of the input; records come in rising order.
  inline void row(std::int64_t record);
  [[nodiscard]] const std::string& name() const { return table_; }

 private:
  SourceCall* call_;
  std::string table_;
  NumberColumn<std::int64_t>* record_;
};

/// The whole file a source reads.
class Input {
 public:
  explicit Input(const playlist_input* input) : input_(input) {}

  /// As the user would recognise it; inside archives ARCHIVE/MEMBER.
  [[nodiscard]] std::string_view path() const { return input_->path; }
  [[nodiscard]] std::string_view name() const { return input_->name; }
  /// Followed by at least 64 readable zero bytes. Not for recognise().
  [[nodiscard]] std::string_view bytes() const { return {chars(), input_->length}; }
  /// What recognise() may look at: the first bytes of the file.
  [[nodiscard]] std::string_view head() const { return {chars(), input_->head_length}; }
  [[nodiscard]] std::uint64_t length() const { return input_->length; }
  /// The user's --columns a=b,... or "".
  [[nodiscard]] std::string_view columns() const { return input_->columns ? input_->columns : ""; }

 private:
  [[nodiscard]] const char* chars() const { return reinterpret_cast<const char*>(input_->bytes); }
  const playlist_input* input_;
};

class SourceCall : public Call {
 public:
  using Call::Call;

  [[nodiscard]] Input input() const { return Input(io().input); }

  /// The rows of this table; the same object each time.
  Rows& rows(std::string_view table) {
    for (const auto& rows : rows_) {
      if (rows->name() == table) return *rows;
    }
    rows_.push_back(std::make_unique<Rows>(*this, std::string(table)));
    return *rows_.back();
  }
  /// The same, with these columns: they are set by their place in the list, from 1 on.
  Rows& rows(std::string_view table, std::span<const ColumnSpec> columns) {
    Rows& made = rows(table);
    made.declare(columns);
    return made;
  }
  Rows& rows(std::string_view table, std::initializer_list<ColumnSpec> columns) {
    return rows(table, std::span(columns.begin(), columns.size()));
  }

  // ---- of vectors ----
  /// What the user calls the space of vectors whose file names none.
  [[nodiscard]] std::string_view space() { return vectors().space(host()); }
  /// The file that says whose the vectors are, one id a line, where the user named one.
  [[nodiscard]] std::optional<Input> ids() {
    const playlist_input* named = vectors().ids(host());
    return named ? std::optional(Input(named)) : std::nullopt;
  }

  /// The number of the record at hand, from 0.
  [[nodiscard]] std::int64_t record() const { return at_; }
  /// The record at hand is done; `bytes_done` of the input are read.
  void next(std::uint64_t bytes_done) {
    ++at_;
    if ((at_ & 0xfff) == 0 || bytes_done - paused_at_ > kPauseBytes) pause(bytes_done);
  }
  /// The record at hand yields no row, because ...: "podcast", "malformed" with the reason, ...
  void bucket(const char* bucket, std::string_view reason = {}) {
    this->bucket(at_, bucket, std::string(reason));
  }
  void malformed(std::string_view reason) { bucket("malformed", reason); }
  /// The same for records that the source counts itself.
  void bucket(std::int64_t record, const char* bucket, const std::string& reason = {}) {
    reach(record);
    const bool is_sound = is_sound_text(reason);
    check(service().bucket(host(), record, bucket,
                           is_sound ? reason.c_str() : sound_text(reason).c_str()),
          "the import");
    ++handed_over_;
  }
  /// A sentence for the user, said once for the file by finish(), with the number of times.
  void notice(std::string_view sentence) {
    for (auto& [text, count] : notices_) {
      if (text == sentence) {
        ++count;
        return;
      }
    }
    notices_.emplace_back(sentence, 1);
  }
  /// Whose list "likes", "playlists" ... of the file is: before its first row.
  void list(const char* list, const char* teller) { tell_list(list, teller, false); }
  /// The file held all of it and is read to its end: before finish().
  void whole_list(const char* list, const char* teller) { tell_list(list, teller, true); }
  /// Hands over what is there and says that all records below `done` are complete. Sources that use
  /// rows() and bucket() need not call it.
  void complete(std::int64_t done) {
    send();
    check(service().complete(host(), done), "the import");
    handed_over_ = 0;
  }
  /// Sends the last rows and the notices. Once, last.
  void finish() { finish(at_); }
  /// The same; `total` records, which the source counted itself, were in the input.
  void finish(std::int64_t total) {
    send();
    for (const auto& [text, count] : notices_)
      warning(count == 1 ? text : concat(text, " (", count, " times)"));
    if (repaired_ > 0) {
      warning(
          concat(repaired_, " texts held bytes that are not UTF-8: U+FFFD stands in their place"));
    }
    check(service().finish(host(), total), "the import");
    is_finished_ = true;
  }

  // ---- containers give their members instead, and do not call finish() ----
  /// False when the host does not want this member (a path that leaves the archive, say); then
  /// neither write_member() nor end_member() is called for it.
  bool begin_member(const std::string& path) {
    return members().begin(host(), path.c_str()) == PLAYLIST_OK;
  }
  /// False when the host stops this member: it is over a limit.
  bool write_member(std::string_view bytes) {
    return members().write(host(), bytes.data(), bytes.size()) == PLAYLIST_OK;
  }
  /// Also after write_member() returned false.
  void end_member() { check(members().end(host()), "unpacking"); }

  /// Before anything of a record is said: rows and buckets of those before it may go.
  void reach(std::int64_t record) {
    if (record <= record_) return;
    if (handed_over_ >= kCompleteRows) complete(record);
    record_ = record;
  }
  /// Hands over the rows of all tables. Throws Cancelled or Error when the host refuses.
  void send() {
    for (const auto& rows : rows_) {
      if (rows->rows() == 0) continue;
      repaired_ += rows->repaired();
      handed_over_ += rows->rows();
      append(rows->name(), *rows);
    }
    checkpoint();
  }

  /// Whether the element accounted for its input; the SDK asks when read() has returned.
  [[nodiscard]] bool is_accounted() const { return is_finished_ || members_; }

 private:
  static constexpr std::uint64_t kPauseBytes = 8 << 20, kCompleteBytes = 64 << 20;  // of input

  void append(const std::string& table, Batch& rows) {
    const playlist_table batch = rows.table();
    const playlist_status status =
        rows.has_vectors()
            ? vectors().append(host(), table.c_str(), &batch, rows.vector().offsets(rows.rows()),
                               rows.vector().values())
            : service().append(host(), table.c_str(), &batch);
    rows.clear();
    if (status == PLAYLIST_CANCELLED) throw Cancelled();
    if (status != PLAYLIST_OK) throw Error(concat("the engine refused rows of ", table), status);
  }
  void pause(std::uint64_t bytes_done) {
    paused_at_ = bytes_done;
    if (bytes_done - completed_at_ >= kCompleteBytes) {
      complete(at_);
      completed_at_ = bytes_done;
    }
    const auto length = static_cast<double>(std::max<std::uint64_t>(1, input().length()));
    checkpoint(static_cast<double>(bytes_done) / length);
  }
  void tell_list(const char* list, const char* teller, bool is_whole) {
    Batch lists(1);
    NumberColumn<std::int64_t>& record = lists.i64("record");
    TextColumn &name = lists.text("list"), &whose = lists.text("teller");
    NumberColumn<std::uint8_t>& whole = lists.u8("is_whole");
    lists.next_row();
    record.set(at_);
    name.set(list);
    whose.set(teller);
    whole.set(is_whole ? 1 : 0);
    append("lists", lists);
  }

  const playlist_rows& service() {
    if (!service_) service_ = &require_service<playlist_rows>(PLAYLIST_SERVICE_ROWS);
    return *service_;
  }
  const playlist_vectors& vectors() {
    if (!vectors_) vectors_ = &require_service<playlist_vectors>(PLAYLIST_SERVICE_VECTORS);
    return *vectors_;
  }
  const playlist_members& members() {
    if (!members_) members_ = &require_service<playlist_members>(PLAYLIST_SERVICE_MEMBERS);
    return *members_;
  }

  const playlist_rows* service_ = nullptr;
  /// The host writes what is complete in one step, and a step costs time.
  static constexpr std::size_t kCompleteRows = 8 * Rows::kBatchRows;

  const playlist_members* members_ = nullptr;
  const playlist_vectors* vectors_ = nullptr;
  std::vector<std::unique_ptr<Rows>> rows_;
  std::size_t handed_over_ = 0;  // rows and buckets since complete()
  std::int64_t record_ = -1;     // the highest begun
  std::int64_t at_ = 0;          // the one at hand
  std::uint64_t paused_at_ = 0, completed_at_ = 0;
  std::vector<std::pair<std::string, std::int64_t>> notices_;
  std::int64_t repaired_ = 0;  // texts
  bool is_finished_ = false;
};

void Rows::row() {
  row(call_->record());
}

void Rows::row(std::int64_t record) {
  if (is_full()) call_->send();
  call_->reach(record);
  next_row();
  record_->set(record);
}

namespace detail {

/// Length of the well-formed UTF-8 sequence at the front of `text`, 0 when there is none.
inline std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (first == 0xe0 && byte(1) < 0xa0) return 0;  // overlong
  if (first == 0xed && byte(1) > 0x9f) return 0;  // surrogate
  if (first == 0xf0 && byte(1) < 0x90) return 0;  // overlong
  if (first == 0xf4 && byte(1) > 0x8f) return 0;  // above U+10FFFF
  return length;
}

}  // namespace detail

bool is_sound_text(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (text.size() - i >= 8) {
      const std::uint64_t word = detail::load<std::uint64_t>(text.data() + i);
      const std::uint64_t zeros = (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
      if ((word & 0x8080808080808080u) == 0 && zeros == 0) {
        i += 8;
        continue;
      }
    }
    const std::size_t length = detail::sequence_length(text.substr(i));
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string sound_text(std::string_view text) {
  std::string sound;
  sound.reserve(text.size() + 8);
  while (!text.empty()) {
    const std::size_t length = detail::sequence_length(text);
    if (length == 0) {
      sound += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      sound += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return sound;
}

}  // namespace playlist
