// The pages of man about the verbs: each has one, with all that it takes, and man shows it without a word of complaint.
#include "cli/manual.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "core/paths.hpp"
#include "help/topics.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using support::Ended;
using support::EngineHome;

namespace {

/// As a reader sees them, with what groff says of them on stderr.
Ended shown(const std::vector<std::string>& files) {
  std::vector<std::string> command = {"man", "-l", "--warnings=w"};
  command.insert(command.end(), files.begin(), files.end());
  return support::run_program(
      command, {{"MANWIDTH", "80"}, {"LC_ALL", "C.UTF-8"}, {"MAN_KEEP_FORMATTING", ""}});
}

}  // namespace

TEST_CASE("every verb has a page of man with all that it takes", "[manual]") {
  const EngineHome home;
  const std::string folder = home.path("man1");
  const Ended written = home.engine({"manual", "--pages", folder, "--make-folders"});
  INFO(written.err);
  REQUIRE(written.exit_code == 0);
  CLI::App app;
  engine::Cli cli;
  engine::add_all(app, cli);
  const std::vector<engine::Command> all = engine::commands_of(app);
  CHECK(all.size() > 80);
  for (const engine::Command& command : all) {
    CAPTURE(command.name);
    std::string name = engine::manual_name(command.name);
    name.resize(name.size() - 3);  // "(1)"
    const std::string file = folder + "/" + name + ".1";
    REQUIRE(std::filesystem::exists(file));
    const std::string roff = engine::read_file(file);
    CHECK_THAT(roff, Catch::StartsWith(".TH \"ENGINE") && Contains(".SH SYNOPSIS\n"));
    for (const engine::verbs::Parameter& parameter : command.parameters) {
      std::string term = engine::written(parameter);
      for (std::size_t at = 0; (at = term.find('-', at)) != std::string::npos; at += 2)
        term.insert(at, "\\");
      CHECK_THAT(roff, Contains(term));
    }
  }
}

TEST_CASE("man shows the pages of verbs and finds nothing wrong", "[manual]") {
  if (std::system("man --version >/dev/null 2>&1") != 0) {
    WARN("skipped: man is not installed");
    return;
  }
  const EngineHome home;
  const std::string folder = home.path("man1");
  REQUIRE(home.engine({"manual", "--pages", folder, "--make-folders"}).exit_code == 0);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path());
  const Ended pages = shown(files);
  CHECK(pages.exit_code == 0);
  CHECK(pages.err.empty());
  std::size_t ends = 0;
  for (std::size_t at = 0; (at = pages.out.find("\nSEE ALSO\n", at)) != std::string::npos; ++at)
    ++ends;
  CHECK(ends == files.size());
  const std::string run = shown({folder + "/engine-run.1"}).out;
  CHECK_THAT(run, Contains("engine run [OPTIONS] RECIPE") && Contains("--explain") &&
                      Contains("OPTIONS OF EVERY VERB") && Contains("engine(1)"));
  const std::string program = shown({folder + "/engine.1"}).out;
  CHECK_THAT(program, Contains("engine-playlist-keep(1)") || Contains("engine-playlist(1)"));
  for (const engine::Topic& topic : engine::topics()) {
    CAPTURE(std::string(topic.name));
    CHECK_THAT(program, Contains("engine-" + std::string(topic.name)));
  }
}

TEST_CASE("engine manual shows one page, and says what was meant", "[manual]") {
  const EngineHome home;
  CHECK_THAT(home.engine({"manual"}).out, Catch::StartsWith(".TH \"ENGINE\" 1"));
  CHECK_THAT(home.engine({"manual", "playlist", "keep"}).out,
             Contains("engine\\-playlist\\-keep \\- Keep a playlist"));
  const Ended wrong = home.engine({"manual", "playlist", "kepe"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Contains("did you mean playlist keep?"));
  const auto told = support::parse_json(home.engine({"--json", "manual", "run"}).out);
  CHECK(told.at("page") == "engine-run(1)");
}
