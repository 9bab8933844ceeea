// engine compare: two lists by hand, then the verb on recipes, runs and parameter sets.
#include "compare/compare.hpp"

#include <cmath>
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using engine::compare_lists;
using engine::ListProfile;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

ListProfile list(const std::vector<std::int64_t>& ids) {
  ListProfile profile;
  profile.energy.resize(10);
  for (const std::int64_t id : ids)
    profile.tracks.push_back({id, "Song " + std::to_string(id), "<Band> & \"Friends\""});
  return profile;
}

struct DemoHome : EngineHome {
  DemoHome() { std::filesystem::copy_file(support::demo_library(), path("library.db")); }
  [[nodiscard]] Ended at(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--now", "2026-11-21"});
    return engine(arguments);
  }
};

}  // namespace

TEST_CASE("two lists: what is common, where it stands, and what is not", "[compare]") {
  const auto c = compare_lists(list({1, 2, 3, 4}), list({5, 3, 2}));
  REQUIRE(c.common.size() == 2);
  CHECK((c.common[0].track.id == 2 && c.common[0].place_a == 2 && c.common[0].place_b == 3));
  CHECK((c.common[1].track.id == 3 && c.common[1].place_a == 3 && c.common[1].place_b == 2));
  CHECK(c.jaccard == Approx(2.0 / 5));
  CHECK(c.kendall == -1);
  CHECK(c.spearman == Approx(-1));
  REQUIRE(c.only_a.size() == 2);
  CHECK(c.only_b.at(0).id == 5);
}

TEST_CASE("empty and equal lists compare without trouble", "[compare]") {
  const auto empty = compare_lists(list({}), list({}));
  CHECK(empty.jaccard == 1);
  CHECK(std::isnan(empty.kendall));
  CHECK_THAT(engine::comparison_text(empty), Catch::Contains("in common: 0 tracks"));
  CHECK_THAT(engine::comparison_html(empty), Catch::Contains("</html>"));
  CHECK(engine::comparison_json(empty).at("kendall_tau_b").is_null());
  const auto same = compare_lists(list({1, 2, 3}), list({1, 2, 3}));
  CHECK((same.jaccard == 1 && same.kendall == 1 && same.overlap_by_rank == Approx(1)));
}

TEST_CASE("names are escaped in the page, and it fetches nothing", "[compare]") {
  ListProfile a = list({1});
  a.name = "<script>alert(1)</script>";
  a.artists = {{"<Band> & \"Friends\"", 1}};
  const std::string page = engine::comparison_html(compare_lists(a, list({1, 2})));
  CHECK(page.find("<script") == std::string::npos);
  CHECK_THAT(page, Catch::Contains("&lt;script&gt;alert(1)&lt;/script&gt;") &&
                       Catch::Contains("&lt;Band&gt; &amp; &quot;Friends&quot;") &&
                       Catch::Contains("prefers-color-scheme: dark"));
  CHECK(page.find("http") == std::string::npos);
}

TEST_CASE("one recipe with two sets of parameters", "[compare]") {
  const DemoHome home;
  const Ended ended =
      home.at({"--json", "compare", "weekly", "weekly", "--set", "tracks=30", "--set-a",
               "discovery=0", "--set-b", "discovery=0.4", "--html", home.path("page.html")});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json c = support::parse_json(ended.out);
  CHECK(c.at("a").at("name") == "recipes/weekly.lua discovery=0");
  CHECK(c.at("b").at("name") == "recipes/weekly.lua discovery=0.4");
  CHECK((c.at("a").at("tracks") == 30 && c.at("b").at("tracks") == 30));
  CHECK(c.at("a").at("new_share").get<double>() < c.at("b").at("new_share").get<double>());
  const std::size_t common = c.at("common").size();
  CHECK(common + c.at("only_a").size() == 30);
  CHECK(common + c.at("only_b").size() == 30);
  for (const char* side : {"a", "b"}) {
    double energy = 0;
    for (const json& share : c.at(side).at("energy")) energy += share.get<double>();
    CHECK(energy <= 1.001);
    CHECK(energy > 0.3);
    CHECK(!c.at(side).at("genres").empty());
    CHECK(!c.at(side).at("eras").empty());
  }
  const Ended valid =
      support::run_program({"xmllint", "--html", "--noout", "--nowarning", home.path("page.html")});
  CHECK(valid.err.find("error : Opening and ending tag") == std::string::npos);
  CHECK_THAT(engine::read_file(home.path("page.html")), Catch::Contains("<svg viewBox"));
}

TEST_CASE("a recorded run against the recipe of today, and a table to read", "[compare]") {
  const DemoHome home;
  REQUIRE(home.at({"run", "weekly", "--set", "tracks=20"}).exit_code == 0);
  const Ended ended = home.at({"compare", "1", "weekly", "--set", "tracks=20"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK_THAT(ended.out,
             Catch::StartsWith("A: run 1 (recipes/weekly.lua)\nB: recipes/weekly.lua\n") &&
                 Catch::Contains("in common: 20 tracks (100 % of all") &&
                 Catch::Contains("Kendall tau-b 1.00") &&
                 Catch::Contains("rank-biased overlap 1.00") && Catch::Contains("new to you") &&
                 Catch::Contains("mean energy"));
}

TEST_CASE("parameters for a run are refused", "[compare]") {
  const DemoHome home;
  REQUIRE(home.at({"run", "weekly"}).exit_code == 0);
  const Ended ended = home.at({"compare", "1", "weekly", "--set-a", "tracks=20"});
  CHECK(ended.exit_code == 2);
  CHECK_THAT(ended.err, Catch::Contains("--set-a needs a recipe, and 1 is a run") &&
                            Catch::Contains("keeps the parameters it had"));
  CHECK(home.at({"compare", "7", "weekly"}).exit_code == 3);
}
