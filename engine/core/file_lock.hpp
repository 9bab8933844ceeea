// A file that one process at a time holds.
#pragma once

#include <string>

namespace engine {

/// Holds `path` while it lives. Who is killed lets go; a forked worker holds on until it ends too.
class FileLock {
 public:
  /// Makes the file and its folder. `what` is what only one process may do, for the message:
  /// "another WHAT is under way". Throws Error(kStore) when another process still holds the file
  /// after `longest_wait_seconds`, or when there can be no such file.
  FileLock(const std::string& path, const std::string& what, double longest_wait_seconds = 0);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

}  // namespace engine
