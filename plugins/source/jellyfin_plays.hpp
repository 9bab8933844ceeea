// Rows of Jellyfin's plugin Playback Reporting, from its database or from its backup.
#pragma once

#include "playlist/plugin.hpp"

#include <optional>
#include <string_view>

#include "file_dates.hpp"
#include "play_rows.hpp"

namespace source {

class JellyfinPlays {
 public:
  /// `is_utc`: its times are UTC, also where they do not say it.
  JellyfinPlays(playlist::SourceCall& call, bool is_utc);

  struct Row {
    std::string_view date, type, name, device, seconds;
  };
  /// Puts the record at hand somewhere.
  void take(const Row& row);
  /// Says by what clock its times were read, where that is not known; last.
  void tell();

  /// Throws playlist::Error: its rows would all become the plays of one person.
  [[noreturn]] static void refuse_several_users();

 private:
  playlist::SourceCall& call_;
  PlayRows plays_;
  std::optional<LocalClock> clock_;
  bool has_used_clock_ = false;
};

}  // namespace source
