// Recipes that want to run for ever or take all memory, each through a worker as a run has it.
#include <catch2/catch.hpp>

#include "support/lua_run.hpp"
#include "worker/worker.hpp"

using engine::Channel;
using engine::Heartbeat;
using engine::LuaState;
using engine::WorkerEnd;
using engine::WorkerLimits;

namespace {

constexpr double kSoftSeconds = 0.3;

struct Outcome {
  WorkerEnd end;
  std::string error;  // Error::text() that the worker sent, or ""
  int exit = -1;
};

/// Loads the recipe in a worker; a function that it returns is run as a formula over 1000 rows.
Outcome run_hostile(const std::string& recipe, double wall_seconds = 60,
                    double soft_seconds = kSoftSeconds) {
  WorkerLimits limits;
  limits.wall_seconds = wall_seconds;
  limits.is_confined = true;
  Outcome outcome;
  outcome.end = engine::run_in_worker(
      limits,
      [&](Channel& channel, Heartbeat& heartbeat) {
        try {
          LuaState lua(test::lua_limits(soft_seconds, 64), {}, 1);
          lua.on_progress = [&](const std::string& what) { heartbeat.doing(what); };
          lua.on_overdue = [&](const char* what, const char* where) {
            heartbeat.give_up(what, where);
          };
          heartbeat.doing("building recipes/hostile.lua");
          lua.load_recipe("recipes/hostile.lua", recipe);
          std::vector<float> taste(1000, 0.5F), out(1000);
          const std::vector<engine::FormulaColumn> columns = {{"taste", 1, taste.data()}};
          if (lua_isfunction(lua.raw(), -1)) {
            lua.score(-1, columns, nullptr, 1000, out.data());
          }
        } catch (const engine::Error& error) {
          channel.send(1, error.text());
          return static_cast<int>(error.exit());
        }
        return 0;
      },
      [&](Channel& channel) {
        std::uint32_t kind = 0;
        while (channel.receive(kind, outcome.error)) {
        }
      });
  outcome.exit = outcome.end.exit_code;
  return outcome;
}

void check_stopped(const std::string& recipe, const std::string& where, const std::string& line) {
  CAPTURE(recipe);
  const Outcome outcome = run_hostile(recipe);
  CHECK(outcome.end.is_done);
  CHECK(outcome.end.message.empty());
  CHECK(outcome.error ==
        "error: stopped: the recipe ran longer than 0.3 s\n  where: recipes/hostile.lua:" + where +
            "\n  |      " + line);
  CHECK(outcome.exit == 7);
  CHECK(outcome.end.wall_ms >= 300);
  CHECK(outcome.end.wall_ms < 3000);  // generous: the machine may be busy
}

void check_memory(const std::string& recipe) {
  CAPTURE(recipe);
  const Outcome outcome = run_hostile(recipe, 60, 30);
  CHECK(outcome.error ==
        "error: the recipe used more than 64 MB of memory\n  where: recipes/hostile.lua");
  CHECK(outcome.exit == 7);
}

}  // namespace

TEST_CASE("an endless loop at build is stopped", "[hostile]") {
  check_stopped("local n = 0\nwhile true do n = n + 1 end", "2", "while true do n = n + 1 end");
}

TEST_CASE("an endless loop inside pcall, inside an endless loop, is stopped", "[hostile]") {
  check_stopped("while true do pcall(function() while true do end end) end", "1",
                "while true do pcall(function() while true do end end) end");
}

TEST_CASE("an endless chain of tail calls is stopped", "[hostile]") {
  check_stopped("local function f()\n  return f()\nend\nf()", "1", "local function f()");
}

TEST_CASE("an endless loop in a formula is stopped", "[hostile]") {
  check_stopped(
      "return function(t)\n  local x = t.taste\n"
      "  repeat x = x * 1.0000001 until x < 0\n  return x end",
      "3", "  repeat x = x * 1.0000001 until x < 0");
}

