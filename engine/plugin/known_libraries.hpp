// What earlier starts found out about library files, for as long as the files stay as they were.
//
// Reading and hashing all libraries of a start costs more than mapping them. A file of the same
// path, device, inode, length and times of change has the same bytes: nobody can set back when a
// file's status changed. So its content hash and its copy are taken from a note in the folder of
// copies (plugin/copies.hpp).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <sys/stat.h>

#include "plugin/loader.hpp"

namespace engine {

/// The note `FOLDER/known`. A note that is damaged, of another engine version or not there knows
/// nothing. Threads: one; processes: any number, of which the last one's note stays.
class KnownLibraries {
 public:
  explicit KnownLibraries(std::string folder);

  /// A library whose first load went well, from a file that has not changed since; nothing where
  /// it has to be read.
  [[nodiscard]] std::optional<LibraryCopy> find(const std::string& path) const;

  /// `library` was read, hashed and tried without a problem, and its file was as `before` when the
  /// reading began. Not kept where the file has changed meanwhile, or so lately that a change to
  /// come could have the same times.
  void add(const LibraryCopy& library, const struct stat& before);

  /// The file of that path was refused.
  void forget(const std::string& path);

  /// Writes the note when it says something new. A folder that cannot be written costs the next
  /// start its time, nothing else.
  void save() const;

 private:
  struct Known {
    std::string state;  // of the file
    LibraryCopy library;
  };

  std::string folder_;
  std::map<std::string, Known> libraries_;  // by path
  bool is_changed_ = false;
};

}  // namespace engine
