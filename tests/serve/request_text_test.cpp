// Texts of requests (engine/serve/request_text.hpp).
#include "serve/request_text.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace engine::serve;

TEST_CASE("a target is its path and its fields, decoded once", "[serve]") {
  const Target target = parse_target("/api/recipe/show?name=a%2Bb+c&empty&x=%253D=");
  CHECK(target.path == "/api/recipe/show");
  CHECK(target.query == Fields{{"name", "a+b c"}, {"empty", ""}, {"x", "%3D="}});
  CHECK(parse_target("/").path == "/");
  CHECK(parse_target("/?").query.empty());
  CHECK(parse_target("/a%20b/M%C3%B6rder+").path == "/a b/Mörder+");
  CHECK_THROWS_WITH(parse_target("/%0a"), Catch::Contains("none of this server's"));
  std::string many = "a0=1";
  for (int k = 1; k < 65; ++k) many += "&a" + std::to_string(k) + "=1";
  CHECK_THROWS_AS(parse_fields(many), engine::Error);
}

TEST_CASE("cookies of a name, however they are set apart", "[serve]") {
  using Values = std::vector<std::string_view>;
  CHECK(cookie_values("a=1; b=2;a=3 ;  a = 4", "a") == Values{"1", "3", "4"});
  CHECK(cookie_values("xa=1; a", "a").empty());
  CHECK(cookie_values("", "a").empty());
  CHECK(cookie_values("a=b=c", "a") == Values{"b=c"});
}

TEST_CASE("names and values of headers, media types", "[serve]") {
  CHECK(is_header_name("Playlist-Exit"));
  for (const char* bad : {"", "a b", "a:", "a\r\n", "ä"}) CHECK_FALSE(is_header_name(bad));
  CHECK(is_header_value("any, \t\"value\" ü"));
  for (const char* bad : {"a\r\nSet-Cookie: b", "a\nb", "\x7f"}) CHECK_FALSE(is_header_value(bad));
  CHECK_FALSE(is_header_value(std::string_view("a\0b", 3)));
  CHECK(is_media_type("application/json ; charset=utf-8", "application/json"));
  CHECK_FALSE(is_media_type("application/json-patch", "application/json"));
}
