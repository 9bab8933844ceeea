#include "app/secret_file.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"

namespace engine::app {
namespace {

/// A terminal that does not show what is typed, while it lives.
class HiddenInput {
 public:
  explicit HiddenInput(const std::string& prompt) {
    is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!is_terminal_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    say_on_terminal(prompt);
  }
  ~HiddenInput() {
    if (!is_terminal_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    say_on_terminal("\n");
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

 private:
  termios before_{};
  bool is_terminal_ = false;
};

}  // namespace

void say_on_terminal(const std::string& text) {
  const std::string shown = shown_text(text);
  const ssize_t written = ::write(STDERR_FILENO, shown.data(), shown.size());
  static_cast<void>(written);  // a terminal that cannot be written to asks nobody
}

std::string read_hidden_line(const std::string& prompt) {
  const HiddenInput hidden(prompt);
  std::string line;
  char c = 0;
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') return line;
    line += c;
  }
}

std::string read_secret(const std::string& file) {
  if (file != "-") {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & 077) != 0)
      throw Error(Exit::kInput, "others may read " + file,
                  {"", "", "what stands in it is no secret", "chmod 600 " + file});
  }
  std::string secret = file == "-" ? read_hidden_line("password: ") : read_file(file);
  secret.resize(std::min(secret.find('\n'), secret.size()));
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty())
    throw Error(Exit::kInput,
                "no password was given" + (file == "-" ? std::string() : " in " + file));
  return secret;
}

}  // namespace engine::app
