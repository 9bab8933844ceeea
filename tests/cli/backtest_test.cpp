// engine backtest on the demo library, as a user runs it.
#include <algorithm>
#include <cmath>
#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

constexpr const char* kNow = "2026-11-21";

/// `more` may set the dates itself.
Ended backtest(const EngineHome& home, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"--library", support::demo_library(), "--now", kNow,
                                        "backtest"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  for (const auto& [option, date] : {std::pair{"--from", "2026-08-22"}, {"--to", "2026-10-31"}})
    if (std::find(more.begin(), more.end(), option) == more.end())
      arguments.insert(arguments.end(), {option, date});
  return home.engine(arguments);
}

json backtest_json(const EngineHome& home, std::vector<std::string> more) {
  more.emplace_back("--json");
  const Ended ended = backtest(home, more);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return support::parse_json(ended.out);
}

/// Without what lists cost, which is never the same twice.
json without_costs(json result) {
  for (json& entry : result.at("entries")) {
    CHECK(entry.at("ms").get<double>() > 0);
    entry.erase("ms");
  }
  return result;
}

std::string recipe_file(const EngineHome& home, const std::string& name, const std::string& build) {
  engine::write_file_atomically(home.path(name),
                                "local pl = require \"playlist\"\nreturn pl.recipe { title = "
                                "\"Test\", build = function(p, user)\n" +
                                    build + "\nend }\n");
  return home.path(name);
}

double mean(const json& entry, const std::string& metric) {
  return entry.at("metrics").at(metric).at("mean").get<double>();
}

}  // namespace

TEST_CASE("backtest keeps its JSON contract", "[backtest]") {
  const EngineHome home;
  const json result = backtest_json(home, {"recipes/weekly.lua", "--k", "30,10"});
  CHECK(result.at("from") == "2026-08-22");
  CHECK(result.at("to") == "2026-10-31");
  CHECK(result.at("every") == "1w");
  CHECK(result.at("users") == json{"demo"});
  CHECK(result.at("dates") == 10);
  CHECK(result.at("k") == json({10, 30}));
  REQUIRE(result.at("entries").size() == 8);
  const std::vector<std::string> names = {"weekly",    "popularity",        "most_played_lately",
                                          "shuffle",   "random_catalogue",  "familiar_artists",
                                          "artist_cf", "session_neighbours"};
  for (std::size_t k = 0; k < names.size(); ++k) {
    const json& entry = result.at("entries").at(k);
    CAPTURE(entry.at("name"));
    CHECK(entry.at("name") == names[k]);
    CHECK(entry.at("kind") == (k == 0 ? "recipe" : "baseline"));
    for (const auto& [name, metric] : entry.at("metrics").items()) {
      CAPTURE(name);
      if (metric.at("mean").is_null()) continue;
      CHECK(metric.at("low") <= metric.at("mean"));
      CHECK(metric.at("mean") <= metric.at("high"));
    }
    for (const char* metric : {"hit_rate@10", "recall@30", "ndcg@30", "mrr", "skip_rate", "novelty",
                               "coverage", "artist_entropy", "overlap", "new_artists", "long_tail"})
      CHECK(entry.at("metrics").contains(metric));
    CHECK(entry.at("gini") > 0);
    CHECK(entry.at("gini") < 1);
    CHECK(entry.at("ms") > 0);
  }
  // The recipe against each baseline, by metric; the mean of differences is that of the means.
  const std::size_t metrics = result.at("entries").at(0).at("metrics").size();
  REQUIRE(result.at("paired").size() == 7 * metrics);
  const json& first = result.at("paired").at(0);
  CHECK(first.at("a") == "weekly");
  CHECK(first.at("b") == "popularity");
  const std::string metric = first.at("metric");
  CHECK(first.at("difference").get<double>() ==
        Approx(mean(result.at("entries").at(0), metric) - mean(result.at("entries").at(1), metric))
            .margin(1e-12));
  CHECK(first.at("low") <= first.at("difference"));
  CHECK(first.at("difference") <= first.at("high"));
}

TEST_CASE("a listener with tastes is met by lists of what they play, not by chance", "[backtest]") {
  const EngineHome home;
  const json result = backtest_json(home, {"weekly"});
  const json& entries = result.at("entries");
  CHECK(mean(entries.at(2), "recall@50") > 5 * mean(entries.at(4), "recall@50"));
  CHECK(mean(entries.at(2), "novelty") == 0);  // most played: nothing new
  CHECK(mean(entries.at(4), "overlap") < 0.1);
}

