#include "data/tables.hpp"

namespace engine {

const playlist_column* find_column(const playlist_table& table, std::string_view name) {
  for (std::uint32_t k = 0; k < table.column_count; ++k)
    if (table.columns[k]->name == name) return table.columns[k];
  return nullptr;
}

std::string_view text_of(const playlist_column& column, std::int32_t code) {
  if (code < 0 || column.dict == nullptr) return "";
  const std::uint64_t* offsets = column.dict->offsets;
  return {column.dict->bytes + offsets[code],
          static_cast<std::size_t>(offsets[code + 1] - offsets[code])};
}

}  // namespace engine
