#include "cli/cli.hpp"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <unistd.h>

#include "cli/store_settings.hpp"
#include "core/calendar.hpp"
#include "core/output_file.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"
#include "core/standard_output.hpp"
#include "plugin/registry.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

/// What is configured comes before the engine's own, so that a user's file of the same name wins.
std::vector<std::string> with_own(std::vector<std::string> folders, const std::string& own) {
  folders.push_back(own);
  return folders;
}

}  // namespace

Settings& Cli::settings() {
  if (settings_ != nullptr) return *settings_;
  // From here on library_path() may ask for settings itself: it then sees the layers read so far.
  settings_ = std::make_unique<Settings>();
  const std::string users_own = config_home() + "/engine.lua";
  if (!common.config.empty()) {
    settings_->load_file(common.config);
  } else if (fs::exists(users_own)) {
    settings_->load_file(users_own);
  }
  load_store_settings(*settings_, library_path());
  settings_->load_environment();
  if (const std::string& file = settings_->text("log.file"); !file.empty()) {
    const OutputFile log(file, {library_path(), {}, {cache_home()}}, {.makes_folders = true});
    log_.open_file(log.path(), static_cast<std::size_t>(settings_->integer("log.megabytes")));
  }
  return *settings_;
}

void Cli::forget_settings() {
  settings_.reset();
  registry_.reset();
}

std::string Cli::library_path() {
  if (!common.library.empty()) return common.library;
  if (const char* set = std::getenv("PLAYLIST_LIBRARY"); set != nullptr && set[0] != '\0')
    return set;
  const std::string configured = settings().text("paths.library");
  return configured.empty() ? data_home() + "/library.db" : configured;
}

std::int64_t Cli::now() const {
  return common.now.empty() ? std::time(nullptr) : parse_time(common.now);
}

std::vector<std::string> Cli::plugin_directories() {
  std::vector<std::string> folders = common.plugins;
  for (std::string& folder : settings().texts("paths.plugins"))
    folders.push_back(std::move(folder));
  const std::string users_own = data_home() + "/plugins";
  if (fs::is_directory(users_own)) folders.push_back(users_own);
  return with_own(std::move(folders), own_folders().plugins);
}

std::vector<std::string> Cli::script_directories() {
  return with_own(settings().texts("paths.scripts"), own_folders().scripts);
}

std::vector<std::string> Cli::recipe_directories() {
  return with_own(settings().texts("paths.recipes"), own_folders().recipes);
}

std::string Cli::plugin_copies() {
  return cache_home() + "/plugin-copies";
}

std::shared_ptr<const Registry> Cli::registry() {
  if (registry_ == nullptr) {
    registry_ = Registry::load({plugin_directories(), plugin_copies(), true});
    for (const std::string& line : registry_->problem_lines()) note_once(line);
  }
  return registry_;
}

void Cli::out(const std::string& text) const {
  write_standard_output(shown_text(text));
}

// The flags are known once the command line is read, so not yet in the constructor.
Log& Cli::log() {
  if (!is_log_ready_) {
    log_.set_terminal(common.verbose ? Log::Terminal::kAll
                      : common.quiet ? Log::Terminal::kErrors
                                     : Log::Terminal::kNotes);
    is_log_ready_ = true;
  }
  return log_;
}

void Cli::note(const std::string& text) {
  log().note(text);
}

void Cli::note_once(const std::string& text) {
  if (noted_.insert(text).second) note(text);
}

void Cli::verbose(const std::string& text) {
  log().debug(text);
}

void Cli::error(const Error& error) {
  log().error(error.text());
}

bool Cli::is_terminal() const {
  return isatty(STDERR_FILENO) != 0;
}

}  // namespace engine
