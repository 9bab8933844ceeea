// engine stubs: annotations for editors, and the settings that make an editor use them.
#include "recipe/stubs.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/run_outputs.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "data/as_of.hpp"
#include "data/empty_columns.hpp"
#include "plan/evaluate.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

struct StubsOptions {
  std::string to, recipes;
  bool makes_folders = false;
};

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
std::vector<StubFile> modules(Cli& cli) {
  std::vector<StubFile> files;
  for (const std::string& folder : cli.home().script_directories()) {
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
bool write_settings(Cli& cli, const std::string& file, const std::string& stubs) {
  if (fs::exists(fs::symlink_status(file))) return false;
  OutputFile(file, kept_files(cli), {.makes_folders = true}).write(luarc_text({stubs}));
  return true;
}

/// Where the annotations go: a folder that has none, or that an earlier call made. Others' Lua,
/// the engine's scripts first of all, is not replaced by them.
std::string stubs_folder(Cli& cli, const StubsOptions& options,
                         const std::vector<StubFile>& files) {
  const bool is_own = options.to.empty();
  const std::string folder = output_folder(is_own ? data_home() + "/stubs" : options.to,
                                           kept_files(cli), is_own || options.makes_folders);
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

Exit stubs(Cli& cli, StubsOptions options) {
  const std::unique_ptr<AsOf> tables = load_as_of(empty_columns(), AsOfOptions{});
  std::vector<StubFile> files = stub_files(*cli.registry(), library_columns(*tables));
  for (StubFile& file : modules(cli)) files.push_back(std::move(file));
  options.to = stubs_folder(cli, options, files);
  nlohmann::ordered_json written = nlohmann::ordered_json::array();
  for (const StubFile& file : files) {
    const OutputFile output((fs::path(options.to) / file.name).string(), kept_files(cli),
                            {.makes_folders = true, .may_be_lua = true});
    output.write(file.text);
    written.push_back(output.path());
  }
  std::string settings;
  if (!options.recipes.empty()) {
    settings = (fs::path(output_folder(options.recipes, kept_files(cli), options.makes_folders)) /
                ".luarc.json")
                   .string();
    if (write_settings(cli, settings, options.to)) {
      written.push_back(settings);
    } else {
      cli.note(settings + " is there already and was left as it is; for completion it needs " +
               luarc_text({options.to}));
    }
  }
  if (cli.common.json) {
    cli.out(printed_json(nlohmann::ordered_json{{"folder", options.to}, {"files", written}}));
    return Exit::kDone;
  }
  for (const auto& file : written) cli.out(file.get<std::string>() + "\n");
  if (options.recipes.empty())
    cli.note("engine stubs --recipes FOLDER writes that folder's .luarc.json too");
  return Exit::kDone;
}

}  // namespace

void add_stubs(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<StubsOptions>();
  CLI::App* verb = app.add_subcommand(
      "stubs", "Write annotations, so that editors complete and explain what recipes can use");
  verb->add_option("--to", options->to,
                   "Write them into this folder [default: the user's data folder, stubs]")
      ->type_name("DIR");
  add_make_folders(*verb, options->makes_folders);
  verb->add_option("--recipes", options->recipes,
                   "Write .luarc.json into this folder of recipes too, unless it has one")
      ->type_name("DIR");
  verb->footer(
      "For editors with lua-language-server. Covers every element of the plugins loaded, with its\n"
      "parameters and help, the verbs, the columns of a row, and the scripts' functions. Run it\n"
      "again after plugins have changed.");
  verb->callback(
      [&cli, options] { cli.action = [&cli, options] { return stubs(cli, *options); }; });
}

}  // namespace engine
