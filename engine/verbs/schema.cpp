// engine schema [VERB]: what a verb answers with --json, as JSON Schema.
#include <algorithm>
#include <set>
#include <span>

#include "core/json_text.hpp"
#include "verbs/schemas.hpp"
#include "verbs/verbs.hpp"

namespace engine {

/// engine/verbs/schemas: each file's name without .json, and its text.
std::span<const std::pair<std::string_view, std::string_view>> verb_schema_files();

}  // namespace engine

namespace engine::verbs {
namespace {

constexpr std::string_view kDefinitions = "definitions";
constexpr std::string_view kDefinitionsFile = "definitions.json#/$defs/";

std::optional<Json> schema_file(std::string_view stem) {
  for (const auto& [name, text] : verb_schema_files())
    if (name == stem) return Json::parse(text);
  return std::nullopt;
}

/// Turns references to definitions.json into those to the schema's own "$defs", and notes them.
void refer_to_own(Json& json, std::set<std::string>& referred) {
  for (auto& [key, value] : json.items()) {
    if (key != "$ref" || !value.is_string()) {
      if (value.is_structured()) refer_to_own(value, referred);
      continue;
    }
    const auto target = value.get<std::string>();
    if (!target.starts_with(kDefinitionsFile)) continue;
    const std::string name = target.substr(kDefinitionsFile.size());
    referred.insert(name);
    value = "#/$defs/" + name;
  }
}

std::string shown_names() {
  std::string text;
  for (const std::string& name : schema_names()) text += name + "\n";
  return text;
}

Answer schema(const app::Caller&, const Arguments& arguments) {
  std::string name;
  for (const std::string& word : arguments.texts("verb")) name += (name.empty() ? "" : " ") + word;
  if (name.empty()) return {.data = {{"schemas", schema_names()}}, .text = shown_names()};
  std::optional<Json> found = find_schema(name);
  if (!found) {
    const std::string near = nearest(name, schema_names());
    throw Error(
        Exit::kUsage, "there is no schema of \"" + name + "\"",
        {"", "", "",
         near.empty() ? "engine schema lists those there are" : "did you mean " + near + "?"});
  }
  const std::string text = printed_json(*found);
  return {.data = *std::move(found), .text = text};
}

}  // namespace

std::vector<std::string> schema_names() {
  std::vector<std::string> names;
  for (const auto& [stem, text] : verb_schema_files()) {
    if (stem == kDefinitions) continue;
    std::string& name = names.emplace_back(stem);
    std::replace(name.begin(), name.end(), '_', ' ');
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<Json> find_schema(const std::string& name) {
  if (name == kDefinitions) return std::nullopt;
  std::string stem = name;
  std::replace(stem.begin(), stem.end(), ' ', '_');
  std::optional<Json> found = schema_file(stem);
  if (!found) return found;
  Json all = schema_file(kDefinitions).value().at("$defs"), used = Json::object();
  std::set<std::string> wanted;
  refer_to_own(*found, wanted);
  // What is referred to may refer to more.
  while (!wanted.empty()) {
    const std::string next = wanted.extract(wanted.begin()).value();
    if (used.contains(next)) continue;
    refer_to_own(all.at(next), wanted);
    used[next] = all.at(next);
  }
  if (!used.empty()) (*found)["$defs"] = std::move(used);
  return found;
}

std::vector<Verb> schema_verbs() {
  return {{.name = "schema",
           .help = "What a verb answers with --json, as JSON Schema; without a verb, of which "
                   "there is one",
           .parameters = {{.name = "verb",
                           .value_name = "VERB",
                           .help = "Such as run, or library merge; watch, serve and bot "
                                   "are lines of those, version what --version tells",
                           .is_first = true,
                           .is_several = true}},
           .answer = schema}};
}

}  // namespace engine::verbs
