// What sources write: rows of named tables, column by column, in batches; and, for containers,
// their members. playlist/plugin.h (PLAYLIST_SERVICE_ROWS) lists the tables and their columns.
//
//   void read(playlist::SourceCall& call) {
//     playlist::Rows& listens = call.rows("listens");
//     playlist::NumberColumn<std::int64_t>& ts = listens.i64("ts");
//     playlist::TextColumn& title = listens.text("title");
//     std::int64_t record = 0;
//     for (... each record of call.input().bytes() ...; ++record) {
//       if (... is a podcast ...) { call.bucket(record, "podcast"); continue; }
//       listens.row(record);       // starts a row; what is not set stays missing
//       ts.set(when);
//       title.set(name);
//     }
//     call.finish(record);         // every record was counted
//   }
//
// Records come in rising order; one may fill several rows, of several tables. The SDK hands full
// tables over together and says which records are complete, so that a table may refer to another
// one ("playlist_tracks" to "playlists": ask for the latter first).
#pragma once

#include "playlist/call.hpp"
#include "playlist/plugin.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace playlist {

/// A column of a batch under construction.
class BatchColumn {
 public:
  virtual ~BatchColumn() = default;
  BatchColumn(const BatchColumn&) = delete;
  BatchColumn& operator=(const BatchColumn&) = delete;
  [[nodiscard]] const playlist_column* description() const { return &description_; }
  [[nodiscard]] std::string_view name() const { return name_; }
  virtual void clear(std::size_t rows) = 0;  // the first `rows` are missing again
  virtual void prepare() = 0;                // before the batch is handed over

 protected:
  BatchColumn(std::string name, std::uint32_t type, const std::size_t* row)
      : row_(row), name_(std::move(name)) {
    description_ = {sizeof(playlist_column), type, name_.c_str(), nullptr, nullptr};
  }
  const std::size_t* row_;  // the row being filled
  playlist_column description_{};

 private:
  std::string name_;
};

namespace detail {

/// `count` items at a 64-byte boundary.
template <class T>
class AlignedItems {
 public:
  explicit AlignedItems(std::size_t count)
      : items_(static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64}))),
        count_(count) {}
  ~AlignedItems() { ::operator delete (items_, std::align_val_t{64}); }
  AlignedItems(const AlignedItems&) = delete;
  AlignedItems& operator=(const AlignedItems&) = delete;
  T* data() { return items_; }
  void fill(T value, std::size_t rows) { std::fill_n(items_, rows, value); }
  void fill(T value) { fill(value, count_); }

 private:
  T* items_;
  std::size_t count_;
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
  if (length < 8 || length > 16) return std::memcmp(a, b, length) == 0;
  return ((load<std::uint64_t>(a) ^ load<std::uint64_t>(b)) |
          (load<std::uint64_t>(a + length - 8) ^ load<std::uint64_t>(b + length - 8))) == 0;
}
inline void copy(char* to, const char* from, std::size_t length) {
  if (length < 8 || length > 16) {
    std::memcpy(to, from, length);
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
  NumberColumn(std::string name, std::uint32_t type, T missing, const std::size_t* row,
               std::size_t capacity)
      : BatchColumn(std::move(name), type, row), missing_(missing), items_(capacity) {
    description_.data = items_.data();
    items_.fill(missing_);
  }
  void set(T value) { items_.data()[*row_] = value; }
  void clear(std::size_t rows) override { items_.fill(missing_, rows); }
  void prepare() override {}

 private:
  T missing_;
  detail::AlignedItems<T> items_;
};

/// Texts with a dictionary of their own in every batch, so that the host sees each text once.
class TextColumn final : public BatchColumn {
 public:
  TextColumn(std::string name, const std::size_t* row, std::size_t capacity)
      : BatchColumn(std::move(name), PLAYLIST_STRING, row),
        codes_(capacity),
        slots_(std::bit_ceil(2 * capacity)),
        offsets_(capacity + 1),
        code_bits_(std::bit_width(capacity)) {
    description_.data = codes_.data();
    description_.dict = &dict_;
    codes_.fill(kMissingText);
  }
  /// UTF-8, copied; "" is missing.
  void set(std::string_view text) {
    codes_.data()[*row_] = text.empty() ? kMissingText : code(text);
  }
  void clear(std::size_t rows) override {
    codes_.fill(kMissingText, rows);
    if (count_ > 0) std::fill(slots_.begin(), slots_.end(), 0);
    count_ = 0;
    last_ = kMissingText;
  }
  void prepare() override {
    dict_ = {sizeof(playlist_dict), static_cast<std::uint32_t>(count_), bytes_.data(),
             offsets_.data()};
  }

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
    last_hash_ = hash;
    const std::uint32_t code_mask = (1u << code_bits_) - 1;
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at] != 0; at = (at + 1) & mask) {
      const auto found = static_cast<std::int32_t>(slots_[at] & code_mask) - 1;
      if (((slots_[at] ^ hash) & ~code_mask) == 0 && is(found, text)) return last_ = found;
    }
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
  int code_bits_;
  std::int32_t last_ = kMissingText;
  std::uint32_t last_hash_ = 0;
  playlist_dict dict_{};
};

