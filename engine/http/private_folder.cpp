#include "http/private_folder.hpp"

#include <filesystem>
#include <sys/stat.h>

namespace engine::http {

bool make_private_folder(const std::string& folder, const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    const fs::path parent = fs::path(folder).parent_path();
    if (!parent.empty()) fs::create_directories(parent, error);
    ::mkdir(folder.c_str(), 0700);
  }
  const std::string path = folder + "/" + name;
  ::mkdir(path.c_str(), 0700);
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) return false;
  return (found.st_mode & 0777) == 0700 || ::chmod(path.c_str(), 0700) == 0;
}

}  // namespace engine::http
