// Where the music files of tracks lie, for outputs that name files: table track_files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace engine {

/// Paths are kept as their bytes are: as text where they are UTF-8, else as a blob. `path` is not
/// copied: it lives until the statement has run.
void bind_music_path(Statement& statement, int index, std::string_view path);

/// Read once, before a run's worker is forked, which cannot open the store. Threads: only read.
class MusicPaths {
 public:
  explicit MusicPaths(const Store& store);

  /// The paths of the track's files as their bytes are, the largest file first and equal ones by
  /// their paths, parted by zero bytes; "" where none is known.
  [[nodiscard]] std::string_view of(std::int64_t track_id) const;

 private:
  std::vector<std::int64_t> tracks_;  // ascending
  std::vector<std::size_t> offsets_;  // into bytes_, one more than tracks
  std::string bytes_;
};

}  // namespace engine
