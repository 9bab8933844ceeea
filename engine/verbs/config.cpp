// engine config show|get|set|default: the engine's settings and where each value comes from.
#include "app/store_settings.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Answer show_settings(const app::Caller& caller, const Arguments&) {
  const Settings& settings = caller.home.settings();
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
  return {.data = std::move(json), .text = text};
}

Answer get_setting(const app::Caller& caller, const Arguments& arguments) {
  const std::string& key = arguments.text("key");
  const std::string* found = caller.home.settings().find(key);
  if (found == nullptr) {
    // Throws for no key, with the nearest name.
    Settings(caller.home.settings()).set(key, "", "command line");
    caller.note(key + " has no value");
    return {Exit::kNothing, {{"key", key}, {"value", nullptr}}, ""};
  }
  return {.data = {{"key", key}, {"value", *found}}, .text = *found + "\n"};
}

Answer set_setting(const app::Caller& caller, const Arguments& arguments) {
  const std::string &key = arguments.text("key"), &value = arguments.text("value");
  app::set_store_setting(caller.home.library_path(), key, value);
  return {.data = {{"key", key}, {"value", value}}};
}

const char* type_name(SettingType type) {
  switch (type) {
    case SettingType::kNumber:
      return "number";
    case SettingType::kInteger:
      return "integer";
    case SettingType::kBoolean:
      return "boolean";
    case SettingType::kText:
      return "text";
    case SettingType::kTexts:
      return "texts";
  }
  return "";
}

Answer default_settings(const app::Caller&, const Arguments&) {
  const std::string file = default_settings_file();
  Json settings = Json::array();
  for (const SettingDeclaration& d : setting_declarations()) {
    Json json{{"key", d.key}, {"type", type_name(d.type)}, {"default", d.default_value}};
    if (d.type == SettingType::kNumber || d.type == SettingType::kInteger) {
      json["min"] = d.min;
      json["max"] = d.max;
    }
    json["help"] = d.help;
    settings.push_back(std::move(json));
  }
  return {.data = {{"file", file}, {"settings", std::move(settings)}}, .text = file};
}

}  // namespace

std::vector<Verb> config_verbs() {
  const Parameter key{.name = "key",
                      .value_name = "KEY",
                      .help = "e.g. limits.wall_seconds",
                      .is_first = true,
                      .is_required = true};
  return {{.name = "config", .help = "Show or change the engine's settings"},
          {.name = "config show",
           .help = "Every setting with its value and where it comes from",
           .answer = show_settings},
          {.name = "config get", .help = "One value", .parameters = {key}, .answer = get_setting},
          {.name = "config set",
           .help = "Change one value, kept in the library; \"\" goes back to the file's or default "
                   "value",
           .parameters = {key,
                          {.name = "value",
                           .value_name = "VALUE",
                           .help = "The new value",
                           .is_first = true,
                           .is_required = true,
                           .may_be_empty = true}},
           .answer = set_setting},
          {.name = "config default",
           .help = "config/engine.lua as it is shipped: every setting with its default and help",
           .answer = default_settings}};
}

}  // namespace engine::verbs
