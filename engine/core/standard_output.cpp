#include "core/standard_output.hpp"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

#include "core/error.hpp"

namespace engine {

void write_standard_output(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EPIPE) throw OutputClosed();
    if (errno == EAGAIN) {  // somebody has set the pipe to not wait
      pollfd room{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&room, 1, -1);
      continue;
    }
    throw Error(Exit::kInput,
                std::string("cannot write to standard output: ") + std::strerror(errno),
                {.where = {},
                 .source = {},
                 .why = "the result is not whole",
                 .fix = "make room where it goes, or send it elsewhere"});
  }
}

}  // namespace engine
