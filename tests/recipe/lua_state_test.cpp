#include "lua/lua_state.hpp"

#include <catch2/catch.hpp>

#include "support/lua_run.hpp"

using engine::Error;
using engine::Exit;
using engine::LuaState;
using test::error_of;
using test::recipe_error;
using test::recipe_value;

TEST_CASE("a syntax error names file, line and source line", "[lua]") {
  const Error error = recipe_error("local a = 1\nlocal b = = 2\nreturn a");
  CHECK(error.exit() == Exit::kRecipe);
  CHECK(std::string(error.what()) == "unexpected symbol near '='");
  CHECK(error.parts().where == "recipes/x.lua:2");
  CHECK(error.parts().source == "local b = = 2");
}

TEST_CASE("a syntax error is told without the engine's ticks", "[lua]") {
  const Error error = recipe_error("#!/usr/bin/env lua\nfor i = 1, 3 do )\nend");
  CHECK(std::string(error.what()) == "unexpected symbol near ')'");
  CHECK(error.parts().where == "recipes/x.lua:2");
}

TEST_CASE("a runtime error names file, line and source line", "[lua]") {
  const Error error = recipe_error("local t = nil\n\nreturn t.energy");
  CHECK(std::string(error.what()) == "attempt to index local 't' (a nil value)");
  CHECK(error.parts().where == "recipes/x.lua:3");
  CHECK(error.parts().source == "return t.energy");
  CHECK(error.text() ==
        "error: attempt to index local 't' (a nil value)\n"
        "  where: recipes/x.lua:3\n"
        "  |      return t.energy");
}

TEST_CASE("long paths are told whole", "[lua]") {
  const std::string path = "/home/a" + std::string(100, 'b') + "/recipes/weekly.lua";
  LuaState lua(test::lua_limits(), {}, 1);
  const Error error = error_of([&] { lua.load_recipe(path, "\nerror('no')"); });
  CHECK(std::string(error.what()) == "no");
  CHECK(error.parts().where == path + ":2");
}

TEST_CASE("an unknown name is an error with a suggestion", "[lua]") {
  const Error error = recipe_error("return pairz({})");
  CHECK(std::string(error.what()) == "unknown name \"pairz\"");
  CHECK(error.parts().fix == "did you mean pairs?");
  CHECK(error.parts().where == "recipes/x.lua:1");
  CHECK(error.parts().source == "return pairz({})");
}

TEST_CASE("a recipe cannot make global names", "[lua]") {
  const Error error = recipe_error("function helper() end");
  CHECK(std::string(error.what()) == "\"helper\" would be a global name");
  CHECK(error.parts().fix == "write: local helper = ...");
  CHECK(error.parts().where == "recipes/x.lua:1");
}

TEST_CASE("errors that are no texts are told", "[lua]") {
  const Error error = recipe_error("error({})");
  CHECK(std::string(error.what()) == "it raised an error that is a table, not a text");
  CHECK(error.parts().where == "recipes/x.lua:1");
}

TEST_CASE("compiled Lua is refused", "[lua]") {
  const Error error = recipe_error(std::string("\x1bLJ\x02\x08") + std::string(20, '\0'));
  CHECK(std::string(error.what()) == "compiled Lua is not accepted, only source text");
  CHECK(error.parts().where == "recipes/x.lua");
}

TEST_CASE("an endless recursion is an error", "[lua]") {
  const Error error = recipe_error("local function f() return 1 + f() end\nreturn f()");
  CHECK_THAT(error.what(), Catch::Contains("stack overflow"));
  CHECK(error.exit() == Exit::kRecipe);
}

TEST_CASE("a state still works after an error and after the memory limit", "[lua]") {
  LuaState lua(test::lua_limits(10, 16), {}, 1);
  for (int round = 0; round < 3; ++round) {
    const Error error = error_of(
        [&] { lua.load_recipe("recipes/x.lua", "local t = {} while true do t[#t+1] = {} end"); });
    CHECK(error.exit() == Exit::kLimits);
    CHECK(std::string(error.what()) == "the recipe used more than 16 MB of memory");
    CHECK(lua_gettop(lua.raw()) == 0);
    lua.load_recipe("recipes/x.lua",
                    "local t = {} for i = 1, 1000 do t[i] = i * 2 end return t[500]");
    CHECK(lua_tonumber(lua.raw(), -1) == 1000);
    lua_pop(lua.raw(), 1);
  }
}

