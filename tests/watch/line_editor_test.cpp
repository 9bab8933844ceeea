#include "watch/line_editor.hpp"

#include <catch2/catch.hpp>

#include "core/shown_text.hpp"
#include "core/text_width.hpp"

using namespace engine;

namespace {

std::vector<Key::Name> names(const std::vector<Key>& keys) {
  std::vector<Key::Name> result;
  for (const Key& key : keys) result.push_back(key.name);
  return result;
}

LineEditor typed(std::string_view bytes, const std::string& text = "") {
  LineEditor editor("", text);
  KeyReader reader;
  for (const Key& key : reader.take(bytes)) editor.press(key);
  return editor;
}

}  // namespace

TEST_CASE("bytes become keys, wherever they are cut", "[watch]") {
  KeyReader reader;
  CHECK(names(reader.take("a\x1b[")) == std::vector<Key::Name>{Key::kText});
  CHECK(reader.is_waiting());
  CHECK(names(reader.take("D\x1b[3~")) == std::vector<Key::Name>{Key::kLeft, Key::kDelete});
  const auto umlaut = reader.take("\xc3");
  CHECK(umlaut.empty());
  const auto whole = reader.take("\xa4\r");
  REQUIRE(whole.size() == 2);
  CHECK(whole[0].text == "ä");
  CHECK(whole[1].name == Key::kEnter);
  CHECK(reader.take("\x1b").empty());
  CHECK(names(reader.give_up_waiting()) == std::vector<Key::Name>{Key::kEscape});
  CHECK(names(reader.take("\x1b[99;5Zx")) == std::vector<Key::Name>{Key::kUnknown, Key::kText});
}

TEST_CASE("a line is edited by whole characters", "[watch]") {
  CHECK(typed("aäb\x1b[D\x7f").text() == "ab");             // backspace takes the ä
  CHECK(typed("\x01x", "yz").text() == "xyz");              // home
  CHECK(typed("\x1b[D\x1b[D\x0b", "abcd").text() == "ab");  // cut to the end
  CHECK(typed("\x15", "abcd").text().empty());
  CHECK(typed("\x17", "energy = 0.5").text() == "energy = ");
  CHECK(typed("\x01\x1b[3~", "äb").text() == "b");
  CHECK(typed("\x01\x04", "ab").text() == "b");  // Ctrl-D deletes where there is text
}

TEST_CASE("a prompt ends by enter, escape, or backspace on nothing", "[watch]") {
  LineEditor editor("p: ", "x");
  CHECK(editor.press({Key::kEnter, ""}) == LineEditor::kDone);
  CHECK(editor.press({Key::kEscape, ""}) == LineEditor::kCancelled);
  CHECK(editor.press({Key::kBackspace, ""}) == LineEditor::kEditing);
  CHECK(editor.press({Key::kBackspace, ""}) == LineEditor::kCancelled);
}

TEST_CASE("what a title brings cannot steer the terminal", "[watch]") {
  CHECK(one_line("a\x1b[2Jb\nc\x9f\tä") == "a?[2Jb?c? ä");
  CHECK(one_line("abc\xe2\x80\xae"
                 "def") == "abc?def");  // right-to-left override
  CHECK(fitted("abcdef", 4) == "abc…");
  CHECK(fitted("abcd", 4) == "abcd");
  CHECK(text_width("漢字") == 4);
  CHECK(fitted("漢字x", 4) == "漢…");
}
