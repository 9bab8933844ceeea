#include "plugin/copies.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace engine {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t kDaySeconds = 24 * 60 * 60;
constexpr std::time_t kUnusedSeconds = 30 * kDaySeconds;

std::runtime_error problem(const std::string& doing, const std::string& path) {
  return std::runtime_error("cannot " + doing + ' ' + path + ": " + std::strerror(errno));
}

std::string content_name(const std::string& name, std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  char hex[40];
  std::snprintf(hex, sizeof hex, "-%016llx%016llx.so", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return name + hex;
}

void write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw problem("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void remove_unused(const std::string& folder) {
  const std::time_t oldest = std::time(nullptr) - kUnusedSeconds;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    struct stat status {};
    if (lstat(entry.path().c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_mtime < oldest) {
      unlink(entry.path().c_str());
    }
  }
}

}  // namespace

bool has_copy(const std::string& path, std::size_t size) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return false;
  if (!S_ISREG(status.st_mode) || static_cast<std::size_t>(status.st_size) != size) return false;
  if (status.st_mtime + kDaySeconds < std::time(nullptr)) {
    utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
  }
  return true;
}

/// Nobody else may put a library where we would load it from.
void make_copies_folder(const std::string& folder) {
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) {
    std::error_code error;
    fs::create_directories(fs::path(folder).parent_path(), error);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) throw problem("create", folder);
    if (stat(folder.c_str(), &status) != 0) throw problem("read", folder);
  }
  if (!S_ISDIR(status.st_mode)) throw std::runtime_error(folder + " is not a folder");
  if (status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
    throw std::runtime_error("the folder of plugin copies " + folder +
                             " is open to others: chmod 700 it, or remove it");
  }
}

void write_whole(const std::string& path, std::string_view bytes) {
  std::string temporary = path + ".XXXXXX";  // another name first
  const int file = mkstemp(temporary.data());
  if (file < 0) throw problem("write", path);
  try {
    write_all(file, bytes, temporary);
    if (close(file) != 0) throw problem("write", path);
    if (rename(temporary.c_str(), path.c_str()) != 0) throw problem("write", path);
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
}

std::string content_copy(const std::string& folder, const std::string& name,
                         std::string_view bytes) {
  make_copies_folder(folder);
  const std::string path = folder + '/' + content_name(name, bytes);
  if (!has_copy(path, bytes.size())) {
    write_whole(path, bytes);
    remove_unused(folder);
  }
  return path;
}

}  // namespace engine
