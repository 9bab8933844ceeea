// The pages of help are true: their commands run, their recipes give lists, what they name is there.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "core/paths.hpp"
#include "help/topics.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "verbs/verbs.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

const std::string kBuild = PLAYLIST_BUILD_DIR;

/// The fenced blocks of one language, in order.
std::vector<std::string> blocks(std::string_view page, const std::string& language) {
  std::vector<std::string> made;
  std::istringstream text{std::string(page)};
  bool is_inside = false;
  for (std::string line; std::getline(text, line);) {
    if (!is_inside && line == "```" + language) {
      made.emplace_back();
      is_inside = true;
    } else if (is_inside && line == "```") {
      is_inside = false;
    } else if (is_inside) {
      made.back() += line + "\n";
    }
  }
  return made;
}

/// A recipe as it stands, or the lines of a build() made one.
std::string recipe_of(const std::string& block) {
  if (block.find("pl.recipe") != std::string::npos) return block;
  return "local pl = require \"playlist\"\nreturn pl.recipe { title = \"x\", random_seed = 1, "
         "build "
         "= function(p, user, now)\n" +
         block + "end }\n";
}

/// "engine VERB ..." wherever a page writes it as code.
std::vector<std::string> commands_named(std::string_view page) {
  static const std::regex command("`(engine [a-z][^`]*)`");
  const std::string text(page);
  std::vector<std::string> made;
  for (std::sregex_iterator at(text.begin(), text.end(), command), end; at != end; ++at)
    made.push_back((*at)[1]);
  return made;
}

/// Everything that a command line may ask for.
std::vector<engine::Command> all_commands() {
  CLI::App app;
  engine::Cli cli;
  engine::add_all(app, cli);
  return engine::commands_of(app);
}

/// The words of a command as a shell takes them, up to a comment, a pipe or a file.
std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (const char c : command + " ") {
    if (quote == 0 && (c == '#' && word.empty())) break;
    if (quote == 0 && (c == '|' || c == '>' || c == ';')) break;
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote == 0 && (c == ' ' || c == '\n')) {
      if (!word.empty()) words.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return words;
}

/// What is wrong with "engine VERB ...": a verb that is none, or a flag that it does not have. "": nothing.
std::string wrong_with(const std::string& command, const std::vector<engine::Command>& all) {
  const auto find = [&](const std::string& name) {
    return std::find_if(all.begin(), all.end(),
                        [&](const engine::Command& one) { return one.name == name; });
  };
  auto asked = all.begin();  // the program
  for (const std::string& word : words_of(command)) {
    if (word == "engine" || word == "VERB" || word == "...") continue;
    if (word == "--") break;  // what a job is to do
    const std::string name = asked->name.empty() ? word : asked->name + " " + word;
    if (const auto below = find(name); below != all.end() && !word.starts_with("-")) {
      asked = below;
      continue;
    }
    if (asked == all.begin() && !word.starts_with("-") && command.find("VERB") == std::string::npos)
      return "no verb " + word;
    if (!word.starts_with("-") || word == "-" || std::isdigit(word[1]) != 0) continue;
    if (word == "--help" || word == "-h") continue;
    const std::string flag = word.substr(0, word.find('='));
    const auto is_flag = [&](const engine::verbs::Parameter& parameter) {
      return "--" + parameter.name == flag ||
             (parameter.letter != 0 && flag == std::string("-") + parameter.letter);
    };
    const auto has = [&](const engine::Command& one) {
      return std::any_of(one.parameters.begin(), one.parameters.end(), is_flag);
    };
    if (!has(*asked) && !has(all.front())) return asked->name + " has no " + flag;
  }
  return "";
}

/// Every command that a page writes: as code, and in blocks that are of a shell or of no language.
std::vector<std::string> commands_shown(std::string_view page) {
  std::vector<std::string> commands = commands_named(page);
  for (const char* language : {"sh", ""}) {
    for (const std::string& block : blocks(page, language)) {
      std::istringstream lines(block);
      for (std::string line; std::getline(lines, line);)
        if (line.starts_with("engine ")) commands.push_back(line);
    }
  }
  return commands;
}

}  // namespace

namespace {

/// Pages whose commands train or judge models: each is a case of its own, beside which others run.
const std::set<std::string_view> kLongPages = {"start", "models", "patterns"};

/// The blocks marked `sh` of those pages, in their order, in one home.
template <class IsAsked>
void run_commands(IsAsked is_asked) {
  const EngineHome home;
  int run = 0;
  for (const engine::Topic& topic : engine::topics()) {
    if (!is_asked(topic.name)) continue;
    for (const std::string& block : blocks(topic.markdown, "sh")) {
      std::map<std::string, std::string> environment = home.environment();
      environment["PATH"] = kBuild + ":" + std::getenv("PATH");
      const Ended ended = support::run_program({"env", "-u", "PLAYLIST_LIBRARY", "bash", "-e", "-c",
                                                "cd '" + home.path("") + "'\n" + block},
                                               environment);
      CAPTURE(std::string(topic.name), block, ended.out, ended.err);
      CHECK(ended.exit_code == 0);
      ++run;
    }
  }
  CHECK(run >= 1);
}

}  // namespace

