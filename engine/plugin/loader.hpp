// Loads one plugin library, step by step, each refusal one clear line.
#pragma once

#include "playlist/plugin.h"

#include <stdexcept>
#include <string>

namespace engine {

/// Why a library was not loaded, one line without its path.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws Refusal when others may write to the file or folder.
void check_permissions(const std::string& path);

/// In order: ELF structure, the two symbols, the ABI version (read from the bytes, before any code
/// of the plugin runs), a content-named copy below `copies`, dlopen through Boost.DLL, and
/// playlist_plugin_main(). Throws Refusal. The library stays loaded as long as the process; the
/// same contents again give the same description. Threads: the main thread only.
const playlist_plugin& open_library(const std::string& path, const std::string& bytes,
                                    const std::string& copies);

/// The same with a look at the file's permissions first (when `is_safe_only`) and at the
/// description last; `content` becomes the hash of its bytes. Throws Refusal.
const playlist_plugin& load_library(const std::string& path, const std::string& copies,
                                    bool is_safe_only, std::string& content);

/// The file's whole contents. Throws Refusal.
std::string read_library_file(const std::string& path);

/// "built for plugin ABI 9.0, this engine offers 1.0: ..." or "".
std::string abi_problem(const playlist_abi& abi);

}  // namespace engine