/// Columns of up to `capacity` rows. Ask for every column once, before the first row; keep the
/// references.
class Batch {
 public:
  explicit Batch(std::size_t capacity) : capacity_(capacity) {}

  NumberColumn<float>& f32(const char* name) {
    return number<float>(name, PLAYLIST_F32, kMissingF32);
  }
  NumberColumn<double>& f64(const char* name) {
    return number<double>(name, PLAYLIST_F64, kMissingF64);
  }
  NumberColumn<std::int32_t>& i32(const char* name) {
    return number<std::int32_t>(name, PLAYLIST_I32, kMissingI32);
  }
  NumberColumn<std::int64_t>& i64(const char* name) {
    return number<std::int64_t>(name, PLAYLIST_I64, kMissingI64);
  }
  NumberColumn<std::uint8_t>& u8(const char* name) {
    return number<std::uint8_t>(name, PLAYLIST_U8, kMissingU8);
  }
  TextColumn& text(const char* name) {
    return add(std::make_unique<TextColumn>(name, &row_, capacity_));
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] bool is_full() const { return rows_ == capacity_; }
  /// Starts the next row; there must be room.
  void next_row() { row_ = rows_++; }
  /// The rows so far, valid until the next change.
  playlist_table table() {
    pointers_.clear();
    for (const auto& column : columns_) {
      column->prepare();
      pointers_.push_back(column->description());
    }
    return {sizeof(playlist_table), static_cast<std::uint32_t>(pointers_.size()),
            static_cast<std::int64_t>(rows_), pointers_.data()};
  }
  void clear() {
    for (const auto& column : columns_) column->clear(rows_);
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
  NumberColumn<T>& number(const char* name, std::uint32_t type, T missing) {
    return add(std::make_unique<NumberColumn<T>>(name, type, missing, &row_, capacity_));
  }

  std::size_t capacity_, rows_ = 0, row_ = 0;
  std::vector<std::unique_ptr<BatchColumn>> columns_;
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
  /// This record yields no row, because ...: "podcast", "malformed" with the reason, ...
  void bucket(std::int64_t record, const char* bucket, const std::string& reason = {}) {
    reach(record);
    check(service().bucket(host(), record, bucket, reason.c_str()), "the import");
    ++handed_over_;
  }
  /// Hands over what is there and says that all records below `done` are complete. Sources that use
  /// rows() and bucket() need not call it.
  void complete(std::int64_t done) {
    send();
    check(service().complete(host(), done), "the import");
    handed_over_ = 0;
  }
  /// Sends the last rows; `total` records were in the input. Once, last.
  void finish(std::int64_t total) {
    send();
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
      const playlist_table batch = rows->table();
      const playlist_status status = service().append(host(), rows->name().c_str(), &batch);
      if (status != PLAYLIST_OK && status != PLAYLIST_CANCELLED) {
        throw Error(concat("the engine refused rows of ", rows->name()), status);
      }
      handed_over_ += rows->rows();
      rows->clear();
      if (status == PLAYLIST_CANCELLED) throw Cancelled();
    }
    checkpoint();
  }

  /// Whether the element accounted for its input; the SDK asks when read() has returned.
  [[nodiscard]] bool is_accounted() const { return is_finished_ || members_; }

 private:
  const playlist_rows& service() {
    if (!service_) service_ = &require_service<playlist_rows>(PLAYLIST_SERVICE_ROWS);
    return *service_;
  }
  const playlist_members& members() {
    if (!members_) members_ = &require_service<playlist_members>(PLAYLIST_SERVICE_MEMBERS);
    return *members_;
  }

  const playlist_rows* service_ = nullptr;
  /// The host writes what is complete in one step, and a step costs time.
  static constexpr std::size_t kCompleteRows = 8 * Rows::kBatchRows;

  const playlist_members* members_ = nullptr;
  std::vector<std::unique_ptr<Rows>> rows_;
  std::size_t handed_over_ = 0;  // rows and buckets since complete()
  std::int64_t record_ = -1;     // the highest begun
  bool is_finished_ = false;
};

void Rows::row(std::int64_t record) {
  if (is_full()) call_->send();
  call_->reach(record);
  next_row();
  record_->set(record);
}

}  // namespace playlist
