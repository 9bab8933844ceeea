// How long tracks are: as a source told it, else as long as the user's finished plays of it took.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "data/tables.hpp"

namespace engine {

/// Reads the tables "tracks" and, when a track without a told length is asked for, "listens": one
/// pass over them, once. Not for several threads at once.
class TrackLengths {
 public:
  explicit TrackLengths(const Tables* tables) : tables_(tables) {}

  /// Milliseconds; where no source told them the median of the plays that ended by themselves, of
  /// two in the middle the shorter. 0: not known.
  [[nodiscard]] std::int32_t ms(std::int32_t track);

 private:
  void read_finished_plays();

  const Tables* tables_;
  bool has_read_plays_ = false;
  std::unordered_map<std::int32_t, std::int32_t> of_finished_plays_;  // by track
};

}  // namespace engine
