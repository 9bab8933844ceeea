#include "plugin/registry.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.hpp"
#include "plugin/copies.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/known_libraries.hpp"
#include "plugin/loader.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

/// What a folder holds, by name. A link that leads nowhere, or in a circle, is an entry as well.
std::vector<fs::path> entries(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().front() != '.') paths.push_back(entry->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

}  // namespace

class Loader {
 public:
  Loader(const Registry::Options& options, Registry& registry)
      : options_(options), registry_(registry) {}

  void load() {
    for (const std::string& directory : options_.directories) search(directory);
    if (!files_.empty()) prepare();
    for (const LibraryCopy& library : libraries_) load(library);
    std::sort(registry_.elements_.begin(), registry_.elements_.end(),
              [](const auto& a, const auto& b) {
                return std::string_view(a->description->name) < b->description->name;
              });
  }

 private:
  void search(const fs::path& directory) {
    if (!is_folder(directory)) return refuse(directory, "there is no such folder of plugins");
    std::error_code error;
    if (!seen_.insert(fs::weakly_canonical(directory, error).string()).second) return;
    if (!is_safe(directory)) return;
    add_libraries(directory);
    for (const fs::path& folder : entries(directory, error)) {
      if (is_folder(folder) && is_safe(folder)) add_libraries(folder);
    }
  }

  bool is_safe(const fs::path& directory) {
    if (!options_.is_safe_only) return true;
    try {
      check_permissions(directory.string());
      return true;
    } catch (const Refusal& refusal) {
      refuse(directory, refusal.what());
      return false;
    }
  }

  void add_libraries(const fs::path& directory) {
    std::error_code error;
    for (const fs::path& path : entries(directory, error)) {
      if (path.extension() == ".so" && !is_folder(path)) files_.push_back(path);
    }
    if (error) refuse(directory, "cannot be read: " + error.message());
  }

  void doing(const std::string& what, const std::string& path) const {
    if (options_.doing) options_.doing(what + ' ' + path);
  }

  /// All are tried before any is loaded, so that the children see nothing of the others' code.
  void prepare() {
    try {
      make_copies_folder(options_.copies);
    } catch (const std::runtime_error& error) {
      return refuse(options_.copies, error.what());
    }
    KnownLibraries known(options_.copies);
    for (const fs::path& file : files_) {
      try {
        doing("looking at", file.string());
        libraries_.push_back(prepare_library(file.string(), options_.copies, options_.is_safe_only,
                                             known, options_.is_tried_again));
      } catch (const Refusal& refusal) {
        known.forget(file.string());
        refuse(file, refusal.what());
      }
    }
    known.save();
  }

  void load(const LibraryCopy& library) {
    try {
      doing("loading", library.path);
      add(library, load_library(library));
    } catch (const Refusal& refusal) {
      refuse(library.path, refusal.what());
    }
  }

  /// The first library that offers a name keeps it; the others lose that element only.
  void add(const LibraryCopy& library, const playlist_plugin& description) {
    auto plugin = std::make_unique<LoadedPlugin>(
        LoadedPlugin{library.path, &description, library.content, {}});
    std::vector<const playlist_element*> free;
    std::string taken;
    for (const playlist_element* element : listed(description.elements)) {
      const auto [owner, is_free] = owners_.emplace(element->name, library.path);
      if (is_free) {
        free.push_back(element);
        continue;
      }
      taken += (taken.empty() ? "" : ", and ") + std::string(element->name) + ", which " +
               (owner->second == library.path ? "it" : owner->second) + " already offers";
      plugin->left_out.emplace_back(element->name);
    }
    if (free.empty()) throw Refusal("it offers " + taken + ": remove one of the two");
    if (!taken.empty())
      refuse(library.path, "it offers " + taken + ": left out, the rest of it is loaded");
    registry_.plugins_.push_back(std::move(plugin));
    for (const playlist_element* element : free) {
      registry_.elements_.push_back(
          std::make_unique<Element>(Element{element, registry_.plugins_.back().get()}));
    }
  }

  void refuse(const fs::path& path, const std::string& message) {
    registry_.problems_.push_back({path.string(), message});
  }

  const Registry::Options& options_;
  Registry& registry_;
  std::map<std::string_view, std::string> owners_;  // of each element name: the library's path
  std::set<std::string> seen_;                      // directories
  std::vector<fs::path> files_;
  std::vector<LibraryCopy> libraries_;  // those of the files that may be loaded
};

std::shared_ptr<const Registry> Registry::load(const Options& options) {
  const std::shared_ptr<Registry> registry(new Registry);
  Loader(options, *registry).load();
  return registry;
}

Registry::~Registry() = default;

const Element* Registry::find(std::string_view name) const {
  const auto found = std::lower_bound(
      elements_.begin(), elements_.end(), name,
      [](const auto& element, std::string_view key) { return element->description->name < key; });
  return found != elements_.end() && (*found)->description->name == name ? found->get() : nullptr;
}

std::vector<const Element*> Registry::elements(std::uint32_t kind) const {
  std::vector<const Element*> chosen;
  for (const auto& element : elements_) {
    if (kind == 0 || element->description->kind == kind) chosen.push_back(element.get());
  }
  return chosen;
}

std::vector<std::string> Registry::problem_lines() const {
  std::vector<std::string> lines;
  for (const PluginProblem& problem : problems_)
    lines.push_back("not loaded: " + problem.path + ": " + problem.message);
  return lines;
}

const Element& Registry::require(std::string_view name, const std::string& where) const {
  if (const Element* element = find(name)) return *element;
  std::vector<std::string> known;
  for (const auto& element : elements_) known.emplace_back(element->description->name);
  Error::Parts parts;
  parts.where = where;
  const std::string near = nearest(std::string(name), known);
  parts.fix =
      near.empty() ? "engine plugins list shows what there is" : "did you mean " + near + "?";
  if (elements_.empty()) {
    parts.why = "no plugins are loaded";
    parts.fix = "engine doctor looks at everything a run needs";
  }
  if (!problems_.empty()) {
    parts.why += (parts.why.empty() ? "" : "; ") + problem_lines().front();
    if (problems_.size() > 1)
      parts.why += " (and " + std::to_string(problems_.size() - 1) + " more: see engine doctor)";
  }
  throw Error(Exit::kRecipe, "no plugin offers " + std::string(name), parts);
}

const char* kind_name(std::uint32_t kind) {
  switch (kind) {
    case PLAYLIST_SOURCE:
      return "source";
    case PLAYLIST_RECALL:
      return "recall";
    case PLAYLIST_RANKING:
      return "ranking";
    case PLAYLIST_FILTERING:
      return "filtering";
    case PLAYLIST_ORDERING:
      return "ordering";
    case PLAYLIST_OUTPUT:
      return "output";
    case PLAYLIST_MODEL:
      return "model";
    default:
      return "unknown";
  }
}

}  // namespace engine
