// engine plugins list | info NAME | check FILE: what the plugins offer, and what is wrong with one.
#include <filesystem>

#include "core/paths.hpp"
#include "import/row_tables.hpp"
#include "plugin/describe.hpp"
#include "plugin/registry.hpp"
#include "plugin_check/verdict.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

Answer list_plugins(const app::Caller& caller, const Arguments&) {
  const auto registry = caller.registry();
  const Exit exit = registry->elements().empty() ? Exit::kNothing : Exit::kDone;
  if (caller.screen.is_json) return {.exit = exit, .data = registry_json(*registry)};
  return {.exit = exit, .text = elements_text(*registry)};
}

const LoadedPlugin* find_plugin(const Registry& registry, const std::string& id) {
  for (const auto& plugin : registry.plugins()) {
    if (id == plugin->description->id) return plugin.get();
  }
  return nullptr;
}

Answer show_plugin(const app::Caller& caller, const Arguments& arguments) {
  const std::string& name = arguments.text("name");
  const auto registry = caller.registry();
  if (const LoadedPlugin* plugin = find_plugin(*registry, name))
    return {.data = plugin_json(*plugin), .text = plugin_text(*plugin)};
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
  return {.data = element_json(*element), .text = element_text(*element)};
}

/// Elements that another library already offers.
void compare_names(const app::Caller& caller, const std::string& file, PluginVerdict& verdict) {
  const auto registry = caller.registry();
  for (const std::string& name : verdict.elements()) {
    const Element* other = registry->find(name);
    std::error_code error;
    if (other == nullptr || fs::equivalent(other->plugin->path, file, error)) continue;
    verdict.problems.push_back("it offers " + name + ", which " + other->plugin->path +
                               " already offers");
  }
}

Answer check_plugin(const app::Caller& caller, const Arguments& arguments) {
  const std::string &file = arguments.text("file"), &sample = arguments.text("sample");
  if (!fs::exists(file)) throw Error(Exit::kInput, "there is no file " + file);
  Trial trial;
  trial.file = file;
  trial.copies = caller.home.plugin_copies();
  trial.in_process = caller.asked.in_process;
  trial.contract.rows_check = import::problem_of;
  trial.contract.library = file;
  if (!sample.empty())
    trial.contract.sample = GuardedInput{fs::path(sample).filename().string(), read_file(sample)};
  PluginVerdict verdict = examine_plugin(trial);
  compare_names(caller, file, verdict);
  keep_contract(trial, verdict);
  return {verdict.problems.empty() ? Exit::kDone : Exit::kPlugin, verdict_json(file, verdict),
          verdict_text(file, verdict)};
}

}  // namespace

std::vector<Verb> plugins_verbs() {
  return {
      {.name = "plugins", .help = "What the plugins offer, and what is wrong"},
      {.name = "plugins list",
       .help = "Every element with one line of help",
       .answer = list_plugins},
      {.name = "plugins info",
       .help = "Parameters and columns of an element, or a library's facts",
       .parameters = {{.name = "name",
                       .value_name = "NAME",
                       .help = "An element such as ranking.mood, or a library's id",
                       .is_first = true,
                       .is_required = true}},
       .answer = show_plugin},
      {.name = "plugins check",
       .help = "Try a library in processes of its own; say everything that is wrong with it",
       .parameters = {{.name = "file",
                       .value_name = "FILE",
                       .help = "A plugin library",
                       .is_first = true,
                       .is_required = true,
                       .is_local = true},
                      {.name = "sample",
                       .value_name = "FILE",
                       .help = "A file that the library's source reads, or a file parameter names",
                       .is_local = true}},
       .footer =
           "Looks at the file, its symbols and its description, then runs every element over "
           "made-up\n"
           "libraries of no, one, a thousand and a million tracks, with all features missing, "
           "twice "
           "with\n"
           "the same seed, in parts, at the ends of its parameters' ranges, and cancelled; "
           "orderings over\n"
           "lists of 0, 1, 2 and more tracks, with how many they placed; between pages of memory "
           "that it\n"
           "may not touch. Exit status 5 when anything is wrong.",
       .answer = check_plugin}};
}

}  // namespace engine::verbs
