#include "cli/cli.hpp"

#include <ctime>
#include <unistd.h>

#include "core/calendar.hpp"
#include "core/output_file.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"
#include "core/standard_output.hpp"
#include "plugin/registry.hpp"

namespace engine {
namespace {

app::HomeOptions home_options(const CommonOptions& common) {
  return {common.library, common.config, common.plugins};
}

}  // namespace

std::unique_ptr<app::Home> Cli::make_home() {
  auto home = std::make_unique<app::Home>(home_options(common));
  const Settings& settings = home->settings();
  if (const std::string& file = settings.text("log.file"); !file.empty()) {
    const OutputFile log(file, {home->library_path(), {}, {cache_home()}}, {.makes_folders = true});
    log_.open_file(log.path(), static_cast<std::size_t>(settings.integer("log.megabytes")));
  }
  return home;
}

const app::Home& Cli::home() {
  if (home_ == nullptr) home_ = make_home();
  return *home_;
}

void Cli::renew_home() {
  home_ = make_home();
  registry_.reset();
}

app::Caller Cli::caller() {
  return {home(),
          {common.user, now(), common.random_seed, common.set, common.in_process},
          {[this](const std::string& text) { note(text); },
           [this](const std::string& text) { note_once(text); },
           [this](const std::string& text) { verbose(text); }}};
}

std::string Cli::library_path() {
  const std::string named = app::named_library(home_options(common));
  return named.empty() ? home().library_path() : named;
}

std::int64_t Cli::now() const {
  return common.now.empty() ? std::time(nullptr) : parse_time(common.now);
}

std::shared_ptr<const Registry> Cli::registry() {
  if (registry_ == nullptr) {
    registry_ = Registry::load({home().plugin_directories(), home().plugin_copies(), true});
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
