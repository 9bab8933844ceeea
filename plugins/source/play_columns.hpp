// Where a table that has one row per play keeps when that was, how long, how it began and ended; who and
// what was played is for TrackColumns.
#pragma once

#include "playlist/plugin.hpp"

#include <array>
#include <string_view>

#include "csv.hpp"
#include "track_columns.hpp"

namespace source {

class PlayColumns {
 public:
  /// What a column can hold, by the names that --columns takes.
  enum Role : int {
    kTime,       // "time": when the play began, UTC unless the cell says another zone
    kLocalTime,  // "local_time": the same by the listener's own clock
    kEndTime,    // "end_time": when it ended
    kClock,      // "clock": the time of day, where it stands in a column of its own
    kPlayed,     // "ms_played": how long it was heard; in seconds or milliseconds
    kSkipped,
    kLoved,
    kCountry,
    kReasonStart,
    kReasonEnd,
    kShuffle,
    kEvent,  // Apple's "Event Type": only the end of a play is one
    kMedium,
    kDevice,
    kUser,
    kRoleCount
  };
  static const char* role_name(int role);
  /// -1 when there is none.
  static int find_role(std::string_view name);

  PlayColumns() { columns_.fill(-1); }
  /// Finds the columns by their names, and by what their first cells hold where a name such as
  /// "date" is also a catalogue's. `table` stands at the first record.
  PlayColumns(const Header& header, const TrackColumns& tracks, const CsvReader& table);

  void assign(int role, int column) { columns_[static_cast<std::size_t>(role)] = column; }
  [[nodiscard]] int operator[](int role) const { return columns_[static_cast<std::size_t>(role)]; }
  [[nodiscard]] bool has(int role) const { return (*this)[role] >= 0; }
  /// True when some column says when a play was.
  [[nodiscard]] bool has_time() const { return has(kTime) || has(kLocalTime) || has(kEndTime); }

 private:
  std::array<int, kRoleCount> columns_;
};

/// True when the rows are plays of tracks: the table says when, and what.
bool is_history(const PlayColumns& plays, const TrackColumns& tracks);

}  // namespace source
