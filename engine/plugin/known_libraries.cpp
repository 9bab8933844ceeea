#include "plugin/known_libraries.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "plugin/copies.hpp"

namespace engine {
namespace {

constexpr std::time_t kSettledSeconds = 2;  // more than the coarsest clock of a file system

std::string note_path(const std::string& folder) {
  return folder + "/known";
}

std::string note_head() {
  return std::string("libraries of engine ") + PLAYLIST_ENGINE_VERSION;
}

std::string time_text(const timespec& time) {
  return std::to_string(time.tv_sec) + '.' + std::to_string(time.tv_nsec);
}

/// Other bytes, another state.
std::string state_of(const struct stat& file) {
  return std::to_string(file.st_dev) + ':' + std::to_string(file.st_ino) + ':' +
         std::to_string(file.st_size) + ':' + time_text(file.st_mtim) + ':' +
         time_text(file.st_ctim);
}

bool is_settled(const struct stat& file) {
  const std::time_t now = std::time(nullptr);
  return file.st_mtime + kSettledSeconds < now && file.st_ctime + kSettledSeconds < now;
}

bool fits_a_line(const std::string& path) {
  return path.find('\n') == std::string::npos;
}

}  // namespace

KnownLibraries::KnownLibraries(std::string folder) : folder_(std::move(folder)) {
  std::ifstream file(note_path(folder_), std::ios::binary);
  std::string line;
  if (!std::getline(file, line) || line != note_head()) return;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    Known known;
    std::string copy_name;
    fields >> known.state >> known.library.content >> copy_name;
    if (!fields || fields.get() != ' ' || !std::getline(fields, known.library.path)) continue;
    known.library.copy = folder_ + '/' + copy_name;
    libraries_.insert_or_assign(known.library.path, known);
  }
}

std::optional<LibraryCopy> KnownLibraries::find(const std::string& path) const {
  const auto found = libraries_.find(path);
  if (found == libraries_.end()) return std::nullopt;
  struct stat file {};
  if (stat(path.c_str(), &file) != 0 || state_of(file) != found->second.state) return std::nullopt;
  if (!has_copy(found->second.library.copy, static_cast<std::size_t>(file.st_size)))
    return std::nullopt;
  return found->second.library;
}

void KnownLibraries::add(const LibraryCopy& library, const struct stat& before) {
  struct stat after {};
  const bool is_sure = stat(library.path.c_str(), &after) == 0 &&
                       state_of(after) == state_of(before) && is_settled(after);
  if (!is_sure || !fits_a_line(library.path)) return forget(library.path);
  libraries_.insert_or_assign(library.path, Known{state_of(after), library});
  is_changed_ = true;
}

void KnownLibraries::forget(const std::string& path) {
  is_changed_ = libraries_.erase(path) > 0 || is_changed_;
}

void KnownLibraries::save() const {
  if (!is_changed_) return;
  std::string text = note_head() + '\n';
  for (const auto& [path, known] : libraries_) {
    text += known.state + ' ' + known.library.content + ' ' +
            std::filesystem::path(known.library.copy).filename().string() + ' ' + path + '\n';
  }
  try {
    write_whole(note_path(folder_), text);
  } catch (const std::runtime_error&) {
    // Then the next start reads them again.
  }
}

}  // namespace engine
