#include "cli/cli.hpp"

#include <ctime>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "core/output_file.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"
#include "core/standard_output.hpp"

namespace engine {
namespace {

constexpr int kUsualColumns = 80;  // of a terminal that does not say

int columns_of_stdout() {
  if (::isatty(STDOUT_FILENO) == 0) return 0;
  winsize size{};
  const bool is_told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_told ? size.ws_col : kUsualColumns;
}

}  // namespace

std::unique_ptr<app::Home> Cli::make_home(bool finds_recipes_anywhere) {
  return std::make_unique<app::Home>(app::HomeOptions{
      common.library, common.config, common.plugins,
      [this](const Settings& settings, const std::string& library) { open_log(settings, library); },
      finds_recipes_anywhere});
}

void Cli::open_log(const Settings& settings, const std::string& library) {
  const std::string& file = settings.text("log.file");
  if (file.empty()) return;
  const OutputFile log(file, {library, {}, {cache_home()}}, {.makes_folders = true});
  log_.open_file(log.path(), static_cast<std::size_t>(settings.integer("log.megabytes")));
}

const app::Home& Cli::home() {
  if (home_ == nullptr) home_ = make_home();
  return *home_;
}

void Cli::renew_home() {
  auto fresh = make_home();
  static_cast<void>(fresh->settings());  // throws
  home_ = std::move(fresh);
}

app::Caller Cli::caller() {
  const bool is_now_given = !common.now.empty();
  const std::int64_t now = is_now_given ? parse_time(common.now) : std::time(nullptr);
  return {home(),
          {common.user, now, common.random_seed, common.set, common.in_process, is_now_given},
          {.note = [this](const std::string& text) { note(text); },
           .note_once = [this](const std::string& text) { note_once(text); },
           .verbose = [this](const std::string& text) { verbose(text); },
           .error = [this](const Error& failure) { error(failure); },
           .progress = [this](const std::string& line) { draw(line); },
           .part = [this](const std::string& text) { out(text); },
           .line =
               [this](const nlohmann::ordered_json& data, const std::string& text) {
                 out(common.json ? printed_json(data, -1) : text);
               }},
          {columns_of_stdout(), common.json, common.quiet, common.verbose}};
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

void Cli::draw(const std::string& line) {
  if (line.empty() && !is_drawn_) return;
  if (common.quiet || ::isatty(STDERR_FILENO) == 0) return;
  std::cerr << "\r\x1b[K" << line << std::flush;
  is_drawn_ = !line.empty();
}

void Cli::note(const std::string& text) {
  draw("");
  log().note(text);
}

void Cli::note_once(const std::string& text) {
  if (noted_.insert(text).second) note(text);
}

void Cli::verbose(const std::string& text) {
  log().debug(text);
}

void Cli::error(const Error& error) {
  draw("");
  log().error(error.text());
}

}  // namespace engine
