#include "import/music_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <sys/stat.h>
#include <utility>

#include "core/error.hpp"

namespace engine::import {
namespace {

namespace fs = std::filesystem;

/// What TagLib reads, but for videos, books and trackers' modules.
constexpr std::array<std::string_view, 23> kMusicEndings = {
    "aac", "aif", "aifc", "aiff", "ape", "dff", "dsf", "flac", "m4a", "m4p", "mp2", "mp3",
    "mpc", "oga", "ogg",  "opus", "spx", "tta", "wav", "wave", "wma", "wv",  "mp+"};

std::string absolute_path(const std::string& path) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(path, ignored);
  std::string text = ignored ? path : whole.lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::int64_t modified_ns_of(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

class Walk {
 public:
  Walk(MusicFolder& folder, std::size_t argument) : folder_(folder), argument_(argument) {}

  void start(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      throw Error(Exit::kInput, "cannot import " + path,
                  {.where = path,
                   .source = {},
                   .why = std::strerror(errno),
                   .fix = "check the path; of music whose disc is not there nothing is forgotten"});
    }
    if (!S_ISDIR(status.st_mode)) {
      below_ = path.rfind('/') + 1;
      return add(path, status);
    }
    below_ = path == "/" ? 1 : path.size() + 1;
    walk(path, status);
    // What links lead to comes last: where it really is comes first.
    for (std::size_t k = 0; k < links_.size(); ++k) {
      const std::string link = links_[k];
      if (::stat(link.c_str(), &status) == 0) walk(link, status);
    }
  }

 private:
  void walk(const std::string& path, const struct stat& status) {
    if (!walked_.emplace(status.st_dev, status.st_ino).second) return;
    std::vector<std::string> names;
    std::error_code error;
    auto entry = fs::directory_iterator(path, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::string name = entry->path().filename().string();
      if (!name.starts_with('.') && !is_litter(name)) names.push_back(std::move(name));
    }
    if (error) folder_.unreadable.push_back({argument_, path, error.message()});
    std::sort(names.begin(), names.end(), natural_less);
    for (const std::string& name : names) look_at(path == "/" ? path + name : path + '/' + name);
  }

  void look_at(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return cannot_look_at(path);
    const bool is_link = S_ISLNK(status.st_mode);
    if (is_link && ::stat(path.c_str(), &status) != 0) {
      if (has_music_ending(path)) cannot_look_at(path);
      return;
    }
    if (S_ISDIR(status.st_mode)) {
      is_link ? links_.push_back(path) : walk(path, status);
    } else if (S_ISREG(status.st_mode) && has_music_ending(path)) {
      add(path, status);
    }
  }

  void cannot_look_at(const std::string& path) {
    folder_.unreadable.push_back({argument_, path, std::strerror(errno)});
  }

  void add(const std::string& path, const struct stat& status) {
    InputFile file{.path = path, .person = {}};
    file.bytes = static_cast<std::uint64_t>(status.st_size);
    file.modified_ns = modified_ns_of(status);
    file.lyrics = find_lyrics_file(path);
    file.argument = argument_;
    file.below = below_;
    folder_.files.push_back(std::move(file));
  }

  MusicFolder& folder_;
  std::size_t argument_, below_ = 0;
  std::set<std::pair<dev_t, ino_t>> walked_;
  std::vector<std::string> links_;
};

}  // namespace

bool is_at_or_below(std::string_view path, std::string_view folder) {
  return folder == "/" || path == folder ||
         (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

bool has_music_ending(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(path.substr(dot + 1));
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(kMusicEndings.begin(), kMusicEndings.end(), ending) != kMusicEndings.end();
}

LyricsFile find_lyrics_file(const std::string& music_path) {
  const std::size_t slash = music_path.rfind('/'), dot = music_path.rfind('.');
  const bool has_ending =
      dot != std::string::npos && (slash == std::string::npos || dot > slash + 1);
  const std::string stem = has_ending ? music_path.substr(0, dot) : music_path;
  for (const char* ending : {".lrc", ".LRC", ".txt", ".TXT"}) {
    struct stat status {};
    std::string path = stem + ending;
    if (path == music_path || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
      continue;
    }
    return {std::move(path), static_cast<std::uint64_t>(status.st_size), modified_ns_of(status)};
  }
  return {};
}

MusicFolder list_music_files(const std::vector<std::string>& paths) {
  MusicFolder folder;
  for (std::size_t argument = 0; argument < paths.size(); ++argument) {
    folder.arguments.push_back(absolute_path(paths[argument]));
    Walk(folder, argument).start(folder.arguments.back());
  }
  return folder;
}

}  // namespace engine::import
