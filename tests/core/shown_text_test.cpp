#include "core/shown_text.hpp"

#include <catch2/catch.hpp>

#include "core/json_text.hpp"
#include "support/json.hpp"

using namespace engine;

namespace {

// ESC, BEL, C1's CSI as a character and as a bare byte, DEL, a right-to-left override.
const std::string kHostile =
    "a\x1b]0;x\x07"
    "b\xc2\x9b"
    "31m\x9b\x7f\xe2\x80\xae"
    "c";

}  // namespace

TEST_CASE("what a terminal would obey is shown as a question mark", "[core][text]") {
  CHECK(shown_text(kHostile) == "a?]0;x?b?31m???c");
  CHECK(shown_text("two\nlines\tand a tab") == "two\nlines\tand a tab");
  CHECK(one_line("two\nlines\tand a tab\r") == "two?lines and a tab?");
  CHECK(shown_text("grüße, 音楽 \xf0\x9f\x8e\xb5") == "grüße, 音楽 \xf0\x9f\x8e\xb5");
}

TEST_CASE("bytes that are no UTF-8 become one replacement each", "[core][text]") {
  CHECK(valid_utf8("plain") == "plain");
  CHECK(valid_utf8("a\xff\xc3z") == "a\xef\xbf\xbd\xef\xbf\xbdz");
  CHECK(valid_utf8("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // a surrogate
  CHECK(is_utf8("grüße"));
  CHECK(is_utf8(""));
  CHECK_FALSE(
      is_utf8("gr\xfc\xdf"
              "e"));
  CHECK_FALSE(is_utf8("cut \xc3"));
}

TEST_CASE("printed JSON says the same and holds nothing a terminal obeys", "[core][text]") {
  const nlohmann::json json = {{"title",
                                "a\x1b\x07"
                                "b\xc2\x9b"
                                "31m\x7f\xe2\x80\xae"}};
  const std::string text = printed_json(json, -1);
  CHECK(text == "{\"title\":\"a\\u001b\\u0007b\\u009b31m\\u007f\\u202e\"}\n");
  CHECK(support::parse_json(text) == json);
  CHECK(shown_text(text) == text);
}

TEST_CASE("JSON of bytes that are no UTF-8 is JSON", "[core][text]") {
  const nlohmann::ordered_json json = {{"title", "a\xff"}};
  CHECK(json_text(json) == "{\"title\":\"a\xef\xbf\xbd\"}");
}
