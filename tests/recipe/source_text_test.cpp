#include "lua/source_text.hpp"

#include <catch2/catch.hpp>
#include <lua.hpp>

using engine::with_plain_line_ends;

namespace {

/// The line at which LuaJIT itself finds the mistake at the end of `text`.
int line_of_mistake(const std::string& text) {
  struct Closed {
    lua_State* lua = luaL_newstate();
    ~Closed() { lua_close(lua); }
  } const closed;
  const std::string wrong = text + "= =";
  REQUIRE(luaL_loadbuffer(closed.lua, wrong.data(), wrong.size(), "=x") != 0);
  return std::atoi(lua_tostring(closed.lua, -1) + 2);
}

}  // namespace

TEST_CASE("line ends are plain, a pair is one", "[lines]") {
  CHECK(with_plain_line_ends("") == "");
  CHECK(with_plain_line_ends("a\nb") == "a\nb");
  CHECK(with_plain_line_ends("a\r\nb\r\n") == "a\nb\n");
  CHECK(with_plain_line_ends("a\rb\r") == "a\nb\n");
  CHECK(with_plain_line_ends("a\n\rb") == "a\nb");
  CHECK(with_plain_line_ends("a\r\r\nb") == "a\n\nb");
  CHECK(with_plain_line_ends("a\n\n\rb") == "a\n\nb");
}

TEST_CASE("lines are counted as LuaJIT counts them", "[lines]") {
  // All texts of up to five ends, bare, behind a comment and in a long text.
  for (int length = 0; length <= 5; ++length) {
    for (int bits = 0; bits < 1 << length; ++bits) {
      std::string ends;
      for (int k = 0; k < length; ++k) ends += (bits >> k & 1) != 0 ? '\r' : '\n';
      for (const std::string& text :
           {"local x " + ends, "local x -- c" + ends + "\t\n", "local s = [[" + ends + "]] x "}) {
        CAPTURE(length, bits, text);
        const std::string plain = with_plain_line_ends(text);
        CHECK(plain.find('\r') == std::string::npos);
        CHECK(line_of_mistake(plain) == line_of_mistake(text));
        CHECK(line_of_mistake(plain) == 1 + std::count(plain.begin(), plain.end(), '\n'));
      }
    }
  }
}
