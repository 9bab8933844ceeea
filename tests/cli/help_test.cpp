// The pages of help are true: their commands run, their recipes give lists, what they name is there.
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "help/topics.hpp"
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

/// The verb that a command line begins with, or nullptr.
const engine::verbs::Verb* verb_of(const std::string& command) {
  std::istringstream words(command);
  std::string word, name;
  const engine::verbs::Verb* found = nullptr;
  words >> word;
  while (words >> word && word[0] != '-') {
    name += (name.empty() ? "" : " ") + word;
    if (const auto* verb = engine::verbs::find_verb(name)) found = verb;
  }
  return found;
}

}  // namespace

TEST_CASE("every command of the pages of help runs", "[help]") {
  const EngineHome home;
  int run = 0;
  for (const engine::Topic& topic : engine::topics()) {
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
  CHECK(run >= 2);
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

TEST_CASE("every verb that a page of help names is one", "[help]") {
  for (const engine::Topic& topic : engine::topics()) {
    for (const std::string& command : commands_named(topic.markdown)) {
      CAPTURE(std::string(topic.name), command);
      const engine::verbs::Verb* verb = verb_of(command);
      // The command line alone has `watch`, `serve` and `bot`, which are sessions.
      const bool is_other = command.find("VERB") != std::string::npos ||
                            (command + " ").starts_with("engine watch ") ||
                            (command + " ").starts_with("engine serve ") ||
                            (command + " ").starts_with("engine bot ");
      CHECK((verb != nullptr || is_other));
    }
  }
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
  const json told = json::parse(home.engine({"--json", "help", "sets"}).out);
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
