// engine check: all mistakes of a recipe at once, without a library.
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// A recipe whose build() has these lines (the first is line 10), and six parameters.
std::string recipe(const std::string& build) {
  return "local pl = require 'playlist'\n"
         "return pl.recipe {\n"
         "  title = 'x',\n"
         "  params = {\n"
         "    tracks = pl.int { 50, min = 1, max = 500 },\n"
         "    top = pl.int { 5, min = 1, max = 50 },\n"
         "  },\n"
         "  random_seed = 'week',\n"
         "  build = function(p, user)\n" +
         build + "\nend }\n";
}

constexpr const char* kMayPlay = "this recipe may play what its listener ";

struct Checked : Ended {
  json result;  // of the one recipe, without the warnings in `bans`
  std::vector<json> bans;
  /// "error 11: unknown column ...", one for each problem.
  std::vector<std::string> problems;
  [[nodiscard]] std::string all() const {
    std::string text;
    for (const std::string& problem : problems) text += problem + "\n";
    return text;
  }
};

Checked check(const std::string& text, std::vector<std::string> options = {}) {
  const EngineHome home;
  engine::write_file_atomically(home.path("mine.lua"), text);
  options.insert(options.end(), {"--json", "check", home.path("mine.lua")});
  Checked checked{home.engine(options), {}, {}, {}};
  INFO(checked.err);
  checked.result = support::parse_json(checked.out).at("recipes").at(0);
  json& problems = checked.result.at("problems");
  for (std::size_t k = problems.size(); k-- > 0;) {
    if (problems[k].at("what").get<std::string>().find(kMayPlay) == 0) {
      checked.bans.push_back(problems[k]);
      problems.erase(k);
    }
  }
  for (const json& problem : checked.result.at("problems")) {
    const std::string where = problem.at("where");
    checked.problems.push_back(problem.at("severity").get<std::string>() + " " +
                               where.substr(where.rfind(':') + 1) + ": " +
                               problem.at("what").get<std::string>());
  }
  return checked;
}

Checked check_build(const std::string& build, std::vector<std::string> options = {}) {
  return check(recipe(build), std::move(options));
}

}  // namespace

TEST_CASE("the shipped recipes are good", "[check]") {
  const EngineHome home;
  const Ended ended = home.engine({"check", "--strict", "recipes"});
  INFO(ended.out);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Catch::Contains("weekly.lua: good\n") &&
                            Catch::Contains("discover-weekly.lua: good\n") &&
                            !Catch::Contains("warning"));
}

TEST_CASE("check tells all mistakes of a recipe at once, with their lines", "[check]") {
  const Checked checked = check_build(
      "local likes = user.lieks:or_last { 100 }\n"                                    // 10
      "local a = pl.recall.genre { seeds = likes, top = 500, poool = 3 }\n"           // 11
      "  :filter(function(t)\n"                                                       // 12
      "    if t.energy > 0.9 then\n"                                                  // 13
      "      return t.valnce > 0.4\n"                                                 // 14
      "    end\n"                                                                     // 15
      "    return true\n"                                                             // 16
      "  end)\n"                                                                      // 17
      "  :scroe { energy = 1 }\n"                                                     // 18
      "  :score { tast = 1, energy = p.tpo }\n"                                       // 19
      "local b = pl.recall.no_such_thing {}:rank(pl.ranking.taste { wieght = 1 })\n"  // 20
      "return pl.mix { { a, share = 0.5 }, { b, share = 0.4 } }:limit { tracks = p.tracks }");
  CHECK(checked.exit_code == 4);
  CHECK(checked.result.at("ok") == false);
  const std::string all = checked.all();
  INFO(all);
  CHECK_THAT(all, Catch::Contains("error 10: user has no \"lieks\"") &&
                      Catch::Contains("error 11: 2 arguments of recall.genre are wrong") &&
                      Catch::Contains("error 14: unknown column \"valnce\"") &&
                      Catch::Contains("error 18: candidates have no verb \"scroe\"") &&
                      Catch::Contains("error 19: unknown column \"tast\" in :score") &&
                      Catch::Contains("error 19: parameters has no \"tpo\"") &&
                      Catch::Contains("error 20: no plugin offers recall.no_such_thing") &&
                      Catch::Contains("error 20: ranking.taste has no parameter \"wieght\"") &&
                      Catch::Contains("error 21: the shares of pl.mix add up to 0.9"));
  CHECK(checked.result.at("problems").at(0).at("fix") == "did you mean likes?");
}

