#include "plugin/loader.hpp"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/dll/shared_library.hpp>

#include "core/hash.hpp"
#include "plugin/copies.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/elf.hpp"
#include "plugin/host.hpp"

namespace engine {
namespace {

namespace dll = boost::dll;

constexpr const char* kAbiSymbol = "playlist_plugin_abi";
constexpr const char* kMainSymbol = "playlist_plugin_main";

struct OpenLibrary {
  dll::shared_library library;
  CallHost host;  // stays valid as long as the plugin: plugin.h promises it
  const playlist_plugin* description = nullptr;
};

/// By path of the copy. Never destroyed: no plugin is unloaded, not even at exit.
std::map<std::string, std::unique_ptr<OpenLibrary>>& open_libraries() {
  static auto* libraries = new std::map<std::string, std::unique_ptr<OpenLibrary>>;
  return *libraries;
}

std::string version_text(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + '.' + std::to_string(minor);
}

void check_file(const ElfLibrary& elf) {
  if (!elf.problem.empty()) throw Refusal(elf.problem);
  if (!elf.exports(kAbiSymbol)) {
    throw Refusal(std::string("not a plugin: it does not export ") + kAbiSymbol);
  }
  if (!elf.abi) throw Refusal(std::string("its ") + kAbiSymbol + " is not data");
  if (const std::string problem = abi_problem(*elf.abi); !problem.empty()) throw Refusal(problem);
  if (!elf.exports(kMainSymbol)) {
    throw Refusal(std::string("missing symbol: it does not export ") + kMainSymbol);
  }
}

/// dlerror's text without the name of our copy in front.
std::string dl_message(const std::string& copy) {
  const char* error = dlerror();
  std::string message = error ? error : "the system gives no reason";
  const std::string prefix = copy + ": ";
  if (message.starts_with(prefix)) message.erase(0, prefix.size());
  if (message.starts_with("undefined symbol: ")) {
    message += "; link the library that has it, or build the plugin with playlist_add_plugin()";
  }
  return message;
}

std::unique_ptr<OpenLibrary> open_copy(const std::string& copy) {
  auto open = std::make_unique<OpenLibrary>();
  boost::dll::fs::error_code error;
  open->library.load(copy, error, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  if (error) throw Refusal(dl_message(copy));
  for (const char* symbol : {kAbiSymbol, kMainSymbol}) {
    if (!open->library.has(symbol)) throw Refusal(std::string("missing symbol: ") + symbol);
  }
  // What the loader maps is what counts; the file was read before.
  const std::string problem = abi_problem(open->library.get<const playlist_abi>(kAbiSymbol));
  if (!problem.empty()) throw Refusal(problem);
  return open;
}

void call_main(OpenLibrary& open) {
  const auto main = open.library.get<const playlist_plugin*(const playlist_host*)>(kMainSymbol);
  try {
    open.description = main(&open.host);
  } catch (const std::exception& error) {
    throw Refusal(std::string(kMainSymbol) + "() threw an exception: " + error.what());
  } catch (...) {
    throw Refusal(std::string(kMainSymbol) + "() threw an exception");
  }
  if (open.description) return;
  const std::string message = open.host.failure().message;
  throw Refusal(message.empty() ? std::string(kMainSymbol) + "() gave nothing and no reason"
                                : message);
}

}  // namespace

std::string abi_problem(const playlist_abi& abi) {
  if (abi.magic != PLAYLIST_ABI_MAGIC) {
    return std::string("not a plugin: its ") + kAbiSymbol + " does not start with the magic number";
  }
  if (abi.major == PLAYLIST_ABI_MAJOR) return "";
  const std::string offered = version_text(PLAYLIST_ABI_MAJOR, PLAYLIST_ABI_MINOR);
  std::string problem = "built for plugin ABI " + version_text(abi.major, abi.minor) +
                        ", this engine offers " + offered +
                        ": rebuild it against this engine's SDK";
  if (abi.major > PLAYLIST_ABI_MAJOR) {
    problem += ", or use an engine that offers " + std::to_string(abi.major) + ".x";
  }
  return problem;
}

void check_permissions(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw Refusal(std::string("cannot be read: ") + std::strerror(errno));
  }
  if ((status.st_mode & S_IWOTH) == 0) return;
  throw Refusal(std::string(S_ISDIR(status.st_mode) ? "the folder" : "the file") +
                " is writable by others: chmod o-w it");
}

std::string read_library_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw Refusal(std::string("cannot be read: ") + std::strerror(errno));
  struct stat status {};
  std::string bytes;
  std::size_t filled = 0;
  ssize_t got = 1;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    bytes.resize(static_cast<std::size_t>(status.st_size));
    while (filled < bytes.size() && got > 0) {
      got = read(file, bytes.data() + filled, bytes.size() - filled);
      if (got < 0 && errno == EINTR)
        got = 1;
      else if (got > 0)
        filled += static_cast<std::size_t>(got);
    }
  } else {
    errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    got = -1;
  }
  const int error = errno;
  close(file);
  if (got < 0) throw Refusal(std::string("cannot be read: ") + std::strerror(error));
  bytes.resize(filled);
  return bytes;
}

const playlist_plugin& open_library(const std::string& path, const std::string& bytes,
                                    const std::string& copies) {
  check_file(read_elf(bytes));
  std::string copy;
  try {
    copy = content_copy(copies, std::filesystem::path(path).stem().string(), bytes);
  } catch (const std::runtime_error& error) {
    throw Refusal(error.what());
  }
  const auto found = open_libraries().find(copy);
  OpenLibrary& open = found != open_libraries().end()
                          ? *found->second
                          : *open_libraries().emplace(copy, open_copy(copy)).first->second;
  if (!open.description) call_main(open);
  return *open.description;
}

const playlist_plugin& load_library(const std::string& path, const std::string& copies,
                                    bool is_safe_only, std::string& content) {
  if (is_safe_only) check_permissions(path);
  const std::string bytes = read_library_file(path);
  content = content_hash(bytes);
  const playlist_plugin& plugin = open_library(path, bytes, copies);
  const auto problems = description_problems(plugin);
  if (problems.empty()) return plugin;
  std::string more;
  if (problems.size() > 1) {
    more = " (and " + std::to_string(problems.size() - 1) + " more: see engine plugins check " +
           path + ')';
  }
  throw Refusal(problems.front() + more);
}

}  // namespace engine
