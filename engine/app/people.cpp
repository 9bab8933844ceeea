#include "app/people.hpp"

#include <algorithm>
#include <filesystem>

#include "data/column_cache.hpp"
#include "library/people.hpp"
#include "models/models.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;

/// Files are looked for again by the next training, and columns by their keys: what a kill leaves
/// here is never read.
void remove_quietly(const std::vector<std::string>& paths) {
  std::error_code ignored;
  for (const std::string& path : paths) fs::remove_all(path, ignored);
}

/// Of their plays, sets and served runs, and what stands beside those.
std::vector<std::string> column_files(const std::string& library, std::int64_t user_id) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(column_cache_folder(library), ignored)) {
    const std::string name = entry.path().filename().string();
    for (const char* part : {"user-", "sets-", "served-"})
      if (name.starts_with(part + std::to_string(user_id) + ".")) files.push_back(entry.path());
  }
  return files;
}

}  // namespace

void forget_person(const Caller& caller, const User& user) {
  const std::string& library = caller.home.library_path();
  Store store = Store::open(library, {.may_create = false});
  std::vector<std::string> files = column_files(library, user.id);
  for (const ModelVersion& model : list_models(store))
    if (model.user_id == user.id) files.push_back(model.path);
  library::forget_person(store, user);
  store.checkpoint();
  remove_quietly(files);
}

void join_people(const Caller& caller, const User& kept, const User& joined) {
  const std::string& library = caller.home.library_path();
  Store store = Store::open(library, {.may_create = false});
  library::join_people(store, kept, joined);
  remove_quietly(column_files(library, joined.id));
}

std::vector<std::string> backups(const Caller& caller) {
  const fs::path library(caller.home.library_path());
  std::vector<std::string> found;
  std::error_code ignored;
  const fs::path folder = library.has_parent_path() ? library.parent_path() : fs::path(".");
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(library.filename().string() + ".before-v")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace engine::app
