// Libraries that can be read and not written: on a read-only volume, or somebody else's.
//
// Store::open() with is_read_only opens them all the same, with what waits in the write-ahead log;
// one of an older schema is migrated as a copy that is gone when it is closed.
#pragma once

#include <string>

namespace engine {

/// False where the library, or the folder it is in, may not be written.
bool may_be_written(const std::string& library);

}  // namespace engine
