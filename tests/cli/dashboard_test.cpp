// engine dashboard, as a user runs it.
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
};

}  // namespace

TEST_CASE("engine dashboard tells, draws and gives the same values", "[dashboard][cli]") {
  const DemoHome home;
  REQUIRE(home.engine({"run", "weekly", "--now", "2026-11-01", "--user", "demo"}).exit_code == 0);
  const Ended told = home.run({"dashboard"});
  INFO(told.err);
  CHECK(told.exit_code == 0);
  CHECK_THAT(told.out, Contains("demo as of 2026-11-21T00:00:00Z") && Contains("last 4 weeks") &&
                           Contains("1 list in twelve months") && Contains("engine train"));

  const std::string page_file = home.path("dashboard.html");
  const Ended drawn = home.run({"dashboard", "--json", "--html", page_file});
  INFO(drawn.err);
  REQUIRE(drawn.exit_code == 0);
  const json data = support::parse_json(drawn.out);
  CHECK(data.at("user") == "demo");
  CHECK(data.at("plays").get<int>() > 0);
  CHECK(data.at("moods").is_null());
  const std::string page = engine::read_file(page_file);
  const std::string begin = "id=\"data\">";
  const std::size_t at = page.find(begin) + begin.size();
  CHECK(support::parse_json(page.substr(at, page.find("</script>", at) - at)) == data);
}

TEST_CASE("of somebody who has heard nothing yet engine dashboard says so", "[dashboard][cli]") {
  const DemoHome home;
  const Ended told = home.engine({"dashboard", "--now", "2001-01-01", "--user", "demo"});
  CHECK(told.exit_code == 1);
  CHECK_THAT(told.out, Contains("nothing was heard yet"));
}
