#include "app/home.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "app/store_settings.hpp"
#include "core/paths.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> with_own(std::vector<std::string> folders, const std::string& own) {
  folders.push_back(own);
  return folders;
}

}  // namespace

std::string named_library(const HomeOptions& options) {
  if (!options.library.empty()) return options.library;
  const char* set = std::getenv("PLAYLIST_LIBRARY");
  return set == nullptr ? "" : set;
}

Home::Home(HomeOptions options) : options_(std::move(options)) {
  const std::string users_own = config_home() + "/engine.lua";
  if (!options_.config.empty()) {
    settings_.load_file(options_.config);
  } else if (fs::exists(users_own)) {
    settings_.load_file(users_own);
  }
  const auto library = [&] {
    const std::string named = named_library(options_);
    if (!named.empty()) return named;
    const std::string& configured = settings_.text("paths.library");
    return configured.empty() ? data_home() + "/library.db" : configured;
  };
  load_store_settings(settings_, library());  // of the library that is known so far
  settings_.load_environment();
  library_ = library();
}

std::vector<std::string> Home::plugin_directories() const {
  std::vector<std::string> folders = options_.plugins;
  for (std::string& folder : settings_.texts("paths.plugins")) folders.push_back(std::move(folder));
  const std::string users_own = data_home() + "/plugins";
  if (fs::is_directory(users_own)) folders.push_back(users_own);
  return with_own(std::move(folders), own_folders().plugins);
}

std::vector<std::string> Home::script_directories() const {
  return with_own(settings_.texts("paths.scripts"), own_folders().scripts);
}

std::vector<std::string> Home::recipe_directories() const {
  return with_own(settings_.texts("paths.recipes"), own_folders().recipes);
}

std::string Home::plugin_copies() const {
  return cache_home() + "/plugin-copies";
}

}  // namespace engine::app
