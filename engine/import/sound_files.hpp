// `engine import --files --audio`: what tracks sound like, measured in their music files.
//
// What was measured is kept in table track_sound, beside what was imported and never in its place: a
// row a track, with the size and the time of modification of the file that was listened to. It holds
// as long as one of the track's files has these, wherever it was moved to. A file in which nothing
// can be heard has the reason in its row of track_files, and another of the track's files is tried.
#pragma once

#include "import/import.hpp"
#include "import/music_folder.hpp"

namespace engine::import {

/// Listens to a file of every track whose files lie in `folder` and are known to the store, where it
/// was not done before; as many at once as there are processors, each committed when it is done.
/// Fills result.sound; with options.is_dry_run it only tells to how many it would listen. True when
/// the user interrupted. Throws Error: kPlugin when nothing listens to music, kStore when the store
/// cannot be written.
bool listen_to_music(const ImportOptions& options, const MusicFolder& folder, Store& store,
                     ImportResult& result);

}  // namespace engine::import
