#include "watch/file_watch.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/error.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kFileEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM;
constexpr unsigned kFolderEvents = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/// Files of editors and compilers that are nobody's result: .x.swp, x.lua~, #x#.
bool is_passing(const std::string& name) {
  return name.empty() || name.front() == '.' || name.front() == '#' || name.back() == '~';
}

bool is_wanted(const WatchedFolder& folder, const std::string& name) {
  const bool is_ending = !folder.is_name && !folder.ending.empty() && folder.ending.front() == '.';
  return is_ending ? name.ends_with(folder.ending) && !is_passing(name) : name == folder.ending;
}

}  // namespace

FileWatch::FileWatch(std::vector<WatchedFolder> folders) : folders_(std::move(folders)) {
  descriptor_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor_ < 0) {
    throw Error(Exit::kLimits, "cannot watch files",
                {"", "", std::strerror(errno),
                 "close other watchers, or raise fs.inotify.max_user_instances"});
  }
  arm();
}

FileWatch::~FileWatch() {
  ::close(descriptor_);
}

void FileWatch::arm() {
  for (auto& [watch, armed] : armed_) armed.folders.clear();
  for (const WatchedFolder& folder : folders_) {
    arm_folder(folder, folder.path, folder.depth);
    arm_parent(folder.path);
  }
}

void FileWatch::add(WatchedFolder folder) {
  const auto is_same = [&](const WatchedFolder& known) {
    return known.path == folder.path && known.ending == folder.ending && known.kind == folder.kind;
  };
  if (std::any_of(folders_.begin(), folders_.end(), is_same)) return;
  folders_.push_back(std::move(folder));
  arm_folder(folders_.back(), folders_.back().path, folders_.back().depth);
  arm_parent(folders_.back().path);
}

void FileWatch::arm_folder(const WatchedFolder& folder, const std::string& path, int depth) {
  const int watch =
      ::inotify_add_watch(descriptor_, path.c_str(), kFileEvents | kFolderEvents | IN_MASK_ADD);
  if (watch < 0) return;  // not there, or no folder: the parent tells when it comes
  Armed& armed = armed_[watch];
  armed.path = path;
  armed.folders.push_back(static_cast<std::size_t>(&folder - folders_.data()));
  if (depth == 0) return;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path, ignored)) {
    if (entry.is_directory(ignored) && !is_passing(entry.path().filename().string()))
      arm_folder(folder, entry.path().string(), depth - 1);
  }
}

/// The nearest folder above that is there.
void FileWatch::arm_parent(const std::string& path) {
  std::error_code ignored;
  fs::path parent = fs::absolute(path, ignored).lexically_normal();
  if (!parent.has_filename()) parent = parent.parent_path();
  do parent = parent.parent_path();
  while (!fs::is_directory(parent, ignored) && parent != parent.root_path());
  const int watch = ::inotify_add_watch(
      descriptor_, parent.c_str(),
      IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | kFolderEvents | IN_MASK_ADD);
  if (watch >= 0 && armed_[watch].path.empty()) armed_[watch].path = parent.string();
}

std::vector<FileChange> FileWatch::take() {
  std::vector<FileChange> changes;
  bool must_arm = false;
  alignas(inotify_event) char buffer[16384];
  for (ssize_t got = 0; (got = ::read(descriptor_, buffer, sizeof buffer)) > 0;) {
    for (const char* at = buffer; at < buffer + got;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      const std::string name = event.len > 0 ? at + sizeof event : "";
      must_arm |= take_event(event.wd, event.mask, name, changes);
      at += sizeof event + event.len;
    }
  }
  if (!must_arm) return changes;
  arm();
  // What was saved into a new folder before it was watched gave no event of its own.
  for (const WatchedFolder& folder : folders_) note({folder.path, folder.kind, false}, changes);
  return changes;
}

bool FileWatch::take_event(int watch, unsigned mask, const std::string& name,
                           std::vector<FileChange>& changes) {
  if ((mask & IN_Q_OVERFLOW) != 0) return true;
  const auto found = armed_.find(watch);
  if (found == armed_.end()) return false;
  if ((mask & IN_IGNORED) != 0) {
    armed_.erase(found);
    return true;
  }
  if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
    // A folder that was renamed keeps its watch, which would tell of files elsewhere.
    if ((mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(descriptor_, watch);
    return true;
  }
  const Armed& armed = found->second;
  if ((mask & IN_ISDIR) != 0) {
    const std::string path = armed.path + "/" + name;
    const bool is_above =
        std::any_of(folders_.begin(), folders_.end(), [&](const WatchedFolder& folder) {
          std::error_code ignored;
          const std::string whole = fs::absolute(folder.path, ignored).lexically_normal().string();
          return whole == path || whole.starts_with(path + "/");
        });
    const bool is_below = std::any_of(armed.folders.begin(), armed.folders.end(),
                                      [&](std::size_t k) { return folders_[k].depth > 0; });
    return is_above || is_below;
  }
  for (const std::size_t k : armed.folders) {
    if (is_wanted(folders_[k], name)) {
      note(
          {armed.path + "/" + name, folders_[k].kind, (mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0},
          changes);
    }
  }
  return false;
}

void FileWatch::note(const FileChange& change, std::vector<FileChange>& changes) const {
  for (FileChange& known : changes) {
    if (known.path != change.path || known.kind != change.kind) continue;
    known.is_whole = change.is_whole;  // the latest event counts
    return;
  }
  changes.push_back(change);
}

}  // namespace engine
