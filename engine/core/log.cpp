#include "core/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/error.hpp"
#include "core/shown_text.hpp"

namespace engine {
namespace {

constexpr std::size_t kKeptFiles = 3;

}  // namespace

Log::Log()
    : logger_(std::make_unique<spdlog::logger>("engine",
                                               std::make_shared<spdlog::sinks::stderr_sink_st>())) {
  logger_->set_level(spdlog::level::debug);
  logger_->flush_on(spdlog::level::debug);
  logger_->sinks()[0]->set_pattern("%v");
  set_terminal(Terminal::kNotes);
}

Log::~Log() = default;

void Log::set_terminal(Terminal shown) {
  const auto level = shown == Terminal::kErrors  ? spdlog::level::err
                     : shown == Terminal::kNotes ? spdlog::level::info
                                                 : spdlog::level::debug;
  logger_->sinks()[0]->set_level(level);
}

void Log::open_file(const std::string& path, std::size_t megabytes) {
  try {
    auto file =
        std::make_shared<spdlog::sinks::rotating_file_sink_st>(path, megabytes << 20, kKeptFiles);
    file->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %P %l %v");
    logger_->sinks().push_back(std::move(file));
  } catch (const spdlog::spdlog_ex& error) {
    throw Error(Exit::kUsage, "cannot write the log file " + path,
                {"", "", error.what(), "see: engine config get log.file"});
  }
}

void Log::debug(const std::string& text) {
  logger_->log(spdlog::level::debug, spdlog::string_view_t(shown_text(text)));
}
void Log::note(const std::string& text) {
  logger_->log(spdlog::level::info, spdlog::string_view_t(shown_text(text)));
}
void Log::error(const std::string& text) {
  logger_->log(spdlog::level::err, spdlog::string_view_t(shown_text(text)));
}

}  // namespace engine
