// engine train and engine models, as a user runs them.
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

const std::string kOdd = std::string(PLAYLIST_BUILD_DIR) + "/model-plugins";

/// A home whose library is a copy of the small demo.
class DemoHome : public EngineHome {
 public:
  DemoHome() { std::filesystem::copy_file(support::demo_library(), path("library.db")); }

  [[nodiscard]] Ended run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--now", "2026-11-21", "--plugins", kOdd});
    return engine(arguments);
  }
  [[nodiscard]] std::string models() const { return path("library.db.models"); }
};

}  // namespace

TEST_CASE("engine train leaves a model that engine models tells of", "[models][cli]") {
  const DemoHome home;
  const Ended trained = home.run({"train", "item_cf", "--json", "--set", "neighbours=7"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  const json card = support::parse_json(trained.out).at("models").at(0).at("card");
  CHECK(card.at("model") == "model.item_cf");
  CHECK(card.at("as_of") == 1'795'219'200);  // 2026-11-21
  CHECK(card.at("parameters").at("neighbours") == 7);
  CHECK(card.at("seconds") >= 0);
  CHECK(card.at("users") == 6);

  const json models = support::parse_json(home.run({"models", "--json"}).out).at("models");
  for (const json& model : models) {
    const bool is_trained = model.at("name") == "model.item_cf";
    CHECK(model.at("versions").size() == (is_trained ? 1 : 0));
    if (is_trained) CHECK(model.at("versions").at(0).at("card") == card);
  }
  CHECK_THAT(home.run({"models"}).out,
             Catch::Contains("model.item_cf         as of 2026-11-21T00:00:00Z, 1 version"));
  CHECK_THAT(home.run({"models", "item_cf"}).out, Catch::Contains("parameters"));
  const Ended none = home.run({"models", "item_cg"});
  CHECK(none.exit_code == 3);
  CHECK_THAT(none.err, Catch::Contains("did you mean model.item_cf?"));
}

TEST_CASE("engine models tells nothing of what was trained after --now", "[models][cli][as-of]") {
  const DemoHome home;
  for (const char* as_of : {"2026-10-01", "2026-11-01"})
    REQUIRE(home.run({"train", "item_cf", "--as-of", as_of}).exit_code == 0);
  const auto versions = [&](const char* now, const std::vector<std::string>& words) {
    std::vector<std::string> arguments = {"--now", now, "models", "--json"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    std::vector<std::string> times;
    const json told = support::parse_json(home.engine(arguments).out);
    const auto add = [&](const json& all) {
      for (const json& version : all) times.push_back(version.at("as_of"));
    };
    if (!words.empty()) {
      add(told.at("versions"));
      return times;
    }
    for (const json& model : told.at("models"))
      if (model.at("name") == "model.item_cf") add(model.at("versions"));
    return times;
  };
  using Times = std::vector<std::string>;
  const Times both{"2026-11-01T00:00:00Z", "2026-10-01T00:00:00Z"}, first{"2026-10-01T00:00:00Z"};
  CHECK(versions("2026-11-21", {}) == both);
  CHECK(versions("2026-11-01", {"item_cf"}) == both);
  CHECK(versions("2026-10-31", {}) == first);
  CHECK(versions("2026-10-31", {"item_cf"}) == first);
  CHECK(versions("2026-09-30", {}).empty());
  CHECK_THAT(home.engine({"--now", "2026-10-31", "models"}).out,
             Catch::Contains("model.item_cf         as of 2026-10-01T00:00:00Z, 1 version\n"));
  CHECK_THAT(home.engine({"models"}).out,
             Catch::Contains("2 versions"));  // whatever the clock says
  const support::Ended none = home.engine({"--now", "2026-09-30", "models", "item_cf"});
  CHECK(none.exit_code == 3);
  CHECK_THAT(none.err, Catch::Contains("has not been trained as of 2026-09-30T00:00:00Z") &&
                           Catch::Contains("its first version is as of 2026-10-01T00:00:00Z"));
}

TEST_CASE("a damaged model is told by engine models and by the run that wanted it",
          "[models][cli]") {
  const DemoHome home;
  REQUIRE(home.run({"train", "item_cf"}).exit_code == 0);
  const std::string file = home.models() + "/model.item_cf/1795219200-1/artifact.columns";
  std::filesystem::resize_file(file, 100);
  CHECK_THAT(home.run({"models"}).out, Catch::Contains("damaged: artifact.columns is damaged"));
  engine::write_file_atomically(
      home.path("similar.lua"),
      "local pl = require \"playlist\"\n"
      "return pl.recipe { title = \"Similar\", build = function(p, user)\n"
      "  return pl.fallback { pl.recall.item_cf { seeds = user.listens }, pl.recall.popular {} }\n"
      "    :limit { tracks = 5 }\nend }\n");
  const Ended run = home.run({"run", home.path("similar.lua")});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  const std::string all = run.out + run.err;
  CHECK_THAT(all, Catch::Contains("model.item_cf as of 2026-11-21T00:00:00Z is refused"));
  CHECK_THAT(all, Catch::Contains("engine train item_cf"));
}

TEST_CASE("engine train says what is wrong with what it was asked", "[models][cli]") {
  const DemoHome home;
  const auto told = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "train");
    const Ended ended = home.run(arguments);
    CHECK(ended.exit_code == 2);
    CHECK(ended.out.empty());
    return ended.err;
  };
  CHECK_THAT(told({"nonsense"}), Catch::Contains("there is no model \"nonsense\""));
  CHECK_THAT(told({"item_df"}), Catch::Contains("did you mean model.item_cf?"));
  CHECK_THAT(told({"item_cf", "--set", "neighbour=7"}), Catch::Contains("did you mean neighbours"));
  CHECK_THAT(told({"item_cf", "--set", "neighbours=0"}), Catch::Contains("neighbours"));
  CHECK_THAT(told({"item_cf", "--set", "neighbours=many"}), Catch::Contains("many"));
  CHECK_THAT(told({"item_cf", "--set", "neighbours"}), Catch::Contains("PARAMETER=VALUE"));
  CHECK_THAT(told({"item_cf", "large", "--set", "neighbours=7"}),
             Catch::Contains("MODEL.neighbours=7"));
  CHECK_THAT(told({"item_cf", "--set", "large.megabytes=7"}),
             Catch::Contains("model.large, which is not trained"));
  CHECK_THAT(told({"item_cf", "--as-of", "2026-11-22"}), Catch::Contains("lies after now"));
  CHECK_THAT(told({"item_cf", "--as-of", "tomorrow"}), Catch::Contains("tomorrow"));
  CHECK_FALSE(std::filesystem::exists(home.models() + "/model.item_cf"));
}

TEST_CASE("one of several models gets a parameter of its own", "[models][cli]") {
  const DemoHome home;
  const Ended ended = home.run({"train", "item_cf", "large", "--json", "--set",
                                "item_cf.neighbours=9", "--set", "model.large.megabytes=2"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json models = support::parse_json(ended.out).at("models");
  CHECK(models.at(0).at("card").at("parameters").at("neighbours") == 9);
  CHECK(models.at(1).at("card").at("parameters").at("megabytes") == 2);
}

TEST_CASE("a model that crashes, is silent or too large costs itself only", "[models][cli]") {
  const DemoHome home;
  const Ended crashed = home.run({"train", "item_cf", "crashes"});
  CHECK(crashed.exit_code == 5);
  CHECK_THAT(crashed.err, Catch::Contains("model.crashes"));
#if !defined(__SANITIZE_ADDRESS__)  // which turns the signal into an exit
  CHECK_THAT(crashed.err, Catch::Contains("crashed"));
#endif
  CHECK_THAT(home.run({"models"}).out, Catch::Contains("model.item_cf         as of 2026-11-21"));
  const Ended silent = home.run({"train", "writes_nothing"});
  CHECK(silent.exit_code == 5);
  CHECK_THAT(silent.err, Catch::Contains("model.writes_nothing wrote nothing"));
  const Ended gave_up = home.run({"train", "gives_up"});
  CHECK(gave_up.exit_code == 5);
  CHECK_THAT(gave_up.err, Catch::Contains("model.gives_up stopped, but nobody cancelled it"));
  const Ended nothing = home.run({"train", "finds_nothing"});
  CHECK(nothing.exit_code == 1);
  CHECK_THAT(nothing.out, Catch::Contains("there is nothing like that"));
#if !defined(__SANITIZE_ADDRESS__)  // whose shadow has no room below a limit: none is set
  REQUIRE(home.run({"config", "set", "train.memory_megabytes", "300"}).exit_code == 0);
  const Ended large = home.run({"train", "large", "--set", "megabytes=1000"});
  CHECK(large.exit_code == 5);
  CHECK_THAT(large.err, Catch::Contains("model.large") && Catch::Contains("out of memory"));
  CHECK_THAT(home.run({"models", "large"}).err, Catch::Contains("has not been trained"));
#endif
}

TEST_CASE("a training starts no process, holds no uncounted memory and leaves the output alone",
          "[models][cli]") {
  const DemoHome home;
  const Ended ended = home.run({"train", "escapes", "--json"});
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.err, Catch::Contains("fork: Permission denied") &&
                            Catch::Contains("memfd: Permission denied"));
  CHECK(support::parse_json(ended.out).at("models").size() == 1);
}

TEST_CASE("a full disk is told, and leaves the old model", "[models][cli]") {
  const DemoHome home;
  REQUIRE(home.run({"train", "large"}).exit_code == 0);
  // A file may not grow beyond 8 MiB: what a full disk is to the one who writes.
  const Ended ended = support::run_program(
      {"/bin/sh", "-c",
       "trap '' XFSZ; ulimit -f 8192; exec " + std::string(PLAYLIST_BUILD_DIR) +
           "/engine --now 2026-11-21 --plugins " + kOdd + " train large --set megabytes=20"},
      home.environment());
  CHECK(ended.exit_code == 6);
  CHECK_THAT(ended.err, Catch::Contains("cannot write what model.large learned") &&
                            Catch::Contains("File too large"));
  const json versions =
      support::parse_json(home.run({"models", "large", "--json"}).out).at("versions");
  REQUIRE(versions.size() == 1);
  CHECK_FALSE(versions.at(0).contains("damaged"));
}

TEST_CASE("Ctrl-C ends a training and keeps what there was", "[models][cli]") {
  const DemoHome home;
  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
    ::dup2(pipe[1], STDERR_FILENO);
    const std::string engine = std::string(PLAYLIST_BUILD_DIR) + "/engine";
    ::execl(engine.c_str(), "engine", "--plugins", kOdd.c_str(), "train", "item_cf", "waits",
            nullptr);
    ::_exit(127);
  }
  ::close(pipe[1]);
  std::string told;
  const auto read_until = [&](const std::string& word) {
    char buffer[512];
    while (word.empty() || told.find(word) == std::string::npos) {
      const ssize_t n = ::read(pipe[0], buffer, sizeof buffer);
      if (n <= 0) return;
      told.append(buffer, static_cast<std::size_t>(n));
    }
  };
  read_until("it began");
  ::kill(child, SIGINT);
  read_until("");
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  INFO(told);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
  CHECK_THAT(told, Catch::Contains("interrupted"));
  CHECK_THAT(home.engine({"models", "item_cf"}).out, Catch::Contains("model.item_cf as of"));
  CHECK_THAT(home.run({"models", "waits"}).err, Catch::Contains("has not been trained"));
}