TEST_CASE("a column on a path that one track does not take is looked for too", "[check]") {
  const Checked checked = check_build(
      "return pl.recall.catalogue {}:score(function(t)\n"
      "  return t.energy > 2 and t['valenze'] or t.energy\n"
      "end):limit { tracks = p.tracks + p.top }");
  REQUIRE(checked.problems.size() == 1);
  CHECK(checked.problems[0] == "error 11: unknown column \"valenze\"");
  CHECK(checked.result.at("problems").at(0).at("fix") == "did you mean valence?");
  CHECK(checked.result.at("problems").at(0).at("source") ==
        "  return t.energy > 2 and t['valenze'] or t.energy");
}

TEST_CASE("columns that the recipe's own steps add are known below them only", "[check]") {
  const std::string rank = ":rank(pl.ranking.taste {})", use = ":score { taste = 1 }";
  const std::string from = "return pl.recall.catalogue {}",
                    end = ":limit { tracks = p.tracks + p.top }";
  CHECK(check_build(from + rank + use + end).problems.empty());
  CHECK_THAT(check_build(from + use + rank + end).all(),
             Catch::Contains("unknown column \"taste\" in :score"));
  CHECK(check_build(from + ":column('mine', function(t) return t.energy end):score { mine = 1 }" +
                    end)
            .problems.empty());
  CHECK_THAT(check_build(from + ":score { title = 1 }" + end).all(),
             Catch::Contains("column \"title\" in :score holds texts"));
  CHECK_THAT(
      check_build(from + ":filter(pl.filtering.range { field = 'enrgy', max = 1 })" + end).all(),
      Catch::Contains("enrgy"));
}

TEST_CASE("a syntax error is told with its line", "[check]") {
  const Checked checked = check("local pl = require 'playlist'\nlocal x = = 3\n");
  CHECK(checked.exit_code == 4);
  REQUIRE(checked.problems.size() == 1);
  CHECK_THAT(checked.problems[0], Catch::StartsWith("error 2: ") && Catch::Contains("'='"));
  CHECK_THAT(checked.result.at("unchecked").dump(), Catch::Contains("loading stopped at"));
}

TEST_CASE("a mistake that ends build() says that the rest was not checked", "[check]") {
  const Checked checked = check_build("local x = nil\nreturn x.y");
  CHECK(checked.exit_code == 4);
  CHECK_THAT(checked.all(), Catch::Contains("error 11: attempt to index"));
  CHECK_THAT(checked.result.at("unchecked").dump(),
             Catch::Contains("build() stopped at") &&
                 Catch::Contains("what comes after that was not checked"));
}

TEST_CASE("a parameter that nothing reads is a warning, and fails with --strict", "[check]") {
  const std::string build = "return pl.recall.catalogue {}:limit { tracks = p.tracks }";
  const Checked checked = check_build(build);
  CHECK(checked.exit_code == 0);
  REQUIRE(checked.problems.size() == 1);
  CHECK(checked.problems[0] == "warning 6: parameter \"top\" is declared and never read");
  const EngineHome home;
  engine::write_file_atomically(home.path("mine.lua"), recipe(build));
  CHECK(home.engine({"check", "--strict", home.path("mine.lua")}).exit_code == 4);
}

