#include "import/input_files.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/text_key.hpp"

namespace engine::import {
namespace {

namespace fs = std::filesystem;

/// The digits from `at` on, without leading zeros; moves `at` behind them.
std::string digits(const std::string& text, std::size_t& at) {
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  std::size_t first = begin;
  while (first + 1 < at && text[first] == '0') ++first;
  return text.substr(first, at - first);
}

[[noreturn]] void throw_unreadable(const std::string& path, const std::string& why) {
  throw Error(Exit::kInput, "cannot import " + path,
              {.where = path, .source = {}, .why = why, .fix = "check the path"});
}

InputFile file_at(const fs::path& path, const std::string& person, bool is_named) {
  std::error_code error;
  InputFile file{.path = path.string(), .person = person, .is_named = is_named};
  file.bytes = fs::file_size(path, error);
  file.modified_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                         fs::last_write_time(path, error).time_since_epoch())
                         .count();
  return file;
}

/// Entries of one folder in natural order.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (!is_litter(it->path().filename().string())) entries.push_back(it->path());
  }
  if (error) throw_unreadable(folder.string(), error.message());
  std::sort(entries.begin(), entries.end(), [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return entries;
}

void walk(const fs::path& path, const std::string& person, std::vector<InputFile>& files) {
  for (const fs::path& entry : entries_of(path)) {
    std::error_code error;
    const fs::file_status status = fs::status(entry, error);
    if (fs::is_directory(status) && !fs::is_symlink(entry)) {
      walk(entry, person, files);
    } else if (fs::is_regular_file(status)) {
      files.push_back(file_at(entry, person, false));
    }
  }
}

void walk_people(const fs::path& path, std::vector<InputFile>& files) {
  for (const fs::path& entry : entries_of(path)) {
    std::error_code error;
    if (fs::is_directory(entry, error)) {
      walk(entry, nfc(entry.filename().string()), files);
    } else if (fs::is_regular_file(entry, error)) {
      files.push_back(file_at(entry, "", false));
    }
  }
}

}  // namespace

bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string x = digits(a, i), y = digits(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      continue;
    }
    const int x = std::tolower(static_cast<unsigned char>(a[i++]));
    const int y = std::tolower(static_cast<unsigned char>(b[j++]));
    if (x != y) return x < y;
  }
  if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
  return a < b;
}

bool is_litter(const std::string& path) {
  for (const fs::path& part : fs::path(path)) {
    const std::string name = part.string();
    if (name == "." || name == ".." || name == "/") continue;
    if (name == ".scrobbler.log") continue;  // Rockbox keeps a player's scrobbles under this name
    if (name == "__MACOSX" || name[0] == '.') return true;
  }
  return false;
}

std::vector<InputFile> list_input_files(const std::vector<std::string>& paths,
                                        bool is_user_per_folder) {
  std::vector<InputFile> files;
  for (std::size_t argument = 0; argument < paths.size(); ++argument) {
    const std::string& path = paths[argument];
    const std::size_t first = files.size();
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) throw_unreadable(path, "it does not exist");
    if (fs::is_directory(status)) {
      is_user_per_folder ? walk_people(path, files) : walk(path, "", files);
    } else if (fs::is_regular_file(status)) {
      files.push_back(file_at(path, "", true));
    } else {
      throw_unreadable(path, "it is neither a file nor a folder");
    }
    for (std::size_t k = first; k < files.size(); ++k) files[k].argument = argument;
  }
  return files;
}

}  // namespace engine::import
