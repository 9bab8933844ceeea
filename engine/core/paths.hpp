// Where the engine's own files stand, and the user's folders (XDG).
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// The folders that come with this program: beside it in a build tree, under PREFIX when installed.
struct OwnFolders {
  std::string plugins, scripts, recipes, config;
};
const OwnFolders& own_folders();

/// $XDG_DATA_HOME/playlist-engine and so on, with the defaults of the XDG base directory
/// specification.
std::string data_home();
std::string config_home();
std::string cache_home();

/// Whole file as text. Throws Error(kInput) naming the file.
std::string read_file(const std::string& path);
/// Writes to a temporary file in the same folder, syncs it, renames it into place. Who is killed
/// leaves nothing, but a hidden .playlist.partNUMBER where the file system has no files without a
/// name. Throws Error(kInput).
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace engine
