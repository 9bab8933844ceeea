// Notices saved files by inotify on folders: by rename, in place, rebuilt, deleted and made again.
//
// Folders are watched, not files: an editor that saves by rename replaces the file, and a watch on
// the file itself would be lost with the old one. A folder that goes away is noticed when it comes
// back, as its nearest parent is watched too.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace engine {

/// What a change is about; the caller's own numbers.
struct WatchedFolder {
  std::string path;
  std::string ending;  // ".lua": only files with this ending; "name.db": only files called so
  // A name may begin with a point, too: is_name tells such a one from an ending.
  int kind = 0;
  int depth = 0;  // levels of subfolders that count too
  bool is_name = false;
};

struct FileChange {
  std::string path;
  int kind = 0;
  /// The file stands as it will stay: it was closed after writing or renamed into place. Otherwise
  /// (written to and still open, created by a link, deleted) more may follow within milliseconds.
  bool is_whole = false;
};

/// Threads: one.
class FileWatch {
 public:
  /// Throws Error(kLimits) when the system gives no inotify descriptor.
  explicit FileWatch(std::vector<WatchedFolder> folders);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Readable when there is something to take().
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// From here on this one, too.
  void add(WatchedFolder folder);
  /// Everything that happened since, each file once. A folder that came, or events that the system
  /// had to drop, are told as a change of the folder itself.
  std::vector<FileChange> take();

 private:
  void arm();
  void arm_folder(const WatchedFolder& folder, const std::string& path, int depth);
  void arm_parent(const std::string& path);
  void note(const FileChange& change, std::vector<FileChange>& changes) const;
  /// True when the folders have to be armed again.
  bool take_event(int watch, unsigned mask, const std::string& name,
                  std::vector<FileChange>& changes);

  struct Armed {
    std::string path;
    std::vector<std::size_t> folders;  // of folders_; none: watched as a parent only
  };
  std::vector<WatchedFolder> folders_;
  std::map<int, Armed> armed_;
  int descriptor_ = -1;
};

}  // namespace engine
