// engine plugin new NAME --kind KIND: a folder with a plugin that builds, loads and has a test.
#include <CLI/CLI.hpp>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/run_outputs.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "plugin/new_plugin.hpp"
#include "plugin/registry.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Wanted {
  NewPlugin plugin;
  std::string kind, language = "cpp";
  bool makes_folders = false;
};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (std::uint32_t kind = PLAYLIST_SOURCE; kind <= PLAYLIST_MODEL; ++kind) {
    names.emplace_back(kind_name(kind));
  }
  return names;
}

/// Two libraries must not offer one element: the second is refused when it is loaded.
void check_is_free(Cli& cli, const std::string& element) {
  const Element* other = cli.registry()->find(element);
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

Exit make(Cli& cli, Wanted wanted) {
  const auto names = kind_names();
  wanted.plugin.kind = static_cast<std::uint32_t>(
      std::find(names.begin(), names.end(), wanted.kind) - names.begin() + PLAYLIST_SOURCE);
  wanted.plugin.is_c = wanted.language == "c";
  const std::string element = wanted.kind + '.' + wanted.plugin.name;
  check_is_free(cli, element);
  wanted.plugin.parent = output_folder(wanted.plugin.parent, kept_files(cli), wanted.makes_folders);
  const fs::path templates = fs::path(own_folders().config).parent_path() / "template";
  const auto files = make_plugin_folder(wanted.plugin, templates.string());
  const std::string folder =
      (fs::path(wanted.plugin.parent) / wanted.plugin.name).lexically_normal().string();
  if (cli.common.json) {
    cli.out(printed_json(Json{{"element", element},
                              {"folder", fs::absolute(folder).string()},
                              {"language", wanted.language},
                              {"files", files}}));
    return Exit::kDone;
  }
  std::string text = "made " + folder + "/ with " + element + " in " +
                     (wanted.plugin.is_c ? "C99" : "C++20") + ":\n";
  for (const std::string& file : files) text += "  " + file + '\n';
  text += "next:\n  cmake -S " + folder + " -B " + folder +
          "/build -DCMAKE_PREFIX_PATH=" + prefix() + "\n  cmake --build " + folder +
          "/build\n  ctest --test-dir " + folder + "/build --output-on-failure\n";
  cli.out(text);
  if (prefix() == "PREFIX") {
    cli.note(
        "PREFIX is where `cmake --install` put the engine and its SDK; this one was not installed");
  }
  return Exit::kDone;
}

}  // namespace

void add_plugin_new(CLI::App& app, Cli& cli) {
  CLI::App* plugin = app.add_subcommand("plugin", "Begin a plugin of your own");
  plugin->require_subcommand(1);
  plugin->fallthrough();
  auto wanted = std::make_shared<Wanted>();
  wanted->plugin.parent = ".";
  CLI::App* verb = plugin->add_subcommand(
      "new", "Make a folder with a plugin that builds, loads and has a test");
  verb->fallthrough()->callback(
      [&cli, wanted] { cli.action = [&cli, wanted] { return make(cli, *wanted); }; });
  verb->add_option("name", wanted->plugin.name, "Its element's name after the kind: late_night")
      ->required()
      ->type_name("NAME");
  verb->add_option("--kind", wanted->kind,
                   "What it does: source, recall, ranking, filtering, ordering, output or model")
      ->required()
      ->check(CLI::IsMember(kind_names()))
      ->type_name("KIND");
  verb->add_option("--lang", wanted->language, "cpp (C++20) or c (C99)")
      ->check(CLI::IsMember({"cpp", "c"}))
      ->capture_default_str()
      ->type_name("LANG");
  verb->add_option("--to", wanted->plugin.parent, "Make the folder in this one [default: here]")
      ->type_name("DIR");
  add_make_folders(*verb, wanted->makes_folders);
}

}  // namespace engine
