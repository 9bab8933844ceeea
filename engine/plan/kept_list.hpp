// What a run knows of the kept playlist that it is made for, and what it let change of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

/// The list of a kept playlist before a run. It is data of the run like its parameters: it stands in
/// the run's record, from which the run is repeated.
struct CurrentVersion {
  std::string playlist;                 // its name
  std::int64_t version = 0;             // 0: it has none yet
  std::vector<std::int64_t> track_ids;  // the store's, in the list's order
  std::vector<std::int64_t> pinned;     // of them those that stay whatever the recipe says
};

/// What a :keep let change of it.
struct KeepChanges {
  struct Left {
    std::int64_t track_id = 0;
    std::string why;         // a sentence
    bool is_forced = false;  // banned, rejected, or gone from the library: it leaves in any case
  };
  std::int64_t allowed = 0;            // so many may leave
  std::vector<std::int64_t> came;      // in the order of the list
  std::vector<Left> left;              // those gone first, then in the order of the list before
  std::vector<std::int64_t> waiting;   // the recipe wants them in, most wanted first
  std::vector<std::int64_t> retained;  // it does not choose them now, but they stay
};

}  // namespace engine
