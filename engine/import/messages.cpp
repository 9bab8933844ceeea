#include "import/messages.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/column_types.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"

namespace engine::import {
namespace {

[[noreturn]] void throw_broken() {
  throw Error(Exit::kPlugin, "the reading process sent a broken message",
              {.where = {},
               .source = {},
               .why = "a source plugin damaged its memory",
               .fix = "find the plugin with `engine plugins list`, and import without it"});
}

template <class T>
std::span<const T> items(MessageReader& message, std::uint64_t count) {
  if (count > (std::uint64_t{1} << 40)) throw_broken();
  return {reinterpret_cast<const T*>(message.bytes(count * sizeof(T))),
          static_cast<std::size_t>(count)};
}

void write_items(std::string& out, const playlist_column& column, std::size_t row_count,
                 std::span<const std::uint32_t> rows, bool is_all) {
  const std::size_t item = item_length(column.type);
  const char* data = static_cast<const char*>(column.data);
  if (is_all) {
    MessageWriter(out).bytes(data, row_count * item);
    return;
  }
  for (const std::uint32_t row : rows) out.append(data + row * item, item);
  out.append((8 - rows.size() * item % 8) % 8, '\0');
}

/// True when each text is UTF-8 of its own: all of them together are, and none begins within a
/// character.
bool is_utf8(const playlist_dict& dict) {
  const std::string_view bytes(dict.bytes, static_cast<std::size_t>(dict.offsets[dict.count]));
  if (!engine::is_utf8(bytes)) return false;
  return std::none_of(dict.offsets, dict.offsets + dict.count, [&](std::uint64_t at) {
    return at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xc0) == 0x80;
  });
}

/// The texts of a column with codes: UTF-8, whatever the source gave. Returns how many were not.
std::size_t write_dict(MessageWriter& message, const playlist_dict& dict) {
  message.number(dict.count);
  if (is_utf8(dict)) {
    message.bytes(dict.offsets, (std::size_t{dict.count} + 1) * 8);
    message.bytes(dict.bytes, dict.offsets[dict.count]);
    return 0;
  }
  std::vector<std::uint64_t> offsets = {0};
  std::string bytes;
  std::size_t mended = 0;
  for (std::uint32_t k = 0; k < dict.count; ++k) {
    const std::string_view text(dict.bytes + dict.offsets[k],
                                static_cast<std::size_t>(dict.offsets[k + 1] - dict.offsets[k]));
    mended += engine::is_utf8(text) ? 0 : 1;
    bytes += valid_utf8(text);
    offsets.push_back(bytes.size());
  }
  message.bytes(offsets.data(), offsets.size() * 8);
  message.bytes(bytes.data(), bytes.size());
  return mended;
}

/// Offsets from 0 on, and the values of the given rows.
void write_vectors(std::string& out, const RowVectors& vectors, std::size_t row_count,
                   std::span<const std::uint32_t> rows, bool is_all) {
  std::vector<std::uint64_t> offsets = {0};
  const auto row_at = [&](std::size_t k) { return is_all ? k : rows[k]; };
  for (std::size_t k = 0; k < row_count; ++k) {
    const std::size_t row = row_at(k);
    offsets.push_back(offsets.back() + vectors.offsets[row + 1] - vectors.offsets[row]);
  }
  MessageWriter(out).bytes(offsets.data(), offsets.size() * sizeof(std::uint64_t));
  const std::size_t size = static_cast<std::size_t>(offsets.back()) * sizeof(float);
  out.reserve(out.size() + size + 8);
  for (std::size_t k = 0; k < row_count; ++k) {
    out.append(reinterpret_cast<const char*>(vectors.values + vectors.offsets[row_at(k)]),
               static_cast<std::size_t>(offsets[k + 1] - offsets[k]) * sizeof(float));
  }
  out.append((8 - size % 8) % 8, '\0');
}

void read_vectors(MessageReader& message, TableView& table) {
  if (table.rows == SIZE_MAX) throw_broken();
  table.vector_offsets = items<std::uint64_t>(message, table.rows + 1);
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (table.vector_offsets[row + 1] < table.vector_offsets[row]) throw_broken();
  }
  if (table.vector_offsets.front() != 0) throw_broken();
  table.vector_values = items<float>(message, table.vector_offsets.back()).data();
}

