// A program on a terminal of its own, driven through tmux: what a person would type and see.
#pragma once

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "support/program.hpp"

namespace support {

class TmuxScreen {
 public:
  /// Runs `command` in a shell on a terminal of this size.
  TmuxScreen(const EngineHome& home, const std::string& command, int columns = 110, int rows = 40)
      : socket_(home.path("tmux.socket")), home_(home) {
    std::map<std::string, std::string> environment = home.environment();
    environment["LC_ALL"] = "C.UTF-8";
    run_program({"tmux", "-S", socket_, "-f", "/dev/null", "new-session", "-d", "-x",
                 std::to_string(columns), "-y", std::to_string(rows), command},
                environment, PLAYLIST_SOURCE_DIR);
  }
  ~TmuxScreen() { tmux({"kill-server"}); }
  TmuxScreen(const TmuxScreen&) = delete;
  TmuxScreen& operator=(const TmuxScreen&) = delete;

  static bool is_there() { return std::system("tmux -V >/dev/null 2>&1") == 0; }

  [[nodiscard]] std::string text() const { return tmux({"capture-pane", "-p"}).out; }
  /// With the escape sequences of colours.
  [[nodiscard]] std::string coloured() const { return tmux({"capture-pane", "-p", "-e"}).out; }
  /// Types text as it is.
  void type(const std::string& text) const { tmux({"send-keys", "-l", text}); }
  /// Presses a key by tmux's name: Enter, C-c, Escape, Left, BSpace, PPage ...
  void press(const std::string& key) const { tmux({"send-keys", key}); }
  void resize(int columns, int rows) const {
    tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
  }
  /// The screen as soon as it shows `wanted`; after 30 s what it shows instead.
  [[nodiscard]] std::string until(const std::string& wanted) const {
    std::string seen;
    for (int i = 0; i < 600; ++i) {
      seen = text();
      if (seen.find(wanted) != std::string::npos) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return seen;
  }

 private:
  Ended tmux(std::vector<std::string> arguments) const {
    std::vector<std::string> argv = {"tmux", "-S", socket_};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run_program(argv, home_.environment());
  }
  std::string socket_;
  const EngineHome& home_;
};

}  // namespace support
