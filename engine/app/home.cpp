#include "app/home.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "app/http_outside.hpp"
#include "app/recipe_files.hpp"
#include "app/store_settings.hpp"
#include "core/paths.hpp"
#include "plugin/registry.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> with_own(std::vector<std::string> folders, const std::string& own) {
  folders.push_back(own);
  return folders;
}

std::string named_library(const HomeOptions& options) {
  if (!options.library.empty()) return options.library;
  const char* set = std::getenv("PLAYLIST_LIBRARY");
  return set == nullptr ? "" : set;
}

}  // namespace

Home::Home(HomeOptions options) : options_(std::move(options)), named_(named_library(options_)) {}

Home::~Home() = default;

std::string Home::settings_file() const {
  return options_.config.empty() ? config_home() + "/engine.lua" : options_.config;
}

void Home::read_settings() const {
  Settings settings;
  if (!options_.config.empty() || fs::exists(settings_file())) settings.load_file(settings_file());
  const auto library = [&] {
    if (!named_.empty()) return named_;
    const std::string& configured = settings.text("paths.library");
    return configured.empty() ? data_home() + "/library.db" : configured;
  };
  load_store_settings(settings, library());  // of the library that is known so far
  settings.load_environment();
  library_ = library();
  settings_ = std::move(settings);
  if (options_.settings_read) options_.settings_read(settings_, library_);
}

const Settings& Home::settings() const {
  std::call_once(once_, [this] { read_settings(); });
  return settings_;
}

PlayRule Home::play_rule() const {
  return {settings().number("play.min_seconds"), settings().number("play.min_share"),
          60 * settings().integer("play.session_gap_minutes")};
}

const std::string& Home::library_path() const {
  if (!named_.empty()) return named_;
  static_cast<void>(settings());
  return library_;
}

std::vector<std::string> Home::plugin_directories() const {
  std::vector<std::string> folders = options_.plugins;
  for (std::string& folder : settings().texts("paths.plugins"))
    folders.push_back(std::move(folder));
  const std::string users_own = data_home() + "/plugins";
  if (fs::is_directory(users_own)) folders.push_back(users_own);
  return with_own(std::move(folders), own_folders().plugins);
}

std::vector<std::string> Home::script_directories() const {
  return with_own(settings().texts("paths.scripts"), own_folders().scripts);
}

std::vector<std::string> Home::recipe_directories() const {
  std::vector<std::string> folders = settings().texts("paths.recipes");
  if (fs::is_directory(users_recipes())) folders.push_back(users_recipes());
  return with_own(std::move(folders), own_folders().recipes);
}

std::string Home::plugin_copies() const {
  return cache_home() + "/plugin-copies";
}

std::shared_ptr<const Registry> Home::registry() const {
  if (registry_ == nullptr)
    registry_ = Registry::load({plugin_directories(), plugin_copies(), true});
  return registry_;
}

std::string Home::accounts_file() const {
  return config_home() + "/accounts.json";
}

std::string Home::http_folder() const {
  return cache_home() + "/http";
}

HttpOutside& Home::outside() const {
  if (outside_ == nullptr)
    outside_ = std::make_unique<HttpOutside>(
        settings(), http_folder(),
        std::make_unique<LanguageModel>(accounts_file(), library_path(), settings()));
  return *outside_;
}

KeptFiles Home::kept_files(const std::vector<std::string>& recipes) const {
  KeptFiles kept{library_path(), {config_home() + "/engine.lua", accounts_file()}, {cache_home()}};
  if (!options_.config.empty()) kept.files.push_back(options_.config);
  if (const std::string& log = settings().text("log.file"); !log.empty()) kept.files.push_back(log);
  for (const std::string& recipe : recipes) {
    std::error_code ignored;
    if (fs::exists(recipe, ignored)) kept.files.push_back(recipe);
  }
  return kept;
}

}  // namespace engine::app
