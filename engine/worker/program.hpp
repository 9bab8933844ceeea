// Another program, or this one with other arguments, in a process of its own: a job of the clock.
// What crashes, hangs or goes on for ever there costs that run only.
//
// What it has  Its arguments and our environment. Of our descriptors nothing: its standard input is
//              empty, its standard output and error are read here. It is the first of a session and
//              a group of its own, so that keys typed at our terminal do not reach it.
// How it ends  By itself, or with its whole group: at its limits, and by interrupt() (SIGTERM to it
//              first, two seconds to put things in order). When we are killed, it is, too.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct ProgramLimits {
  double wall_seconds = 0;  // 0: as long as it takes
  std::size_t output_bytes = 64ull
                             << 20;  // of standard output; a program that writes more is ended
};

struct ProgramEnd {
  int exit_status = 0;          // 128 + the signal that ended it
  bool is_limit = false;        // ended at one of its limits
  bool is_interrupted = false;  // by interrupt()
  std::string message;          // why it did not end by itself; "" when it did
  std::string output;           // standard output, whole
  std::string errors;           // standard error, its first 64 KiB
  double seconds = 0;
};

enum class ProgramStream { kOutput, kError };
/// A line that it has written, without its end.
using ProgramLine = std::function<void(ProgramStream, std::string_view)>;

/// A program at work while its starter does other things.
/// Threads: one, which outlives it: the program is killed when the thread that started it ends.
class Program {
 public:
  /// `path` is started with `arguments` (without its own name). Throws Error(kInput) when it cannot be.
  Program(const std::string& path, const std::vector<std::string>& arguments,
          const ProgramLimits& limits, ProgramLine on_line = nullptr);
  /// Kills a program that still runs, and its group.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// For poll(): readable when there is something to take().
  [[nodiscard]] int descriptor() const;
  /// Milliseconds until a limit has to be looked at, for poll(); -1: none.
  [[nodiscard]] int milliseconds_to_next_look() const;
  /// Takes in what has come and looks at the limits, without waiting. True once it has ended.
  bool take();
  /// Asks it to end, and kills it two seconds later.
  void interrupt();
  /// Waits for the end. SIGINT and SIGTERM are left to who called.
  ProgramEnd finish();
  [[nodiscard]] int process() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Where this very program is, to be started again with other arguments.
std::string own_program();

}  // namespace engine
