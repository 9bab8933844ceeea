// engine benchmark, on a data set made up of three groups of eight items: 24 users of one group
// each, six of its items in train and the rest in test.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "benchmark/sampled_users.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

std::string data(const std::string& folder) {
  return std::string(PLAYLIST_SOURCE_DIR) + "/tests/data/benchmark/" + folder;
}

json without_seconds(json report) {
  for (json& model : report.at("models")) {
    model.erase("seconds");
    model.erase("validation_seconds");
  }
  return report;
}

}  // namespace

TEST_CASE("both formats give the same figures, whatever the number of workers", "[benchmark]") {
  const EngineHome home;
  const Ended users = home.engine({"--json", "benchmark", "gowalla", data("users_first"),
                                   "--models", "item_cf,graph_filter,blend", "--jobs", "2"});
  INFO(users.err);
  REQUIRE(users.exit_code == 0);
  const json report = support::parse_json(users.out);
  CHECK(report.at("users") == 24);
  CHECK(report.at("items") == 24);
  REQUIRE(report.at("models").size() == 3);
  std::vector<std::string> names;
  for (const json& model : report.at("models")) {
    names.push_back(model.at("name"));
    for (const char* key : {"recall@20", "ndcg@20", "recall@50", "ndcg@50"}) {
      CHECK(model.at(key).get<double>() >= 0);
      CHECK(model.at(key).get<double>() <= 1);
    }
    CHECK(model.at("seconds").get<double>() > 0);
    CHECK(model.at("parameters").is_object());
    // The two that are left of one's group of eight come before all others.
    CHECK(model.at("ndcg@20").get<double>() > 0.9);
  }
  CHECK(names == std::vector<std::string>{"item_cf", "graph_filter", "blend"});
  const json weights = report.at("models").at(2).at("parameters").at("weights");
  CHECK(weights.contains("item_cf"));
  CHECK(weights.contains("graph_filter"));

  const Ended counts = home.engine({"--json", "benchmark", "gowalla", data("counts_first"),
                                    "--models", "item_cf,graph_filter,blend", "--jobs", "1"});
  INFO(counts.err);
  REQUIRE(counts.exit_code == 0);
  CHECK(without_seconds(support::parse_json(counts.out)) == without_seconds(report));
}

TEST_CASE("every model runs, and a name gives its cuts and its published rows", "[benchmark]") {
  const EngineHome home;
  const Ended all = home.engine({"benchmark", "citeulike", data("counts_first")});
  INFO(all.err);
  REQUIRE(all.exit_code == 0);
  for (const char* part :
       {"recall@300", "item_cf", "als", "ease", "graph_filter", "blend", "iALS", "Ferrari Dacrema"})
    CHECK_THAT(all.out, Catch::Contains(part));
}

TEST_CASE("the metric to choose by and the seed of drawn settings are the user's", "[benchmark]") {
  const EngineHome home;
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{
        "--json", "--verbose", "benchmark", "mine", data("users_first"), "--models", "item_cf"};
    arguments.insert(arguments.begin(), more.begin(), more.end());
    return home.engine(arguments);
  };
  const Ended usual = run({});
  INFO(usual.err);
  REQUIRE(usual.exit_code == 0);
  CHECK_THAT(usual.err, Catch::Contains("recall@20") && Catch::Contains("round 1 of 3") &&
                            Catch::Contains("comparing setting 27 of 27") &&
                            Catch::Contains("round 3 of 3, comparing setting 3 of 3"));
  const json row = support::parse_json(usual.out).at("models").at(0);
  CHECK(row.at("compared") == 27);
  CHECK(row.at("is_cut_short") == false);
  const Ended drawn = run({"--random-seed", "7"});
  CHECK(drawn.err != usual.err);
  CHECK(run({"--random-seed", "1"}).err == usual.err);
}

