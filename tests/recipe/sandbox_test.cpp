// Ways out of the sandbox, one by one.
#include <catch2/catch.hpp>

#include "support/lua_run.hpp"

using test::recipe_error;
using test::recipe_value;

TEST_CASE("names that lead out of the sandbox are unknown to recipes and scripts", "[sandbox]") {
  const test::ScriptFolder folder("escape");
  for (const char* name : {"io",       "os",           "debug",       "package",        "ffi",
                           "jit",      "bit",          "load",        "loadstring",     "dofile",
                           "loadfile", "getfenv",      "setfenv",     "rawset",         "rawget",
                           "rawequal", "getmetatable", "newproxy",    "collectgarbage", "coroutine",
                           "_G",       "module",       "require_ffi", "gcinfo"}) {
    CAPTURE(name);
    CHECK(std::string(recipe_error(std::string("return ") + name).what()) ==
          std::string("unknown name \"") + name + "\"");
    folder.write("m.lua", std::string("return ") + name);
    CHECK(std::string(recipe_error("require 'm'", test::lua_limits(), {folder.path()}).what()) ==
          std::string("unknown name \"") + name + "\"");
  }
  CHECK(std::string(recipe_error("return setmetatable({}, {})").what()) ==
        "unknown name \"setmetatable\"");
  folder.write("m.lua", "return setmetatable({}, { __index = function() return 7 end }).x");
  CHECK(recipe_value("return require 'm'", {folder.path()}) == "7");
}

TEST_CASE("texts lead to harmless functions only", "[sandbox]") {
  CHECK(recipe_value("return tostring((''):rep(3))") == "");
  CHECK(recipe_value("return type((''):upper())") == "string");
  CHECK(recipe_value("return tostring(('').dump)") == "nil");
  CHECK(recipe_value("return tostring((''):len()) .. tostring(string.dump)") == "0nil");
  CHECK(std::string(recipe_error("return ('x'):rep(1e9)").what()) ==
        "string.rep would make a text of 1000000000 bytes");
  CHECK(std::string(recipe_error("return string.rep('xy', 1e9)").what()) ==
        "string.rep would make a text of 2000000000 bytes");
  CHECK(std::string(recipe_error("return ('x'):rep(2, ('y'):rep(999999))").what()) ==
        "string.rep would make a text of 2000000 bytes");
  CHECK(recipe_value("return #('ab'):rep(500000)") == "1000000");
  CHECK(recipe_value("return #('ab'):rep(-5)") == "0");
}

TEST_CASE("the libraries of one text are not those of another", "[sandbox]") {
  const test::ScriptFolder folder("libraries");
  folder.write("m.lua",
               "return { sub = function() return ('abc'):sub(1, 1) .. string.sub('xyz', 1, 1) .. "
               "tostring(math.pi) end }");
  CHECK(recipe_value("string.sub = function() return 'bad' end math.pi = 3 "
                     "return require 'm'.sub()",
                     {folder.path()}) == "ax3.1415926535898");
  CHECK(recipe_value("string.sub = 1 return ('abc'):sub(2, 2)") == "b");
}

TEST_CASE("bytecode is refused in every disguise", "[sandbox]") {
  CHECK(std::string(recipe_error("\x1bLJ\x02").what()) ==
        "compiled Lua is not accepted, only source text");
  CHECK_THAT(recipe_error("#!x\n\x1bLJ\x02").what(), Catch::Contains("near"));
  CHECK_THAT(recipe_error("\xEF\xBB\xBF\x1bLJ\x02").what(), Catch::Contains("bytecode"));
}

TEST_CASE("protected metatables stay protected", "[sandbox]") {
  const test::ScriptFolder folder("protected");
  folder.write("m.lua", "return { set = function(t) return pcall(setmetatable, t, {}) end }");
  // The environment itself cannot be had, texts and functions have no settable metatable.
  CHECK(recipe_value("return require 'm'.set('x')", {folder.path()}) == "false");
  CHECK(recipe_value("return require 'm'.set(print)", {folder.path()}) == "false");
  CHECK(recipe_value("return require 'm'.set({})", {folder.path()}) == "true");
}

TEST_CASE("the tick handed to a recipe only ticks", "[sandbox]") {
  CHECK(recipe_value("local tick = ... return type(tick)") == "function");
  CHECK(recipe_value("local tick = ... return tostring(tick())") == "nil");
  CHECK(std::string(recipe_error("__tick = print").what()) ==
        "the name __tick belongs to the engine");
}

TEST_CASE("numbers of LuaJIT's own kinds are no way to memory", "[sandbox]") {
  CHECK_THAT(recipe_error("local x = 1LL return x.foo").what(), Catch::Contains("foo"));
  CHECK_THAT(recipe_error("local x = 1LL return x[0]").what(), !Catch::Equals(""));
  CHECK(recipe_value("return tostring(1LL + 2)") == "3LL");
}
