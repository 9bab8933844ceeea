#include "plugin/new_plugin.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <unistd.h>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/registry.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

/// Names that CMake keeps for targets of its own.
constexpr const char* kCmakeTargets[] = {
    "all",           "clean",   "depend", "edit_cache", "help",         "test",         "install",
    "install_local", "package", "list",   "lib",        "experimental", "rebuild_cache"};

using Words = std::map<std::string, std::string>;  // "@NAME@" -> "mood"

/// "late_night" -> "LateNight"
std::string class_name(const std::string& name) {
  std::string made;
  bool is_start = true;
  for (const char c : name) {
    if (c == '_') {
      is_start = true;
    } else {
      made += is_start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      is_start = false;
    }
  }
  return made;
}

/// How a recipe or a command line uses the element.
std::string usage(std::uint32_t kind, const std::string& name) {
  const std::string recipe = "In a recipe:\n\n    ";
  switch (kind) {
    case PLAYLIST_SOURCE:
      return "    engine --plugins build import FILE             # files that begin with \"# " +
             name + '"';
    case PLAYLIST_RECALL:
      return recipe + "local candidates = pl.recall." + name + " { from = 2000, to = 2009 }";
    case PLAYLIST_RANKING:
      return recipe + "candidates:rank(pl.ranking." + name +
             " { target = 0.25 }):score(function(t) return t." + name + " end)";
    case PLAYLIST_FILTERING:
      return recipe + "candidates:filter(pl.filtering." + name + " { minutes = 3.5 })";
    case PLAYLIST_ORDERING:
      return recipe + "candidates:order(pl.ordering." + name + " { direction = \"down\" })";
    case PLAYLIST_OUTPUT:
      return "    engine --plugins build run weekly --to " + name + ":FILE";
    default:
      return "It learns from the tables of `playlist/plugin.h` and leaves an artifact that other "
             "elements read.";
  }
}

Words words_for(const NewPlugin& plugin) {
  return {{"@NAME@", plugin.name},
          {"@CLASS@", class_name(plugin.name)},
          {"@KIND@", kind_name(plugin.kind)},
          {"@LANGUAGE@", plugin.is_c ? "C" : "CXX"},
          {"@SPOKEN@", plugin.is_c ? "C99" : "C++20"},
          {"@SUFFIX@", plugin.is_c ? "c" : "cpp"},
          {"@COMPILER@", plugin.is_c ? "CMAKE_C_COMPILER" : "CMAKE_CXX_COMPILER"},
          {"@PLUSES@", plugin.is_c ? "" : "++"},
          {"@STANDARD@\n", plugin.is_c ? "set_target_properties(" + plugin.name +
                                             " PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)\n\n"
                                       : "\n"},
          {"@USE@", usage(plugin.kind, plugin.name)}};
}

std::string filled(std::string text, const Words& words) {
  for (const auto& [word, meaning] : words) {
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;
         at += meaning.size()) {
      text.replace(at, word.size(), meaning);
    }
  }
  return text;
}

void check_name(const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    throw Error(
        Exit::kUsage, "a plugin cannot be called \"" + name + '"',
        {.where = {}, .source = {}, .why = why, .fix = "choose another name, such as late_night"});
  };
  if (const std::string wrong = name_problem(name); !wrong.empty()) refuse("it " + wrong);
  const auto* end = std::end(kCmakeTargets);
  if (std::find(std::begin(kCmakeTargets), end, name) != end) {
    refuse("CMake keeps this name for a target of its own");
  }
}

/// The files of the new folder and the templates they are made from, several being joined.
std::map<std::string, std::vector<std::string>> plan(const NewPlugin& plugin) {
  const std::string kind = kind_name(plugin.kind), suffix = plugin.is_c ? "c" : "cpp";
  std::map<std::string, std::vector<std::string>> files = {
      {"CMakeLists.txt", {"CMakeLists.txt"}},
      {"README.md", {"README.md"}},
      {".gitignore", {"gitignore"}},
      {"ci.sh", {"ci.sh"}},
      {plugin.name + '.' + suffix, {suffix + '/' + kind + '.' + suffix}},
      {"test/run.sh", {"test/run.sh", "test/" + kind + ".sh"}}};
  if (plugin.kind == PLAYLIST_SOURCE) {
    files["test/example.txt"] = {"test/source.txt"};
  } else if (plugin.kind != PLAYLIST_MODEL) {
    files["test/recipe.lua"] = {"test/" + kind + ".lua"};
  }
  return files;
}

/// A folder that is gone at the end unless it was moved into place.
class StagingFolder {
 public:
  explicit StagingFolder(const fs::path& parent) {
    std::string pattern = (parent / ".new-plugin-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw Error(Exit::kInput,
                  "cannot make a folder in " + parent.string() + ": " + std::strerror(errno));
    }
    path_ = pattern;
    fs::permissions(path_, fs::perms(0755));
  }
  ~StagingFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw Error(Exit::kInput, "cannot write " + path.string() + ": " + std::strerror(errno));
  if (path.extension() == ".sh") fs::permissions(path, fs::perms(0755));
}

}  // namespace

std::vector<std::string> make_plugin_folder(const NewPlugin& plugin, const std::string& templates) {
  check_name(plugin.name);
  const fs::path folder = fs::path(plugin.parent) / plugin.name;
  if (fs::exists(fs::symlink_status(folder))) {
    throw Error(Exit::kInput, folder.string() + " exists already, and is left as it is",
                {.where = {},
                 .source = {},
                 .why = {},
                 .fix = "choose another name, or another folder with --to"});
  }
  std::error_code error;
  fs::create_directories(plugin.parent, error);
  if (error) {
    throw Error(Exit::kInput, "cannot make the folder " + plugin.parent + ": " + error.message());
  }
  const StagingFolder staging(plugin.parent);
  const Words words = words_for(plugin);
  std::vector<std::string> made;
  for (const auto& [file, parts] : plan(plugin)) {
    std::string text;
    for (const std::string& part : parts) text += read_file(templates + '/' + part);
    write_file(staging.path() / file, filled(std::move(text), words));
    made.push_back(plugin.name + '/' + file);
  }
  fs::rename(staging.path(), folder, error);
  if (error) throw Error(Exit::kInput, "cannot make " + folder.string() + ": " + error.message());
  return made;
}

}  // namespace engine