TEST_CASE("a parameter that only a formula or only some candidates read is read", "[check]") {
  CHECK(check_build("return pl.recall.catalogue {}:score(function(t)\n"
                    "  if t.energy > 2 then return p.top end\n"
                    "  return 1\n"
                    "end):limit { tracks = p.tracks }")
            .problems.empty());
  CHECK(check_build("local count = p.tracks\n"
                    "if #user.likes > 500 then count = p.top end\n"
                    "return pl.recall.catalogue {}:limit { tracks = count }")
            .problems.empty());
}

TEST_CASE("what build() looks at is checked as empty and as full, and that is said", "[check]") {
  const Checked checked = check_build(
      "local c = pl.recall.catalogue {}\n"
      "if #user.likes > 500 then c = c:score { enrgy = 1 } end\n"
      "return c:limit { tracks = p.tracks + p.top }");
  CHECK_THAT(checked.all(), Catch::Contains("error 11: unknown column \"enrgy\" in :score (when "
                                            "build() finds candidates)"));
  CHECK_THAT(checked.result.at("unchecked").dump(),
             Catch::Contains("build() asks how many tracks user.likes gives") &&
                 Catch::Contains("checked with 0 and with 1000"));
  const Checked rows = check_build(
      "for _, row in ipairs(user.likes:rows()) do print(row.title) end\n"
      "return pl.recall.catalogue {}:limit { tracks = p.tracks + p.top }");
  CHECK_THAT(rows.result.at("unchecked").dump(),
             Catch::Contains("build() reads the rows of user.likes") &&
                 Catch::Contains("as if there were none"));
}

TEST_CASE("each parameter is tried at both ends of its range", "[check]") {
  const Checked checked = check_build(
      "return pl.recall.genre { seeds = user.likes, top = p.top }:limit { tracks = p.tracks }");
  CHECK_THAT(checked.all(), Catch::Contains("top = 50 is outside 1..20") ||
                                Catch::Contains("(with --set top=50)"));
}

TEST_CASE("lists that must come out short are told with the reason", "[check]") {
  const auto warning = [](const std::string& candidates) {
    return check_build("local _ = p.top\nreturn " + candidates).all();
  };
  const std::string few = "this recipe may return fewer than 50 tracks, because ";
  const std::string limit = ":limit { tracks = p.tracks }";
  CHECK(warning("pl.recall.catalogue {}" + limit).empty());
  CHECK_THAT(warning("pl.recall.popular { limit = 30 }" + limit),
             Catch::Contains(few + "recall.popular leaves it at most 30"));
  CHECK_THAT(warning("pl.recall.catalogue { limit = 1500000 }:limit { tracks = 2000000 }"),
             Catch::Contains("fewer than 2000000 tracks, because recall.catalogue leaves it at "
                             "most 1500000"));
  CHECK_THAT(warning("pl.recall.catalogue {}:top(20)" + limit),
             Catch::Contains(few + ":top leaves it at most 20"));
  CHECK_THAT(warning("user.library" + limit + ":filter(function(t) return t.energy > 0.5 end)"),
             Catch::Contains(few + ":filter drops tracks after the list was chosen"));
  CHECK_THAT(warning("pl.recall.catalogue {}:limit { tracks = p.tracks, minutes = 60 }"),
             Catch::Contains(few + "minutes = 60 is filled by about 17 tracks of 3.5 minutes"));
  CHECK_THAT(warning("pl.fallback { pl.recall.popular { limit = 9 }, user.library }" + limit),
             Catch::Contains(few + "recall.popular leaves it at most 9"));
  const std::string few_popular = "pl.recall.popular { limit = 9 }";
  CHECK_THAT(warning("pl.mix { { user.library, share = 0.5 }, { " + few_popular +
                     ", share = 0.5 } }" + limit),
             Catch::Contains(few + "recall.popular leaves it at most 18"));
  CHECK(warning("pl.mix { { user.library, share = 0.5 }, { " + few_popular +
                ", share = 0.5, otherwise = user.library } }" + limit)
            .empty());
  CHECK(warning("pl.concat { " + few_popular + ", user.library }" + limit).empty());
}

