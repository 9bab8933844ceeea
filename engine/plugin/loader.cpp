#include "plugin/loader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/dll/shared_library.hpp>
#include <nlohmann/json.hpp>

#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "plugin/copies.hpp"
#include "plugin/describe.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/elf.hpp"
#include "plugin/first_load.hpp"
#include "plugin/host.hpp"
#include "plugin/known_libraries.hpp"
#include "plugin/registry.hpp"

namespace engine {
namespace {

namespace dll = boost::dll;

constexpr const char* kAbiSymbol = "playlist_plugin_abi";
constexpr const char* kMainSymbol = "playlist_plugin_main";
constexpr std::size_t kLongestLibrary = std::size_t{4} << 30;

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
  try {
    open->library.load(copy, error, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& thrown) {
    throw BrokenLoad(std::string("loading it throws an exception: ") + thrown.what());
  } catch (...) {
    throw BrokenLoad("loading it throws an exception");
  }
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

/// Checks the bytes and copies them.
std::string copy_of(const std::string& path, const std::string& bytes, const std::string& copies) {
  check_file(read_elf(bytes));
  try {
    return content_copy(copies, std::filesystem::path(path).stem().string(), bytes);
  } catch (const std::runtime_error& error) {
    throw Refusal(error.what());
  }
}

const playlist_plugin& open_once(const std::string& copy) {
  const auto found = open_libraries().find(copy);
  OpenLibrary& open = found != open_libraries().end()
                          ? *found->second
                          : *open_libraries().emplace(copy, open_copy(copy)).first->second;
  if (!open.description) call_main(open);
  return *open.description;
}

/// What the engine will do with a library before it is asked for any of its elements.
void look_at_everything(const LibraryCopy& library) {
  const playlist_plugin& plugin = load_library(library);
  const LoadedPlugin loaded{library.path, &plugin, library.content, {}};
  static_cast<void>(json_text(plugin_json(loaded)));
  for (const playlist_element* element : listed(plugin.elements))
    static_cast<void>(json_text(element_json({element, &loaded})));
}

/// A regular file, open for reading. Opening does not wait for a writer, as that of a FIFO would.
class File {
 public:
  explicit File(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (descriptor_ < 0) throw cannot_be_read();
    if (fstat(descriptor_, &status_) == 0 && S_ISREG(status_.st_mode)) return;
    const bool is_folder = S_ISDIR(status_.st_mode);
    close(descriptor_);
    throw Refusal(is_folder ? "it is a folder" : "it is no regular file");
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] std::size_t length() const { return static_cast<std::size_t>(status_.st_size); }
  /// Fills `bytes` from `from` on, and cuts it where the file ends.
  void read(std::string& bytes, std::size_t from) const {
    while (from < bytes.size()) {
      const ssize_t got = ::read(descriptor_, bytes.data() + from, bytes.size() - from);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw cannot_be_read();
      if (got == 0) return bytes.resize(from);
      from += static_cast<std::size_t>(got);
    }
  }

 private:
  static Refusal cannot_be_read() {
    return Refusal(std::string("cannot be read: ") + std::strerror(errno));
  }

  int descriptor_;
  struct stat status_ {};
};

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
  const File file(path);
  std::string bytes(std::min<std::size_t>(file.length(), SELFMAG), '\0');
  file.read(bytes, 0);
  if (bytes != std::string_view(ELFMAG, SELFMAG)) return bytes;
  if (file.length() > kLongestLibrary) {
    throw Refusal("it has " + std::to_string(file.length()) + " bytes; a library has at most " +
                  std::to_string(kLongestLibrary));
  }
  bytes.resize(file.length());
  file.read(bytes, SELFMAG);
  return bytes;
}

LibraryCopy prepare_library(const std::string& path, const std::string& copies, bool is_safe_only,
                            KnownLibraries& known, bool is_tried_again) {
  if (is_safe_only) check_permissions(path);
  if (!is_tried_again) {
    if (const auto unchanged = known.find(path)) return *unchanged;
  }
  LibraryCopy library;
  library.path = path;
  struct stat before {};
  stat(path.c_str(), &before);
  const std::string bytes = read_library_file(path);
  library.content = content_hash(bytes);
  library.copy = copy_of(path, bytes, copies);
  try {
    const std::string problem = first_load_problem(
        library.copy, [&] { look_at_everything(library); }, is_tried_again);
    if (!problem.empty()) throw Refusal(problem);
  } catch (const Refusal&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw Refusal(error.what());
  }
  known.add(library, before);
  return library;
}

const playlist_plugin& load_library(const LibraryCopy& library) {
  const playlist_plugin& plugin = open_once(library.copy);
  const auto problems = description_problems(plugin);
  if (problems.empty()) return plugin;
  std::string more;
  if (problems.size() > 1) {
    more = " (and " + std::to_string(problems.size() - 1) + " more: see engine plugins check " +
           library.path + ')';
  }
  throw Refusal(problems.front() + more);
}

const playlist_plugin& open_library(const std::string& path, const std::string& bytes,
                                    const std::string& copies) {
  return open_once(copy_of(path, bytes, copies));
}

bool has_open_libraries() {
  return !open_libraries().empty();
}

}  // namespace engine
