// A folder to begin a plugin in: `engine plugin new`.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

struct NewPlugin {
  std::string name;        // without its kind: "mood"
  std::uint32_t kind = 0;  // PLAYLIST_RANKING ...
  bool is_c = false;       // C99 instead of C++20
  std::string parent;      // the folder that gets a folder called `name`
};

/// Makes the folder from the templates (sdk/template/) and gives back the paths of its files,
/// sorted, relative to `parent`. Nothing is left behind when it fails. Throws Error(kUsage) for a
/// name that cannot be used, Error(kInput) when the folder exists, cannot be written, or a template
/// is missing.
std::vector<std::string> make_plugin_folder(const NewPlugin& plugin, const std::string& templates);

}  // namespace engine
