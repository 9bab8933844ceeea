// The front door: what the program says before anybody knows it.
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "verbs/verbs.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// A home with a copy of the demo library.
class DemoHome : public EngineHome {
 public:
  DemoHome() {
    std::filesystem::copy_file(support::demo_library(), environment().at("PLAYLIST_LIBRARY"));
  }
  [[nodiscard]] Ended now(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--now", "2026-11-21"});
    return engine(arguments);
  }
};

}  // namespace

TEST_CASE("engine alone says where to begin", "[first steps]") {
  const Ended ended = EngineHome().engine({});
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.empty());
  for (const char* line :
       {"engine import PATH", "engine demo", "engine run weekly", "engine --help"})
    CHECK_THAT(ended.out, Contains(line));
}

TEST_CASE("every verb's help lists the options that all verbs take", "[first steps]") {
  const EngineHome home;
  for (const engine::verbs::Verb& verb : engine::verbs::verbs()) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : verb.name + " ") {
      if (c != ' ') {
        word += c;
        continue;
      }
      words.push_back(std::move(word));
      word.clear();
    }
    words.emplace_back("--help");
    CAPTURE(verb.name);
    const Ended help = home.engine(words);
    CHECK(help.exit_code == 0);
    for (const char* option : {"--library", "--user", "--now", "--json", "--quiet"})
      CHECK_THAT(help.out, Contains(option));
  }
}

TEST_CASE("a verb that is none is told with the one that may be meant", "[first steps]") {
  const EngineHome home;
  const std::vector<std::pair<std::vector<std::string>, std::string>> slips = {
      {{"rnu", "weekly"}, "did you mean run?"},
      {{"users"}, "did you mean engine library users?"},
      {{"list"}, "did you mean engine recipes?"},
      {{"library", "unmerg"}, "did you mean unmerge?"},
      {{"explain", "1", "2"}, "did you mean engine why?"}};
  for (const auto& [words, meant] : slips) {
    const Ended ended = home.engine(words);
    CHECK(ended.exit_code == 2);
    CHECK_THAT(ended.err, Contains(meant));
  }
}

TEST_CASE("why takes the last run, a place of its list and a name", "[first steps]") {
  const DemoHome home;
  CHECK(home.now({"why", "last", "#1"}).exit_code == 3);  // there is no run yet
  REQUIRE(home.now({"run", "weekly"}).exit_code == 0);
  const json run = support::parse_json(home.now({"run", "weekly", "--json"}).out);
  const json& third = run.at("tracks").at(2);
  const std::string name =
      third.at("artist").get<std::string>() + " - " + third.at("title").get<std::string>();
  const std::string id = std::to_string(run.at("run").get<int>());
  const Ended place = home.now({"why", "last", "#3"});
  INFO(place.err);
  REQUIRE(place.exit_code == 0);
  CHECK_THAT(place.out, Contains(third.at("title").get<std::string>()));
  CHECK(home.now({"why", id, name}).out == place.out);
  CHECK(home.now({"why", "weekly", "#3"}).out == place.out);
  const Ended beyond = home.now({"why", "last", "#400"});
  CHECK(beyond.exit_code == 3);
  CHECK_THAT(beyond.err, Contains("there is no track #400 in this list"));
  CHECK(home.now({"why", "last", "#0"}).exit_code == 3);
  CHECK(home.now({"replay", "last"}).exit_code == 0);
  CHECK(home.now({"compare", "1", "last"}).exit_code == 0);
  CHECK(home.now({"replay", "latest"}).exit_code == 2);
}

TEST_CASE("recorded runs are listed and pruned", "[first steps]") {
  const DemoHome home;
  CHECK(home.now({"runs"}).exit_code == 1);
  for (int k = 0; k < 3; ++k) REQUIRE(home.now({"run", "weekly"}).exit_code == 0);
  REQUIRE(home.now({"run", "discover-weekly"}).exit_code <= 1);
  const auto runs = [&](std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"runs", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<int> numbers;
    const json told = support::parse_json(home.now(words).out);
    for (const json& run : told.at("runs")) numbers.push_back(run.at("run"));
    return numbers;
  };
  CHECK(runs() == std::vector<int>{4, 3, 2, 1});
  CHECK(runs({"--recipe", "weekly"}) == std::vector<int>{3, 2, 1});
  CHECK(runs({"--limit", "1"}) == std::vector<int>{4});
  CHECK_THAT(home.now({"runs"}).out, Contains("Weekly Mix") && Contains("50 tracks"));

  CHECK(home.now({"runs", "prune", "--yes"}).exit_code == 2);  // which?
  const Ended told = home.now({"runs", "prune", "--keep", "1"});
  CHECK(told.exit_code == 1);
  CHECK_THAT(told.out, Contains("this removes 2 runs of 4") && Contains("--yes does it"));
  CHECK(runs().size() == 4);
  CHECK(home.now({"runs", "prune", "--keep", "1", "--yes"}).exit_code == 0);
  CHECK(runs() == std::vector<int>{4, 3});
  const Ended early = home.engine({"--now", "2020-01-01", "runs", "--json"});
  CHECK(early.exit_code == 1);  // as of then there were none
  CHECK(support::parse_json(early.out).at("recorded") == 0);
  CHECK(home.now({"runs", "prune", "--older-than-days", "30", "--yes"}).exit_code == 1);
  CHECK(runs().size() == 2);
}
