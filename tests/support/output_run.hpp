// Runs an output over tracks whose music files are known.
#pragma once

#include <string>
#include <vector>

#include "support/element_run.hpp"

namespace support {

/// As run_output(); `files`: the paths of each track's, parted by zero bytes, as many as tracks or
/// none.
Written run_output_of_files(const std::string& name, const TinyLibrary& library,
                            const PlaylistOf& playlist, std::vector<std::string> files,
                            const engine::Arguments& arguments, const RunOptions& options = {});

}  // namespace support