ColumnView read_column(MessageReader& message, std::size_t rows) {
  ColumnView column;
  column.name = message.text();
  column.type = static_cast<std::uint32_t>(message.number());
  const std::size_t item = item_length(column.type);
  if (item == 0) throw_broken();
  column.data = message.bytes(rows * item);
  if (column.type == PLAYLIST_STRING) {
    column.offsets = items<std::uint64_t>(message, message.number() + 1);
    for (std::size_t i = 1; i < column.offsets.size(); ++i) {
      if (column.offsets[i] < column.offsets[i - 1]) throw_broken();
    }
    column.texts = message.bytes(column.offsets.back());
  }
  return column;
}

}  // namespace

const char* MessageReader::bytes(std::uint64_t size) {
  const std::uint64_t padded = size + (8 - size % 8) % 8;
  if (padded < size || padded > message_.size() - at_) throw_broken();
  const char* found = message_.data() + at_;
  at_ += padded;
  return found;
}

void OpenedFile::write(std::string& out) const {
  MessageWriter message(out);
  for (const std::string* text : {&path, &person, &hash, &format, &account}) message.text(*text);
  message.number(bytes);
  message.number(is_again);
}

OpenedFile OpenedFile::read(std::string_view text) {
  MessageReader message(text);
  OpenedFile file;
  for (std::string* part : {&file.path, &file.person, &file.hash, &file.format, &file.account}) {
    *part = message.text();
  }
  file.bytes = message.number();
  file.is_again = message.number() != 0;
  return file;
}

void ToldList::write(std::string& out) const {
  MessageWriter message(out);
  message.text(list);
  message.text(teller);
  message.number(is_whole);
}

ToldList ToldList::read(std::string_view text) {
  MessageReader message(text);
  ToldList told;
  told.list = message.text();
  told.teller = message.text();
  told.is_whole = message.number() != 0;
  return told;
}

const ColumnView* TableView::find(std::string_view column) const {
  for (const ColumnView& candidate : columns) {
    if (candidate.name == column) return &candidate;
  }
  return nullptr;
}

TextView TableView::texts(std::string_view column) const {
  const ColumnView* found = find(column);
  if (!found) return {};
  return {{reinterpret_cast<const std::int32_t*>(found->data), rows}, found->offsets, found->texts};
}

std::size_t write_table(std::string& out, std::string_view name, const playlist_table& table,
                        std::span<const std::uint32_t> rows, bool is_all,
                        const RowVectors& vectors) {
  std::size_t mended = 0;
  const std::size_t row_count = is_all ? static_cast<std::size_t>(table.rows) : rows.size();
  MessageWriter message(out);
  message.text(name);
  message.number(row_count);
  message.number(table.column_count);
  for (std::uint32_t c = 0; c < table.column_count; ++c) {
    const playlist_column& column = *table.columns[c];
    message.text(column.name);
    message.number(column.type);
    write_items(out, column, static_cast<std::size_t>(table.rows), rows, is_all);
    if (column.type != PLAYLIST_STRING) continue;
    static const std::uint64_t kNone = 0;
    const playlist_dict empty{sizeof(playlist_dict), 0, "", &kNone};
    const playlist_dict& dict = column.dict ? *column.dict : empty;
    mended += write_dict(message, dict);
  }
  const bool has_vectors = vectors.offsets != nullptr;
  message.number(has_vectors ? 1 : 0);
  if (has_vectors) write_vectors(out, vectors, row_count, rows, is_all);
  return mended;
}

BatchView BatchView::read(std::string_view text) {
  MessageReader message(text);
  BatchView batch;
  batch.done = static_cast<std::int64_t>(message.number());
  const std::uint64_t table_count = message.number();
  for (std::uint64_t t = 0; t < table_count; ++t) {
    TableView& table = batch.tables.emplace_back();
    table.name = message.text();
    table.rows = static_cast<std::size_t>(message.number());
    const std::uint64_t column_count = message.number();
    for (std::uint64_t c = 0; c < column_count; ++c) {
      table.columns.push_back(read_column(message, table.rows));
    }
    if (message.number() != 0) read_vectors(message, table);
  }
  const std::uint64_t bucket_count = message.number();
  for (std::uint64_t b = 0; b < bucket_count; ++b) {
    BucketView& bucket = batch.buckets.emplace_back();
    bucket.first = static_cast<std::int64_t>(message.number());
    bucket.last = static_cast<std::int64_t>(message.number());
    bucket.bucket = message.text();
    bucket.reason = message.text();
  }
  return batch;
}

}  // namespace engine::import
