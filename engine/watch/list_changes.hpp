// How one playlist differs from the one before: places moved, new tracks, tracks that left.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

struct TrackMove {
  std::int64_t track = 0;
  int place = 0;   // from 1
  int before = 0;  // its place in the list before; 0: it was not there
};

struct ListChanges {
  std::vector<TrackMove> tracks;  // of the list now, in its order
  std::vector<TrackMove> left;    // of the list before, in its order; place is 0
  int new_count = 0, moved_count = 0;
};

/// Track ids, each at most once per list.
ListChanges compare_lists(const std::vector<std::int64_t>& before,
                          const std::vector<std::int64_t>& now);

/// "▲3", "▼1", "new", "" for a track that stayed. `is_plain`: "+3", "-1".
std::string move_text(const TrackMove& move, bool is_plain);

}  // namespace engine
