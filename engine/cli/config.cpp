// engine config show|get|set|default: the engine's settings and where each value comes from.
#include <CLI/CLI.hpp>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "app/store_settings.hpp"
#include "cli/cli.hpp"
#include "core/json_text.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

Exit show_setting(Cli& cli) {
  const Settings& settings = cli.settings();
  Json json = Json::object();
  std::string text;
  const auto add = [&](const std::string& key, const std::string& help) {
    const std::string value = settings.text(key);
    json[key] = {{"value", value}, {"origin", settings.origin(key)}, {"help", help}};
    std::string left = key + " = " + (value.empty() ? "\"\"" : value);
    left.resize(std::max<std::size_t>(left.size() + 2, 38), ' ');
    text += left + "(" + settings.origin(key) + ")  " + help + "\n";
  };
  for (const SettingDeclaration& d : setting_declarations()) add(d.key, d.help);
  for (const std::string& key : settings.element_keys()) add(key, "read by that element");
  cli.out(cli.common.json ? printed_json(json) : text);
  return Exit::kDone;
}

}  // namespace

void add_config(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("config", "Show or change the engine's settings");
  verb->require_subcommand(1);
  auto key = std::make_shared<std::string>();
  auto value = std::make_shared<std::string>();
  const auto on = [&cli](CLI::App* part, std::function<Exit()> action) {
    part->fallthrough();
    part->callback([&cli, action = std::move(action)] { cli.action = action; });
  };
  on(verb->add_subcommand("show", "Every setting with its value and where it comes from"),
     [&cli] { return show_setting(cli); });
  CLI::App* get = verb->add_subcommand("get", "One value");
  get->add_option("key", *key, "e.g. limits.wall_seconds")->required();
  on(get, [&cli, key] {
    const std::string* found = cli.settings().find(*key);
    if (found == nullptr) {
      Settings(cli.settings())
          .set(*key, "", "command line");  // throws for no key, with the nearest name
      cli.note(*key + " has no value");
      return Exit::kNothing;
    }
    cli.out(*found + "\n");
    return Exit::kDone;
  });
  CLI::App* set = verb->add_subcommand(
      "set",
      "Change one value, kept in the library; \"\" goes back to the file's or default value");
  set->add_option("key", *key, "e.g. limits.wall_seconds")->required();
  set->add_option("value", *value, "The new value")->required();
  on(set, [&cli, key, value] {
    app::set_store_setting(cli.library_path(), *key, *value);
    return Exit::kDone;
  });
  on(verb->add_subcommand(
         "default", "config/engine.lua as it is shipped: every setting with its default and help"),
     [&cli] {
       cli.out(default_settings_file());
       return Exit::kDone;
     });
}

}  // namespace engine
