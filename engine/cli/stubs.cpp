// engine stubs: annotations for editors, and the settings that make an editor use them.
#include "recipe/stubs.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "core/paths.hpp"
#include "data/as_of.hpp"
#include "data/empty_columns.hpp"
#include "recipe/evaluate.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string to, recipes;
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
  for (const std::string& folder : cli.script_directories()) {
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
bool write_settings(const std::string& folder, const std::string& stubs) {
  const fs::path file = fs::path(folder) / ".luarc.json";
  if (fs::exists(file)) return false;
  write_file_atomically(file.string(), luarc_text({fs::absolute(stubs).lexically_normal()}));
  return true;
}

Exit stubs(Cli& cli, Options options) {
  if (options.to.empty()) options.to = data_home() + "/stubs";
  const std::unique_ptr<AsOf> tables = load_as_of(empty_columns(), AsOfOptions{});
  std::vector<StubFile> files = stub_files(*cli.registry(), library_columns(*tables));
  for (StubFile& file : modules(cli)) files.push_back(std::move(file));
  std::error_code error;
  fs::create_directories(options.to, error);
  if (error) {
    throw Error(Exit::kInput, "cannot make the folder " + options.to,
                {"", "", error.message(), "name another with --to"});
  }
  nlohmann::ordered_json written = nlohmann::ordered_json::array();
  for (const StubFile& file : files) {
    write_file_atomically((fs::path(options.to) / file.name).string(), file.text);
    written.push_back((fs::path(options.to) / file.name).string());
  }
  std::string settings;
  if (!options.recipes.empty()) {
    settings = (fs::path(options.recipes) / ".luarc.json").string();
    if (write_settings(options.recipes, options.to)) {
      written.push_back(settings);
    } else {
      cli.note(settings + " is there already and was left as it is; for completion it needs " +
               luarc_text({fs::absolute(options.to).lexically_normal()}));
    }
  }
  if (cli.common.json) {
    cli.out(nlohmann::ordered_json{{"folder", options.to}, {"files", written}}.dump(2) + "\n");
    return Exit::kDone;
  }
  for (const auto& file : written) cli.out(file.get<std::string>() + "\n");
  if (options.recipes.empty())
    cli.note("engine stubs --recipes FOLDER writes that folder's .luarc.json too");
  return Exit::kDone;
}

}  // namespace

void add_stubs(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "stubs", "Write annotations, so that editors complete and explain what recipes can use");
  verb->add_option("--to", options->to,
                   "Write them into this folder [default: the user's data folder, stubs]")
      ->type_name("DIR");
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