TEST_CASE("any number of jobs, or none, gives the same numbers", "[backtest]") {
  const EngineHome home;
  const std::string fresh =
      recipe_file(home, "fresh.lua", "return user.library:sample {}:limit { tracks = 20 }");
  const std::vector<std::string> recipes = {"weekly", fresh, "--json", "--users", "demo,ada"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), recipes.begin(), recipes.end());
    const Ended ended = backtest(home, more);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return without_costs(support::parse_json(ended.out)).dump();
  };
  const std::string one = with({"--jobs", "1"});
  CHECK(one == with({"--jobs", "2"}));
  CHECK(one == with({"--jobs", "7"}));
  CHECK(one == with({"--in-process"}));
  CHECK(one != with({"--random-seed", "2"}));
  CHECK(support::parse_json(one).at("users") == json({"demo", "ada"}));
}

TEST_CASE("the first thing shown is six rows and a verdict, the rest is asked for", "[backtest]") {
  const EngineHome home;
  const auto text = [&](std::vector<std::string> more) {
    more.insert(more.begin(), "weekly");
    const Ended ended = backtest(home, more);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended.out;
  };
  const std::string first = text({});
  CHECK(std::count(first.begin(), first.end(), '\n') <= 14);
  for (const char* words : {"10 lists of each counted", "hit_rate@30", "precision@30", "skip_rate",
                            "new_artists", "long_tail", "gini", "ms a list",
                            "Nobody was handed these lists", ", the strongest of 7 opponents, in"})
    CHECK_THAT(first, Catch::Contains(words));
  CHECK_THAT(first, !Catch::Contains("mrr"));
  const std::string all = text({"--all"});
  for (const char* words : {"mrr", "recall@10", "random_catalogue", "weekly more by"})
    CHECK_THAT(all, Catch::Contains(words));
  const json result = backtest_json(home, {"weekly"});
  REQUIRE(result.at("verdicts").size() == 1);
  CHECK_THAT(first, Catch::Contains(result.at("verdicts").at(0).get<std::string>()));
}

TEST_CASE("one half of the people chooses, the other is reported", "[backtest][halves]") {
  const EngineHome home;
  const std::vector<std::string> dates = {"weekly", "--every", "5w", "--users"};
  const auto half = [&](const std::string& name) {
    std::vector<std::string> more = dates;
    more.push_back(name);
    return backtest_json(home, more);
  };
  const json choosing = half("choosing"), reporting = half("reporting"), all = half("all");
  CHECK(choosing.at("half") == "choosing");
  CHECK(all.at("half").is_null());
  json together = choosing.at("users");
  for (const json& user : reporting.at("users")) {
    CHECK(std::find(together.begin(), together.end(), user) == together.end());
    together.push_back(user);
  }
  json everybody = all.at("users");
  std::sort(together.begin(), together.end());
  std::sort(everybody.begin(), everybody.end());
  CHECK(together == everybody);
}

TEST_CASE("every user of the library can be judged", "[backtest]") {
  const EngineHome home;
  const json result = backtest_json(home, {"weekly", "--users", "all", "--every", "5w"});
  CHECK(result.at("users").size() == 6);
  CHECK(result.at("lists").get<int>() + [&] {
    int skipped = 0;
    for (const json& user : result.at("skipped")) skipped += user.at("dates").get<int>();
    return skipped;
  }() == 12);
}

TEST_CASE("the page stands alone and escapes what it shows", "[backtest]") {
  const EngineHome home;
  const std::string recipe =
      recipe_file(home, "a<b>&c.lua", "return user.library:limit { tracks = 5 }");
  const Ended ended = backtest(home, {recipe, "--html", home.path("page.html")});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const std::string page = engine::read_file(home.path("page.html"));
  CHECK_THAT(page, Catch::StartsWith("<!DOCTYPE html>") && Catch::Contains("a&lt;b&gt;&amp;c") &&
                       !Catch::Contains("<b>") && !Catch::Contains("http") &&
                       !Catch::Contains("<script") && !Catch::Contains("nan"));
  CHECK_THAT(page, Catch::Contains("ndcg@30 over time"));
}

TEST_CASE("a recipe that fails on some dates loses those only, and they are named", "[backtest]") {
  const EngineHome home;
  // Week numbers are days of Mondays, so every other date fails.
  const std::string recipe =
      recipe_file(home, "moody.lua",
                  "if math.floor(user.now / 604800) % 2 == 0 then error('not this week') end\n"
                  "return user.library:limit { tracks = 20 }");
  const Ended ended = backtest(home, {recipe, "weekly", "--json"});
  CHECK(ended.exit_code == 4);
  CHECK_THAT(ended.err, Catch::Contains("moody failed on 5 of 10 lists") &&
                            Catch::Contains("for demo") && Catch::Contains("not this week") &&
                            Catch::Contains("moody.lua:3"));
  const json result = support::parse_json(ended.out);
  CHECK(result.at("entries").at(0).at("failed") == 5);
  CHECK(result.at("entries").at(0).at("metrics").at("mrr").at("count") == 5);
  CHECK(result.at("entries").at(1).at("metrics").at("mrr").at("count") == 10);
  CHECK(result.at("paired").at(0).at("count") == 5);
  CHECK(result.at("failures").size() == 5);
}

