#include "data/text_column.hpp"

#include "data/numbering.hpp"
#include "data/tables.hpp"

namespace engine {

TextColumn::TextColumn(const playlist_table& table, std::string_view column)
    : texts(*find_column(table, column)->dict) {
  const auto values = column_of<std::int32_t>(table, column);
  codes.assign(values.begin(), values.end());
}

void TextColumn::reorder(std::span<const std::int32_t> order) {
  codes = gather(codes, order);
  Dictionary renumbered;
  std::vector<std::int32_t> new_code(texts.count(), -1);
  for (std::int32_t& code : codes) {
    if (code < 0) continue;
    std::int32_t& made = new_code[static_cast<std::size_t>(code)];
    if (made < 0) made = renumbered.append(texts.text(code));
    code = made;
  }
  texts = std::move(renumbered);
}

}  // namespace engine
