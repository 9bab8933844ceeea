// What a recipe may ask of its plan: bounds, looks at candidates inside formulas, and values that
// are none. On a store of eight tracks, all liked by one user.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "plan/step.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/run.hpp"
#include "support/lua_run.hpp"
#include "support/small_store.hpp"

using namespace engine;
using nlohmann::json;
using test::error_of;
using test::SmallStore;

namespace {

const std::int64_t kNow = parse_time("2026-11-21T12:00:00Z");

class Plans {
 public:
  Plans() {
    std::string sql = "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');";
    for (int id = 1; id <= 8; ++id) {
      const std::string number = std::to_string(id);
      sql += "INSERT INTO tracks (track_id, title, artist_id, in_catalogue, duration_ms) VALUES (" +
             number + ", 'T" + number + "', 1, 1, " + number + "000);" +
             "INSERT INTO likes VALUES (1, " + number + ", 1000);";
      // Track N is played N times.
      for (int k = 0; k < id; ++k)
        sql += "INSERT INTO listens VALUES (1, " + std::to_string(kNow - 100'000 * id - 1000 * k) +
               ", " + number + ", 60000, 0, 'DE', 1);";
    }
    store_.change(sql);
  }

  /// Runs a recipe whose build() has these lines (the first is line 3); c is the user's library.
  json run(const std::string& build, const std::string& fields = "random_seed = 1",
           const std::vector<std::string>& scripts = {}) {
    return run_text("local pl = require \"playlist\" return pl.recipe { title = \"x\", " + fields +
                        ", build = function(p, user)\nlocal c = user.library\n" + build +
                        "\nend }\n",
                    scripts);
  }
  json run_text(const std::string& text, const std::vector<std::string>& scripts = {}) {
    const AsOfOptions options = store_.options(kNow);
    ColumnOptions columns;
    columns.store = options.store;
    columns.user = "ann";
    RunRequest request;
    request.recipe_path = "recipes/x.lua";
    request.recipe_text = text;
    request.now = kNow;
    request.lua_limits.seconds = seconds;
    request.plugin_directories = plugins;
    request.plugin_copies =
        std::string(PLAYLIST_BUILD_DIR) + "/test-cache/playlist-engine/plugin-copies";
    request.columns = prepare_columns(columns);
    request.script_directories = scripts;
    request.script_directories.push_back(std::string(PLAYLIST_SOURCE_DIR) + "/scripts");
    return playlist_json(run_recipe(request, {}).playlist);
  }
  std::vector<int> tracks(const std::string& build, const std::vector<std::string>& scripts = {}) {
    std::vector<int> found;
    const json record = run(build, "random_seed = 1", scripts);
    for (const json& track : record.at("tracks")) found.push_back(track.at("track"));
    return found;
  }
  double seconds = 10;               // limits.recipe_seconds
  std::vector<std::string> plugins;  // folders
  Error error(const std::string& build, const std::string& fields = "random_seed = 1") {
    return error_of([&] { run(build, fields); });
  }

 private:
  SmallStore store_;
};

void check_error(const Error& error, const std::string& what, const std::string& line) {
  CHECK(error.exit() == Exit::kRecipe);
  CHECK_THAT(error.what(), Catch::Contains(what));
  CHECK(error.parts().where == "recipes/x.lua:" + line);
}

}  // namespace

TEST_CASE("two filters above one sequence each go through all of it", "[plans]") {
  Plans plans;
  const std::string build =
      "local all = pl.concat { c:filter(function(t) return t.duration_ms > 3000 end), c }\n"
      "local long = all:filter(function(t) return t.duration_ms > 4000 end)\n"
      "local short = all:filter(function(t) return t.duration_ms <= 4000 end)\n"
      "return pl.mix { { short, share = 0.5, otherwise = long },\n"
      "                { long, share = 0.5, otherwise = short } }:limit { tracks = 8 }";
  const std::vector<int> found = plans.tracks(build);
  // The first of each by turns, then what is left.
  CHECK(found == std::vector<int>{4, 5, 1, 6, 2, 7, 3, 8});
}

TEST_CASE("a formula looks at candidates that are there, and makes none", "[plans]") {
  Plans plans;
  CHECK(plans.tracks("local few = c:top(3)\n"
                     "return c:score(function(t) return #few * t.duration_ms end):top(2)") ==
        std::vector<int>{8, 7});
  for (const char* made :
       {"#c:top(5)", "#(c + c)", "#user.likes", "#c:filter(function() return true end)"}) {
    CAPTURE(made);
    const std::string formula = std::string("function(t)\nreturn ") + made + " end";
    check_error(plans.error("return c:score(" + formula + "):top(5)"),
                "a formula cannot make candidates", "4");
    check_error(plans.error("return c:column('x', " + formula + "):top(5)"),
                "a formula cannot make candidates", "4");
    check_error(plans.error("return c:filter(" + formula + "):top(5)"),
                "a formula cannot make candidates", "4");
    check_error(plans.error("return c:order(" + formula + "):top(5)"),
                "a formula cannot make candidates", "4");
    check_error(plans.error("return c:explain(" + formula + "):top(5)"),
                "a formula cannot make candidates", "4");
    // Also while build() waits for the result.
    check_error(plans.error("local s = c:score(" + formula + ")\nlocal n = #s return s:top(n)"),
                "a formula cannot make candidates", "4");
  }
  check_error(plans.error("return c:score(function(t)\nreturn c:fliter(1) end):top(5)"),
              "candidates have no verb \"fliter\"", "4");
}

TEST_CASE("candidates whose formula looks at them are an error", "[plans]") {
  Plans plans;
  check_error(plans.error("local last\n"
                          "local scored = c:score(function(t) return #last end)\n"
                          "last = scored:top(5) return last"),
              "candidates hang on themselves", "4");
  check_error(plans.error("local a, b\n"
                          "a = c:score(function(t) return #b end)\n"
                          "b = c:score(function(t) return #a end)\n"
                          "return a:top(5)"),
              "candidates hang on themselves", "4");
}

TEST_CASE("formulas that look at each other in a long chain end in an error", "[plans]") {
  Plans plans;
  const std::string chain =
      "for i = 1, N do\nlocal before = c c = user.library:score(function(t) return #before end)\n"
      "end return c:top(5)";
  const auto with = [&](const std::string& count) {
    std::string text = chain;
    return text.replace(text.find('N'), 1, count);
  };
  CHECK(plans.tracks(with("20")).size() == 5);
  CHECK(plans.error(with("900")).exit() == Exit::kRecipe);
}

TEST_CASE("a plan has so many steps and no more", "[plans]") {
  Plans plans;
  CHECK(plans
            .tracks("for i = 1, 900 do c = c:filter(function(t) return true end) end\n"
                    "return c:top(5)")
            .size() == 5);
  CHECK(plans.tracks("for i = 1, 900 do c = pl.fallback { c, user.served } end return c:top(5)")
            .size() == 5);
  CHECK(plans.tracks("for i = 1, 900 do c = pl.fallback { user.served, c } end return c:top(5)")
            .size() == 5);
  CHECK(plans.tracks("for i = 1, 900 do c = pl.alternate { c, user.served } end return c:top(5)")
            .size() == 5);
  check_error(plans.error("local u = c:top(5)\nfor i = 1, 20000 do u = u + c end return u:top(5)"),
              "more than 1000 steps one behind the other", "4");
  check_error(plans.error("for i = 1, 30000 do c = c:top(5) end return c"),
              "more than 1000 steps one behind the other", "3");
  check_error(plans.error("for i = 1, 30000 do local d = c:top(5) end return c"),
              "more than 10000 steps", "3");
}

TEST_CASE("a verb without candidates before its colon is told with its line", "[plans]") {
  Plans plans;
  check_error(plans.error("local f = c.filter\nreturn f(5, function() return true end)"),
              ":filter needs candidates, got a number", "4");
  check_error(plans.error("local f = c.filter\nreturn f()"), "", "4");
  check_error(plans.error("return c.top(5)"), ":top needs candidates, got a number", "3");
  check_error(plans.error("return c.score({ duration_ms = 1 })"), "", "3");
  check_error(plans.error("return c.limit { tracks = 3 }"), ":limit needs candidates, got a table",
              "3");
  check_error(plans.error("return c.rows(5)"), "needs candidates", "3");
}

TEST_CASE("a combiner's branch takes the fields that its step declares", "[plans]") {
  Plans plans;
  const auto fix_of = [&](const std::string& list) {
    const Error error = plans.error("return " + list + ":top(2)");
    CHECK_THAT(error.what(), Catch::Contains("branch 1 has no \""));
    return error.parts().fix;
  };
  CHECK(fix_of("pl.mix { { c, shares = 1 } }") == "did you mean share?");
  CHECK(fix_of("pl.blend { { c, quotas = 1 } }") == "did you mean quota?");
  CHECK(fix_of("pl.fallback { { c, quota = 1 } }") == "it knows at_least, title");
  CHECK(fix_of("pl.alternate { { c, share = 1 } }").empty());
  CHECK(plans.tracks("return pl.fallback { { c, title = 'All' } }:top(2)").size() == 2);
  const test::ScriptFolder folder("steps");
  folder.write("raw.lua", "return engine");
  const Error raw = error_of([&] {
    plans.run("return require('raw').node { step = 'score', inputs = { c } }:top(2)",
              "random_seed = 1", {folder.path()});
  });
  check_error(raw, ":score needs a function of a row", "3");
  check_error(plans.error("return c:column(function(t) return 1 end):top(2)"),
              ":column takes a name and a function of a row", "3");
  check_error(plans.error("return c:explain('why'):top(2)"),
              ":explain takes a function of a row that returns a text", "3");
}

TEST_CASE("a blend's quotas look at no branch while the plan is made", "[plans]") {
  Plans plans;
  CHECK(
      plans
          .tracks("local unread = pl.blend { { c:filter(function(t) error 'ran' end), quota = 2 } "
                  "} return c:top(2)")
          .size() == 2);
  check_error(plans.error("return pl.blend { { c, quota = 1.5 } }:top(2)"),
              "branch 1 needs quota = a whole number from 0 on", "3");
  check_error(plans.error("return pl.blend { { c, quota = -1 } }:top(2)"),
              "branch 1 needs quota = a whole number from 0 on", "3");
}

TEST_CASE("a fallback's branch is taken when it has at least what it asks for", "[plans]") {
  Plans plans;
  const auto made = [&](const std::string& first) {
    return plans.run("return pl.fallback { { c, at_least = " + first + " }, c:top(3) }");
  };
  CHECK(made("8").at("tracks").size() == 8);
  CHECK(made("8").dump().find("that it needs") == std::string::npos);
  const json few = made("9");
  CHECK(few.at("tracks").size() == 3);
  CHECK_THAT(few.dump(), Catch::Contains("user.library found 8 of the 9 that it needs, so top was "
                                         "taken"));
  CHECK_THAT(
      plans.run("return pl.fallback { { c, at_least = 9 }, { c:top(3), title = '' } }").dump(),
      !Catch::Contains("that it needs"));
  check_error(plans.error("return pl.fallback { { c, at_least = 'many' }, c }"),
              "branch 1 needs at_least = a whole number from 0 on", "3");
}

TEST_CASE("numbers that are none are refused wherever a plan takes one", "[plans]") {
  Plans plans;
  for (const char* build :
       {"return c:score { duration_ms = 0 / 0 }:top(5)",
        "return c:score { duration_ms = 1 / 0 }:top(5)", "return c:top(0 / 0)",
        "return c:limit { tracks = 0 / 0 }", "return pl.blend { { c, weight = 0 / 0 } }:top(5)",
        "return pl.mix { { c, share = 0 / 0 } }:limit { tracks = 5 }",
        "return c:sample { temperature = 0 / 0 }:top(5)"}) {
    CAPTURE(build);
    check_error(plans.error(build), "", "3");
  }
}

TEST_CASE("random_seed is a word or a whole number, or an error", "[plans]") {
  Plans plans;
  for (const char* seed :
       {"{}", "function() end", "true", "''", "0 / 0", "1 / 0", "1.5", "-1", "'never'"}) {
    CAPTURE(seed);
    const Error error = plans.error("return c:top(2)", std::string("random_seed = ") + seed);
    CHECK(error.exit() == Exit::kRecipe);
    CHECK_THAT(error.what(), Catch::StartsWith("random_seed cannot be "));
  }
  CHECK(plans.run("return c:top(2)", "random_seed = 1e15").at("random_seed") ==
        1'000'000'000'000'000);
  CHECK(plans.run("return c:top(2)", "random_seed = '7'").at("random_seed") == 7);
}

TEST_CASE("texts of a recipe have a bound, and must be texts", "[plans]") {
  Plans plans;
  const std::string top = "return c:top(2)";
  for (const char* fields :
       {"about = ('x'):rep(20000)", "random_seed = ('x'):rep(300)",
        "params = { [('x'):rep(300)] = pl.int { 1 } }",
        "params = { a = pl.int { 1, help = ('x'):rep(3000) } }",
        "params = { a = pl.text { ('x'):rep(20000) } }",
        "params = { a = pl.choice { 'b', choices = { 'b', ('x'):rep(300) } } }"}) {
    CAPTURE(fields);
    const Error error = plans.error(top, fields);
    CHECK(error.exit() == Exit::kRecipe);
    CHECK_THAT(error.what(), Catch::EndsWith("00 bytes"));
    CHECK_THAT(error.parts().why, Catch::StartsWith("at most "));
    CHECK_THAT(error.parts().where, Catch::StartsWith("recipes/x.lua:"));
  }
  CHECK_THAT(error_of([&] {
               plans.run_text(
                   "local pl = require 'playlist'\nreturn pl.recipe { title = "
                   "('x'):rep(1e6), build = function(p, u) return u.likes end }");
             }).what(),
             Catch::Equals("the recipe's title has 1000000 bytes"));
  CHECK_THAT(plans.error("return c:explain(function(t) return ('x'):rep(3000) end):top(2)").what(),
             Catch::Contains("has 3000 bytes"));
  check_error(plans.error("return c:filter(function(t) return true end, ('x'):rep(20000)):top(2)"),
              "has 20000 bytes", "3");
  check_error(plans.error("return c:score { [('x'):rep(1e6)] = 1 }:top(2)"),
              ":score: the name of a column has 1000000 bytes", "3");
  CHECK(plans.error(top, "about = {}").exit() == Exit::kRecipe);
  CHECK(plans.error(top, "params = { [1] = pl.int { 1 } }").exit() == Exit::kRecipe);
  CHECK(plans.error(top, "params = { [true] = pl.int { 1 } }").exit() == Exit::kRecipe);
  CHECK(plans.error(top, "params = { a = pl.number { 0 / 0 } }").exit() == Exit::kRecipe);
}

TEST_CASE("a module reads the listening statistics that the recipe does not name", "[plans]") {
  Plans plans;
  const test::ScriptFolder folder("statistics");
  folder.write("heard.lua",
               "return { often = function(t) return -t.plays end, name = 'plays',\n"
               "  of = function(row) return row.plays end }");
  const std::vector<std::string> scripts = {folder.path()};
  CHECK(plans.tracks("return c:score(require('heard').often):top(3)", scripts) ==
        std::vector<int>{1, 2, 3});
  CHECK(plans.tracks("local name = require('heard').name\n"
                     "return c:score(function(t) return t[name] end):top(2)",
                     scripts) == std::vector<int>{8, 7});
  CHECK(plans.tracks("return c:score { [require('heard').name] = 1 }:top(2)", scripts) ==
        std::vector<int>{8, 7});
  CHECK(
      plans.tracks("local n = require('heard').of(c:rows()[3])\nreturn c:top(n)", scripts).size() ==
      3);
}

namespace {

/// A plan of the nodes that a script module makes itself, with every plugin of the tree.
class RawNodes {
 public:
  RawNodes() : folder_("raw-nodes") {
    folder_.write("raw.lua", "return engine.node");
    plans_.plugins = {std::string(PLAYLIST_BUILD_DIR) + "/plugins"};
  }
  std::size_t tracks(const std::string& description) {
    return plans_.run(build(description), "random_seed = 1", {folder_.path()}).at("tracks").size();
  }
  /// What is wrong is told with what to write, at the recipe's line.
  void check_refused(const std::string& description, const std::string& what,
                     const std::string& fix) {
    CAPTURE(description);
    const Error error = error_of([&] { tracks(description); });
    check_error(error, what, "3");
    CHECK_THAT(error.parts().fix, Catch::Contains(fix));
  }

 private:
  static std::string build(const std::string& description) {
    return "return require('raw') { " + description + " }";
  }
  test::ScriptFolder folder_;
  Plans plans_;
};

}  // namespace

TEST_CASE("every step that a module gives no candidates is refused", "[plans]") {
  RawNodes raw;
  for (const Step* step : builtin_steps()) {
    const StepFacts& facts = step->facts();
    const std::string name = std::string("step = \"") + step->name() + '"';
    if (facts.form == StepForm::kCombiner) {
      const std::string branch = "{ node = candidates }";
      for (const char* none : {"", ", branches = {}", ", branches = 3", ", inputs = { c }"})
        raw.check_refused(name + none, "needs at least one branch", name + ", branches = ");
      raw.check_refused(name + ", branches = { {} }", "\"node\" of branch 1 is nothing", branch);
      raw.check_refused(name + ", branches = { { node = c }, 5 }", "branch 2 is a number", branch);
      raw.check_refused(name + ", branches = { { node = c, otherwise = 5 } }",
                        "\"otherwise\" of branch 1 is a number", branch);
    } else if (facts.inputs > 0) {
      for (const char* none : {"", ", inputs = 3", ", branches = { { node = c } }"})
        raw.check_refused(name + none, "needs candidates, got nothing", name + ", inputs = { c");
      raw.check_refused(name + ", inputs = {}", "needs candidates, got nothing", "candidates");
      raw.check_refused(name + ", inputs = { 'c', 'c' }", "needs candidates, got a string",
                        "candidates");
    } else if (step == builtin_step("set")) {
      CHECK(raw.tracks(name + ", arguments = { 'likes' }") == 8);
    } else if (!facts.is_set) {
      CHECK_NOTHROW(raw.tracks(name));
    }
    if (facts.inputs > 1) {
      raw.check_refused(name + ", inputs = { c }", "needs candidates, got nothing",
                        name + ", inputs = { candidates, others }");
    }
    if (facts.formula) {
      const char* arguments = step->description().params[0] ? ", arguments = { 'x' }" : "";
      raw.check_refused(name + ", inputs = { c }" + arguments, "needs a function of a row",
                        "call = function(t)");
    }
    if (facts.takes_weights)
      raw.check_refused(name + ", inputs = { c }", "needs at least one weight", "taste = 0.6");
  }
  for (const char* element : {"ranking.taste", "filtering.range", "ordering.by"}) {
    raw.check_refused(std::string("step = '") + element + "'", "needs candidates, got nothing",
                      std::string("\"") + element + "\", inputs = { candidates }");
  }
  raw.check_refused("", "engine.node needs the name of a step", "engine.steps()");
  raw.check_refused("step = 'top', inputs = { c }, arguments = 5",
                    "its arguments must be a table, got a number", "arguments = { count = 20 }");
}

TEST_CASE("an operator that a module makes has both its sides", "[plans]") {
  RawNodes raw;
  CHECK(raw.tracks("step = 'union', inputs = { c, c:top(2) }") == 8);
  CHECK(raw.tracks("step = 'difference', inputs = { c, c:top(2) }") == 6);
}

TEST_CASE("a list that ran out does not blame the limits of another", "[plans]") {
  Plans plans;
  const json record = plans.run(
      "local first = c:limit { tracks = 5, per_artist = 2 }\n"
      "return first:limit { tracks = 4 }");
  std::string all;
  for (const json& notice : record.at("notices")) all += notice.get<std::string>() + "\n";
  CHECK_THAT(all,
             Catch::Contains("the list has 2 of 5 tracks: its limits bind (see the receipt)") &&
                 Catch::Contains("the list has 2 of 4 tracks: there were no more candidates"));
}

TEST_CASE("the line of a mistake is told after one that the recipe caught", "[plans]") {
  Plans plans;
  check_error(plans.error("pcall(pl.mix, {})\nlocal d = c:top(2)\nreturn pl.mix {}"),
              "pl.mix needs at least one branch", "5");
}

TEST_CASE("what a parameter is declared with is taken, or refused with its line", "[plans]") {
  Plans plans;
  for (const char* parameter :
       {"pl.int { {} }", "pl.int { function() end }", "pl.int { 1, min = '0' }",
        "pl.number { 1, max = {} }", "pl.number { 1, min = 0 / 0 }", "pl.int { 1, help = {} }",
        "pl.choice { 'a', choices = 'a' }", "pl.choice { 'a', choices = { 'a', {} } }"}) {
    CAPTURE(parameter);
    const Error error =
        plans.error("return c:top(2)", std::string("params = { a = ") + parameter + " }");
    CHECK(error.exit() == Exit::kRecipe);
    CHECK_THAT(error.what(), Catch::StartsWith("parameter a: "));
    CHECK(error.parts().where == "recipes/x.lua:1");
  }
}

TEST_CASE("a recipe that only prints is stopped in its time, and drops what it prints", "[plans]") {
  Plans plans;
  plans.seconds = 0.3;
  const Error error = plans.error("while true do print('x') end");
  CHECK(error.exit() == Exit::kLimits);
  CHECK(error.parts().where == "recipes/x.lua:3");
}

TEST_CASE("the latest session is a set, and formulas know how many a track was heard in",
          "[plans][sessions]") {
  Plans plans;
  // Each track's plays are a session of their own, track 1's the latest.
  CHECK(plans.tracks("return user.last_session") == std::vector<int>{1});
  CHECK(plans.tracks("return user.listens - user.last_session").size() == 7);
  CHECK(plans.tracks("return c:filter(function(t) return t.sessions == 1 end)").size() == 8);
  CHECK(plans.tracks("return c:filter(function(t) return t.sessions ~= 1 end)").empty());
  // Each track once, with the session and the place of its latest play.
  CHECK(plans.tracks("return user.sessions:filter(function(t) return t.session == 1 end)") ==
        std::vector<int>{1});
  CHECK(plans.tracks("return user.sessions:filter(function(t) return t.session <= 3 end)") ==
        std::vector<int>{3, 2, 1});
  CHECK(plans.tracks("return user.sessions:filter(function(t) return t.session_position > 1 end)")
            .size() == 7);
  CHECK(plans.tracks("return user.sessions:top(99)").size() == 8);
  const Error error = plans.error("return user.last_sesion");
  CHECK(error.parts().fix == "did you mean last_session?");
}
