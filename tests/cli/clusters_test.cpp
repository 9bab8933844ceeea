// engine clusters and engine map, as a user runs them.
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "store/store.hpp"
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
  void train() const {
    const Ended ended = run({"train", "embedding", "clusters", "--set", "embedding.epochs=0",
                             "--set", "clusters.method=kmeans", "--set", "clusters.starts=4"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
  }
};

}  // namespace

TEST_CASE("without a model engine clusters and engine map say what makes one", "[clusters][cli]") {
  const DemoHome home;
  for (const char* verb : {"clusters", "map"}) {
    CAPTURE(verb);
    const Ended ended = home.run({verb});
    CHECK(ended.exit_code == 1);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Contains("there are no clusters") &&
                              Contains("model.clusters has not been trained as of 2026-11-21") &&
                              Contains("engine train embedding clusters"));
  }
}

TEST_CASE("engine clusters and engine map tell what was found", "[clusters][cli]") {
  const DemoHome home;
  home.train();
  const Ended listed = home.run({"clusters", "--json"});
  INFO(listed.err);
  const json clusters = support::parse_json(listed.out);
  CHECK(clusters.at("user") == "demo");
  CHECK(clusters.at("method") == "kmeans");
  std::set<std::string> names;
  std::int64_t in_clusters = 0;
  for (const json& cluster : clusters.at("clusters")) {
    names.insert(cluster.at("name").get<std::string>());
    in_clusters += cluster.at("tracks").get<std::int64_t>();
    CHECK_FALSE(cluster.at("examples").empty());
  }
  CHECK(names.size() == clusters.at("clusters").size());
  const std::int64_t tracks = clusters.at("tracks");
  CHECK(in_clusters == std::llround(clusters.at("clustered").get<double>() * double(tracks)));

  const std::string text = home.run({"clusters"}).out;
  for (const std::string& name : names) CHECK_THAT(text, Contains(name));

  const Ended drawn =
      home.run({"map", "--html", home.path("map.html"), "--png", home.path("map.png"), "--json"});
  INFO(drawn.err);
  REQUIRE(drawn.exit_code == 0);
  const json map = support::parse_json(drawn.out);
  CHECK(static_cast<std::int64_t>(map.at("dots").size()) == tracks);
  CHECK(map.at("clusters") == clusters.at("clusters"));
  const std::string page = engine::read_file(home.path("map.html"));
  CHECK_THAT(page, Catch::EndsWith("</html>\n") && Contains("<canvas") &&
                       Contains("type=\"search\"") && !Contains("http"));
  for (const std::string& name : names) CHECK_THAT(page, Contains(name));
  CHECK(engine::read_file(home.path("map.png")).substr(0, 4) == "\x89PNG");
}

TEST_CASE("no name of a track can end the script that holds the map", "[clusters][cli]") {
  const DemoHome home;
  engine::Store store = engine::Store::open(home.path("library.db"));
  store.execute("UPDATE tracks SET title = '</script><script>alert(1)</script>'");
  store.bump_data_version();
  home.train();
  REQUIRE(home.run({"map", "--html", home.path("map.html")}).exit_code == 0);
  CHECK_THAT(engine::read_file(home.path("map.html")), !Contains("<script>alert"));
}

TEST_CASE("a recipe may keep to one cluster", "[clusters][cli]") {
  const DemoHome home;
  home.train();
  const json clusters = support::parse_json(home.run({"clusters", "--json"}).out).at("clusters");
  if (clusters.empty()) return;  // the answer may be that there are none
  const std::string name = clusters[0].at("name");
  engine::write_file_atomically(
      home.path("one.lua"),
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"One\", build = function(p, "
      "user)\n"
      "  return user.listens:filter(pl.filtering.banned {}):rank(pl.ranking.clusters {})\n"
      "    :filter(function(t) return t.cluster == " +
          std::to_string(clusters[0].at("id").get<int>()) + " end):limit { tracks = 5 }\nend }\n");
  const Ended ran = home.run({"run", home.path("one.lua"), "--show", "cluster_name", "--json"});
  INFO(ran.err);
  REQUIRE(ran.exit_code == 0);
  CHECK_THAT(ran.out, Contains(name));
}
