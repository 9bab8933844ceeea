// `engine import --files --audio` and `--encoder`: listening to music, a file of each track.
//
// What comes of it is kept by a SoundKeeper. A file in which nothing can be heard has the reason in
// its row of track_files, and another of the track's files is tried.
#pragma once

#include "import/import.hpp"
#include "import/music_folder.hpp"
#include "import/sound_keeper.hpp"

namespace engine::import {

/// Listens to a file of every track whose files lie in `folder` and are known to the store, where it
/// was not done before; as many at once as there are processors, each committed when it is done.
/// Fills `listened`, and what went wrong in `result`; with options.is_dry_run it only tells to how
/// many it would listen. True when the user interrupted. Throws Error: kPlugin when nothing listens
/// to music, kStore when the store cannot be written.
bool listen_to_music(const ImportOptions& options, const MusicFolder& folder, Store& store,
                     SoundKeeper& keeper, Listened& listened, ImportResult& result);

}  // namespace engine::import
