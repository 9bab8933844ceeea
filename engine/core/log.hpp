// What is said beside the results: on stderr as it stands, and, where the user wants one, in a log
// file with time, process and level.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace engine {

/// Threads: one. A worker forked from a process that logs may go on logging: lines are appended
/// whole. Secrets are never handed to it.
class Log {
 public:
  Log();
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// What stderr shows: errors only, notes too (the default), or everything.
  enum class Terminal { kErrors, kNotes, kAll };
  void set_terminal(Terminal shown);

  /// Also appends everything to `path`. A file that grows beyond `megabytes` becomes PATH.1 and so
  /// on (the file's ending stays last: engine.1.log), three are kept. Throws Error(kUsage) when it
  /// cannot be written.
  void open_file(const std::string& path, std::size_t megabytes);

  void debug(const std::string& text);
  void note(const std::string& text);
  void error(const std::string& text);

 private:
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace engine
