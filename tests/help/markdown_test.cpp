// Help on a terminal, as a man page and in a browser.
#include "help/markdown.hpp"

#include <catch2/catch.hpp>

#include "help/topics.hpp"

using namespace engine;

namespace {

constexpr const char* kPage =
    "# Sets: what is yours\n\nA *set* is a\nsource: `user.likes`.\n\n## Which\n\n"
    "| set | what is in it |\n| --- | --- |\n| `user.likes` | what you \\| others liked, and that "
    "is "
    "a long sentence about it |\n| `b` | two |\n\n```lua\nreturn user.likes\n\n  :top(5)\n```\n\n"
    "- one\n- two\n";

}  // namespace

TEST_CASE("help on a terminal keeps to its width, its tables in columns", "[help]") {
  CHECK(markdown_text(kPage, 60) ==
        "Sets: what is yours\n===================\n\n"
        "A set is a source: user.likes.\n\n"
        "Which\n-----\n\n"
        "  set         what is in it\n"
        "  ----------------------------------------------------------\n"
        "  user.likes  what you | others liked, and that is a long\n"
        "              sentence about it\n"
        "  b           two\n\n"
        "    return user.likes\n\n      :top(5)\n\n"
        "  - one\n  - two\n");
}

TEST_CASE("a table without room has its rows below each other", "[help]") {
  const std::string wide(60, 'x');
  CHECK(markdown_text("| a | b |\n| - | - |\n| " + wide + " | what it is, in several words |\n",
                      70) == "  " + wide + "\n    b: what it is, in several words\n");
}

TEST_CASE("a man page has its name, and nothing that groff would obey by mistake", "[help]") {
  const std::string page = markdown_man(kPage, "sets", "1.2");
  CHECK_THAT(page,
             Catch::StartsWith("'\\\" t\n.TH \"ENGINE\\-SETS\" 7") &&
                 Catch::Contains(".ad l\n.SH NAME\nengine\\-sets \\- Sets: what is yours\n") &&
                 Catch::Contains("Playlist Engine 1.2") && Catch::Contains(".TS\n"));
  CHECK_THAT(markdown_man("# t\n\n.so /etc/passwd\n", "x", "1"),
             Catch::Contains("\n\\&.so /etc/passwd"));
}

TEST_CASE("a page for a browser escapes what is text, and has no raw HTML", "[help]") {
  const std::string page = markdown_page("# a < b\n\n<script>alert(1)</script>\n\n`<i>`\n");
  CHECK_THAT(page, Catch::Contains("<title>a &lt; b</title>") &&
                       Catch::Contains("<code>&lt;i&gt;</code>") && !Catch::Contains("<script>"));
  CHECK_THAT(markdown_page(kPage), Catch::Contains("<div class=\"wide\"><table>"));
}

TEST_CASE("every page has a heading, and its references are filled in", "[help]") {
  REQUIRE(topics().size() >= 10);
  for (const Topic& topic : topics()) {
    CAPTURE(std::string(topic.name));
    CHECK(find_topic(topic.name) == &topic);
    CHECK(!markdown_title(topic.markdown).empty());
    CHECK(filled_in(topic, [](const std::string&) { return "here"; }).find("\n{{") ==
          std::string::npos);
  }
  CHECK(find_topic("nothing") == nullptr);
}
