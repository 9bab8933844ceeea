// What somebody heard on players that `engine listen` follows, told to a server of theirs that keeps
// plays (a Subsonic one).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/push.hpp"

namespace engine::app {

struct ScrobbleReport {
  std::string account, user;
  std::int64_t plays = 0;                    // that were to be told
  std::int64_t told = 0;                     // with is_dry_run: that would be
  std::vector<PushReport::Missing> missing;  // what is not over there; it is not tried again
  bool is_dry_run = false;
};

/// Throws Error(kUsage) for an account that takes no plays, kInput for one that is not connected.
void require_takes_plays(const Caller& caller, const std::string& account);

/// Tells the account of the plays since the last one that it was told of, oldest first, as of now. A
/// play counts that was not skipped, and heard for four minutes or half of it (30 seconds, where its
/// length is not known). Asks nobody where there is none. Throws Error as push() and
/// require_takes_plays() do, kUsage where it is not clear whose they are.
ScrobbleReport scrobble(const Caller& caller, const std::string& account, bool is_dry_run = false);

}  // namespace engine::app
