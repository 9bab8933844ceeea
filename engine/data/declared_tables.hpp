// The tables that recipes and plugins read, and the sets of the user's, each declared once.
//
// From a table's declaration derive the view as of `now` (as_of.hpp), its part of the column file
// where `sql` fills it (stored_tables.hpp), the libraries that plugins are tried with and benchmarks
// and tests are made of, what formulas may name, and the help of editors' stubs. A new table is a
// row here and, where it is computed, the function that does so; a new set is a row.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

class AsOfView;
class OwnedTable;

enum class TableOwner : std::uint8_t {
  kCatalogue,  // the same for everybody
  kUser,       // of the person a run is for
  kEverybody,  // of all persons at once: only a model in training reads it (training_tables.hpp)
};

/// What there is a row for.
enum class TableRows : std::uint8_t {
  kTracks,   // row k is track k; formulas read the columns as t.NAME
  kArtists,  // row k is artist k
  kTags,     // row k is tag k
  kUsers,    // row k is a person
  kIds,      // row k is the store's id k
  kTexts,    // as the embedding of the same name has rows
  kEvents,   // what happened, or holds, by now
};

/// What the items of a column are, where they are not plain values.
enum class ColumnHolds : std::uint8_t {
  kValues,
  kIds,      // of the store
  kTracks,   // numbers of this load
  kArtists,  // numbers of this load
  kUsers,    // rows of the table "users"
  kSongs,    // the same number for every version of a song
  kTimes,    // Unix seconds
  kEnds,  // Unix seconds from which on the row is not there any more, INT64_MIN as long as it is:
          // in the column file only
};

struct DeclaredColumn {
  const char* name;
  std::uint32_t type;  // playlist_type
  const char* help;    // of formulas' columns: one line for whoever writes a recipe
  ColumnHolds holds = ColumnHolds::kValues;
  double low = 0, high = 1;  // what values usually are
  bool may_be_missing = true;

  /// Whether tables as of now have it, not the column file alone.
  [[nodiscard]] constexpr bool is_seen() const { return holds != ColumnHolds::kEnds; }
};

struct DeclaredTable {
  /// As plugins ask for it; "NAME:" declares all whose names begin so.
  std::string_view name;
  TableOwner owner;
  TableRows rows;
  std::span<const DeclaredColumn> columns;  // in the table's order
  /// The table of which it tells more: row k here is of row k there. "": of none.
  std::string_view beside = {};

  /// Fills the table from the store, a result column for each of `columns`; ?1 is the user. Tracks
  /// and artists are selected by their ids; a row without one that may not be missing, or of which
  /// the library knows none, is left out. Rows come by time, the first column that holds times. One
  /// is there as of now from its time on, and once its track is known.
  const char* sql = nullptr;
  bool is_by_track = false;  // by track, of one track as `sql` gave them
  /// Or computes it from other tables; nullptr where there is none of this `name`.
  std::unique_ptr<OwnedTable> (*compute)(const AsOfView& view, std::string_view name) = nullptr;
};

std::span<const DeclaredTable> declared_tables();
/// nullptr where no declaration covers the name.
const DeclaredTable* find_declared(std::string_view table);
/// The table of one row per track that declares this column, or nullptr.
const DeclaredTable* find_by_track(std::string_view column);
/// Tells whether column files were filled by the same declarations of tables of the owner.
std::string declared_hash(TableOwner owner);
/// Every declared column that `table` does not have yet, missing in all rows.
void add_missing_columns(OwnedTable& table, const DeclaredTable& declared);

/// What recipes call a column of a table of one row per track: they say t.artist and mean the name,
/// the number is of use to plugins only.
std::string formula_name(std::string_view column, std::uint32_t type);

/// Where a set's table has a track several times.
enum class SetKeeps : std::uint8_t { kFirst, kLast };

/// user.NAME in recipes: each track once, with the time "ts".
struct DeclaredSet {
  const char* name;
  const char* table;  // nullptr: user.history, which plan/history.hpp computes
  SetKeeps keeps;
  const char* help;
};

/// The set whose rows also carry "session" and "session_position" i32.
inline constexpr const char* kSessionsSet = "sessions";

std::span<const DeclaredSet> declared_sets();
/// nullptr where there is none.
const DeclaredSet* find_declared_set(std::string_view name);
/// "likes, library, listens ..."
std::string declared_set_names();

}  // namespace engine
