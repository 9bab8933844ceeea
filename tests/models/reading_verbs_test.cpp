// Which models recipes read, as backtests, the weekly update and batches tell and train them.
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

const std::string kReading = std::string(PLAYLIST_BUILD_DIR) + "/reading-plugins";

/// A home with a small library and a recipe whose elements are named after no model they read.
class ReadingHome : public EngineHome {
 public:
  ReadingHome() {
    std::filesystem::copy_file(support::demo_library(), path("library.db"));
    write_recipe("looks", "pl.recall.quiet {}:order(pl.ordering.by_model {})");
    write_recipe("quiet", "pl.recall.quiet {}");
  }
  void write_recipe(const std::string& name, const std::string& list) const {
    engine::write_file_atomically(path(name + ".lua"),
                                  "local pl = require \"playlist\"\n"
                                  "return pl.recipe { title = \"" +
                                      name + "\", build = function(p, user)\n  return " + list +
                                      "\nend }\n");
  }
  [[nodiscard]] Ended run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--now", "2026-11-21", "--plugins", kReading});
    const Ended ended = engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended;
  }
  [[nodiscard]] json backtest(const std::string& recipe, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"backtest", path(recipe + ".lua"), "--from", "2026-09-12",
                                          "--to",     "2026-10-24",          "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return support::parse_json(run(arguments).out);
  }
};

json use(const std::string& model, int found, int missing) {
  return json::array({{{"name", model}, {"lists", found}, {"missing", missing}}});
}

}  // namespace

TEST_CASE("an ordering that asks for a model of another name is told", "[backtest][models]") {
  const ReadingHome home;
  CHECK(home.backtest("looks").at("models") == use("model.sum", 0, 6));
}

TEST_CASE("a recipe that never asks for the model of an element's name is not told to read it",
          "[backtest][models]") {
  const ReadingHome home;
  home.run({"train", "quiet", "--as-of", "2026-09-01"});
  CHECK(home.backtest("quiet").at("models") == json::array());
}

TEST_CASE("the record of a run names the models that were asked for", "[models][cli]") {
  const ReadingHome home;
  for (const char* model : {"base", "graph", "sum", "quiet"}) home.run({"train", model});
  home.run({"run", home.path("looks.lua")});
  const engine::Store store = engine::Store::open(home.path("library.db"));
  engine::Statement runs = store.prepare("SELECT elements FROM runs");
  runs.start();
  REQUIRE(runs.step());
  const json elements = support::parse_json(std::string(runs.text(0)));
  CHECK(elements.at("model.sum").get<std::string>().starts_with("as of 1795219200, "));
  CHECK_FALSE(elements.contains("model.graph"));
  CHECK_FALSE(elements.contains("model.quiet"));
}

TEST_CASE("a backtest trains what models read, too, as of each date",
          "[backtest][models][reading]") {
  const ReadingHome home;
  CHECK(home.backtest("looks", {"--train"}).at("models") == use("model.sum", 6, 0));
  // Of the library's graph, which is older than all of its dates, it takes no notice.
  home.run({"train", "base", "graph", "--as-of", "2026-09-01"});
  CHECK(home.backtest("looks", {"--train"}).at("models") == use("model.sum", 6, 0));
}

TEST_CASE("a weekly update trains what models read before them", "[weekly][models][reading]") {
  const ReadingHome home;
  const json first = support::parse_json(
      home.run({"update-weekly", "--recipe", home.path("looks.lua"), "--users", "demo", "--json"})
          .out);
  CHECK(first.at("trained") == json({"model.base", "model.graph", "model.sum"}));
}

TEST_CASE("a person for whom a model fails costs nobody else theirs", "[models][own]") {
  const ReadingHome home;
  home.write_recipe("picky",
                    "pl.recall.quiet {}:order(pl.ordering.by_model { model = \"model.picky\" })");
  home.write_recipe("useless",
                    "pl.recall.quiet {}:order(pl.ordering.by_model { model = \"model.useless\" })");
  const auto failing = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--now", "2026-11-21", "--plugins", kReading});
    const Ended ended = home.engine(arguments);
    CHECK(ended.exit_code == 5);
    return ended;
  };
  const auto count = [](const std::string& text, const std::string& part) {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  SECTION("in the weekly update, where it is the first") {
    const Ended update = failing(
        {"update-weekly", "--recipe", home.path("picky.lua"), "--users", "demo,ada,ben", "--json"});
    const json report = support::parse_json(update.out);
    CHECK(report.at("trained") == json({"model.picky of ada", "model.picky of ben"}));
    CHECK(report.at("lists").size() == 3);
    CHECK(count(update.err, "error: demo: ") == 1);
    CHECK_THAT(update.err, Catch::Contains("model.picky"));
  }
  SECTION("in engine train, which trains everybody's") {
    const Ended train = failing({"train", "picky", "base"});
    CHECK_THAT(train.out, Catch::Contains("model.picky of ada: trained") &&
                              Catch::Contains("model.picky: of their own for 5 of 6 people"));
    CHECK(count(train.out, "model.base: trained") == 1);
    CHECK(count(train.err, "error: demo: ") == 1);
  }
  SECTION("but what fails for everybody is tried once") {
    const Ended update =
        failing({"update-weekly", "--recipe", home.path("useless.lua"), "--users", "demo,ada,ben"});
    CHECK(count(update.err, "nothing comes of it") == 1);
    CHECK_THAT(failing({"train", "useless", "own"}).err,
               Catch::Contains("nothing comes of it") && !Catch::Contains("demo: "));
  }
}

