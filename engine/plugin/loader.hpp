// Loads one plugin library, step by step, each refusal one clear line.
#pragma once

#include "playlist/plugin.h"

#include <stdexcept>
#include <string>

namespace engine {

class KnownLibraries;

/// Why a library was not loaded, one line without its path.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A refusal that leaves the process in no good state, so that no process should go as far again.
struct BrokenLoad : Refusal {
  using Refusal::Refusal;
};

/// Throws Refusal when others may write to the file or folder.
void check_permissions(const std::string& path);

/// A library that may be loaded.
struct LibraryCopy {
  std::string path;     // where the user put it
  std::string copy;     // the content-named copy that is loaded
  std::string content;  // hash of its bytes
};

/// In order: permissions of the file (when `is_safe_only`), ELF structure, the two symbols, the ABI
/// version (read from the bytes, before any code of the plugin runs), a content-named copy below
/// `copies`, and its first load in a child process (plugin/first_load.hpp). Throws Refusal.
/// A file that is `known` to be unchanged is not read, unless it is to be tried again. Threads: the
/// main thread only.
LibraryCopy prepare_library(const std::string& path, const std::string& copies, bool is_safe_only,
                            KnownLibraries& known, bool is_tried_again = false);

/// dlopen through Boost.DLL, playlist_plugin_main(), and a look at the description. Throws Refusal.
/// The library stays loaded as long as the process; the same contents again give the same
/// description. Threads: the main thread only.
const playlist_plugin& load_library(const LibraryCopy& library);

/// Both at once in this process, without a child and without a look at permissions and description:
/// for a worker that tries a library out. Throws Refusal.
const playlist_plugin& open_library(const std::string& path, const std::string& bytes,
                                    const std::string& copies);

/// Some library is loaded in this process: its code may run when the process ends.
bool has_open_libraries();

/// The file's whole contents, or its first bytes when it does not begin as a library does. Throws
/// Refusal; never waits for what is no regular file.
std::string read_library_file(const std::string& path);

/// "built for plugin ABI 9.0, this engine offers 1.0: ..." or "".
std::string abi_problem(const playlist_abi& abi);

}  // namespace engine
