// Where an engine is at home: its settings, its folders, its library, its plugins. Made once, the
// same for every request; nothing of it changes.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "core/output_file.hpp"
#include "store/play_rule.hpp"

namespace engine {
class Registry;
}

namespace engine::app {

class HttpOutside;

/// What the settings themselves may not say; "" and empty: as usual.
struct HomeOptions {
  std::string library;               // instead of PLAYLIST_LIBRARY, paths.library, the data folder
  std::string config;                // a file of settings instead of the user's
  std::vector<std::string> plugins;  // folders, before the configured ones
  /// Called once, with the settings when they have been read.
  std::function<void(const Settings&, const std::string& library)> settings_read = nullptr;
  /// Recipes are found in the folder that the program was started in, and by any path, as a command line
  /// expects. False for who asks from elsewhere: in recipe_directories() alone.
  bool finds_recipes_anywhere = true;
};

/// Threads: any, but for registry() and outside().
class Home {
 public:
  explicit Home(HomeOptions options);
  ~Home();

  /// Read at first use: defaults < file < the library's own (store_settings.hpp) < environment.
  /// Throws Error(kUsage) for a setting that cannot be, Error(kStore) for a library that is none.
  [[nodiscard]] const Settings& settings() const;
  /// What counts as a play, as the settings say.
  [[nodiscard]] PlayRule play_rule() const;
  /// HomeOptions::library, else $PLAYLIST_LIBRARY, else as the settings say: these are not read
  /// where one of the two is given, so that a library whose settings are wrong can be mended.
  [[nodiscard]] const std::string& library_path() const;
  /// The file of settings, whether it exists or not.
  [[nodiscard]] std::string settings_file() const;
  /// Folders in the order they are looked through: what is given, then what is configured, then the
  /// engine's own, so that a user's file of the same name wins.
  [[nodiscard]] std::vector<std::string> plugin_directories() const;
  [[nodiscard]] std::vector<std::string> script_directories() const;
  [[nodiscard]] std::vector<std::string> recipe_directories() const;
  [[nodiscard]] bool finds_recipes_anywhere() const { return options_.finds_recipes_anywhere; }
  /// Those of the first that HomeOptions names.
  [[nodiscard]] const std::vector<std::string>& given_plugin_directories() const {
    return options_.plugins;
  }
  /// Folder of the content-named plugin copies.
  [[nodiscard]] std::string plugin_copies() const;
  /// The plugins, loaded into this process at first use, which must have one thread then. What is
  /// wrong with some is theirs to tell: registry.problem_lines().
  [[nodiscard]] std::shared_ptr<const Registry> registry() const;
  /// What the user has with services (accounts/accounts.hpp), whether it exists or not.
  [[nodiscard]] std::string accounts_file() const;
  /// Of cached answers and of rates.
  [[nodiscard]] std::string http_folder() const;
  /// Who answers what elements ask over HTTP, for WorkerLimits::outside. Threads: that of the
  /// supervisor.
  [[nodiscard]] HttpOutside& outside() const;
  /// What no output of a request may replace: the library and what belongs to it, caches, settings,
  /// the log, and `recipes` by whatever names they are asked for.
  [[nodiscard]] KeptFiles kept_files(const std::vector<std::string>& recipes = {}) const;

 private:
  void read_settings() const;

  HomeOptions options_;
  std::string named_;  // the library, "" where the settings name it
  mutable std::once_flag once_;
  mutable Settings settings_;
  mutable std::string library_;
  mutable std::shared_ptr<const Registry> registry_;
  mutable std::unique_ptr<HttpOutside> outside_;
};

}  // namespace engine::app
