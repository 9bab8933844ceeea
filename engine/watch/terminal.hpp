// The terminal while `engine watch` has it: keys at once, an alternate screen, and everything as it
// was afterwards, whatever happens.
#pragma once

#include <string>
#include <string_view>

namespace engine {

/// One at a time. Takes stdin and stdout, which must be terminals.
class Terminal {
 public:
  Terminal();
  /// Puts the terminal back. The same happens at exit() and when the process crashes; the watcher
  /// takes SIGINT, SIGTERM and SIGHUP itself and leaves normally.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  struct Size {
    int rows = 24, columns = 80;
  };
  [[nodiscard]] Size size() const;
  /// In one write, so that no half screen is seen.
  void show(std::string_view screen) const;
};

}  // namespace engine