TEST_CASE("print gives its texts to the run", "[lua]") {
  LuaState lua(test::lua_limits(), {}, 1);
  std::vector<std::string> printed;
  lua.on_print = [&](const std::string& text) { printed.push_back(text); };
  lua.load_recipe("recipes/x.lua", "print('a', 1, nil, true) print() print({}, print)");
  CHECK(printed == std::vector<std::string>{"a\t1\tnil\ttrue", "", "table\tfunction"});
}

TEST_CASE("what is printed beyond the limit is dropped and counted", "[lua]") {
  std::vector<std::string> printed;
  {
    engine::LuaLimits limits = test::lua_limits();
    limits.print_bytes = 2048;
    LuaState lua(limits, {}, 1);
    lua.on_print = [&](const std::string& text) { printed.push_back(text); };
    lua.load_recipe("recipes/x.lua",
                    "local s = ('x'):rep(1000) for i = 1, 10 do print(s) end print('y')");
    CHECK(printed.size() == 3);  // two texts fit with their line ends
  }
  REQUIRE(printed.size() == 4);
  CHECK(printed[1] == std::string(1000, 'x'));
  CHECK(printed[2] == "print: more than 2 KiB (limits.print_kilobytes); the rest is dropped");
  CHECK(printed[3] == "print: 9 texts of 8001 bytes were dropped");
}

TEST_CASE("errors tell so much of a long text and no more", "[lua]") {
  const Error error = recipe_error("error(('x'):rep(900000))");
  CHECK(std::string(error.what()).size() < 2100);
  CHECK_THAT(error.what(), Catch::EndsWith("x... (900000 bytes)"));
  CHECK(std::string(recipe_error("return missing_" + std::string(5000, 'y')).what()).size() < 2100);
  CHECK(recipe_error("local " + std::string(5000, 'z') + " = nil + 1").parts().source.size() < 400);
}

TEST_CASE("keys that have no order go by their values, or pairs refuses them", "[lua]") {
  for (const char* keys :
       {"[{}] = true, [{}] = true", "[print] = 'a', [pairs] = 'a'", "[1LL] = {}, [2LL] = {}",
        "[{}] = 1, [print] = 1, a = 3", "[{}] = 0 / 0, [print] = 1"}) {
    CAPTURE(keys);
    const Error error =
        recipe_error(std::string("local t = {}\nfor k, v in pairs({ ") + keys + " }) do end");
    CHECK(error.exit() == Exit::kRecipe);
    CHECK_THAT(error.what(), Catch::StartsWith("a table with several keys of type ") &&
                                 Catch::EndsWith(" cannot be walked over"));
    CHECK(error.parts().where == "recipes/x.lua:2");
    CHECK_THAT(recipe_error(std::string("return next { ") + keys + " }").what(),
               Catch::EndsWith(" cannot be walked over"));
  }
  CHECK(recipe_value(
            "local s = '' for k, v in pairs { [{}] = 'c', a = 'b', [1] = 'a' } do s = s .. v "
            "end return s") == "abc");
  for (int run = 0; run < 3; ++run) {
    CHECK(
        recipe_value("local t, s = { z = 0 }, '' for i = 9, 1, -1 do t[{}] = i t[function() end] = "
                     "'t' .. i t[i * 1LL] = i + 10 end for k, v in pairs(t) do s = s .. v .. ' ' "
                     "end return s") ==
        "0 1 2 3 4 5 6 7 8 9 11 12 13 14 15 16 17 18 19 t1 t2 t3 t4 t5 t6 t7 t8 t9 ");
  }
}

TEST_CASE("lines are LuaJIT's, whatever ends them", "[lua]") {
  for (const char* end : {"\n", "\r", "\r\n", "\n\r"}) {
    CAPTURE(end);
    const std::string e = end;
    const Error error =
        recipe_error("-- one" + e + "local s = [[" + e + "]]" + e + e + "return nil + 1" + e);
    CHECK(error.parts().where == "recipes/x.lua:5");
    CHECK(error.parts().source == "return nil + 1");
    CHECK(recipe_value("return ([[a" + e + "b" + e + "]] .. 'c\\" + e + "d'):byte(-2)") == "10");
  }
}

TEST_CASE("functions of the engine are seen by modules only", "[lua]") {
  const test::ScriptFolder folder("engine_table");
  folder.write("m.lua", "return { f = function() return engine.answer() end }");
  LuaState lua(test::lua_limits(), {folder.path()}, 1);
  int answer = 42;
  lua.add_function(
      "answer",
      [](lua_State* state) {
        lua_pushinteger(state, *static_cast<int*>(lua_touserdata(state, lua_upvalueindex(1))));
        return 1;
      },
      &answer);
  lua.load_recipe("recipes/x.lua", "return require 'm'.f()");
  CHECK(lua_tointeger(lua.raw(), -1) == 42);
  CHECK(std::string(error_of([&] { lua.load_recipe("recipes/x.lua", "return engine"); }).what()) ==
        "unknown name \"engine\"");
}

