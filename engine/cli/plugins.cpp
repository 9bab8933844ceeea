// engine plugins list | info NAME: what the plugins offer. plugins_check.cpp has plugins check
// FILE.
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "core/json_text.hpp"
#include "plugin/describe.hpp"
#include "plugin/registry.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

Exit list_plugins(Cli& cli) {
  const auto registry = cli.registry();
  if (cli.common.json) {
    cli.out(printed_json(registry_json(*registry)));
  } else {
    cli.out(elements_text(*registry));
  }
  return registry->elements().empty() ? Exit::kNothing : Exit::kDone;
}

const LoadedPlugin* find_plugin(const Registry& registry, const std::string& id) {
  for (const auto& plugin : registry.plugins()) {
    if (id == plugin->description->id) return plugin.get();
  }
  return nullptr;
}

Exit info(Cli& cli, const std::string& name) {
  const auto registry = cli.registry();
  if (const LoadedPlugin* plugin = find_plugin(*registry, name)) {
    cli.out(cli.common.json ? printed_json(plugin_json(*plugin)) : plugin_text(*plugin));
    return Exit::kDone;
  }
  const Element* element = registry->find(name);
  if (element == nullptr) {
    std::vector<std::string> known;
    for (const Element* other : registry->elements()) known.emplace_back(other->description->name);
    const std::string near = nearest(name, known);
    Error::Parts parts;
    parts.fix =
        near.empty() ? "engine plugins list shows what there is" : "did you mean " + near + "?";
    throw Error(Exit::kUsage, "no plugin offers " + name, parts);
  }
  cli.out(cli.common.json ? printed_json(element_json(*element)) : element_text(*element));
  return Exit::kDone;
}

}  // namespace

void add_plugins(CLI::App& app, Cli& cli) {
  CLI::App* plugins = app.add_subcommand("plugins", "What the plugins offer, and what is wrong");
  plugins->require_subcommand(1);
  plugins->fallthrough();
  plugins->add_subcommand("list", "Every element with one line of help")
      ->fallthrough()
      ->callback([&cli] { cli.action = [&cli] { return list_plugins(cli); }; });

  auto name = std::make_shared<std::string>();
  CLI::App* info_verb =
      plugins->add_subcommand("info", "Parameters and columns of an element, or a library's facts");
  info_verb->fallthrough()->callback(
      [&cli, name] { cli.action = [&cli, name] { return info(cli, *name); }; });
  info_verb->add_option("name", *name, "An element such as ranking.mood, or a library's id")
      ->required()
      ->type_name("NAME");

  add_plugins_check(*plugins, cli);
}

}  // namespace engine
