// `engine import --files`: from folders of music to tracks of the catalogue that know their files.
#pragma once

#include "import/import.hpp"

namespace engine::import {

/// Reads the music files at and below options.paths whose size or time of modification changed since
/// they were read; forgets the files that are not there any more, not their tracks. What cannot be
/// read costs itself only and is told in the result, which has one FileResult for each path.
/// Of the options those of exports (user, columns, dates, source, space, ids) are not looked at.
/// The process must have one thread. Throws Error: kInput for a path that does not exist, kPlugin
/// when nothing reads music files, kStore when the store cannot be written.
ImportResult import_music(const ImportOptions& options);

}  // namespace engine::import
