#include "import/companions.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/mapped_file.hpp"

namespace engine::import {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestArchive = 3;
constexpr std::string_view kZip = ".zip";

std::string_view base_name(std::string_view path) {
  return path.substr(path.find_last_of("/\\") + 1);
}

bool is_called(std::string_view path, const std::string& name) {
  return equal_ignoring_case(base_name(path), name);
}

bool is_zip(std::string_view path) {
  return path.size() > kZip.size() &&
         equal_ignoring_case(path.substr(path.size() - kZip.size()), kZip);
}

/// As sources get it: a text, with zeros behind.
std::optional<std::string> as_companion(std::string_view bytes) {
  if (bytes.size() > Companions::kMostBytes) return std::nullopt;
  if (bytes.find('\0') != std::string_view::npos) return std::nullopt;
  std::string text(bytes);
  text.append(kZerosBehind, '\0');
  return text;
}

}  // namespace

void Companions::start(const InputFile& file, std::string_view bytes) {
  file_ = &file;
  bytes_ = bytes;
}

const std::string* Companions::find(const std::string& name, bool is_member) {
  if (file_ == nullptr) return nullptr;
  const std::string where =
      is_member ? file_->path : "argument " + std::to_string(file_->argument) + file_->person;
  if (where != found_in_) found_.clear();
  found_in_ = where;
  auto known = found_.find(name);
  if (known == found_.end()) {
    known =
        found_.emplace(name, is_member ? look_inside(bytes_, name, 1) : look_on_disc(name)).first;
  }
  return known->second ? &*known->second : nullptr;
}

std::optional<std::string> Companions::read_if_called(const std::string& path,
                                                      const std::string& name) const {
  const bool is_packed = is_called(path, name + std::string(kZip));
  if (!is_packed && !is_called(path, name)) return std::nullopt;
  try {
    const MappedFile mapped(path);
    const std::string_view bytes(reinterpret_cast<const char*>(mapped.data()), mapped.size());
    return is_packed ? look_inside(bytes, name, 1) : as_companion(bytes);
  } catch (const Error&) {
    return std::nullopt;  // the import says so itself when it comes to it
  }
}

std::optional<std::string> Companions::look_on_disc(const std::string& name) const {
  std::size_t of_argument = 0;
  for (const InputFile& other : files_) {
    if (other.argument != file_->argument || other.person != file_->person) continue;
    ++of_argument;
    if (auto text = read_if_called(other.path, name)) return text;
  }
  if (of_argument > 1) return std::nullopt;
  std::vector<std::string> beside;
  std::error_code error;
  const fs::path folder = fs::absolute(file_->path, error).parent_path();
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) beside.push_back(it->path().string());
  }
  std::sort(beside.begin(), beside.end());
  for (const std::string& path : beside) {
    if (auto text = read_if_called(path, name)) return text;
  }
  return std::nullopt;
}

std::optional<std::string> Companions::look_inside(std::string_view archive,
                                                   const std::string& name, int depth) const {
  std::optional<std::string> text;
  unpack_(
      archive,
      [&](const std::string& path) {
        return !text && (is_called(path, name) || (is_zip(path) && depth < kDeepestArchive));
      },
      [&](const std::string& path, std::string_view bytes) {
        if (text) return;
        text = is_called(path, name) ? as_companion(bytes) : look_inside(bytes, name, depth + 1);
      });
  return text;
}

}  // namespace engine::import
