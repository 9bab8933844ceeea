// Titles of one artist that two sources write otherwise, and others that only look alike.
#include "core/title_likeness.hpp"

#include <string>

#include <catch2/catch.hpp>

using engine::title_likeness;
using engine::title_nearness;

TEST_CASE("a title written otherwise is alike", "[title_likeness]") {
  // 17 letters and two slips, swapped neighbours being one; 27 and one.
  CHECK(title_likeness("search and destroy", "search and destory") == Approx(1 - 1.0 / 16));
  CHECK(title_likeness("world hold on children of the sky", "word hold on children of the sky") ==
        Approx(1 - 1.0 / 27));
  CHECK(title_likeness("misunderstanding", "missunderstanding") == Approx(1 - 1.0 / 16));
  CHECK(title_likeness("inbetween days", "in between days") == Approx(0.99));
  CHECK(title_likeness("the house of the rising sun", "house of the rising sun") ==
        Approx(1 - 0.5 / 18));  // "risin"
  CHECK(title_likeness("papa was a rollin stone", "papa was a rolling stone") == 1);
  CHECK(title_likeness("shook ones pt ii", "shook ones part 2") == 1);
  CHECK(title_likeness("the payback part one", "the payback part i") == 1);
  CHECK(title_likeness("forbidden colours", "forbidden colors") == Approx(1 - 1.0 / 16));
  CHECK(title_likeness("мой рок-н-ролл всегда", "мой рок-н-рол всегда") == 0);  // longer at its end
  CHECK(title_likeness("подмосковные вечера", "подмосковныи вечера") == Approx(1 - 1.0 / 18));
}

TEST_CASE("another title is never alike", "[title_likeness]") {
  const auto [a, b] = GENERATE(table<std::string, std::string>({
      {"another brick in the wall part 1", "another brick in the wall part 2"},
      {"symphony no 5", "symphony no 6"},
      {"prelude in c", "prelude in d"},
      {"sonata in b minor", "sonata in b major"},
      {"revolution", "evolution"},
      {"never scared", "never cared"},
      {"night fever dance", "right fever dance"},
      {"main title", "main titles"},
      {"binaural beats study music", "binaural beats studying music"},
      {"queremos adorar lo", "queremos adorar la"},
      {"i can stop loving", "i cant stop loving"},
      {"love me", "love me do"},
      {"the end", "end"},
      {"gone", "done"},
      {"hello", "hallo"},
      {"breaking news intro", "breaking news outro"},
      {"yo quiero bailar", "quiero bailar"},
      {"東京の夜空に光る星", "東京の夜空に光る月"},
      {"", "anything"},
  }));
  CAPTURE(a, b);
  CHECK(title_likeness(a, b) == 0);
  CHECK(title_likeness(b, a) == 0);
}

TEST_CASE("nearness is the share of letters in common", "[title_likeness]") {
  CHECK(title_nearness("revolution", "evolution") == Approx(0.9));
  CHECK(title_nearness("夜空", "夜道") == Approx(0.5));
  CHECK(title_nearness("", "") == 1);
  CHECK(title_nearness("", "abc") == 0);
}
