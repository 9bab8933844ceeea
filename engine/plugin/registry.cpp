#include "plugin/registry.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sys/stat.h>

#include "core/error.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/loader.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

bool is_library(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return name.ends_with(".so") && name.front() != '.' && !entry.is_directory();
}

}  // namespace

class Loader {
 public:
  Loader(const Registry::Options& options, Registry& registry)
      : options_(options), registry_(registry) {}

  void load() {
    for (const std::string& directory : options_.directories) load_directory(directory);
    std::sort(registry_.elements_.begin(), registry_.elements_.end(),
              [](const auto& a, const auto& b) {
                return std::string_view(a->description->name) < b->description->name;
              });
  }

 private:
  void load_directory(const fs::path& directory) {
    std::error_code error;
    if (!fs::is_directory(directory, error)) {
      return refuse(directory, "there is no such folder of plugins");
    }
    if (!seen_.insert(fs::weakly_canonical(directory, error).string()).second) return;
    if (!is_safe(directory)) return;
    load_libraries(directory);
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
      if (entry.is_directory() && entry.path().filename().string().front() != '.') {
        folders.push_back(entry.path());
      }
    }
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) {
      if (is_safe(folder)) load_libraries(folder);
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

  void load_libraries(const fs::path& directory) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
      if (is_library(entry)) files.push_back(entry.path());
    }
    if (error) return refuse(directory, "cannot be read: " + error.message());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      try {
        std::string content;
        const playlist_plugin& description =
            load_library(file.string(), options_.copies, options_.is_safe_only, content);
        add(file.string(), description, content);
      } catch (const Refusal& refusal) {
        refuse(file, refusal.what());
      }
    }
  }

  void add(const std::string& path, const playlist_plugin& description,
           const std::string& content) {
    std::set<std::string_view> own;
    for (const playlist_element* element : listed(description.elements)) {
      const auto other = owners_.find(element->name);
      if (other != owners_.end()) {
        throw Refusal(std::string("it offers ") + element->name + ", which " + other->second +
                      " already offers: remove one of the two");
      }
      if (!own.insert(element->name).second) {
        throw Refusal(std::string("it offers ") + element->name + " twice");
      }
    }
    registry_.plugins_.push_back(
        std::make_unique<LoadedPlugin>(LoadedPlugin{path, &description, content}));
    for (const playlist_element* element : listed(description.elements)) {
      owners_.emplace(element->name, path);
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
    parts.fix = "engine plugins list shows where plugins are searched";
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