TEST_CASE("a date that meets a limit is named, and the entries after it are still made",
          "[backtest]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("quick.lua"),
                                "return { limits = { wall_seconds = 1 } }\n");
  const std::string recipe =
      recipe_file(home, "stuck.lua",
                  "if user.now == 1787961600 then\n"  // 2026-08-29
                  "  local s = (\"a\"):rep(3000)\n  s:find(\".-.-.-.-b\")\nend\n"
                  "return user.library:limit { tracks = 20 }");
  const Ended ended = backtest(
      home, {recipe, "weekly", "--json", "--config", home.path("quick.lua"), "--to", "2026-09-19"});
  INFO(ended.err);
  CHECK(ended.exit_code == 7);
  CHECK_THAT(ended.err, Catch::Contains("stuck failed on 1 of 4 lists; the first, as of "
                                        "2026-08-29 for demo: stopped after") &&
                            Catch::Contains("it was in: stuck"));
  const json result = support::parse_json(ended.out);
  CHECK(result.at("entries").at(1).at("failed") == 0);
  CHECK(result.at("entries").at(1).at("metrics").at("mrr").at("count") == 4);
}

TEST_CASE("backtest says what is wrong with its arguments", "[backtest]") {
  const EngineHome home;
  const auto refused = [&](const std::vector<std::string>& more, int exit_code,
                           const std::vector<std::string>& words) {
    const Ended ended = backtest(home, more);
    INFO(ended.err);
    CHECK(ended.exit_code == exit_code);
    for (const std::string& word : words) CHECK_THAT(ended.err, Catch::Contains(word));
  };
  refused({"weekly", "--from", "last year"}, 2, {"cannot read the time \"last year\""});
  refused({"weekly", "--every", "1m"}, 2, {"cannot read the time span \"1m\"", "12h, 3d, 1w"});
  refused({"weekly", "--every", "20w"}, 2,
          {"no date fits between 2026-08-22 and 2026-10-31", "one period alone is longer"});
  refused({"weekly", "--to", "2026-08-01"}, 2, {"the first is not before the second"});
  refused({"weekly", "--to", "2027-01-01"}, 2, {"--to 2027-01-01 lies after now, 2026-11-21"});
  refused({"weekly", "--from", "2001-01-01", "--to", "2001-06-01"}, 1,
          {"demo played nothing between 2001-01-01 and 2001-0", "the listens there are go from",
           "choose other --from and --to"});
  refused({"weekly", "--set", "discover=0.3"}, 2, {"did you mean discovery?"});
  refused({"weakly"}, 3, {"there is no recipe \"weakly\"", "did you mean weekly?"});
  refused({"weekly", "weekly"}, 2, {"weekly is named twice"});
  refused({"weekly", "--users", "demo,nobody"}, 3, {"the store knows no user \"nobody\""});
  refused({"weekly", "--users", ","}, 2, {"--users , names nobody"});
  refused({"weekly", "--users", ""}, 2, {"users cannot be \"\"", "not empty"});
  refused({"weekly", "--user", ""}, 2, {"--user cannot be \"\"", "not empty"});
  refused({"weekly", "--user", "demo", "--users", "all"}, 2,
          {"--user and --users cannot go together"});
  refused({"weekly", "--k", "0"}, 2, {"--k"});
  refused({"weekly", "--trained-on", "choosing"}, 2, {"--trained-on", "--train"});
  const std::string broken = recipe_file(home, "broken.lua", "return pl.recall.saved_artist {}");
  refused({broken}, 4, {"no plugin offers recall.saved_artist", "broken.lua:3"});
}

TEST_CASE("without dates the last 52 periods of the listening are taken", "[backtest]") {
  const EngineHome home;
  const Ended ended = home.engine({"--library", support::demo_library(), "--now", kNow, "--json",
                                   "backtest", "weekly", "--every", "1d"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json result = support::parse_json(ended.out);
  CHECK(result.at("dates") == 52);
  CHECK(result.at("to") == "2026-11-21");
}

TEST_CASE("the list of a date is the one that engine run --now gives", "[backtest]") {
  const EngineHome home;
  const Ended ran = home.engine({"--library", support::demo_library(), "--now", "2026-09-05",
                                 "--json", "run", "weekly", "--no-record"});
  REQUIRE(ran.exit_code == 0);
  const json list = support::parse_json(ran.out).at("tracks");
  std::map<std::string, int> count;
  for (const json& track : list) ++count[track.at("artist").get<std::string>()];
  double bits = 0;
  for (const auto& [artist, times] : count) bits -= times / 50.0 * std::log2(times / 50.0);
  const json result = backtest_json(home, {"weekly", "--from", "2026-09-05", "--to", "2026-09-12"});
  const json& metrics = result.at("entries").at(0).at("metrics");
  REQUIRE(list.size() == 50);
  CHECK(metrics.at("list_length").at("mean") == 50);
  CHECK(metrics.at("artist_entropy").at("mean").get<double>() == Approx(bits));
}