TEST_CASE("every command of the page to start with runs", "[help]") {
  run_commands([](std::string_view name) { return name == "start"; });
}

TEST_CASE("every command of the page on models runs", "[help]") {
  run_commands([](std::string_view name) { return name == "models"; });
}

TEST_CASE("every command of the page on patterns runs", "[help]") {
  run_commands([](std::string_view name) { return name == "patterns"; });
}

TEST_CASE("every command of the other pages of help runs", "[help]") {
  run_commands([](std::string_view name) { return !kLongPages.contains(name); });
}

TEST_CASE("every recipe of the pages of help gives a list", "[help]") {
  const EngineHome home;
  int run = 0;
  for (const engine::Topic& topic : engine::topics()) {
    for (const std::string& block : blocks(topic.markdown, "lua")) {
      engine::write_file_atomically(home.path("page.lua"), recipe_of(block));
      const Ended ended = home.engine({"--library", support::demo_library(), "--now", "2026-11-21",
                                       "run", home.path("page.lua"), "--no-record"});
      CAPTURE(std::string(topic.name), block, ended.err);
      CHECK(ended.exit_code == 0);
      ++run;
    }
  }
  CHECK(run >= 2);
}

// Those of blocks marked `sh` run, above. Others want an account, a player, files of one's own or a server, or go on
// until they are ended: they are read as the command line reads them.
TEST_CASE("every command that a page of help shows is one, with its flags", "[help]") {
  const std::vector<engine::Command> all = all_commands();
  std::size_t shown = 0;
  const auto look_at = [&](const std::string& name, std::string_view page) {
    for (const std::string& command : commands_shown(page)) {
      CAPTURE(name, command);
      CHECK(wrong_with(command, all) == "");
      ++shown;
    }
  };
  for (const engine::Topic& topic : engine::topics())
    look_at(std::string(topic.name), topic.markdown);
  look_at("README.md", engine::read_file(PLAYLIST_SOURCE_DIR "/README.md"));
  CHECK(shown > 300);
  CHECK(wrong_with("engine rnu weekly", all) == "no verb rnu");
  CHECK(wrong_with("engine run weekly --too x", all) == "run has no --too");
}

TEST_CASE("the newest version that the page of changes tells of is this one", "[help]") {
  const std::string page(engine::find_topic("changes")->markdown);
  const std::size_t at = page.find("\n## ") + 4;
  CHECK(page.substr(at, page.find(',', at) - at) == PLAYLIST_ENGINE_VERSION);
}

TEST_CASE("the page of verbs tells of every verb", "[help]") {
  const std::string page(engine::find_topic("verbs")->markdown);
  for (const engine::verbs::Verb& verb : engine::verbs::verbs()) {
    CAPTURE(verb.name);
    CHECK_THAT(page, Catch::Contains("`" + verb.name.substr(0, verb.name.find(' '))));
  }
}

TEST_CASE("help names the topics, shows one, and says what was meant", "[help]") {
  const EngineHome home;
  const Ended list = home.engine({"help"});
  CHECK(list.exit_code == 0);
  for (const engine::Topic& topic : engine::topics())
    CHECK_THAT(list.out, Catch::Contains("\n  " + std::string(topic.name) + " "));
  const Ended columns = home.engine({"help", "columns"});
  CHECK_THAT(columns.out, Catch::Contains("t.energy") && Catch::Contains("t.skip_rate"));
  const Ended wrong = home.engine({"help", "colums"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean columns?"));
  const Ended verb = home.engine({"help", "run"});
  CHECK(verb.exit_code == 2);
  CHECK_THAT(verb.err, Catch::Contains("engine run --help"));
  const json told = support::parse_json(home.engine({"--json", "help", "sets"}).out);
  CHECK(told.at("topic") == "sets");
  CHECK_THAT(told.at("markdown").get<std::string>(), Catch::Contains("| `user.likes` |"));
}

TEST_CASE("the pages of help are written for a browser and for man", "[help]") {
  const EngineHome home;
  const Ended ended = home.engine({"help", "--pages", home.path("pages"), "--make-folders"});
  REQUIRE(ended.exit_code == 0);
  const std::string index = engine::read_file(home.path("pages/index.html"));
  for (const engine::Topic& topic : engine::topics()) {
    const std::string name(topic.name);
    CAPTURE(name);
    CHECK_THAT(index, Catch::Contains("href=\"" + name + ".html\""));
    CHECK_THAT(engine::read_file(home.path("pages/" + name + ".html")),
               Catch::StartsWith("<!DOCTYPE html>"));
    const std::string page = home.path("pages/man7/engine-" + name + ".7");
    const Ended man =
        support::run_program({"env", "LC_ALL=C.UTF-8", "man", "--warnings", "-l", page});
    CHECK(man.exit_code == 0);
    CHECK(man.err.empty());
  }
}
