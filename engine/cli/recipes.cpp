// engine recipes [RECIPE]: the recipes there are, or the parameters of one.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/supervised_run.hpp"
#include "core/paths.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Loads a recipe's definition here, without a library; recipes are sandboxed and bounded by the
/// Lua limits.
RecipeDefinition definition_of(Cli& cli, const std::string& file) {
  Settings& settings = cli.settings();
  LuaState lua({settings.number("limits.recipe_seconds"),
                static_cast<std::size_t>(settings.integer("limits.recipe_megabytes")) << 20},
               cli.script_directories(), 0);
  const std::shared_ptr<const Registry> registry = cli.registry();
  return Recipe(lua, *registry, file, read_file(file)).definition();
}

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

Exit show(Cli& cli, const std::string& name) {
  const std::string file = find_recipe(cli, name);
  const RecipeDefinition recipe = definition_of(cli, file);
  if (cli.common.json) {
    Json parameters = Json::array();
    for (const RecipeParameter& p : recipe.parameters) parameters.push_back(parameter_json(p));
    cli.out(Json{{"recipe", file},
                 {"title", recipe.title},
                 {"about", recipe.about},
                 {"random_seed", recipe.random_seed},
                 {"parameters", parameters}}
                .dump(2) +
            "\n");
    return Exit::kDone;
  }
  std::string text =
      recipe.title + ": " + recipe.about + "\n" + file + "\n\nparameters (--set NAME=VALUE):\n";
  for (const RecipeParameter& p : recipe.parameters) text += parameter_text(p);
  cli.out(text);
  return Exit::kDone;
}

Exit list(Cli& cli) {
  Json all = Json::array();
  std::string text;
  Exit worst = Exit::kDone;
  for (const std::string& folder : cli.recipe_directories()) {
    std::error_code ignored;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string stem = entry.path().stem();
      const bool is_test = stem.size() > 5 && stem.ends_with("_test");
      if (entry.path().extension() == ".lua" && !is_test) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      try {
        const RecipeDefinition recipe = definition_of(cli, file);
        all.push_back({{"name", file.stem().string()},
                       {"recipe", file.string()},
                       {"title", recipe.title},
                       {"about", recipe.about}});
        std::string stem = file.stem();
        stem.resize(std::max<std::size_t>(stem.size() + 2, 20), ' ');
        text += stem + recipe.title + ": " + recipe.about + "\n";
      } catch (const Error& error) {
        cli.error(error);
        worst = error.exit();
      }
    }
  }
  cli.out(cli.common.json ? Json{{"recipes", all}}.dump(2) + "\n" : text);
  return worst;
}

}  // namespace

void add_recipes(CLI::App& app, Cli& cli) {
  auto name = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("recipes", "List the recipes, or the parameters of one");
  verb->add_option("recipe", *name, "Show this one's parameters");
  verb->callback([&cli, name] {
    cli.action = [&cli, name] { return name->empty() ? list(cli) : show(cli, *name); };
  });
}

}  // namespace engine
