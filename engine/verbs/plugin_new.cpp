// engine plugin new NAME --kind KIND: a folder with a plugin that builds, loads and has a test.
#include <algorithm>
#include <filesystem>

#include "core/paths.hpp"
#include "plugin/new_plugin.hpp"
#include "plugin/registry.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;
std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (std::uint32_t kind = PLAYLIST_SOURCE; kind <= PLAYLIST_MODEL; ++kind) {
    names.emplace_back(kind_name(kind));
  }
  return names;
}

/// Two libraries must not offer one element: the second is refused when it is loaded.
void check_is_free(const app::Caller& caller, const std::string& element) {
  const Element* other = caller.registry()->find(element);
  if (other == nullptr) return;
  throw Error(Exit::kUsage, "there is an element " + element + " already",
              {.where = {},
               .source = {},
               .why = other->plugin->path + " offers it, and of two the second is not loaded",
               .fix = "choose another name"});
}

/// Where `cmake --install` put this program, "PREFIX" when it runs from its build folder.
std::string prefix() {
  const fs::path share = fs::path(own_folders().config).parent_path();
  if (share.filename() != "playlist-engine") return "PREFIX";
  return share.parent_path().parent_path().string();
}

std::string made_text(const std::string& folder, const std::string& element, bool is_c,
                      const std::vector<std::string>& files) {
  std::string text =
      "made " + folder + "/ with " + element + " in " + (is_c ? "C99" : "C++20") + ":\n";
  for (const std::string& file : files) text += "  " + file + '\n';
  return text + "next:\n  cmake -S " + folder + " -B " + folder +
         "/build -DCMAKE_PREFIX_PATH=" + prefix() + "\n  cmake --build " + folder +
         "/build\n  ctest --test-dir " + folder + "/build --output-on-failure\n";
}

Answer new_plugin(const app::Caller& caller, const Arguments& arguments) {
  const std::string &kind = arguments.text("kind"), &language = arguments.text("lang");
  const std::vector<std::string> names = kind_names();
  NewPlugin plugin;
  plugin.name = arguments.text("name");
  plugin.kind = static_cast<std::uint32_t>(std::find(names.begin(), names.end(), kind) -
                                           names.begin() + PLAYLIST_SOURCE);
  plugin.is_c = language == "c";
  const std::string element = kind + '.' + plugin.name;
  check_is_free(caller, element);
  plugin.parent =
      output_folder(arguments.text("to"), caller.home.kept_files(), arguments.flag("make-folders"));
  const fs::path templates = fs::path(own_folders().config).parent_path() / "template";
  if (!fs::exists(templates)) {
    throw Error(Exit::kInput, "what a plugin begins with is not installed: " + templates.string(),
                {"", "", "it comes with the plugin SDK",
                 "install the package playlist-engine-dev, or what cmake --install puts in place"});
  }
  const std::vector<std::string> files = make_plugin_folder(plugin, templates.string());
  const std::string folder = (fs::path(plugin.parent) / plugin.name).lexically_normal().string();
  return {.data = {{"element", element},
                   {"folder", fs::absolute(folder).string()},
                   {"language", language},
                   {"files", files}},
          .text = made_text(folder, element, plugin.is_c, files),
          .afterwards = [&caller, is_told = prefix() == "PREFIX" && !caller.screen.is_json] {
            if (is_told)
              caller.note(
                  "PREFIX is where `cmake --install` put the engine and its SDK; this one was not "
                  "installed");
          }};
}

}  // namespace

std::vector<Verb> plugin_new_verbs() {
  return {{.name = "plugin", .help = "Begin a plugin of your own"},
          {.name = "plugin new",
           .help = "Make a folder with a plugin that builds, loads and has a test",
           .parameters = {{.name = "name",
                           .value_name = "NAME",
                           .help = "Its element's name after the kind: late_night",
                           .is_first = true,
                           .is_required = true,
                           .is_local = true},
                          {.name = "kind",
                           .value_name = "KIND",
                           .help = "What it does: source, recall, ranking, filtering, ordering, "
                                   "output or model",
                           .one_of = kind_names(),
                           .is_required = true},
                          {.name = "lang",
                           .value_name = "LANG",
                           .help = "cpp (C++20) or c (C99)",
                           .usual = "cpp",
                           .one_of = {"cpp", "c"}},
                          {.name = "to",
                           .value_name = "DIR",
                           .help = "Make the folder in this one",
                           .usual = ".",
                           .is_local = true},
                          make_folders_parameter()},
           .answer = new_plugin}};
}

}  // namespace engine::verbs
