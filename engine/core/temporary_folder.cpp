#include "core/temporary_folder.hpp"

#include <cstring>
#include <filesystem>
#include <stdlib.h>

#include "core/error.hpp"

namespace engine {

TemporaryFolder::TemporaryFolder() {
  std::error_code ignored;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(ignored);
  path_ = (parent / "playlist-engine-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) {
    throw Error(Exit::kStore, "cannot make a temporary folder in " + parent.string(),
                {"", "", std::strerror(errno), "set TMPDIR to a folder that can be written to"});
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace engine
