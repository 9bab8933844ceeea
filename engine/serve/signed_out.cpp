#include "serve/signed_out.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/paths.hpp"

namespace engine::serve {
namespace {

std::string signed_out_line(const std::string& id, double until) {
  return id + " " + std::to_string(static_cast<long long>(until)) + "\n";
}

}  // namespace

std::map<std::string, double> read_signed_out(const std::string& file, double now) {
  std::map<std::string, double> ended;
  if (!std::filesystem::exists(file)) return ended;
  std::istringstream lines(read_file(file));
  std::string id;
  for (double until = 0; lines >> id >> until;)
    if (until > now) ended[id] = until;
  std::string kept;
  for (const auto& [one, until] : ended) kept += signed_out_line(one, until);
  write_file_atomically(file, kept);
  return ended;
}

void add_signed_out(const std::string& file, const std::string& id, double until) {
  const std::string line = signed_out_line(id, until);
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool is_written =
      opened >= 0 &&
      ::write(opened, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
      ::fsync(opened) == 0;
  const int why = errno;
  if (opened >= 0) ::close(opened);
  if (is_written) return;
  throw Error(Exit::kInput, "the sign-out could not be written to " + file,
              {"", "", std::strerror(why),
               "make room there; until then the session ends with this server only"});
}

}  // namespace engine::serve
