#include "core/output_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "core/standard_output.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the system has it

[[noreturn]] void refuse(const std::string& path, const std::string& why,
                         const std::string& fix = "name another file") {
  throw Error(Exit::kUsage, "cannot write " + path,
              {.where = {}, .source = {}, .why = why, .fix = fix});
}

/// Where a link that points at nothing yet points, through further links.
fs::path behind_links(fs::path path) {
  std::error_code error;
  for (int k = 0; fs::is_symlink(fs::symlink_status(path, error)); ++k) {
    if (k == kMostLinks) refuse(path.string(), "its links point at each other");
    path = path.parent_path() / fs::read_symlink(path, error);
    if (error) refuse(path.string(), error.message());
  }
  return path;
}

/// Absolute and without links, as far as it exists.
std::string real_path(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(fs::absolute(path), error);
  return (error ? fs::absolute(path).lexically_normal() : real).string();
}

bool is_same_file(const struct stat& a, const std::string& path) {
  struct stat b {};
  return ::stat(path.c_str(), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// Everything that stands beside the library and is named after it is the library's: its
/// write-ahead log, its caches and models, its backups.
void require_not_of_library(const std::string& path, const std::string& library) {
  const fs::path named = fs::absolute(library);
  const std::string folder = real_path(named.parent_path());
  for (const std::string& name : {real_path(named), folder + "/" + named.filename().string()}) {
    if (path == name) refuse(path, "it is the library");
    if (path.starts_with(name + "-") || path.starts_with(name + "."))
      refuse(path, "files beside the library that are named after it are the library's own");
  }
}

/// What is in a file that would be replaced.
void require_replaceable(const std::string& path) {
  std::array<char, 16> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  const std::string_view bytes(begin.data(), begin.size());
  if (bytes == std::string_view("SQLite format 3\0", 16) || bytes.starts_with("\x37\x7f\x06\x82") ||
      bytes.starts_with("\x37\x7f\x06\x83"))
    refuse(path, "it is a library or another database");
  if (bytes.starts_with("\x7f"
                        "ELF"))
    refuse(path, "it is a program or a plugin");
}

void require_not_kept(const std::string& path, const struct stat* there, const KeptFiles& kept,
                      bool may_be_lua) {
  if (!kept.library.empty()) require_not_of_library(path, kept.library);
  for (const std::string& folder : kept.folders)
    if (is_below(path, real_path(folder))) refuse(path, "the folder is the engine's own");
  for (const std::string& file : kept.files) {
    if (path == real_path(file) || (there != nullptr && is_same_file(*there, file)))
      refuse(path, "the engine reads it: it is a recipe, settings, or a log");
  }
  if (there != nullptr && !kept.library.empty() && is_same_file(*there, kept.library))
    refuse(path, "it is the library");
  const std::string ending = fs::path(path).extension();
  if (ending == ".so") refuse(path, "files called *.so are plugins");
  if (ending == ".lua" && !may_be_lua)
    refuse(path, "files called *.lua are recipes, scripts and settings");
  if (there != nullptr) require_replaceable(path);
}

void require_folder(const fs::path& folder, const std::string& of, bool makes_folders) {
  std::error_code error;
  if (fs::is_directory(folder, error)) {
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
      refuse(of, folder.string() + ": " + std::strerror(errno));
    return;
  }
  if (fs::exists(folder, error)) refuse(of, folder.string() + " is no folder");
  if (!makes_folders) {
    refuse(of, "there is no folder " + folder.string(), "make it, or let --make-folders make it");
  }
}

void write_into(const std::string& path, std::string_view bytes) {
  const auto cannot = [&]() {
    throw Error(Exit::kInput, "cannot write " + path + ": " + std::strerror(errno));
  };
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (file < 0) cannot();
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  const int error = errno;
  const bool is_closed = ::close(file) == 0;
  if (!bytes.empty()) errno = error;
  if (!bytes.empty() || !is_closed) cannot();
}

}  // namespace

std::string with_home(const std::string& asked) {
  if (asked != "~" && !asked.starts_with("~/")) return asked;
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] == '\0')
    refuse(asked, "HOME is not set, so ~ is nowhere", "write the whole path");
  return home + asked.substr(1);
}

OutputFile::OutputFile(std::string asked, const KeptFiles& kept, Options options)
    : asked_(std::move(asked)), kept_(kept), options_(options) {
  look();
}

void OutputFile::look() {
  is_standard_output_ = is_special_ = false;
  if (asked_ == "-") {
    is_standard_output_ = true;
    path_ = "standard output";
    return;
  }
  const fs::path named = fs::absolute(with_home(asked_)).lexically_normal();
  struct stat there {};
  if (::stat(named.c_str(), &there) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) refuse(named.string(), std::strerror(errno));
    const fs::path wanted = behind_links(named);
    if (!wanted.has_filename()) refuse(named.string(), "it names a folder", "name a file in it");
    path_ = real_path(wanted);
    require_not_kept(path_, nullptr, kept_, options_.may_be_lua);
    require_folder(fs::path(path_).parent_path(), path_, options_.makes_folders);
    return;
  }
  path_ = named.string();
  if (S_ISDIR(there.st_mode)) refuse(path_, "it is a folder", "name a file in it");
  if (S_ISSOCK(there.st_mode)) refuse(path_, "it is a socket");
  if (S_ISBLK(there.st_mode)) refuse(path_, "it is a disk");
  if (!S_ISREG(there.st_mode)) {
    is_special_ = true;
    return;
  }
  path_ = real_path(named);
  struct stat out {};
  if (::fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == there.st_dev &&
      out.st_ino == there.st_ino) {  // /dev/stdout, where it goes into a file
    is_standard_output_ = true;
    return;
  }
  require_not_kept(path_, &there, kept_, options_.may_be_lua);
  require_folder(fs::path(path_).parent_path(), path_, false);
}

void OutputFile::write(std::string_view bytes) const {
  OutputFile now = *this;
  now.look();
  if (now.is_standard_output_) return write_standard_output(bytes);
  if (now.is_special_) return write_into(now.path_, bytes);
  write_file_atomically(now.path_, bytes);
}

std::string output_folder(const std::string& asked, const KeptFiles& kept, bool makes_folders) {
  if (asked.empty()) refuse("\"\"", "it is no name", "name a folder");
  const std::string path = real_path(
      behind_links(fs::absolute(with_home(asked) + "/.").lexically_normal().parent_path()));
  require_not_kept(path, nullptr, kept, /*may_be_lua=*/true);
  std::error_code error;
  if (fs::is_directory(path, error)) return path;
  if (fs::exists(path, error)) refuse(path, "it is no folder", "name another folder");
  require_folder(fs::path(path).parent_path(), path, makes_folders);
  return path;
}

}  // namespace engine
