// The house plan: who may include whom. engine -> sdk <- plugins; inside the engine, folders point
// one way.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include <catch2/catch.hpp>

namespace {

namespace fs = std::filesystem;
const fs::path kSource = PLAYLIST_SOURCE_DIR;

struct Include {
  fs::path file;       // relative to the source folder
  std::string target;  // what stands between the quotes or brackets
  bool is_quoted;
};

std::vector<Include> includes_below(const std::string& folder) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> result;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
    const std::string extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp" && extension != ".h" && extension != ".c")
      continue;
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (std::regex_search(line, match, pattern)) {
        result.push_back({fs::relative(entry.path(), kSource), match[2], match[1] == "\""});
      }
    }
  }
  return result;
}

std::string first_part(const std::string& path) {
  return path.substr(0, path.find('/'));
}

}  // namespace

TEST_CASE("the SDK includes nothing but itself and the standard library", "[arrows]") {
  const auto includes = includes_below("sdk/playlist");
  REQUIRE_FALSE(includes.empty());
  for (const Include& include : includes) {
    CAPTURE(include.file, include.target);
    const bool is_standard = !include.is_quoted && include.target.find('/') == std::string::npos;
    CHECK((is_standard || first_part(include.target) == "playlist"));
  }
}

TEST_CASE("plugins include the SDK, plugins/shared and their own folder, never the engine",
          "[arrows]") {
  const auto includes = includes_below("plugins");
  REQUIRE_FALSE(includes.empty());
  for (const Include& include : includes) {
    if (!include.is_quoted) continue;
    CAPTURE(include.file, include.target);
    if (first_part(include.target) == "playlist") continue;
    const std::string kind = *std::next(include.file.begin());
    const bool is_shared = first_part(include.target) == "shared" && kind != "shared";
    const fs::path resolved =
        (is_shared ? kSource / "plugins" : (kSource / include.file).parent_path()) / include.target;
    CHECK(fs::exists(resolved));
    const std::string room = is_shared ? "shared" : kind;
    CHECK(fs::relative(resolved, kSource / "plugins" / room).string().rfind("..", 0) != 0);
  }
}

TEST_CASE("inside the engine, folders include only what stands below them", "[arrows]") {
  const std::map<std::string, std::set<std::string>> may = {
      {"core", {}},
      {"config", {"core"}},
      {"http", {"core", "shared"}},           // plugins/shared: loading a library of the system
      {"data", {"core", "shared", "store"}},  // plugins/shared: kernels
      {"accounts", {"core", "http"}},
      {"complete", {"core", "http"}},
      {"players", {"core", "shared"}},
      {"plugin",
       {"complete", "core", "data", "http", "worker"}},  // data/tables.hpp: what services hand out
      {"plugin_check", {"core", "data", "models", "plugin", "worker"}},
      {"worker", {"core"}},
      {"store", {"core"}},
      {"demo", {"core", "store"}},
      {"library", {"core", "store"}},
      {"discovery", {"core", "store"}},
      {"schedule", {"core", "store", "worker"}},
      {"import", {"core", "library", "store", "plugin", "worker"}},
      {"models", {"core", "data", "plugin", "shared", "store", "worker"}},
      {"lua", {"core", "data"}},
      {"plan", {"core", "data", "lua", "models", "plugin", "shared"}},
      {"recipe", {"core", "config", "data", "lua", "models", "plan", "plugin", "store", "worker"}},
      {"batch", {"core", "data", "library", "models", "plugin", "recipe", "store", "worker"}},
      {"cluster", {"core", "data", "models", "store"}},
      {"benchmark", {"core", "data", "models", "plan", "plugin", "recipe", "worker"}},
      {"watch", {"core", "recipe"}},
      {"page", {"core"}},
      {"help", {"core", "page"}},
      {"evaluate", {"core", "data", "models", "page", "plugin", "recipe", "shared", "worker"}},
      {"patterns",
       {"core", "data", "discovery", "evaluate", "library", "models", "page", "shared", "store"}},
      {"compare", {"core", "data", "page"}},
      {"recipe_test", {"core", "data", "demo", "lua", "recipe", "store"}},
      {"app",
       {"accounts", "complete", "config", "core", "data", "discovery", "evaluate", "http",
        "library", "models", "plan", "plugin", "recipe", "recipe_test", "shared", "store",
        "worker"}},
      {"pipelines",
       {"accounts", "app", "core", "data", "import", "models", "page", "patterns", "players",
        "plugin", "store", "worker"}},
      {"verbs",
       {"accounts",     "app",     "batch",    "cluster",  "complete",  "benchmark", "compare",
        "config",       "core",    "data",     "demo",     "discovery", "evaluate",  "help",
        "import",       "library", "models",   "patterns", "pipelines", "plan",      "plugin",
        "plugin_check", "recipe",  "schedule", "store",    "worker"}},
      {"serve",
       {"accounts", "app", "config", "core", "page", "plugin", "recipe", "shared", "verbs", "watch",
        "worker"}},
      {"bot",
       {"accounts", "app", "config", "core", "discovery", "http", "page", "store", "verbs",
        "worker"}},
      {"cli",
       {"app", "bot", "core", "help", "plan", "plugin", "recipe", "serve", "verbs", "watch",
        "worker"}},
  };
  for (const Include& include : includes_below("engine")) {
    if (!include.is_quoted) continue;
    CAPTURE(include.file, include.target);
    const std::string folder = *std::next(include.file.begin()),
                      target = first_part(include.target);
    if (target == "playlist" || target == folder) continue;
    REQUIRE(may.count(folder) == 1);
    CHECK(may.at(folder).count(target) == 1);
  }
}