TEST_CASE("check is quiet about steps that may drop tracks: what that leaves a run says",
          "[check]") {
  const auto problems = [](const std::string& candidates) {
    return check_build("local _ = p.top\nreturn " + candidates + ":limit { tracks = p.tracks }")
        .all();
  };
  CHECK(problems("user.library:filter(function(t) return t.energy > 0.5 end, 'too calm')") == "");
  CHECK(problems("user.library:filter(pl.filtering.heard {})") == "");
  CHECK(problems("user.likes:since { months = 3 }") == "");
  CHECK(problems("user.library - user.likes") == "");
  CHECK(problems("pl.recall.genre { seeds = user.likes }") == "");
  CHECK(problems("pl.mix { { user.library, share = 0.5 }, "
                 "{ pl.recall.genre { seeds = user.likes }, share = 0.5 } }") == "");
}

TEST_CASE("the ends of parameters are tried where build() finds candidates, too", "[check]") {
  const Checked checked = check_build(
      "local c = pl.recall.catalogue {}\n"
      "if #user.likes > 500 then c = c + pl.recall.genre { seeds = user.likes, top = p.top } end\n"
      "return c:limit { tracks = p.tracks }");
  CHECK_THAT(checked.all(), Catch::Contains("top = 50 is outside 1..20"));
}

TEST_CASE("a step whose result is thrown away is a warning", "[check]") {
  const Checked checked = check_build(
      "local c = pl.recall.catalogue {}\n"
      "c:filter(function(t) return t.energy > 0.5 end)\n"
      "return c:limit { tracks = p.tracks + p.top }");
  REQUIRE(checked.problems.size() == 1);
  CHECK(checked.problems[0] == "warning 11: the result of :filter is not used");
}

TEST_CASE("a formula that cannot work is told, a made-up track's trouble is a warning", "[check]") {
  const std::string end = ":limit { tracks = p.tracks + p.top }";
  CHECK_THAT(check_build("return pl.recall.catalogue {}:score(function(t) return clmap(t.energy, "
                         "0, 1) end)" +
                         end)
                 .all(),
             Catch::Contains("error 10: unknown name \"clmap\""));
  const Checked checked = check_build(
      "local places = {}\n"
      "return pl.recall.catalogue {}:score(function(t) return places[t.artist].x end)" +
      end);
  CHECK(checked.exit_code == 0);
  CHECK_THAT(checked.all(), Catch::Contains("warning 11: attempt to index"));
  CHECK_THAT(checked.result.at("problems").at(0).at("why").get<std::string>(),
             Catch::Contains("made-up track"));
}

TEST_CASE("a formula that makes candidates is an error", "[check]") {
  CHECK_THAT(check_build("local c = pl.recall.catalogue {}\n"
                         "return c:score(function(t)\n  return #c:top(5) end)\n"
                         ":limit { tracks = p.tracks + p.top }")
                 .all(),
             Catch::Contains("error 12: a formula cannot make candidates (:top)"));
}

TEST_CASE("verbs where they cannot stand are errors", "[check]") {
  const std::string end = ":limit { tracks = p.tracks + p.top }";
  CHECK_THAT(check_build("return pl.recall.catalogue {}:since { months = 1 }" + end).all(),
             Catch::Contains(":since needs candidates with times"));
  CHECK_THAT(check_build("return user.likes:since {}:or_last { 50 }" + end).all(),
             Catch::Contains(":since needs a time span"));
  CHECK_THAT(check_build("return user.library:or_implicit { finished = 3 }" + end).all(),
             Catch::Contains(":or_implicit follows user.likes only"));
}

