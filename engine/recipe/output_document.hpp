// A playlist as a remote output is handed it, kept until it is pushed: what the run's worker has put
// together, the pushing worker takes apart again, and the store keeps meanwhile.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <memory>
#include <string>

#include "data/owned_table.hpp"

namespace engine {

/// JSON of all that `playlist` says, with every column of its tracks.
std::string pack_playlist(const playlist_playlist& playlist);

/// The same again. Must not move while `playlist()` is used.
class UnpackedPlaylist {
 public:
  /// Throws std::invalid_argument for bytes that are none.
  explicit UnpackedPlaylist(const std::string& bytes);
  UnpackedPlaylist(const UnpackedPlaylist&) = delete;
  UnpackedPlaylist& operator=(const UnpackedPlaylist&) = delete;

  [[nodiscard]] const playlist_playlist& playlist() const { return playlist_; }
  /// "Title by Artist" of a row.
  [[nodiscard]] std::string track_name(std::int64_t row) const;

 private:
  std::string title_, description_, creator_;
  std::unique_ptr<OwnedTable> tracks_;
  playlist_playlist playlist_{};
};

}  // namespace engine
