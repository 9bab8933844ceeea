// What can be known of a shared library before any of its code runs.
//
// dlopen dies with SIGBUS on a truncated library and runs static constructors before anything can
// be asked, so the loader reads the file itself first.
#pragma once

#include "playlist/plugin.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct ElfLibrary {
  std::string problem;                // why it cannot be loaded, one line; the rest is then empty
  std::vector<std::string> exported;  // names of defined dynamic symbols, sorted
  std::vector<std::string> needed;    // libraries it links, in its own order
  std::optional<playlist_abi> abi;    // contents of playlist_plugin_abi, when it exports that

  [[nodiscard]] bool exports(std::string_view name) const;
};

/// Reads a whole file's bytes. Every offset is checked: any bytes are safe.
ElfLibrary read_elf(std::string_view bytes);

}  // namespace engine
