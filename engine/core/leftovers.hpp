// Files that a process was making when it was killed.
#pragma once

#include <string>

namespace engine {

/// Removes the files whose path is `prefix` + the id of a process that is no more + anything, e.g.
/// "/x/library.db.making." for "/x/library.db.making.4711-wal". Files of living processes stay.
void remove_leftovers(const std::string& prefix);

}  // namespace engine
