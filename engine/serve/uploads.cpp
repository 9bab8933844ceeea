#include "serve/uploads.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "core/error.hpp"

namespace engine::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kKeptUploadSeconds = 3600;
constexpr std::size_t kMostUploads = 1000;
constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 30;

[[noreturn]] void cannot_write(const std::string& path) {
  throw Error(
      Exit::kInput, "cannot keep the upload: " + path,
      {"", "", std::strerror(errno), "make room there, or import the file by engine import"});
}

bool is_file_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name != "." && name != ".." &&
         name.find_first_of("/\\") == std::string::npos && name.find('\0') == std::string::npos;
}

[[noreturn]] void too_much_is_kept() {
  throw Error(Exit::kLimits, "too much was sent and not imported yet",
              {"", "", "", "import it, or wait an hour"});
}

/// Folders "uploads-PID" beside this one whose servers have ended without taking them away.
void remove_left_behind(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("uploads-")) continue;
    const int process = std::atoi(name.c_str() + 8);
    if (process > 0 && ::kill(process, 0) != 0 && errno == ESRCH)
      fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

Uploads::Uploads(std::string folder) : folder_(std::move(folder)) {
  std::error_code ignored;
  remove_left_behind(folder_);
  fs::remove_all(folder_, ignored);
  fs::create_directories(folder_, ignored);
  fs::permissions(folder_, fs::perms::owner_all, ignored);
}

Uploads::~Uploads() {
  for (const auto& [id, upload] : uploads_)
    if (upload.descriptor >= 0) ::close(upload.descriptor);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string Uploads::begin(const std::string& name) {
  if (!is_file_name(name))
    throw Error(Exit::kUsage, "an upload needs the name of a file",
                {"", "", "its ending may tell what it is", "POST /api/upload?name=history.csv"});
  if (uploads_.size() >= kMostUploads) too_much_is_kept();
  const std::string id = std::to_string(++last_);
  const fs::path folder = fs::path(folder_) / id;
  std::error_code failed;
  fs::create_directories(folder, failed);
  Upload upload{
      .path = (folder / name).string(), .descriptor = -1, .bytes = 0, .begun = std::time(nullptr)};
  upload.descriptor =
      ::open(upload.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (upload.descriptor < 0) cannot_write(upload.path);
  uploads_.emplace(id, std::move(upload));
  return id;
}

Uploads::Upload& Uploads::at(const std::string& id) {
  const auto found = uploads_.find(id);
  if (found == uploads_.end()) throw Error(Exit::kUsage, "there is no upload " + id);
  return found->second;
}

void Uploads::append(const std::string& id, std::string_view bytes) {
  Upload& upload = at(id);
  if (bytes_ + bytes.size() > kMostBytes) too_much_is_kept();
  while (!bytes.empty()) {
    const ssize_t written = ::write(upload.descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) cannot_write(upload.path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    upload.bytes += static_cast<std::uint64_t>(written);
    bytes_ += static_cast<std::uint64_t>(written);
  }
}

std::uint64_t Uploads::end(const std::string& id) {
  Upload& upload = at(id);
  if (::close(upload.descriptor) != 0) cannot_write(upload.path);
  upload.descriptor = -1;
  return upload.bytes;
}

void Uploads::remove(const std::string& id) {
  const auto found = uploads_.find(id);
  if (found == uploads_.end()) return;
  if (found->second.descriptor >= 0) ::close(found->second.descriptor);
  bytes_ -= found->second.bytes;
  uploads_.erase(found);
  std::error_code ignored;
  fs::remove_all(fs::path(folder_) / id, ignored);
}

std::string Uploads::file(const std::string& id) const {
  const auto found = uploads_.find(id);
  return found == uploads_.end() || found->second.descriptor >= 0 ? "" : found->second.path;
}

void Uploads::remove_old(std::int64_t now) {
  for (auto at = uploads_.begin(); at != uploads_.end();) {
    const std::string id = at->first;
    const bool is_old = at->second.descriptor < 0 && now - at->second.begun > kKeptUploadSeconds;
    ++at;
    if (is_old) remove(id);
  }
}

}  // namespace engine::serve
