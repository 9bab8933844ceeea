// engine features report, as a user runs it.
#include <cmath>
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;

namespace {

class DemoHome : public support::EngineHome {
 public:
  DemoHome() { std::filesystem::copy_file(support::demo_library(), path("library.db")); }
  [[nodiscard]] Ended run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--now", "2026-11-21", "--user", "demo"});
    return engine(arguments);
  }
  [[nodiscard]] json report() const {
    const Ended ended = run({"features", "report", "--json"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  }
};

}  // namespace

TEST_CASE("engine features report tells coverage, ranges and correlations", "[features][cli]") {
  const DemoHome home;
  const json report = home.report();
  const std::int64_t tracks = report.at("tracks");
  REQUIRE(tracks > 0);
  for (const auto& [name, coverage] : report.at("coverage").items()) {
    CAPTURE(name);
    CHECK(coverage.at("own").get<std::int64_t>() + coverage.at("artist_mean").get<std::int64_t>() +
              coverage.at("none").get<std::int64_t>() ==
          tracks);
    CHECK(report.at("spread").at(name).at("known") == coverage.at("own"));
  }
  for (const auto& [name, spread] : report.at("spread").items()) {
    CAPTURE(name);
    if (spread.at("known") == 0 || name == "key") continue;
    CHECK(spread.at("least") <= spread.at("low"));
    CHECK(spread.at("low") <= spread.at("median"));
    CHECK(spread.at("median") <= spread.at("high"));
    CHECK(spread.at("high") <= spread.at("most"));
  }
  CHECK(report.at("spread").at("key").at("median").is_null());  // a circle has no middle
  const json& correlations = report.at("correlations");
  CHECK_FALSE(correlations.contains("key"));  // a circle
  for (const auto& [a, row] : correlations.items()) {
    for (const auto& [b, value] : row.items()) {
      CHECK(correlations.at(b).at(a) == value);
      if (!value.is_null()) CHECK(std::abs(value.get<double>()) <= 1);
    }
  }
  CHECK(report.at("map").is_null());
  CHECK_THAT(
      home.run({"features", "report"}).out,
      Contains("strongest correlations") && Contains("model.embedding has not been trained as of "
                                                     "2026-11-21; train it with: "
                                                     "engine train embedding"));
}

TEST_CASE("engine features report draws the map that model.embedding knows", "[features][cli]") {
  const DemoHome home;
  REQUIRE(home.run({"train", "embedding", "--set", "epochs=0"}).exit_code == 0);
  const json map = home.report().at("map");
  CHECK(map.at("as_of") == "2026-11-21T00:00:00Z");
  std::int64_t in_clusters = 0;
  for (const json& cluster : map.at("clusters")) in_clusters += cluster.at("tracks").get<int>();
  CHECK(in_clusters == map.at("tracks"));
  const Ended ended = home.run({"features", "report", "--html", home.path("report.html")});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK_THAT(ended.out, Contains("clusters by model.embedding, the largest:"));
  const std::string page = engine::read_file(home.path("report.html"));
  CHECK_THAT(page, Contains("<svg") && Contains("first two principal components") &&
                       Contains("Which go together") && Contains("danceability"));
}
