#include "app/secret_file.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/paths.hpp"

namespace engine::app {
namespace {

/// A terminal that does not show what is typed, while it lives.
class HiddenInput {
 public:
  HiddenInput() {
    is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!is_terminal_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    say("password: ");
  }
  ~HiddenInput() {
    if (!is_terminal_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    say("\n");
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

 private:
  static void say(std::string_view text) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    static_cast<void>(written);  // a terminal that cannot be written to asks nobody
  }
  termios before_{};
  bool is_terminal_ = false;
};

std::string line_of_standard_input() {
  const HiddenInput hidden;
  std::string line;
  char c = 0;
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') return line;
    line += c;
  }
}

}  // namespace

std::string read_secret(const std::string& file) {
  if (file != "-") {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & 077) != 0)
      throw Error(Exit::kInput, "others may read " + file,
                  {"", "", "what stands in it is no secret", "chmod 600 " + file});
  }
  std::string secret = file == "-" ? line_of_standard_input() : read_file(file);
  secret.resize(std::min(secret.find('\n'), secret.size()));
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty())
    throw Error(Exit::kInput,
                "no password was given" + (file == "-" ? std::string() : " in " + file));
  return secret;
}

}  // namespace engine::app
