// A column of texts while it is being collected.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/dictionary.hpp"

namespace engine {

struct TextColumn {
  TextColumn() = default;
  /// Of a column file, with its codes.
  TextColumn(const playlist_table& table, std::string_view column);

  Dictionary texts;
  std::vector<std::int32_t> codes;

  void add(std::string_view text) { codes.push_back(text.empty() ? -1 : texts.code(text)); }
  /// For texts known to differ from row to row.
  void add_unique(std::string_view text) {
    codes.push_back(text.empty() ? -1 : texts.append(text));
  }
  void add_even_empty(std::string_view text) { codes.push_back(texts.code(text)); }

  /// Puts the rows into `order` and renumbers the texts by first appearance, so that the texts of
  /// the first n rows are the first codes, whatever rows follow.
  void reorder(std::span<const std::int32_t> order);
};

}  // namespace engine