TEST_CASE("other endless ways are stopped too", "[hostile]") {
  check_stopped("::top::\ngoto top", "2", "goto top");
  check_stopped("local function f()\n  return 1, pcall(f)\nend\nwhile true do f() end", "4",
                "while true do f() end");
  check_stopped("local s = 'a'\nwhile true do s:gsub('a', 'b') end", "2",
                "while true do s:gsub('a', 'b') end");
  check_stopped("local function f(n)\n  if n > 0 then f(n - 1) f(n - 1) end\nend\nf(60)", "1",
                "local function f(n)");
}

TEST_CASE("a slow formula is stopped between its rows", "[hostile]") {
  check_stopped(
      "return function(t)\n  local s = 0\n  for i = 1, 1e6 do s = s + i end\n  return s\nend", "3",
      "  for i = 1, 1e6 do s = s + i end");
}

TEST_CASE("a C function that does not come back ends the worker with the recipe's line",
          "[hostile]") {
  // A pattern that backtracks, wherever it stands; a sort whose comparison has no tick.
  const std::string text = "local s = ('a'):rep(3000)\n";
  for (const char* last :
       {"s:find('.-.-.-.-b')", "local m = s:match('.-.-.-.-b')",
        "for w in s:gmatch('.-.-.-.-b') do end", "pcall(s.gsub, s, '.-.-.-.-b', '')",
        "local f = function() return (s:find('.-.-.-.-b')) end f()",
        "return function(t) return s:find('.-.-.-.-b') and 1 or t.taste end",
        "return function(t) return s:find('.-.-.-.-b') end"}) {
    CAPTURE(last);
    const Outcome outcome = run_hostile(text + last);
    CHECK_FALSE(outcome.end.is_done);
    CHECK(outcome.end.is_limit);
    CHECK(outcome.end.message == "stopped: the recipe ran longer than 0.3 s");
    CHECK(outcome.end.where == "recipes/hostile.lua:2");
    CHECK(outcome.error.empty());
    CHECK(outcome.end.wall_ms < 30'000);  // not the 60 s of the supervisor
  }
}

TEST_CASE("functions of the engine and of C that call each other end before the C stack does",
          "[hostile]") {
  const std::string what = "error: calls stand inside each other too deeply\n";
  const auto check = [&](const std::string& recipe, const std::string& line) {
    CAPTURE(recipe);
    const Outcome outcome = run_hostile(recipe, 60, 30);
    CHECK(outcome.end.message.empty());
    CHECK_THAT(outcome.error,
               Catch::StartsWith(what) && Catch::Contains("recipes/hostile.lua:" + line));
    CHECK(outcome.exit == 4);
  };
  check("local function f(s)\n return (s:gsub('.', f)) end\nf('a')", "2");
  check(
      "local function f(s)\n return (string.gsub(s, '.', function(x) return f(x) end)) end\nf('a')",
      "2");
  check("local f\nf = function(a, b)\n table.sort({ 2, 1 }, f) return a < b end\nf(1, 2)", "3");
  check(
      "local f\nlocal g = function() f('a') return true end\n"
      "f = function(s)\n return (s:gsub('.', function() table.sort({ 2, 1 }, g) end)) end\nf('a')",
      "4");
  // Within the bound it works.
  const Outcome fine = run_hostile(
      "local function f(n) return n == 0 and 'x' or (('a'):gsub('.', function() return f(n - 1) "
      "end)) "
      "end\nassert(f(90) == 'x')",
      60, 30);
  CHECK(fine.error.empty());
  CHECK(fine.exit == 0);
}

TEST_CASE("metamethods of a script's tables do not overflow the C stack either", "[hostile]") {
  const test::ScriptFolder folder("c_stack");
  folder.write("m.lua",
               "return function(t, f) return setmetatable(t, { __tostring = f, __lt = f, __index = "
               "f }) end");
  for (const char* body :
       {"local o o = m({}, function() return ('%s'):format(o) end) return ('%s'):format(o)",
        "local function lt(a, b) table.sort { m({}, lt), m({}, lt) } return true end lt()",
        "local r r = m({}, function() return (('a'):gsub('.', r)) end) return (('a'):gsub('.', "
        "r))"}) {
    CAPTURE(body);
    LuaState lua(test::lua_limits(30), {folder.path()}, 1);
    const engine::Error error = test::error_of(
        [&] { lua.load_recipe("recipes/x.lua", std::string("local m = require 'm'\n") + body); });
    CHECK(error.exit() == engine::Exit::kRecipe);
  }
}

TEST_CASE("ticks see the time however slow what stands between them is", "[hostile]") {
  check_stopped(
      "local s = ('a'):rep(200000)\nfor i = 1, 1e6 do end\nwhile true do s:gsub('.', 'b') end", "3",
      "while true do s:gsub('.', 'b') end");
  check_stopped(
      "local t = {}\nfor i = 1, 200000 do t[i] = 'x' end\nwhile true do local s = table.concat(t) "
      "end",
      "3", "while true do local s = table.concat(t) end");
  check_stopped("--\r while true do end", "2", " while true do end");
  check_stopped("goto top\n::top::\ngoto --[[ x ]] top", "3", "goto --[[ x ]] top");
}

TEST_CASE("memory bombs end at the limit", "[hostile]") {
  check_memory("local t = {}\nwhile true do t[#t + 1] = { 1, 2, 3 } end");
  check_memory("local s = 'xxxxxxxx'\nwhile true do s = s .. s end");
  check_memory("local t = {}\nfor i = 1, 200 do t[i] = ('x'):rep(1000000 - i) end");
  check_memory(
      "local t = {}\nfor i = 1, 200 do t[i] = ('x'):rep(999990) end return table.concat(t)");
  check_memory("return ('x'):rep(1000000):gsub('x', ('y'):rep(1000))");
  check_memory("local t = {}\nreturn function(r) t[#t + 1] = ('x'):rep(900000) .. #t return 1 end");
}

TEST_CASE("catching the memory limit does not help", "[hostile]") {
  const Outcome outcome = run_hostile(
      "while true do pcall(function() local t = {} while true do t[#t + 1] = {} end end) end");
  CHECK_THAT(outcome.error,
             Catch::StartsWith("error: stopped: the recipe ran longer than 0.3 s") ||
                 Catch::StartsWith("error: the recipe used more than 64 MB of memory"));
  CHECK(outcome.exit == 7);
}

TEST_CASE("deep recursion, deep nesting and long lists end in an error", "[hostile]") {
  CHECK_THAT(run_hostile("local function f() return f() .. 'x' end f()").error,
             Catch::Contains("stack overflow"));
  CHECK_THAT(
      run_hostile("return " + std::string(10'000, '(') + "1" + std::string(10'000, ')')).error,
      Catch::Contains("recipes/hostile.lua:1"));
  CHECK_THAT(run_hostile("return select('#', unpack({}, 1, 1e8))").error,
             Catch::Contains("too many results"));
  CHECK_THAT(run_hostile("local t = {} for i = 1, 300 do t = { t } end "
                         "local function d(x) return d(x[1]) end d(t)")
                 .error,
             Catch::Contains("attempt to index"));
}

TEST_CASE("time in the engine's own functions is not the recipe's", "[hostile]") {
  const test::ScriptFolder folder("engine_time");
  folder.write("m.lua", "return engine");
  LuaState lua(test::lua_limits(0.2), {folder.path()}, 1);
  lua.add_function(
      "work",
      [](lua_State* state) {
        return engine::guarded(
            state,
            [](lua_State*, void*) {
              const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
              while (std::chrono::steady_clock::now() < end) {
              }
              return 0;
            },
            nullptr);
      },
      nullptr);
  lua.load_recipe("recipes/x.lua",
                  "require 'm'.work() local n = 0 for i = 1, 1e6 do n = n + i end return n");
  CHECK(lua_tonumber(lua.raw(), -1) == 500000500000);
}

TEST_CASE("an error thrown by on_progress ends the recipe", "[hostile]") {
  LuaState lua(test::lua_limits(), {}, 1);
  lua.on_progress = [](const std::string&) {
    throw engine::Error(engine::Exit::kInterrupted, "interrupted");
  };
  const engine::Error error =
      test::error_of([&] { lua.load_recipe("recipes/x.lua", "while true do end"); });
  CHECK(error.exit() == engine::Exit::kInterrupted);
  CHECK(std::string(error.what()) == "interrupted");
}
