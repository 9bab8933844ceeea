// engine stubs: annotations for editors, and the settings that make an editor use them.
#include "recipe/stubs.hpp"

#include <algorithm>
#include <filesystem>

#include "core/paths.hpp"
#include "data/as_of.hpp"
#include "data/empty_columns.hpp"
#include "plan/evaluate.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

std::vector<FormulaColumn> library_columns(const AsOf& tables) {
  const Plan plan;
  Texts texts;
  Evaluation::Setup setup;
  setup.plan = &plan;
  setup.tables = &tables;
  setup.texts = &texts;
  return Evaluation(setup).formula_columns(Candidates());
}

/// Modules that recipes require, so that the editor finds them without the engine's own
/// playlist.lua, which the stub stands for.
std::vector<StubFile> modules(const app::Caller& caller) {
  std::vector<StubFile> files;
  for (const std::string& folder : caller.home.script_directories()) {
    std::error_code ignored;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const fs::path& file = entry.path();
      if (file.extension() == ".lua" && file.stem() != "playlist") found.push_back(file);
    }
    std::sort(found.begin(), found.end());
    for (const fs::path& file : found) {
      const std::string name = file.filename();
      const bool is_new = std::none_of(files.begin(), files.end(),
                                       [&](const StubFile& f) { return f.name == name; });
      if (is_new) files.push_back({name, read_file(file.string())});
    }
  }
  return files;
}

/// Kept when it is there: it may be the user's own.
bool write_settings(const app::Caller& caller, const std::string& file, const std::string& stubs) {
  if (fs::exists(fs::symlink_status(file))) return false;
  OutputFile(file, caller.home.kept_files(), {.makes_folders = true}).write(luarc_text({stubs}));
  return true;
}

/// Where the annotations go: a folder that has none, or that an earlier call made. Others' Lua,
/// the engine's scripts first of all, is not replaced by them.
std::string stubs_folder(const app::Caller& caller, const Arguments& arguments,
                         const std::vector<StubFile>& files) {
  const std::string& to = arguments.text("to");
  const bool is_own = to.empty();
  const std::string folder =
      output_folder(is_own ? data_home() + "/stubs" : to, caller.home.kept_files(),
                    is_own || arguments.flag("make-folders"));
  const fs::path main = fs::path(folder) / "playlist.lua";
  if (fs::exists(main) && read_file(main).starts_with("---@meta")) return folder;
  for (const StubFile& file : files) {
    const fs::path path = fs::path(folder) / file.name;
    if (!fs::exists(path)) continue;
    throw Error(
        Exit::kUsage, "cannot write the annotations into " + folder,
        {"", "", path.string() + " is there and is no annotation", "name a folder of their own"});
  }
  return folder;
}

Answer stubs(const app::Caller& caller, const Arguments& arguments) {
  const std::unique_ptr<AsOf> tables = load_as_of(empty_columns(), AsOfOptions{});
  std::vector<StubFile> files = stub_files(*caller.registry(), library_columns(*tables));
  for (StubFile& file : modules(caller)) files.push_back(std::move(file));
  const std::string folder = stubs_folder(caller, arguments, files);
  std::vector<std::string> written;
  for (const StubFile& file : files) {
    const OutputFile output((fs::path(folder) / file.name).string(), caller.home.kept_files(),
                            {.makes_folders = true, .may_be_lua = true});
    output.write(file.text);
    written.push_back(output.path());
  }
  const std::string& recipes = arguments.text("recipes");
  if (!recipes.empty()) {
    const std::string settings = (fs::path(output_folder(recipes, caller.home.kept_files(),
                                                         arguments.flag("make-folders"))) /
                                  ".luarc.json")
                                     .string();
    if (write_settings(caller, settings, folder)) {
      written.push_back(settings);
    } else {
      caller.note(settings + " is there already and was left as it is; for completion it needs " +
                  luarc_text({folder}));
    }
  }
  std::string text;
  for (const std::string& file : written) text += file + "\n";
  return {.data = {{"folder", folder}, {"files", written}},
          .text = text,
          .afterwards = [&caller, is_told = recipes.empty() && !caller.screen.is_json] {
            if (is_told)
              caller.note("engine stubs --recipes FOLDER writes that folder's .luarc.json too");
          }};
}

}  // namespace

std::vector<Verb> stubs_verbs() {
  return {
      {.name = "stubs",
       .help = "Write annotations, so that editors complete and explain what recipes can use",
       .parameters = {{.name = "to",
                       .value_name = "DIR",
                       .help = "Write them into this folder [default: the user's data folder, "
                               "stubs]",
                       .is_local = true},
                      make_folders_parameter(),
                      {.name = "recipes",
                       .value_name = "DIR",
                       .help = "Write .luarc.json into this folder of recipes too, unless it has "
                               "one",
                       .is_local = true}},
       .footer =
           "For editors with lua-language-server. Covers every element of the plugins loaded, with "
           "its\n"
           "parameters and help, the verbs, the columns of a row, and the scripts' functions. Run "
           "it\n"
           "again after plugins have changed.",
       .answer = stubs}};
}

}  // namespace engine::verbs
