// engine plugins list | info NAME | check FILE: what the plugins offer, and what is wrong with one.
#include <CLI/CLI.hpp>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "plugin/describe.hpp"
#include "plugin/examine.hpp"
#include "plugin/registry.hpp"
#include "worker/worker.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double kCheckSeconds = 10;

Exit list(Cli& cli) {
  const auto registry = cli.registry();
  if (cli.common.json) {
    cli.out(registry_json(*registry).dump(2) + "\n");
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
    cli.out(cli.common.json ? plugin_json(*plugin).dump(2) + "\n" : plugin_text(*plugin));
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
  cli.out(cli.common.json ? element_json(*element).dump(2) + "\n" : element_text(*element));
  return Exit::kDone;
}

/// What the worker found; the library's code runs there only.
struct Finding {
  std::vector<std::string> problems;
  Json facts = Json::object();
};

enum Frame : std::uint32_t { kProblem = 1, kFacts = 2 };

Finding examine_in_worker(const std::string& file, const std::string& copies, bool in_process) {
  const auto job = [&](Channel& channel, Heartbeat& heartbeat) {
    const LibraryFacts facts = examine_library(
        file, copies, [&](const std::string& problem) { channel.send(kProblem, problem); },
        [&](const std::string& doing) { heartbeat.doing(doing); });
    channel.send(kFacts, Json{{"id", facts.id},
                              {"version", facts.version},
                              {"elements", facts.elements},
                              {"links", facts.needed}}
                             .dump(-1, ' ', false, Json::error_handler_t::replace));
    return 0;
  };
  Finding finding;
  const auto collect = [&](Channel& channel) {
    std::uint32_t kind = 0;
    std::string bytes;
    while (channel.receive(kind, bytes)) {
      if (kind == kProblem) finding.problems.push_back(bytes);
      if (kind == kFacts) finding.facts = Json::parse(bytes);
    }
  };
  WorkerLimits limits;
  limits.wall_seconds = limits.cpu_seconds = kCheckSeconds;
  const WorkerEnd end =
      in_process ? run_in_process(job, collect) : run_in_worker(limits, job, collect);
  if (end.is_interrupted) throw Error(Exit::kInterrupted, "interrupted");
  if (!end.is_done) {
    finding.problems.push_back("it takes the process that loads it down: " + end.message);
  }
  return finding;
}

/// Elements that another library already offers.
void compare_names(Cli& cli, const std::string& file, Finding& finding) {
  const auto registry = cli.registry();
  for (const Json& name : finding.facts.value("elements", Json::array())) {
    const Element* other = registry->find(name.get<std::string>());
    std::error_code error;
    if (other == nullptr || fs::equivalent(other->plugin->path, file, error)) continue;
    finding.problems.push_back("it offers " + name.get<std::string>() + ", which " +
                               other->plugin->path + " already offers");
  }
}

std::string joined(const Json& words) {
  std::string text;
  for (const Json& word : words) text += (text.empty() ? "" : ", ") + word.get<std::string>();
  return text;
}

std::string finding_text(const std::string& file, const Finding& finding) {
  const std::size_t count = finding.problems.size();
  std::string text = file + ": ";
  text +=
      count == 0 ? "good\n" : std::to_string(count) + (count == 1 ? " problem\n" : " problems\n");
  for (const std::string& problem : finding.problems) text += "  - " + problem + '\n';
  const std::string id = finding.facts.value("id", "");
  if (!id.empty()) {
    text += "  " + id + ' ' + finding.facts.value("version", "") + " offers " +
            joined(finding.facts["elements"]) + '\n';
  }
  return text;
}

Exit check(Cli& cli, const std::string& file) {
  if (!fs::exists(file)) {
    throw Error(Exit::kInput, "there is no file " + file);
  }
  Finding finding = examine_in_worker(file, cli.plugin_copies(), cli.common.in_process);
  compare_names(cli, file, finding);
  if (cli.common.json) {
    Json json{{"path", file}, {"ok", finding.problems.empty()}, {"problems", finding.problems}};
    json.update(finding.facts);
    cli.out(json.dump(2) + "\n");
  } else {
    cli.out(finding_text(file, finding));
  }
  return finding.problems.empty() ? Exit::kDone : Exit::kPlugin;
}

}  // namespace

void add_plugins(CLI::App& app, Cli& cli) {
  CLI::App* plugins = app.add_subcommand("plugins", "What the plugins offer, and what is wrong");
  plugins->require_subcommand(1);
  plugins->fallthrough();
  plugins->add_subcommand("list", "Every element with one line of help")
      ->fallthrough()
      ->callback([&cli] { cli.action = [&cli] { return list(cli); }; });

  auto name = std::make_shared<std::string>();
  CLI::App* info_verb =
      plugins->add_subcommand("info", "Parameters and columns of an element, or a library's facts");
  info_verb->fallthrough()->callback(
      [&cli, name] { cli.action = [&cli, name] { return info(cli, *name); }; });
  info_verb->add_option("name", *name, "An element such as ranking.mood, or a library's id")
      ->required()
      ->type_name("NAME");

  auto file = std::make_shared<std::string>();
  CLI::App* check_verb =
      plugins->add_subcommand("check", "Load a library in a process of its own; say what is wrong");
  check_verb->fallthrough()->callback(
      [&cli, file] { cli.action = [&cli, file] { return check(cli, *file); }; });
  check_verb->add_option("file", *file, "A plugin library")->required()->type_name("FILE");
}

}  // namespace engine
