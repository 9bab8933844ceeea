// A file that one process at a time holds.
#pragma once

#include <string>

namespace engine {

/// Holds `path` while it lives. Who is killed lets go; a forked worker holds on until it ends too.
class FileLock {
 public:
  /// Makes the file and its folder. `what` is what only one process may do, for the message:
  /// "another WHAT is under way". Throws Error(kStore) at once when another process holds the file,
  /// or when there can be no such file.
  FileLock(const std::string& path, const std::string& what);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

}  // namespace engine