TEST_CASE("the README names every room of the engine, above those that include it", "[arrows]") {
  static const std::regex row(R"(\| `([a-z_]+)` \| .+ \| `([a-z_]+)/([a-z_.]+)` \|)");
  std::ifstream readme(kSource / "README.md");
  std::vector<std::string> rooms;
  std::smatch match;
  for (std::string line; std::getline(readme, line);) {
    if (!std::regex_match(line, match, row)) continue;
    CAPTURE(line);
    CHECK(match[1] == match[2]);
    CHECK(fs::exists(kSource / "engine" / match[2].str() / match[3].str()));
    rooms.push_back(match[1]);
  }
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(kSource / "engine"))
    if (entry.is_directory()) folders.insert(entry.path().filename());
  CHECK(std::set<std::string>(rooms.begin(), rooms.end()) == folders);
  const auto place = [&](const std::string& room) {
    return std::find(rooms.begin(), rooms.end(), room) - rooms.begin();
  };
  for (const Include& include : includes_below("engine")) {
    const std::string room = *std::next(include.file.begin()), target = first_part(include.target);
    if (!include.is_quoted || folders.count(target) == 0 || target == room) continue;
    CAPTURE(include.file, include.target);
    CHECK(place(target) < place(room));
  }
}

TEST_CASE("results, JSON and files leave the engine through one door each", "[arrows]") {
  const std::map<std::string, std::set<std::string>> doors = {
      {".dump(", {"engine/core/json_text.hpp"}},
      {"std::cout", {}},
      {"STDOUT_FILENO",
       {"engine/core/standard_output.cpp", "engine/core/output_file.cpp",
        "engine/watch/terminal.cpp", "engine/cli/watch_session.cpp",
        "engine/app/account_login.cpp",        // closed to the browser
        "engine/cli/cli.cpp",                  // is it a terminal, how wide
        "engine/worker/worker.cpp",            // closed to plugins
        "engine/worker/program.cpp",           // its pipe, in a program that was started
        "engine/plugin/first_load.cpp",        // likewise
        "engine/plugin_check/contract.cpp"}},  // it looks at what a plugin prints
      {"std::ofstream", {"engine/plugin/new_plugin.cpp", "engine/data/column_check.cpp"}}};
  for (const auto& entry : fs::recursive_directory_iterator(kSource / "engine")) {
    if (!entry.is_regular_file()) continue;
    const std::string path = fs::relative(entry.path(), kSource);
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      for (const auto& [word, allowed] : doors) {
        if (line.find(word) == std::string::npos || allowed.contains(path)) continue;
        FAIL_CHECK(path << " has its own way out: " << line);
      }
    }
  }
}
