// Finds, checks and loads plugin libraries, and knows every element they offer.
#pragma once

#include "playlist/plugin.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct LoadedPlugin {
  std::string path;  // where the user put it
  const playlist_plugin* description = nullptr;
  std::string content;                // hash of the library's bytes
  std::vector<std::string> left_out;  // its elements whose names another library has taken
};

struct Element {
  const playlist_element* description = nullptr;
  const LoadedPlugin* plugin = nullptr;
};

/// A library, or an element of one, that was not loaded: one clear line.
struct PluginProblem {
  std::string path;
  std::string message;  // "truncated: 4000 bytes on disk, 15461 needed"
};

/// Loads every *.so of the given directories, sorted by file name. A refused library costs only
/// itself, and an element whose name another library already offers that element only. Contents
/// that were never loaded before are tried in a child process first (plugin/first_load.hpp). Each
/// library is loaded from a content-named copy below `copies` (0700, reused by later starts) and
/// never unloaded. Threads: load on the main thread; reading afterwards from any.
class Registry {
 public:
  struct Options {
    std::vector<std::string>
        directories;           // searched in order, not recursively below one level of subfolders
    std::string copies;        // folder of the content-named copies; created when missing
    bool is_safe_only = true;  // refuse files or folders that others may write
    bool is_tried_again =
        false;  // also contents whose first load is known to have gone well or not
    std::function<void(const std::string&)> doing = {};  // told what comes next, with the path
  };

  static std::shared_ptr<const Registry> load(const Options& options);
  ~Registry();

  /// nullptr when no plugin offers it.
  [[nodiscard]] const Element* find(std::string_view name) const;
  /// All elements by name; `kind` 0 for every kind.
  [[nodiscard]] std::vector<const Element*> elements(std::uint32_t kind = 0) const;
  [[nodiscard]] const std::vector<std::unique_ptr<LoadedPlugin>>& plugins() const {
    return plugins_;
  }
  [[nodiscard]] const std::vector<PluginProblem>& problems() const { return problems_; }

  /// problems() as lines: "not loaded: PATH: MESSAGE".
  [[nodiscard]] std::vector<std::string> problem_lines() const;

  /// Throws Error(kRecipe) "no plugin offers ranking.moood" with "did you mean", and with what was
  /// not loaded.
  [[nodiscard]] const Element& require(std::string_view name, const std::string& where) const;

 private:
  Registry() = default;
  friend class Loader;
  std::vector<std::unique_ptr<LoadedPlugin>> plugins_;
  std::vector<std::unique_ptr<Element>> elements_;  // sorted by name
  std::vector<PluginProblem> problems_;
};

/// "recall", "ranking" ... for PLAYLIST_RECALL, PLAYLIST_RANKING ...
const char* kind_name(std::uint32_t kind);

}  // namespace engine
