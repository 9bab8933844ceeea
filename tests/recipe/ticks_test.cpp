#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <lua.hpp>

#include "core/error.hpp"
#include "lua/lua_state.hpp"

using engine::add_ticks;

namespace {

/// The source with each tick as @, without what stands before the first line.
std::string ticked(const std::string& source) {
  const std::string tick = " __tick(); ";
  const std::string text = add_ticks(source).substr(std::string("local __tick = ...; ").size());
  std::string shown;
  std::size_t at = 0;
  for (std::size_t next; (next = text.find(tick, at)) != std::string::npos;) {
    shown += text.substr(at, next - at) + "@";
    at = next + tick.size();
  }
  return shown + text.substr(at);
}

/// "" when the text is Lua, else the parser's message.
std::string parse_error(const std::string& text) {
  // With its libraries: without the one of cdata LuaJIT crashes in lua_close() when the text had a
  // number such as 1LL.
  struct Closed {
    lua_State* lua = luaL_newstate();
    Closed() { luaL_openlibs(lua); }
    ~Closed() { lua_close(lua); }
  } const closed;
  return luaL_loadbuffer(closed.lua, text.data(), text.size(), "=text") == 0
             ? ""
             : lua_tostring(closed.lua, -1);
}

std::size_t line_count(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("ticks stand at loops, gotos and functions that call", "[ticks]") {
  CHECK(ticked("while true do end") == "while true do@ end");
  CHECK(ticked("for i = 1, 3 do x() end") == "for i = 1, 3 do@ x() end");
  CHECK(ticked("repeat x = 1 until x") == "repeat@ x = 1 until x");
  CHECK(ticked("goto top") == "@goto top");
  CHECK(ticked("local function f(a, b) return f(a) end") ==
        "local function f(a, b)@ return f(a) end");
  CHECK(ticked("function o.a.b:m(...) self:go() end") == "function o.a.b:m(...)@ self:go() end");
}

TEST_CASE("functions that call nothing have no tick", "[ticks]") {
  for (const char* source :
       {"return function(t) return 0.4 * (t.taste + t.mood) end",
        "return function(t) if t.artist == 'X' then return 1 end return t.taste end",
        "return function(t) return ({ 1, 2 })[1] + 'a' .. [[b]] end",
        "return function(t) local x = -(t.a) return (x) end"}) {
    CHECK(ticked(source) == source);
  }
  for (const char* call : {"f()", "f 'x'", "f \"x\"", "f [[x]]", "f { }", "o:m()", "t[1](2)",
                           "(f)(1)", "f()()", "function() return 1 end"}) {
    CAPTURE(call);
    const std::string body = std::string(" local x = ") + call + " end";
    CHECK(ticked("local function g()" + body) == "local function g()@" + body);
  }
  CHECK(ticked("local function g() if a then b = 1 end end f()") ==
        "local function g() if a then b = 1 end end f()");
  CHECK(ticked("local function g() do local x = 1 end f() end") ==
        "local function g()@ do@ local x = 1 end f() end");
}

TEST_CASE("texts, comments and field names are no code", "[ticks]") {
  for (const char* source :
       {"local s = 'do repeat goto x'", "-- while true do\n", "--[[ do\n do ]] x = 1",
        "--[==[ do ]] do ]==] x = 1", "local s = [[ do\n function() end ]]",
        "local s = [=[ ]] do ]=]", "local s = 'a\\' do'", "local s = 'a\\\n do'",
        "local s = 'a\\z  \n do'", "local s = 'a\\\\'", "local t = o.goto", "o:goto()",
        "local dodo, redo, repeated = 1, 2, 3", "local x = 0x1p4 + 1e-5 + 3.do_"}) {
    CAPTURE(source);
    CHECK(ticked(source) == source);
  }
  CHECK(ticked("local s = \"a\\\r\n do\" while x do end") ==
        "local s = \"a\\\n do\" while x do@ end");
  CHECK(ticked("::again:: repeat goto again until x") == "::again:: repeat@ @goto again until x");
  CHECK(ticked("function f(a --[[ ) ]], b) g() end") == "function f(a --[[ ) ]], b)@ g() end");
}

TEST_CASE("a comment ends at any line end, and hides no loop", "[ticks]") {
  CHECK(ticked("--\r while true do end") == "--\n while true do@ end");
  CHECK(ticked("x() --\r\r\n repeat until x") == "x() --\n\n repeat@ until x");
  CHECK(ticked("#!lua\rwhile x do end") == "\nwhile x do@ end");
  CHECK(ticked("goto --[[ x ]] top") == "@goto --[[ x ]] top");
  CHECK(ticked("goto -- x\n --[==[ ]] ]==]\n top") == "@goto -- x\n --[==[ ]] ]==]\n top");
  CHECK(ticked("local function f --[[ x ]] (a) g --[[ y ]] (a) end") ==
        "local function f --[[ x ]] (a)@ g --[[ y ]] (a) end");
}

TEST_CASE("ticked texts parse where a call could be misread", "[ticks]") {
  for (const char* source : {"do (print or print)('x') end", "while x do ('a'):rep(2) end",
                             "local f = function(t) ('a'):rep(2) return t end",
                             "for i = 1, 3 do if i == 2 then goto continue end ::continue:: end",
                             "repeat local x = 1 until x == 1", "local x = f\ngoto done\n::done::",
                             "local o = { f = function(self) return self.g() end }"}) {
    CAPTURE(source, add_ticks(source));
    CHECK(parse_error(source).empty());
    CHECK(parse_error(add_ticks(source)).empty());
  }
}

TEST_CASE("a first line of #! and a byte order mark are left out, lines stay", "[ticks]") {
  CHECK(ticked("#!/usr/bin/lua\nwhile x do end") == "\nwhile x do@ end");
  CHECK(ticked("\xEF\xBB\xBF#!x\nx = 1") == "\nx = 1");
  CHECK(line_count(add_ticks("a = 1\nwhile a do\nend\n")) == 3);
}

TEST_CASE("the tick's name is refused", "[ticks]") {
  CHECK_THROWS_WITH(add_ticks("__tick = nil"), "the name __tick belongs to the engine");
  CHECK(ticked("x = '__tick'") == "x = '__tick'");
}

TEST_CASE("every Lua file of this machine still parses with ticks", "[ticks]") {
  namespace fs = std::filesystem;
  int files = 0;
  std::error_code ignored;
  std::vector<fs::path> folders = {"/usr/share", PLAYLIST_SOURCE_DIR "/scripts",
                                   PLAYLIST_SOURCE_DIR "/recipes", PLAYLIST_SOURCE_DIR "/engine"};
  for (const fs::path& folder : folders) {
    for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied,
                                             ignored);
         it != fs::recursive_directory_iterator(); it.increment(ignored)) {
      if (it->path().extension() != ".lua" || !it->is_regular_file(ignored)) continue;
      std::ifstream file(it->path(), std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(file), {}};
      const std::string plain = (text.rfind("#", 0) == 0 ? "--" : "") + text;
      if (!parse_error(plain).empty()) continue;  // another Lua, or a template
      ++files;
      CAPTURE(it->path().string());
      const std::string with_ticks = add_ticks(text);
      CHECK(parse_error(with_ticks).empty());
      CHECK(line_count(with_ticks) == line_count(text));
    }
  }
  CHECK(files >= 1);  // at least our own
}
