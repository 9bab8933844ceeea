#include "rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "text.hpp"

namespace source {

// ---- Dictionary ---------------------------------------------------------------------------------
namespace {
constexpr std::size_t kFirstSlots = 256;
constexpr std::int32_t kFree = -1;
}  // namespace

Dictionary::Dictionary() {
  clear();
}

void Dictionary::clear() {
  bytes_.clear();
  offsets_.assign(1, 0);
  slots_.assign(std::max(kFirstSlots, slots_.size() > (1u << 16) ? 0 : slots_.size()), {0, kFree});
  repaired_ = 0;
}

std::string_view Dictionary::text(std::int32_t code) const {
  const auto k = static_cast<std::size_t>(code);
  return {bytes_.data() + offsets_[k], static_cast<std::size_t>(offsets_[k + 1] - offsets_[k])};
}

std::int32_t Dictionary::code(std::string_view text) {
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot].code != kFree; slot = (slot + 1) & mask) {
    if (slots_[slot].hash == hash && this->text(slots_[slot].code) == text)
      return slots_[slot].code;
  }
  // Only texts not met before need a look at their bytes: what is in the dictionary is sound.
  if (!is_sound_text(text)) {
    ++repaired_;
    return code(repair_text(text));
  }
  return insert(text, hash, slot);
}

std::int32_t Dictionary::insert(std::string_view text, std::uint32_t hash, std::size_t slot) {
  const auto code = static_cast<std::int32_t>(offsets_.size() - 1);
  bytes_.append(text);
  offsets_.push_back(bytes_.size());
  slots_[slot] = {hash, code};
  if (2 * offsets_.size() > slots_.size()) grow();
  return code;
}

void Dictionary::grow() {
  std::vector<Slot> old(4 * slots_.size(), {0, kFree});
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& entry : old) {
    if (entry.code == kFree) continue;
    std::size_t slot = entry.hash & mask;
    while (slots_[slot].code != kFree) slot = (slot + 1) & mask;
    slots_[slot] = entry;
  }
}

const playlist_dict* Dictionary::dict() {
  dict_.size = sizeof dict_;
  dict_.count = static_cast<std::uint32_t>(offsets_.size() - 1);
  dict_.bytes = bytes_.data();
  dict_.offsets = offsets_.data();
  return &dict_;
}

// ---- Table --------------------------------------------------------------------------------------
namespace {

constexpr std::align_val_t kAlignment{64};

std::size_t item_size(std::uint32_t type) {
  switch (type) {
    case PLAYLIST_U8:
      return 1;
    case PLAYLIST_F64:
    case PLAYLIST_I64:
      return 8;
    default:
      return 4;
  }
}

template <class T>
void fill(std::byte* data, std::int64_t from, std::int64_t to, T value) {
  std::fill(reinterpret_cast<T*>(data) + from, reinterpret_cast<T*>(data) + to, value);
}

}  // namespace

void Table::AlignedDelete::operator()(std::byte* bytes) const {
  ::operator delete(bytes, kAlignment);
}

Table::Table(const char* name, std::vector<ColumnSpec> columns) : name_(name) {
  columns.insert(columns.begin(), {"record", PLAYLIST_I64, true});
  for (const ColumnSpec& spec : columns) {
    Column& column = columns_.emplace_back();
    column.spec = spec;
    if (spec.type == PLAYLIST_STRING) column.dictionary = std::make_unique<Dictionary>();
  }
}

void Table::fill_missing(Column& column, std::int64_t from, std::int64_t to) {
  std::byte* data = column.data.get();
  switch (column.spec.type) {
    case PLAYLIST_F32:
      return fill(data, from, to, std::numeric_limits<float>::quiet_NaN());
    case PLAYLIST_F64:
      return fill(data, from, to, std::numeric_limits<double>::quiet_NaN());
    case PLAYLIST_I32:
      return fill(data, from, to, std::numeric_limits<std::int32_t>::min());
    case PLAYLIST_I64:
      return fill(data, from, to, std::numeric_limits<std::int64_t>::min());
    case PLAYLIST_STRING:
      return fill(data, from, to, std::int32_t{-1});
    default:
      return fill(data, from, to, std::uint8_t{255});
  }
}

void Table::reserve(std::int64_t capacity) {
  for (Column& column : columns_) {
    const std::size_t item = item_size(column.spec.type);
    std::unique_ptr<std::byte, AlignedDelete> grown(static_cast<std::byte*>(
        ::operator new(static_cast<std::size_t>(capacity) * item, kAlignment)));
    if (rows_ > 0) {
      std::memcpy(grown.get(), column.data.get(), static_cast<std::size_t>(rows_) * item);
    }
    column.data = std::move(grown);
    fill_missing(column, rows_, capacity);
  }
  capacity_ = capacity;
}

