// engine doctor: looks at everything a run needs, and says what to do about what is missing.
#include <CLI/CLI.hpp>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "core/paths.hpp"
#include "plugin/registry.hpp"
#include "store/store.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string what, detail;
  bool is_good;
};

Finding folder(const std::string& what, const std::string& path) {
  const bool is_there = fs::is_directory(path);
  return {what, path + (is_there ? "" : " is missing; run cmake --install again"), is_there};
}

void look_at_store(Cli& cli, std::vector<Finding>& findings) {
  const std::string path = cli.library_path();
  if (!fs::exists(path)) {
    findings.push_back(
        {"library",
         path + " does not exist yet; engine import PATH makes it, engine demo makes one to try",
         false});
    return;
  }
  try {
    const Store store = Store::open(path);
    const std::vector<std::string> problems = store.check();
    findings.push_back(
        {"library",
         path + (problems.empty() ? ", schema " + std::to_string(store.version()) + ", sound"
                                  : ": " + problems.front()),
         problems.empty()});
    std::string users;
    for (const User& user : list_users(store)) users += (users.empty() ? "" : ", ") + user.name;
    const std::string counts = std::to_string(store.integer("SELECT count(*) FROM tracks")) +
                               " tracks, " +
                               std::to_string(store.integer("SELECT count(*) FROM listens")) +
                               " listens, users: " + (users.empty() ? "none" : users);
    findings.push_back({"content", counts, !users.empty()});
  } catch (const Error& error) {
    findings.push_back({"library", error.what(), false});
  }
}

Exit examine(Cli& cli) {
  std::vector<Finding> findings;
  findings.push_back(folder("scripts", own_folders().scripts));
  findings.push_back(folder("recipes", own_folders().recipes));
  findings.push_back(folder("plugins", own_folders().plugins));
  Registry::Options options{cli.plugin_directories(), cli.plugin_copies(), true};
  options.is_tried_again = true;
  const std::shared_ptr<const Registry> registry = Registry::load(options);
  findings.push_back({"elements",
                      std::to_string(registry->elements().size()) + " from " +
                          std::to_string(registry->plugins().size()) + " libraries",
                      !registry->elements().empty()});
  for (const PluginProblem& problem : registry->problems())
    findings.push_back({"plugin", problem.path + ": " + problem.message, false});
  findings.push_back(
      {"time zones",
       fs::exists("/usr/share/zoneinfo") ? "/usr/share/zoneinfo" : "missing: install tzdata",
       fs::exists("/usr/share/zoneinfo")});
  look_at_store(cli, findings);
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::string text;
  bool is_all_good = true;
  for (const Finding& finding : findings) {
    is_all_good = is_all_good && finding.is_good;
    json.push_back({{"what", finding.what}, {"good", finding.is_good}, {"detail", finding.detail}});
    std::string what = finding.what;
    what.resize(std::max<std::size_t>(what.size(), 12), ' ');
    text += std::string(finding.is_good ? "good  " : "BAD   ") + what + finding.detail + "\n";
  }
  cli.out(cli.common.json ? nlohmann::ordered_json{{"findings", json}}.dump(2) + "\n" : text);
  return is_all_good ? Exit::kDone : Exit::kNothing;
}

}  // namespace

void add_doctor(CLI::App& app, Cli& cli) {
  CLI::App* verb =
      app.add_subcommand("doctor", "Look at everything a run needs and say what is missing");
  verb->callback([&cli] { cli.action = [&cli] { return examine(cli); }; });
}

}  // namespace engine
