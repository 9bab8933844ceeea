#include "watch/terminal.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace engine {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";
constexpr int kCrashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

termios before{};
volatile std::sig_atomic_t is_taken = 0;
pid_t owner = 0;

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the terminal has gone
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Only what is allowed in a signal handler. A forked worker leaves the terminal alone.
void restore() {
  if (is_taken == 0 || ::getpid() != owner) return;
  is_taken = 0;
  write_all(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void restore_and_crash(int signal) {
  restore();
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void watch_for_crashes(void (*handler)(int)) {
  for (const int signal : kCrashes) ::signal(signal, handler);
}

}  // namespace

Terminal::Terminal() {
  if (::tcgetattr(STDIN_FILENO, &before) != 0) throw std::runtime_error("stdin is no terminal");
  static const bool is_registered = std::atexit(restore) == 0;
  static_cast<void>(is_registered);
  owner = ::getpid();
  is_taken = 1;
  watch_for_crashes(restore_and_crash);
  termios raw = before;
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL | BRKINT);
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  // Ctrl-C stays a signal. A stop would leave the shell with our screen, so Ctrl-Z is no key.
  raw.c_cc[VSUSP] = _POSIX_VDISABLE;
  raw.c_cc[VQUIT] = _POSIX_VDISABLE;
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
  write_all(kEnter);
}

Terminal::~Terminal() {
  restore();
  watch_for_crashes(SIG_DFL);
}

Terminal::Size Terminal::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return {};
  return {size.ws_row, size.ws_col};
}

void Terminal::show(std::string_view screen) const {
  write_all(screen);
}

}  // namespace engine
