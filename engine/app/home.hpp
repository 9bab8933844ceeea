// Where an engine is at home: its settings, its folders, its library. Made once, the same for every
// request; nothing of it changes.
#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

namespace engine::app {

/// What the settings themselves may not say; "" and empty: as usual.
struct HomeOptions {
  std::string library;               // instead of PLAYLIST_LIBRARY, paths.library, the data folder
  std::string config;                // a file of settings instead of the user's
  std::vector<std::string> plugins;  // folders, before the configured ones
};

/// HomeOptions::library, else $PLAYLIST_LIBRARY, else "" for what the settings say.
std::string named_library(const HomeOptions& options);

class Home {
 public:
  /// Reads the settings: defaults < file < the library's own (store_settings.hpp) < environment.
  /// Throws Error(kUsage) for a setting that cannot be, Error(kStore) for a library that is none.
  explicit Home(HomeOptions options);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] const std::string& library_path() const { return library_; }
  /// Folders in the order they are looked through: what is given, then what is configured, then the
  /// engine's own, so that a user's file of the same name wins.
  [[nodiscard]] std::vector<std::string> plugin_directories() const;
  [[nodiscard]] std::vector<std::string> script_directories() const;
  [[nodiscard]] std::vector<std::string> recipe_directories() const;
  /// Folder of the content-named plugin copies.
  [[nodiscard]] std::string plugin_copies() const;

 private:
  HomeOptions options_;
  Settings settings_;
  std::string library_;
};

}  // namespace engine::app
