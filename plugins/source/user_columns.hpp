// The user's own word on a table: --columns title=Song,artist=By,time=When.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csv.hpp"
#include "play_columns.hpp"
#include "track_columns.hpp"

namespace source {

/// "title=TrackName,artist=Band" as pairs. Throws playlist::Error for a part without "=".
std::vector<std::pair<std::string, std::string>> read_mapping(std::string_view columns);

/// True when the table has at least one of the columns that were named.
bool names_any_column(const Header& header, std::string_view user_columns);

/// True when a time of play is among what was named: the table is a history.
bool names_time(std::string_view user_columns);

struct UserColumns {
  TrackColumns tracks;
  PlayColumns plays;
  /// Throws playlist::Error, with what is nearest, when the file has no such column, the engine no
  /// such field, or a field is given twice.
  UserColumns(const Header& header, std::string_view user_columns);
};

}  // namespace source
