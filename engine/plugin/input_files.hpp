// Files that elements read beside the store: those that their FILE parameters name
// (PLAYLIST_SERVICE_FILES).
//
// A run reads a file once, whole, before the first element that names it is made, and keeps it: all
// who name it get the same bytes, and what the run's record tells of it is true of those bytes.
#pragma once

#include "playlist/plugin.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// What a run's record tells of a file that an element read.
struct FileRead {
  std::string element, parameter;  // "filtering.words", "words"
  std::string path;                // from the root on
  std::string hash;                // content_hash() of its bytes
  bool operator==(const FileRead&) const = default;
};

/// A file in memory, as elements see it.
struct HeldFile {
  std::string path, name, hash;
  playlist_input view{};               // of the texts above and the memory below
  std::shared_ptr<const void> memory;  // the bytes, and 64 zero bytes behind them

  HeldFile(std::string its_path, std::string its_hash, const void* bytes, std::size_t length,
           std::shared_ptr<const void> its_memory);
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;
};
using HeldFilePtr = std::shared_ptr<const HeldFile>;

/// Why a file cannot be read: "there is no such file", "it is a folder".
struct UnreadFile {
  std::string why;
};

/// The files of one run. Not thread-safe.
class InputFiles {
 public:
  /// Hears of each path once: with the hash of what stands there, "" where nothing can be read.
  using Tried = std::function<void(const std::string& path, const std::string& hash)>;

  /// `folder`: where relative paths begin; "" for the working folder.
  explicit InputFiles(std::string folder = "", Tried tried = {});

  /// The path from the root on. `path` may begin with "~/".
  [[nodiscard]] std::string place(const std::string& path) const;
  /// Where relative paths begin, from the root on.
  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// The file at place(path). Throws UnreadFile.
  HeldFilePtr open(const std::string& path);
  /// An element's parameter was given that file.
  void note_read(const std::string& element, const std::string& parameter, const HeldFile& file);
  /// By path; the same parameter of the same element once.
  [[nodiscard]] std::vector<FileRead> read() const;
  /// open() gives this one for its path, whatever stands there.
  void hold(HeldFilePtr file);

 private:
  std::string folder_;
  Tried tried_;
  std::map<std::string, HeldFilePtr> held_;  // by place; nullptr: not to be read
  std::vector<FileRead> read_;
};

/// What an element's FILE parameters may name.
struct FileAccess {
  InputFiles* files = nullptr;  // nullptr: nothing is read, and the element is given no file
  std::string library;          // the plugin's own path, beside which defaults stand
};

/// The hash of what stands at `path` now; "" where nothing can be read.
std::string file_hash_now(const std::string& path);

}  // namespace engine
