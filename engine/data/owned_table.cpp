#include "data/owned_table.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/column_types.hpp"
#include "data/column_layout.hpp"

namespace engine {
namespace {

constexpr std::align_val_t kAlignment{kColumnAlignment};

}  // namespace

void OwnedTable::Aligned::operator()(void* memory) const {
  ::operator delete(memory, kAlignment);
}

playlist_column& OwnedTable::add_column(const std::string& name, std::uint32_t type, void* data,
                                        const playlist_dict* dict) {
  const std::string& kept = names_.emplace_back(name);
  return columns_.emplace_back(
      playlist_column{sizeof(playlist_column), type, kept.c_str(), data, dict});
}

void* OwnedTable::add(const std::string& name, std::uint32_t type) {
  const std::size_t length =
      std::max<std::size_t>(static_cast<std::size_t>(rows_) * item_length(type), 1);
  memory_.emplace_back(::operator new(length, kAlignment));
  return add_column(name, type, memory_.back().get(), nullptr).data;
}

template <typename T>
void OwnedTable::copy(const std::string& name, const std::vector<T>& values) {
  constexpr std::uint32_t kType = std::is_same_v<T, float>          ? PLAYLIST_F32
                                  : std::is_same_v<T, std::int32_t> ? PLAYLIST_I32
                                  : std::is_same_v<T, std::int64_t> ? PLAYLIST_I64
                                                                    : PLAYLIST_U8;
  std::copy_n(values.begin(), rows_, static_cast<T*>(add(name, kType)));
}
template void OwnedTable::copy(const std::string&, const std::vector<float>&);
template void OwnedTable::copy(const std::string&, const std::vector<std::int32_t>&);
template void OwnedTable::copy(const std::string&, const std::vector<std::int64_t>&);
template void OwnedTable::copy(const std::string&, const std::vector<std::uint8_t>&);

std::int32_t* OwnedTable::texts(const std::string& name, const std::vector<std::string>& texts) {
  std::string& bytes = bytes_.emplace_back();
  std::vector<std::uint64_t>& offsets = offsets_.emplace_back(1, 0);
  for (const std::string& text : texts) {
    bytes += text;
    offsets.push_back(bytes.size());
  }
  dicts_.push_back({sizeof(playlist_dict), static_cast<std::uint32_t>(texts.size()), bytes.data(),
                    offsets.data()});
  auto* codes = static_cast<std::int32_t*>(add(name, PLAYLIST_STRING));
  columns_.back().dict = &dicts_.back();
  return codes;
}

void OwnedTable::view(const playlist_column& column) {
  add_column(column.name, column.type, column.data, column.dict);
}

void OwnedTable::view_prefix(const playlist_column& column) {
  view(column);
  if (column.type != PLAYLIST_STRING) return;
  const auto* codes = static_cast<const std::int32_t*>(column.data);
  std::int32_t last = -1;
  const auto all = static_cast<std::int32_t>(column.dict->count) - 1;
  for (std::int64_t k = 0; k < rows_ && last < all; ++k) last = std::max(last, codes[k]);
  playlist_dict shown = *column.dict;
  shown.count = static_cast<std::uint32_t>(last + 1);
  dicts_.push_back(shown);
  columns_.back().dict = &dicts_.back();
}

void OwnedTable::pick(const playlist_column& column, std::int64_t first_rows,
                      const std::vector<std::int64_t>& more) {
  const std::size_t item = item_length(column.type);
  auto* to = static_cast<std::byte*>(add(column.name, column.type));
  columns_.back().dict = column.dict;
  const auto* from = static_cast<const std::byte*>(column.data);
  const std::size_t length = static_cast<std::size_t>(first_rows) * item;
  std::memcpy(to, from, length);
  for (std::size_t k = 0; k < more.size(); ++k)
    std::memcpy(to + length + k * item, from + static_cast<std::size_t>(more[k]) * item, item);
}

const playlist_table* OwnedTable::table() {
  if (table_.size != 0 && table_.column_count == columns_.size()) return &table_;
  pointers_.clear();
  for (const playlist_column& column : columns_) pointers_.push_back(&column);
  table_ = {sizeof(playlist_table), static_cast<std::uint32_t>(pointers_.size()), rows_,
            pointers_.data()};
  return &table_;
}

}  // namespace engine