namespace {

int throw_plugin_error(lua_State* state) {
  return engine::guarded(
      state,
      [](lua_State*, void*) -> int {
        throw Error(Exit::kPlugin, "ranking.bad failed: model file missing",
                    {"", "", "it says so", "train it"});
      },
      nullptr);
}

int throw_std(lua_State* state) {
  return engine::guarded(
      state, [](lua_State*, void*) -> int { throw std::runtime_error("the disk is gone"); },
      nullptr);
}

struct CountsItsEnd {
  int& ends;
  ~CountsItsEnd() { ++ends; }
};

int raise_past_an_object(lua_State* state) {
  return engine::guarded(
      state,
      [](lua_State* inner, void* context) -> int {
        const CountsItsEnd guard{*static_cast<int*>(context)};
        return luaL_error(inner, "raised past an object");
      },
      lua_touserdata(state, lua_upvalueindex(1)));
}

void with_module(LuaState& lua, const char* name, lua_CFunction function, void* context = nullptr) {
  lua.add_function(name, function, context);
}

}  // namespace

TEST_CASE("an engine error goes through Lua unchanged", "[lua]") {
  const test::ScriptFolder folder("errors");
  folder.write("m.lua", "return { bad = function() engine.bad() end }");
  LuaState lua(test::lua_limits(), {folder.path()}, 1);
  with_module(lua, "bad", throw_plugin_error);
  const Error error = error_of([&] { lua.load_recipe("recipes/x.lua", "\nrequire 'm'.bad()"); });
  CHECK(error.exit() == Exit::kPlugin);
  CHECK(std::string(error.what()) == "ranking.bad failed: model file missing");
  CHECK(error.parts().why == "it says so");
  CHECK(error.parts().fix == "train it");
  CHECK(error.parts().where == folder.path() + "/m.lua:1");

  SECTION("a recipe may catch it as a text") {
    lua.load_recipe("recipes/x.lua", "local ok, e = pcall(require 'm'.bad) return e");
    CHECK_THAT(lua_tostring(lua.raw(), -1),
               Catch::EndsWith("m.lua:1: ranking.bad failed: model file missing"));
  }
  SECTION("and raise it again as it was") {
    const Error again = error_of([&] {
      lua.load_recipe("recipes/x.lua", "local ok, e = pcall(require 'm'.bad) error(e, 0)");
    });
    CHECK(again.exit() == Exit::kPlugin);
    CHECK(again.parts().fix == "train it");
  }
}

TEST_CASE("other exceptions become errors, and Lua errors run destructors", "[lua]") {
  const test::ScriptFolder folder("exceptions");
  folder.write("m.lua", "return engine");
  LuaState lua(test::lua_limits(), {folder.path()}, 1);
  int ends = 0;
  with_module(lua, "throw_std", throw_std);
  with_module(lua, "raise", raise_past_an_object, &ends);
  const Error error =
      error_of([&] { lua.load_recipe("recipes/x.lua", "require 'm'.throw_std()"); });
  CHECK(std::string(error.what()) == "the disk is gone");
  CHECK(error.parts().where == "recipes/x.lua:1");
  lua.load_recipe("recipes/x.lua", "return select(2, pcall(require 'm'.raise))");
  CHECK_THAT(lua_tostring(lua.raw(), -1), Catch::Contains("raised past an object"));
  CHECK(ends == 1);
}

TEST_CASE("an error in a module says where the recipe called it", "[lua]") {
  const test::ScriptFolder folder("called_from");
  folder.write("m.lua", "return function(x)\n  return x + nil\nend");
  const Error error = recipe_error("local f = require 'm'\nlocal y = f(1)\nreturn y",
                                   test::lua_limits(), {folder.path()});
  CHECK(error.parts().where == folder.path() + "/m.lua:2");
  CHECK(error.parts().source == "  return x + nil");
  CHECK(error.parts().why == "called from recipes/x.lua:2");
}

