// What listening to music files makes, and where it is kept: features in table track_sound
// (`--audio`), or an encoder's vectors (`--encoder`, import/encoders.hpp).
//
// Both are kept with the size and the time of modification of the file that was listened to, a row a
// track, and hold as long as one of the track's files has these, wherever it was moved to.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "import/sound_reader.hpp"
#include "store/store.hpp"

namespace engine::import {

/// Of what a file looks like on the disc: its size and its time of modification.
using FileStamp = std::pair<std::uint64_t, std::int64_t>;

class SoundKeeper {
 public:
  virtual ~SoundKeeper() = default;

  /// The source that listens, with its arguments.
  std::string source;
  Arguments arguments = {};
  /// What to say where it cannot be asked, and what to do then.
  std::string missing, fix;

  /// By track: the file that was listened to.
  [[nodiscard]] virtual std::map<std::int64_t, FileStamp> known() const = 0;
  /// Part of the caller's transaction; of a track that another process merged away nothing is kept.
  /// "", or why it cannot be kept.
  virtual std::string put(std::int64_t track, const FileStamp& stamp, const HeardSound& heard) = 0;
};

std::unique_ptr<SoundKeeper> features_keeper(Store& store);
/// The space has its encoder by then (use_encoder()).
std::unique_ptr<SoundKeeper> encoder_keeper(Store& store, const std::string& space);

}  // namespace engine::import