TEST_CASE("engine train without a person trains what is each person's for all of them",
          "[models][cli][own]") {
  const ReadingHome home;
  // The parameters of what is everybody's are for its one training.
  const json models = support::parse_json(home.run({"train", "of_own", "item_cf", "own", "--set",
                                                    "item_cf.neighbours=7", "--json"})
                                              .out)
                          .at("models");
  std::map<std::string, std::set<std::string>> people;
  for (const json& model : models) people[model.at("name")].insert(model.value("user", ""));
  const std::set<std::string> everybody = {"demo", "ada", "ben", "cleo", "dario", "esther"};
  CHECK(people == std::map<std::string, std::set<std::string>>{{"model.item_cf", {""}},
                                                               {"model.own", everybody},
                                                               {"model.of_own", everybody}});
  CHECK(models.size() == 13);
  CHECK_THAT(home.run({"train", "own"}).out, Catch::Contains("for 6 of 6 people"));
  const Ended one = home.run({"train", "own", "--user", "ada"});
  CHECK_THAT(one.out, Catch::Contains("model.own of ada: trained") && !Catch::Contains("people"));
}

TEST_CASE("engine train all puts models in the order in which they read each other",
          "[models][cli][reading]") {
  const ReadingHome home;
  const Ended circle = home.engine({"--plugins", kReading, "train", "all"});
  CHECK(circle.exit_code == 5);
  CHECK_THAT(circle.err, Catch::Contains("model.left reads model.right reads model.left"));
}

TEST_CASE("each person's lists read their own version of a model", "[models][cli][own]") {
  const ReadingHome home;
  home.write_recipe("own",
                    "pl.recall.quiet {}:order(pl.ordering.by_model { model = \"model.own\" })");
  const std::string own = home.path("own.lua"), says = "model.own says ",
                    lacks = "model.own has not been trained";
  const auto list_of = [&](const std::string& user) {
    return home.run({"run", own, "--user", user, "--json"}).out;
  };
  const json trained = support::parse_json(
      home.run({"train", "own", "--user", "demo", "--as-of", "2026-09-01", "--json"}).out);
  CHECK(trained.at("models").at(0).at("user") == "demo");
  CHECK_THAT(list_of("demo"), Catch::Contains(says));
  CHECK_THAT(list_of("ada"), Catch::Contains(lacks));
  CHECK_THAT(home.run({"models"}).out,
             Catch::Contains("as of 2026-09-01T00:00:00Z of demo, 1 version"));

  SECTION("at every date of a backtest") {
    CHECK(home.backtest("own", {"--users", "demo,ada"}).at("models") == use("model.own", 6, 6));
    CHECK(home.backtest("own", {"--users", "demo,ada", "--train"}).at("models") ==
          use("model.own", 12, 0));
  }
  SECTION("in a batch") {
    home.run({"batch", own, "--out", home.path("lists")});
    std::istringstream lines(engine::read_file(home.path("lists/lists.jsonl")));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      const bool is_demo = support::parse_json(line).at("user") == "demo";
      CHECK_THAT(line, Catch::Contains(is_demo ? says : lacks));
    }
    CHECK(count > 1);
    CHECK(support::parse_json(engine::read_file(home.path("lists/batch.json")))
              .contains("own_models_hash"));
    // The same folder again, once there are no such versions any more.
    engine::Store::open(home.path("library.db")).execute("DELETE FROM models");
    const Ended again = home.engine(
        {"--now", "2026-11-21", "--plugins", kReading, "batch", own, "--out", home.path("lists")});
    CHECK(again.exit_code == 3);
    CHECK_THAT(again.err, Catch::Contains("holds the lists of another batch") &&
                              Catch::Contains("own_models_hash differs"));
  }
  SECTION("after the weekly update, which trains each person's") {
    const json report = support::parse_json(
        home.run({"update-weekly", "--recipe", own, "--users", "demo,ada", "--json"}).out);
    CHECK(report.at("trained") == json({"model.own of demo", "model.own of ada"}));
    CHECK_THAT(list_of("ada"), Catch::Contains(says));
  }
}