TEST_CASE("require finds modules in the script folders only", "[lua]") {
  const test::ScriptFolder folder("require");
  folder.write("a.lua", "return { value = 1 + require 'lib/b' }");
  folder.write("lib/b.lua", "return 41");
  folder.write("silent.lua", "local x = 1");
  folder.write("one.lua", "return require 'two'");
  folder.write("two.lua", "return require 'one'");
  folder.write("binary.lua", "\x1bLJ");
  const std::vector<std::string> scripts = {folder.path()};
  CHECK(recipe_value("return require 'a'.value", scripts) == "42");
  CHECK(recipe_value("return require 'lib.b'", scripts) == "41");
  CHECK(recipe_value("return require 'a' == require 'a'", scripts) == "true");
  CHECK(recipe_value("return require 'silent'", scripts) == "true");

  const Error missing = recipe_error("\nlocal m = require 'silnt'", test::lua_limits(), scripts);
  CHECK(std::string(missing.what()) == "module \"silnt\" not found");
  CHECK(missing.parts().why == "searched " + folder.path());
  CHECK(missing.parts().fix == "did you mean silent?");
  CHECK(missing.parts().where == "recipes/x.lua:2");

  CHECK(recipe_error("return require 'silnt'").parts().where == "recipes/x.lua");  // a tail call

  const Error circle = recipe_error("return require 'one'", test::lua_limits(), scripts);
  CHECK(std::string(circle.what()) == "modules require each other in a circle");
  CHECK(circle.parts().why == "one -> two -> one");

  CHECK(std::string(recipe_error("require 'binary'", test::lua_limits(), scripts).what()) ==
        "compiled Lua is not accepted, only source text");
  for (const char* name : {"../secret", "/etc/passwd", "a/../b", "A", "", ".a", "a b", "a\\0b"}) {
    CAPTURE(name);
    const Error error =
        recipe_error(std::string("require '") + name + "'", test::lua_limits(), scripts);
    CHECK_THAT(error.what(), Catch::StartsWith("a module cannot be called"));
  }
}

TEST_CASE("the modules of a run are told with their texts", "[lua]") {
  const test::ScriptFolder folder("modules");
  folder.write("a.lua", "return 1");
  LuaState lua(test::lua_limits(), {folder.path()}, 1);
  lua.load_recipe("recipes/x.lua", "return require 'a' + require 'a'");
  REQUIRE(lua.modules().size() == 1);
  CHECK(lua.modules()[0].first == folder.path() + "/a.lua");
  CHECK(lua.modules()[0].second == "return 1");
}

TEST_CASE("the same run gives the same order and numbers", "[lua]") {
  const std::string text = R"(
    local t = { [3] = "c", b = 1, [1] = "a", a = 2, [true] = 0, [1.5] = "x", c = 3, [false] = 0 }
    local s = {}
    for k in pairs(t) do s[#s + 1] = tostring(k) end
    t.a = nil
    for k, v in pairs(t) do if k == "b" then t.c = nil end s[#s + 1] = tostring(v) end
    s[#s + 1] = tostring(next(t)) .. tostring(next({}))
    return table.concat(s, " "))";
  CHECK(recipe_value(text) == "false true 1 1.5 3 a b c 0 0 a x c 1 falsenil");
  const std::string random = "return math.random() .. ' ' .. math.random(1, 1000000)";
  CHECK(recipe_value(random, {}, 7) == recipe_value(random, {}, 7));
  CHECK(recipe_value(random, {}, 7) != recipe_value(random, {}, 1ull << 60));
  CHECK_THAT(recipe_error("math.randomseed(1)").what(),
             Catch::Equals("the engine seeds the random numbers"));
  CHECK(recipe_value("return string.format('%s %s %d %x', {}, print, 5, 255)") ==
        "table function 5 ff");
  CHECK(recipe_value("return ('%s %%p 0x'):format(print)") == "function %p 0x");
  CHECK(std::string(recipe_error("return string.format('%p', {})").what()) ==
        "string.format has no %p");
  CHECK(std::string(recipe_error("for k in pairs(nil) do end").what()) ==
        "pairs needs a table, got nothing");
}

TEST_CASE("where() and defined_at() name the user's lines", "[lua]") {
  const test::ScriptFolder folder("where");
  folder.write("m.lua", "return engine");
  LuaState lua(test::lua_limits(), {folder.path()}, 1);
  std::string seen;
  struct Context {
    LuaState& lua;
    std::string& seen;
  } context{lua, seen};
  lua.add_function(
      "look",
      [](lua_State* state) {
        auto* here = static_cast<Context*>(lua_touserdata(state, lua_upvalueindex(1)));
        here->seen = here->lua.where();
        return 0;
      },
      &context);
  lua.load_recipe("recipes/x.lua",
                  "local m = require 'm'\nlocal f = function()\n  m.look()\nend\nf() return f");
  CHECK(seen == "recipes/x.lua:3");
  CHECK(lua.defined_at(-1) == "recipes/x.lua:2");
  CHECK(lua.where().empty());
}