TEST_CASE("check prints like a compiler, and goes on with the next recipe", "[check]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("a.lua"), "return {}\n");
  const Ended ended =
      home.engine({"check", home.path("a.lua"), home.path("none.lua"), "recipes/weekly.lua"});
  CHECK(ended.exit_code == 3);
  CHECK_THAT(ended.out, Catch::Contains("a.lua: 1 error\nerror: a recipe must return pl.recipe") &&
                            Catch::Contains("none.lua: 1 error\nerror: there is no recipe") &&
                            Catch::Contains("recipes/weekly.lua: good\n"));
  std::filesystem::create_directory(home.path("empty"));
  const Ended none = home.engine({"check", home.path("empty")});
  CHECK(none.exit_code == 3);
  CHECK_THAT(none.err, Catch::Contains("there is no recipe in"));
}

TEST_CASE("a recipe that may play what its listener banned is told so", "[check][banned]") {
  const auto bans = [](const std::string& build) { return check_build(build).bans; };
  const std::string end = ":limit { tracks = p.tracks }";
  const auto found =
      bans("return pl.concat { pl.recall.catalogue {}, user.likes + user.library }\n" + end);
  REQUIRE(found.size() == 1);
  CHECK(found[0].at("severity") == "warning");
  CHECK(found[0].at("what") ==
        std::string(kMayPlay) + "banned: the tracks of recall.catalogue reach the list unfiltered");
  CHECK_THAT(
      found[0].at("why").get<std::string>(),
      Catch::StartsWith("so do those of user.likes (") && Catch::Contains(", user.library ("));
  CHECK(found[0].at("fix") == "put :filter(pl.filtering.allowed {}) behind it");

  const std::string filter = ":filter(pl.filtering.allowed {})";
  CHECK(bans("return pl.recall.catalogue {}" + filter + end).empty());
  CHECK(bans("return (user.likes + user.library)" + filter + ":top(9)").empty());
  CHECK(bans("return pl.recall.catalogue {} - user.banned - user.rejected").empty());
  CHECK(bans("return pl.recall.catalogue {}:filter(pl.filtering.not_in { user.banned })"
             ":filter(pl.filtering.not_in { user.rejected })")
            .empty());
  // Bans alone are not all that they do not want.
  for (const char* banned : {" - user.banned", ":filter(pl.filtering.banned {})"}) {
    const auto rejected = bans("return pl.recall.catalogue {}" + std::string(banned));
    REQUIRE(rejected.size() == 1);
    CHECK(rejected[0].at("what") ==
          std::string(kMayPlay) +
              "rejected: the tracks of recall.catalogue reach the list unfiltered");
  }
  CHECK(bans("return pl.recall.catalogue { seeds = user.likes }").size() <= 1);
  // On one way only; and :or_last brings what was filtered out before it.
  CHECK(bans("return pl.fallback { pl.recall.catalogue {}" + filter + ", pl.recall.popular {} }")
            .size() == 1);
  CHECK(bans("return pl.mix { { user.likes" + filter + ", share = 1, otherwise = user.library } }")
            .size() == 1);
  CHECK(bans("return user.likes" + filter + ":since { days = 3 }:or_last { 9 }").size() == 1);
  CHECK(bans("return user.likes:since { days = 3 }:or_last { 9 }" + filter).empty());
  // What is taken away need not be filtered.
  CHECK(bans("return pl.recall.catalogue {}" + filter + " - user.library").empty());
}

TEST_CASE("no shipped recipe lets in what its listener banned", "[check][banned]") {
  const EngineHome home;
  const Ended checked =
      home.engine({"--json", "check", std::string(PLAYLIST_SOURCE_DIR) + "/recipes"});
  INFO(checked.err);
  const json recipes = support::parse_json(checked.out).at("recipes");
  CHECK(recipes.size() >= 2);
  for (const json& recipe : recipes) {
    for (const json& problem : recipe.at("problems"))
      CHECK(problem.at("what").get<std::string>().find(kMayPlay) == std::string::npos);
  }
}
