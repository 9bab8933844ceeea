// engine plugins list, info and check, as a person reads them.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/verb_flags.hpp"
#include "plugin_fixture.hpp"
#include "support/json.hpp"
#include "verbs/verbs.hpp"

using namespace plugin_fixture;
using Json = nlohmann::ordered_json;

namespace {

struct Answer {
  engine::Exit exit;
  std::string out;
};

/// Runs `engine ARGUMENTS` in this process, with configuration and caches in a folder of its own.
/// What goes to standard output while it lives. Results do not pass through std::cout.
class CapturedOutput {
 public:
  CapturedOutput() {
    std::cout.flush();
    ::dup2(file_, STDOUT_FILENO);
  }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;
  ~CapturedOutput() {
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
    ::close(file_);
  }
  [[nodiscard]] std::string text() const {
    std::string text(static_cast<std::size_t>(::lseek(file_, 0, SEEK_END)), '\0');
    REQUIRE(::pread(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    return text;
  }

 private:
  int before_ = ::dup(STDOUT_FILENO), file_ = ::memfd_create("output", MFD_CLOEXEC);
};

Answer engine_verb(const PluginFolder& folder, const std::string& arguments) {
  static const TemporaryFolder home;
  for (const char* name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"}) {
    setenv(name, home.file(name).c_str(), 1);
  }
  CLI::App app;
  engine::Cli cli;
  cli.common.quiet = true;
  cli.common.plugins = {folder.plugins()};
  app.add_flag("--json", cli.common.json);
  app.fallthrough();
  for (const char* verb : {"plugins", "plugins list", "plugins info", "plugins check"})
    engine::add_verb(app, cli, *engine::verbs::find_verb(verb));
  app.parse(arguments);
  const CapturedOutput captured;
  const engine::Exit exit = cli.action();
  return {exit, captured.text()};
}

std::vector<std::string> problems_of(const std::string& path) {
  const PluginFolder none;
  const Answer answer = engine_verb(none, "plugins check --json " + path);
  const Json json = support::parse_ordered_json(answer.out);
  CHECK(json["path"] == path);
  CHECK(json["ok"] == json["problems"].empty());
  CHECK(answer.exit == (json["ok"] ? engine::Exit::kDone : engine::Exit::kPlugin));
  return json["problems"];
}

}  // namespace

TEST_CASE("plugins list tells every element in a line") {
  PluginFolder folder;
  folder.add(kGood + "probe.so").add(kGood + "plain_c.so");
  const Answer answer = engine_verb(folder, "plugins list");
  CHECK(answer.exit == engine::Exit::kDone);
  // How wide the first column is depends on what else is installed.
  CHECK_THAT(answer.out, Catch::Matches("[^]*recall\\.probe  +Three tracks\\.\n[^]*"));
  CHECK_THAT(answer.out,
             Catch::Matches("[^]*ranking\\.plain_c  +Offset plus track number\\.\n[^]*"));
  CHECK_THAT(answer.out, !Catch::Contains("second line"));
}

TEST_CASE("plugins list --json holds plugins, elements and what was not loaded") {
  PluginFolder folder;
  folder.add(kGood + "probe.so").add(kRefused + "no_main.so");
  const Json json = support::parse_ordered_json(engine_verb(folder, "plugins list --json").out);
  REQUIRE_FALSE(json["plugins"].empty());
  CHECK(json["plugins"][0]["id"] == "org.playlist-engine.test.probe");
  CHECK(json["plugins"][0]["license"] == "MIT");
  CHECK(json["problems"][0]["path"] == folder.file("no_main.so"));
  CHECK(json["problems"][0]["message"] ==
        "missing symbol: it does not export playlist_plugin_main");
}

TEST_CASE("plugins info shows help, columns and the parameter table") {
  PluginFolder folder;
  folder.add(kGood + "probe.so");
  CHECK(engine_verb(folder, "plugins info ranking.every_argument").out ==
        "ranking.every_argument\n"
        "  Shows its arguments.\n"
        "\n"
        "  from org.playlist-engine.test.probe 1.2.3, " +
            folder.file("probe.so") +
            "\n"
            "\n"
            "  needs the columns\n"
            "    energy  f32\n"
            "    title   text\n"
            "\n"
            "  adds the columns\n"
            "    shown  text  the arguments\n"
            "\n"
            "  PARAMETER  TYPE     DEFAULT   RANGE     HELP\n"
            "  limit      integer  200       1..10000  candidates to return\n"
            "  target     number   0.5       0..1      wanted energy\n"
            "  strict     boolean  false               drop what has none\n"
            "  label      text     \"none\"              a name\n"
            "  direction  choice   \"up\"      up, down  which way\n"
            "  by         column   \"energy\"            column to sort by\n"
            "  seeds      tracks   none                tracks to start from\n"
            "  genres     texts    none                only these\n"
            "  weights    numbers  none      0..1      one per genre\n");
}

TEST_CASE("plugins info --json says the same to a program") {
  PluginFolder folder;
  folder.add(kGood + "probe.so");
  const Json json = support::parse_ordered_json(
      engine_verb(folder, "plugins info --json ranking.every_argument").out);
  CHECK(json["kind"] == "ranking");
  CHECK(json["inputs"][1]["type"] == "text");
  CHECK(json["parameters"].size() == 9);
  CHECK(json["parameters"][0].dump() ==
        R"({"name":"limit","type":"integer","default":200,"min":1,"max":10000,"required":false,)"
        R"("tunable":false,"help":"candidates to return"})");
  CHECK(json["parameters"][4]["choices"] == Json{"up", "down"});
}

TEST_CASE("plugins info takes a library's id, and hints at misspelled names") {
  PluginFolder folder;
  folder.add(kGood + "probe.so");
  const Answer answer = engine_verb(folder, "plugins info org.playlist-engine.test.probe");
  CHECK_THAT(answer.out, Catch::StartsWith("org.playlist-engine.test.probe\n"
                                           "  version  1.2.3\n"
                                           "  author   the tests\n"
                                           "  licence  MIT\n"));
  try {
    engine_verb(folder, "plugins info ranking.every_argumnt");
    FAIL("it was found");
  } catch (const engine::Error& error) {
    CHECK(error.text() ==
          "error: no plugin offers ranking.every_argumnt\n"
          "  fix:   did you mean ranking.every_argument?");
  }
}

TEST_CASE("plugins check finds nothing wrong with a good library") {
  const PluginFolder none;
  const Answer answer = engine_verb(none, "plugins check " + kGood + "plain_c.so");
  CHECK(answer.exit == engine::Exit::kDone);
  CHECK_THAT(
      answer.out,
      Catch::StartsWith(kGood +
                        "plain_c.so: good\n"
                        "  org.playlist-engine.test.plain-c 1.0.0 offers "
                        "ranking.plain_c\n"
                        "  tried with 10 tests of the contract, lists of up to 1000000 rows, in "));
}

TEST_CASE("plugins check says everything that is wrong with a description") {
  CHECK(problems_of(kRefused + "malformed.so") ==
        std::vector<std::string>{
            "it has no id",
            "it has no version",
            "rank.mood: the name of a ranking starts with \"ranking.\"",
            "rank.mood: it has no help",
            "rank.mood: it has no create()",
            "rank.mood: it has no run()",
            "rank.mood: it has no destroy()",
            "rank.mood: output \"mood\" has the unknown type 77",
            "rank.mood: parameter \"target\" has the default 2 outside 0..1",
            "rank.mood: parameter \"limit\" has the range 5..1",
            "rank.mood: parameter \"way\" has the default \"left\", which is not a choice",
            "rank.mood: a parameter has no name",
            "rank.mood: parameter \"odd\" has the unknown type 99",
            "rank.mood: parameter \"target\" has the default 2 outside 0..1",
            "rank.mood: parameter \"target\" is declared twice",
            "element 2: it has no name",
            "element 2: it has no create()",
            "element 2: it has no run()",
            "element 2: it has no destroy()",
            "element 2: it has no recognise()",
            "filtering.Not Heard: what follows \"filtering.\" in its name is not lower-case "
            "letters, digits and _, a letter first",
            "filtering.Not Heard: it has no create()",
            "filtering.Not Heard: it has no run()",
            "filtering.Not Heard: it has no destroy()",
            "magic.wand: kind 8 is unknown",
            "magic.wand: it has no create()",
            "magic.wand: it has no run()",
            "magic.wand: it has no destroy()",
            "recall.small: its description is 24 bytes, " +
                std::to_string(sizeof(playlist_element)) + " expected",
        });
}

TEST_CASE("plugins check survives a library that ends the process which loads it") {
  const auto before = std::signal(SIGABRT, SIG_DFL);  // else the worker would end as a failed test
  const auto problems = problems_of(kRefused + "static_constructor.so");
  std::signal(SIGABRT, before);
  REQUIRE(problems.size() == 1);
  // Whether the exception comes through the system's loader hangs on what the compiler inlined.
  CHECK_THAT(problems[0],
             (Catch::StartsWith("it takes the process that loads it down: the worker crashed "
                                "(Aborted); it was in: loading ") &&
              Catch::EndsWith("static_constructor.so")) ||
                 Catch::Equals("loading it throws an exception: cannot read /etc/eager"));
}

TEST_CASE("plugins check says what a loader would say") {
  CHECK(problems_of(kRefused + "unresolved.so") ==
        std::vector<std::string>{
            "undefined symbol: nowhere; link the library that has it, or build the plugin with "
            "playlist_add_plugin()"});
  CHECK(problems_of(kRefused + "exports_more.so") ==
        std::vector<std::string>{
            "it exports more than its two symbols: helper, helper_count; build it with "
            "playlist_add_plugin(), or -fvisibility=hidden and plugin.map",
            "it has no elements"});
}

TEST_CASE("plugins check looks at permissions and names, too") {
  PluginFolder folder;
  folder.add(kGood + "bad.so").add(kRefused + "same_element.so");
  REQUIRE(chmod(folder.file("same_element.so").c_str(), 0666) == 0);
  const Answer answer = engine_verb(folder, "plugins check " + folder.file("same_element.so"));
  CHECK(answer.exit == engine::Exit::kPlugin);
  CHECK_THAT(
      answer.out,
      Catch::StartsWith(folder.file("same_element.so") +
                        ": 2 problems\n"
                        "  - the file is writable by others: chmod o-w it\n"
                        "  - it offers ranking.bad, which " +
                        folder.file("bad.so") +
                        " already offers\n"
                        "  org.playlist-engine.test.same-element 1.0.0 offers ranking.bad\n"
                        "  tried with 10 tests of the contract, lists of up to 1000000 rows, in "));
}
