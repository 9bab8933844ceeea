// engine recipes [RECIPE]: the recipes there are, or the parameters of one. Their texts run in a
// confined worker: one that hangs or crashes costs its own line of the list only.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/supervised_run.hpp"
#include "core/error_bytes.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json parameter_json(const RecipeParameter& p) {
  Json json{{"name", p.name}, {"kind", p.kind}};
  std::visit([&](const auto& value) { json["default"] = value; }, p.default_value);
  if (p.min) json["min"] = *p.min;
  if (p.max) json["max"] = *p.max;
  if (!p.choices.empty()) json["choices"] = p.choices;
  json["help"] = p.help;
  json["tune"] = p.is_tunable;
  return json;
}

std::string parameter_text(const RecipeParameter& p) {
  std::ostringstream text;
  text << "  " << p.name << " = " << text_of(p.default_value);
  text << std::string(std::max<std::size_t>(1, 28 - std::min<std::size_t>(27, text.str().size())),
                      ' ')
       << p.help;
  if (p.min && p.max) text << " (" << *p.min << ".." << *p.max << ")";
  for (std::size_t i = 0; i < p.choices.size(); ++i)
    text << (i == 0 ? " (" : ", ") << p.choices[i] << (i + 1 == p.choices.size() ? ")" : "");
  if (p.is_tunable) text << " [engine tune]";
  return text.str() + "\n";
}

/// What `--json` says of one recipe.
Json definition_json(const std::string& file, const RecipeDefinition& recipe) {
  Json parameters = Json::array();
  for (const RecipeParameter& p : recipe.parameters) parameters.push_back(parameter_json(p));
  return {{"recipe", file},
          {"title", recipe.title},
          {"about", recipe.about},
          {"random_seed", recipe.random_seed},
          {"parameters", std::move(parameters)}};
}

std::string definition_text(const std::string& file, const RecipeDefinition& recipe) {
  std::string text =
      recipe.title + ": " + recipe.about + "\n" + file + "\n\nparameters (--set NAME=VALUE):\n";
  for (const RecipeParameter& p : recipe.parameters) text += parameter_text(p);
  return text;
}

/// A recipe as its worker told it.
struct Told {
  Json json;
  std::string text;  // as `engine recipes RECIPE` shows it
};

/// Loads recipes one after the other, without a library; when one ends the worker, another goes on
/// behind it.
class RecipeLoader {
 public:
  RecipeLoader(Cli& cli, std::vector<std::string> files) : cli_(cli), files_(std::move(files)) {}

  /// take(file, Told) or wrong(file, error) of each, in order.
  template <typename Take, typename Wrong>
  void load(const Take& take, const Wrong& wrong) {
    std::size_t settled = 0;
    while (settled < files_.size()) {
      const auto supervise = [&](Channel& channel) {
        std::uint32_t kind = 0;
        for (std::string bytes; channel.receive(kind, bytes);) {
          if (kind == kNote) {
            if (notes_.insert(bytes).second) cli_.note(bytes);
            continue;
          }
          const std::string& file = files_.at(settled++);
          if (kind == kWrong) {
            wrong(file, unpack_error(bytes));
          } else {
            const Json told = Json::parse(bytes);
            take(file, Told{told.at(0), told.at(1).get<std::string>()});
          }
        }
      };
      const WorkerEnd end = run(settled, supervise);
      if (end.is_interrupted) throw Error(Exit::kInterrupted, "interrupted");
      if (settled == files_.size()) return;
      const std::string& file = files_[settled++];
      wrong(file, Error(end.is_limit ? Exit::kLimits : Exit::kPlugin, end.message,
                        {end.where.empty() ? file : end.where, "", "", ""}));
    }
  }

 private:
  enum Frame : std::uint32_t { kTold = 1, kWrong, kNote };

  template <typename Supervise>
  WorkerEnd run(std::size_t first, const Supervise& supervise) {
    const auto job = [this, first](Channel& channel, Heartbeat& heartbeat) {
      tell_all(first, channel, heartbeat);
      return 0;
    };
    WorkerLimits limits = run_limits(cli_);
    limits.is_wall_per_frame = true;
    return cli_.common.in_process ? run_in_process(job, supervise)
                                  : run_in_worker(limits, job, supervise);
  }

