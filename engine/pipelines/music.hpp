// The music of a library looked at again, in `engine update`: it is nobody's, so once for everybody.
#pragma once

#include <string>
#include <vector>

#include "app/caller.hpp"
#include "import/record_buckets.hpp"

namespace engine::pipelines {

struct MusicChanges {
  std::size_t places = 0;  // that were looked at
  std::vector<std::string> missing =
      {};                             // that are not there, or empty; nothing is forgotten of them
  import::BucketCounts buckets = {};  // of files, without those that have not changed
  std::int64_t gone = 0;              // files
  std::int64_t measured = 0;          // tracks
  std::int64_t encoded = 0;           // tracks
  Exit exit = Exit::kDone;            // of what went wrong, which was told

  [[nodiscard]] bool has_news() const {
    return !buckets.empty() || gone > 0 || measured > 0 || encoded > 0;
  }
};

/// Reads what has changed at the folders and files that `engine import --files` was given, and
/// listens to what is new where that was asked for (--audio, --encoder). What goes wrong costs its folders
/// only. Throws Error(kInterrupted).
MusicChanges read_music(const app::Caller& caller);

}  // namespace engine::pipelines
