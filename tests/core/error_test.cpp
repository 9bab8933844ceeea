#include "core/error.hpp"

#include <catch2/catch.hpp>

using namespace engine;

TEST_CASE("the nearest known word is suggested, or none", "[error]") {
  const std::vector<std::string> known = {"energy", "valence", "tempo", "taste"};
  CHECK(nearest("enrgy", known) == "energy");
  CHECK(nearest("Energy", known) == "energy");
  CHECK(nearest("tatse", known) == "taste");  // two letters swapped are one edit
  CHECK(nearest("loudness", known) == "");
  CHECK(nearest("x", {}) == "");
}

TEST_CASE("an error is told as what, where, source, why, fix", "[error]") {
  const Error error(Exit::kRecipe, "what", {"recipes/x.lua:3", "local x", "because", "do this"});
  CHECK(error.text() ==
        "error: what\n  where: recipes/x.lua:3\n  |      local x\n  why:   because\n  fix:   do "
        "this");
  CHECK(Error(Exit::kUsage, "what").text() == "error: what");
}

TEST_CASE("further lines of an error cannot pass for parts of it", "[error]") {
  const Error error(Exit::kRecipe, "one\nerror: two\n  fix:   three",
                    {"", "", "a\n         b", ""});
  CHECK(error.text() ==
        "error: one\n         error: two\n         fix:   three\n  why:   a\n         b");
}