  // ---- in the worker
  void tell_all(std::size_t first, Channel& channel, Heartbeat& heartbeat) const {
    heartbeat.doing("loading plugins");
    const std::shared_ptr<const Registry> registry =
        Registry::load({cli_.plugin_directories(), cli_.plugin_copies(), true});
    for (const PluginProblem& problem : registry->problems())
      channel.send(kNote, "not loaded: " + problem.path + ": " + problem.message);
    if (const std::optional<Network> confinement = run_confinement(cli_))
      confine_process(*confinement);
    for (std::size_t k = first; k < files_.size() && !heartbeat.is_interrupted(); ++k) {
      heartbeat.doing("loading " + files_[k]);
      try {
        channel.send(kTold, json_text(told(*registry, files_[k], heartbeat)));
      } catch (const Error& error) {
        channel.send(kWrong, pack_error(error));
      } catch (const std::exception& error) {
        channel.send(kWrong,
                     pack_error(Error(Exit::kRecipe, error.what(), {files_[k], "", "", ""})));
      }
    }
  }

  Json told(const Registry& registry, const std::string& file, Heartbeat& heartbeat) const {
    LuaState lua(lua_limits(cli_), cli_.script_directories(), 0);
    lua.on_progress = [&](const std::string& what) { heartbeat.doing(what); };
    lua.on_overdue = [&](const char* what, const char* where) { heartbeat.give_up(what, where); };
    const Recipe recipe(lua, registry, file, read_file(file));
    return Json::array(
        {definition_json(file, recipe.definition()), definition_text(file, recipe.definition())});
  }

  Cli& cli_;
  std::vector<std::string> files_;
  std::set<std::string> notes_;  // told once, however many workers there are
};

Exit show_recipe(Cli& cli, const std::string& name) {
  RecipeLoader(cli, {find_recipe(cli, name)})
      .load(
          [&](const std::string&, const Told& told) {
            cli.out(cli.common.json ? printed_json(told.json) : told.text);
          },
          [](const std::string&, const Error& error) { throw error; });
  return Exit::kDone;
}

/// The recipes of all folders, by name in each.
std::vector<std::string> files_of_all_folders(Cli& cli) {
  std::vector<std::string> all;
  for (const std::string& folder : cli.recipe_directories()) {
    std::error_code ignored;
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string stem = entry.path().stem();
      const bool is_test = stem.size() > 5 && stem.ends_with("_test");
      if (entry.path().extension() == ".lua" && !is_test) files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    all.insert(all.end(), files.begin(), files.end());
  }
  return all;
}

Exit list_recipes(Cli& cli) {
  Json all = Json::array();
  std::string text;
  Exit worst = Exit::kDone;
  const auto take = [&](const std::string& file, const Told& told) {
    std::string name = fs::path(file).stem();
    const std::string title = told.json.at("title"), about = told.json.at("about");
    all.push_back({{"name", name}, {"recipe", file}, {"title", title}, {"about", about}});
    name.resize(std::max<std::size_t>(name.size() + 2, 20), ' ');
    text += name + title + ": " + about + "\n";
  };
  const auto wrong = [&](const std::string&, const Error& error) {
    cli.error(error);
    worst = error.exit();
  };
  RecipeLoader(cli, files_of_all_folders(cli)).load(take, wrong);
  cli.out(cli.common.json ? printed_json(Json{{"recipes", all}}) : text);
  return worst;
}

}  // namespace

void add_recipes(CLI::App& app, Cli& cli) {
  auto name = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("recipes", "List the recipes, or the parameters of one");
  verb->add_option("recipe", *name, "Show this one's parameters");
  verb->callback([&cli, name] {
    cli.action = [&cli, name] { return name->empty() ? list_recipes(cli) : show_recipe(cli, *name); };
  });
}

}  // namespace engine
