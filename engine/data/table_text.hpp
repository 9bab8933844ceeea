// Tables for other people's tools: CSV (RFC 4180) and JSON lines.
//
// Missing  an empty field, and null
// Numbers  as they come back the same; tracks and artists by the store's ids, which stay
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/declared_tables.hpp"
#include "data/tables.hpp"

namespace engine {

/// A column of its own, and what it says.
struct TextTableColumn {
  std::string name, help;
  std::vector<std::string> values;  // as JSON: "null", "0.5", "\"2026-01-01\""
};

/// The columns of a declared table of `tables`, in its order.
std::vector<TextTableColumn> text_columns(const Tables& tables, const DeclaredTable& declared);

/// With a line of names. All columns are of one length.
std::string csv_of(std::span<const TextTableColumn> columns);
/// An object a line.
std::string json_lines_of(std::span<const TextTableColumn> columns);

}  // namespace engine