void Table::begin(std::int64_t record) {
  if (rows_ == capacity_) reserve(std::max<std::int64_t>(1024, 2 * capacity_));
  ++rows_;
  put(0, record);
}

const playlist_table* Table::batch() {
  views_.clear();
  for (Column& column : columns_) {
    if (!column.is_used && !column.spec.is_required) continue;
    column.view.size = sizeof column.view;
    column.view.type = column.spec.type;
    column.view.name = column.spec.name;
    column.view.data = column.data.get();
    column.view.dict = column.dictionary ? column.dictionary->dict() : nullptr;
    views_.push_back(&column.view);
  }
  table_.size = sizeof table_;
  table_.column_count = static_cast<std::uint32_t>(views_.size());
  table_.rows = rows_;
  table_.columns = views_.data();
  return &table_;
}

std::int64_t Table::clear() {
  std::int64_t repaired = 0;
  for (Column& column : columns_) {
    if (column.dictionary) {
      repaired += column.dictionary->repaired_count();
      column.dictionary->clear();
    }
    if (column.is_used) fill_missing(column, 0, rows_);
    column.is_used = false;
  }
  rows_ = 0;
  return repaired;
}

// ---- Rows ---------------------------------------------------------------------------------------
Rows::Rows(playlist::SourceCall& call)
    : call_(call),
      service_(playlist::find_service<playlist_rows>(call.host(), PLAYLIST_SERVICE_ROWS)) {
  if (service_ == nullptr) throw playlist::Error("the engine takes no rows in this call");
}

Table& Rows::table(const char* name, std::vector<ColumnSpec> columns) {
  tables_.push_back(std::make_unique<Table>(name, std::move(columns)));
  return *tables_.back();
}

void Rows::bucket(const char* bucket, std::string_view reason) {
  bucketed_.push_back({record_, bucket, reasons_.code(reason)});
}

void Rows::notice(const std::string& sentence) {
  for (auto& [text, count] : notices_) {
    if (text == sentence) {
      ++count;
      return;
    }
  }
  notices_.emplace_back(sentence, 1);
}

void Rows::pause(std::uint64_t bytes_done) {
  paused_at_ = bytes_done;
  bool is_full = static_cast<std::int64_t>(bucketed_.size()) >= kBatchRows ||
                 bytes_done - flushed_at_ >= kBatchBytes;
  for (const auto& table : tables_) is_full |= table->rows() >= kBatchRows;
  if (is_full) {
    flush();
    flushed_at_ = bytes_done;
  }
  const auto length = static_cast<double>(std::max<std::uint64_t>(1, call_.input().length()));
  call_.checkpoint(static_cast<double>(bytes_done) / length);
}

void Rows::append(Table& table) {
  const auto status = service_->append(call_.host(), table.name(), table.batch());
  if (status == PLAYLIST_CANCELLED) throw playlist::Cancelled();
  if (status != PLAYLIST_OK) {
    throw playlist::Error(playlist::concat("the engine refused rows of ", table.name()), status);
  }
}

void Rows::tell_list(const char* list, const char* teller, bool is_whole) {
  Table lists(
      "lists",
      {{"list", PLAYLIST_STRING, true}, {"teller", PLAYLIST_STRING}, {"is_whole", PLAYLIST_U8}});
  lists.begin(record_);
  lists.text(1, list);
  lists.text(2, teller);
  lists.u8(3, is_whole);
  append(lists);
}

void Rows::flush() {
  for (const auto& table : tables_) {
    if (table->rows() > 0) append(*table);
    repaired_ += table->clear();
  }
  for (const Bucketed& entry : bucketed_) {
    call_.bucket(entry.record, entry.bucket, std::string(reasons_.text(entry.reason)));
  }
  bucketed_.clear();
  reasons_.clear();
  call_.complete(record_);
}

void Rows::finish() {
  flush();
  for (const auto& [text, count] : notices_) {
    call_.warning(count == 1 ? text : playlist::concat(text, " (", count, " times)"));
  }
  if (repaired_ > 0) {
    call_.warning(playlist::concat(
        repaired_, " texts held bytes that are not UTF-8: U+FFFD stands in their place"));
  }
  call_.finish(record_);
}

}  // namespace source
