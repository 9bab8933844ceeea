// The tables and columns that sources may hand over (PLAYLIST_SERVICE_ROWS in playlist/plugin.h).
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace engine::import {

struct RowColumn {
  const char* name;
  std::uint32_t type;
  bool is_required = false;
};
struct RowTable {
  const char* name;
  std::span<const RowColumn> columns;
};

/// nullptr when there is no such table.
const RowTable* find_row_table(std::string_view name);

/// A table whose rows may have a vector each (PLAYLIST_SERVICE_VECTORS).
bool takes_vectors(std::string_view name);
/// A table that a file tells anew at every import: what no track was found for may be found now,
/// and what another file put in the place of a vector goes again.
bool is_told_anew(std::string_view name);
/// A table that says what holds, not what happened: likes, bans, ratings, playlists and what tells
/// of them.
bool is_state_table(std::string_view name);
/// What table "lists" may tell of.
bool is_list(std::string_view name);

/// "" when `rows` fits its table, else what does not: unknown table or column, wrong type, a
/// required column that is missing, a text code outside its dictionary.
std::string problem_of(std::string_view name, const playlist_table& rows);

}  // namespace engine::import
