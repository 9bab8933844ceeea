// The texts of messages: escaped, cut, and read from the right where they are written so.
#include "bot/message_text.hpp"

#include <catch2/catch.hpp>

using engine::bot::cut_text;
using engine::bot::MessageText;
using engine::bot::utf16_units;

TEST_CASE("titles that are markup are what they are", "[bot][message]") {
  MessageText text;
  text.bold("<b>A & \"B\"</b>").add(" by ").name("*_[x](y)_*").add("\n").italic("'&lt;'");
  CHECK(text.html() ==
        "<b>&lt;b&gt;A &amp; &quot;B&quot;&lt;/b&gt;</b> by *_[x](y)_*\n<i>&#39;&amp;lt;&#39;</i>");
  CHECK(text.plain() == "<b>A & \"B\"</b> by *_[x](y)_*\n'&lt;'");
}

TEST_CASE("links go to https addresses alone, escaped", "[bot][message]") {
  CHECK(MessageText().link("A<", "https://example.org/?a=1&b=\"").html() ==
        "<a href=\"https://example.org/?a=1&amp;b=&quot;\">A&lt;</a>");
  CHECK(MessageText().link("A", "javascript:alert(1)").html() == "A");
  CHECK(MessageText().link("A", "").html() == "A");
}

TEST_CASE("units are those of UTF-16", "[bot][message]") {
  CHECK(utf16_units("") == 0);
  CHECK(utf16_units("aé€") == 3);
  CHECK(utf16_units("🎵") == 2);
  CHECK(utf16_units("a\xff") == 2);
}

TEST_CASE("a text is cut behind a whole character as people see it", "[bot][message]") {
  CHECK(cut_text("abcdef", 6) == "abcdef");
  CHECK(cut_text("abcdefg", 6) == "abcde…");
  CHECK(cut_text("ab🎵🎵", 5) == "ab🎵…");
  CHECK(cut_text("ab🎵🎵", 4) == "ab…");
  CHECK(cut_text("abe\u0301fgh", 5) == "abe\u0301…");
  CHECK(cut_text("abe\u0301fgh", 4) == "ab…");
  const std::string family = "👩‍👩‍👧‍👦";  // eleven units
  CHECK(cut_text(family + "abc", 13) == family + "a…");
  CHECK(cut_text(family + "abc", 11) == "…");
  CHECK(cut_text("abc", 0).empty());
}

TEST_CASE("a message is cut before it is marked up", "[bot][message]") {
  MessageText text;
  text.bold(std::string(4000, '<')).add(std::string(200, '&'));
  const std::string html = text.html();
  CHECK(html.starts_with("<b>&lt;"));
  CHECK(html.find("&lt;</b>&amp;") != std::string::npos);
  CHECK(html.ends_with("&amp;…"));
  std::size_t plain = 1;  // the ellipsis
  for (std::size_t at = 0; (at = html.find(';', at)) != std::string::npos; ++at) ++plain;
  CHECK(plain == 4096);
  CHECK(MessageText().bold("abcdef").html(3) == "<b>ab</b>…");
  CHECK(MessageText().bold("ab").name("cd").html(4) == "<b>ab</b>cd");
  CHECK(MessageText().bold("ab").name("cde").html(3) == "<b>ab</b>…");
}

TEST_CASE("words from the right do not turn the line around them", "[bot][message]") {
  CHECK(MessageText().add("1. ").name("שלום").add(" by ").name("A").html() ==
        "1. \u2068שלום\u2069 by A");
  CHECK(MessageText().bold("مرحبا").html() == "<b>\u2068مرحبا\u2069</b>");
  // What is isolated ends, when it is cut, too.
  CHECK(MessageText().name("שלוםשלום").html(6) == "\u2068שלו\u2069…");
  // Characters that turn directions by themselves never leave.
  CHECK(MessageText().name("a\u202egnp.exe").html() == "a?gnp.exe");
  CHECK(MessageText().add("a\x1b[31mb\r\n").html() == "a?[31mb?\n");
}