TEST_CASE("comparing that is cut short by time says so", "[benchmark]") {
  const EngineHome home;
  const Ended ended = home.engine({"--json", "benchmark", "mine", data("users_first"), "--models",
                                   "item_cf,graph_filter,blend", "--search-seconds", "0.001",
                                   "--choose-by", "ndcg@50,recall@50"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK_THAT(ended.err, Catch::Contains("item_cf: time is up in round 1"));
  const json models = support::parse_json(ended.out).at("models");
  CHECK(models.at(0).at("compared") == 1);
  CHECK(models.at(0).at("is_cut_short") == true);
  CHECK_FALSE(models.at(2).contains("compared"));
}

TEST_CASE("what cannot be benchmarked is refused with what can", "[benchmark]") {
  const EngineHome home;
  const auto refused = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"benchmark", "mine", data("users_first")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = home.engine(arguments);
    CHECK(ended.exit_code == 2);
    return ended.err;
  };
  CHECK_THAT(refused({"--models", "item_fc"}),
             Catch::Contains("no model \"item_fc\"") && Catch::Contains("item_cf"));
  CHECK_THAT(refused({"--models", "ease,blend"}), Catch::Contains("two models or more"));
  CHECK_THAT(refused({"--models", "ease,ease"}), Catch::Contains("twice"));
  CHECK_THAT(refused({"--choose-by", "recall@500"}),
             Catch::Contains("there is no metric \"recall@500\" to choose by") &&
                 Catch::Contains("recall@20, ndcg@20, recall@50, ndcg@50"));
  std::ofstream(home.path("train.txt")) << "0 1 2 3 4 5 6\n1 two\n";
  std::ofstream(home.path("test.txt")) << "0 7\n";
  const Ended bad = home.engine(
      {"benchmark", "mine", std::filesystem::path(home.path("train.txt")).parent_path().string()});
  CHECK(bad.exit_code == 3);
  CHECK_THAT(bad.err, Catch::Contains("line 2") && Catch::Contains("found \"two\""));
}

TEST_CASE("users of one item each leave nothing to compare, which is said", "[benchmark]") {
  const EngineHome home;
  const std::string folder = home.path("single");
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/train.txt") << "0 1\n1 1\n2 2\n";
  std::ofstream(folder + "/test.txt") << "0 2\n2 1\n3 0\n";
  const Ended ended = home.engine(
      {"--json", "benchmark", "mine", folder, "--models", "item_cf,graph_filter,blend"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK_THAT(ended.err, Catch::Contains("settings cannot be compared"));
  // User 3 has no train items and gets no list: all the same they are judged.
  CHECK(support::parse_json(ended.out).at("judged_users") == 3);
}

TEST_CASE("a larger sample of users has all of a smaller one", "[benchmark][sample]") {
  using engine::benchmark::is_sampled;
  int small = 0, large = 0;
  for (std::int32_t user = 0; user < 10'000; ++user) {
    small += is_sampled(user, 0.1);
    large += is_sampled(user, 0.3);
    if (is_sampled(user, 0.1)) CHECK(is_sampled(user, 0.3));
    CHECK(is_sampled(user, 1));
    CHECK_FALSE(is_sampled(user, 0));
  }
  CHECK(std::abs(small - 1'000) < 100);
  CHECK(std::abs(large - 3'000) < 150);
  engine::benchmark::ItemsOfUsers users;
  for (std::int32_t user = 0; user < 50; ++user) {
    users.items.push_back(user);
    users.offsets.push_back(users.items.size());
  }
  const auto some = engine::benchmark::sampled(users, 0.3);
  REQUIRE(some.users() > 0);
  for (std::int32_t user = 0; user < some.users(); ++user)
    CHECK(is_sampled(some.of(user).front(), 0.3));
}

TEST_CASE("models learn from a sample, and others are judged", "[benchmark][sample]") {
  const EngineHome home;
  const std::string folder = home.path("groups");
  std::filesystem::create_directory(folder);
  // Users of two tastes, ten items each; everybody lacks one of theirs, which is asked for.
  std::ofstream train(folder + "/train.txt"), test(folder + "/test.txt");
  for (int user = 0; user < 200; ++user) {
    train << user;
    for (int item = 0; item < 10; ++item)
      if (item != user % 10) train << " " << user / 10 % 2 * 10 + item;
    train << "\n";
    test << user << " " << user / 10 % 2 * 10 + user % 10 << "\n";
  }
  train.close();
  test.close();
  const auto judged = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"--json", "benchmark", "mine",
                                       folder,   "--models",  "item_cf"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = home.engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  };
  const auto all = judged({}), some = judged({"--train-share", "0.3", "--judge-outside", "0.3"});
  CHECK(all.at("taught_users") == 200);
  CHECK(all.at("judged_users") == 200);
  const int taught = some.at("taught_users");
  CHECK(taught < 100);
  CHECK(some.at("judged_users") == 200 - taught);
  // Whom it never saw has the one that is lacking among the first as well.
  CHECK(some.at("models").at(0).at("recall@20") == 1);
}
