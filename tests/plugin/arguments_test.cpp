// What a recipe may write, and what it reads when it wrote something else.
#include "plugin/arguments.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "plugin_fixture.hpp"

using namespace plugin_fixture;
using engine::Argument;
using engine::ArgumentList;
using engine::Arguments;
using engine::TracksArgument;

namespace {

const playlist_element& element(std::string_view name) {
  static PluginFolder folder;
  static const auto registry = folder.add(kGood + "probe.so").add(kGood + "plain_c.so").load();
  return *registry->require(name, "").description;
}

std::string error_of(std::string_view name, const Arguments& arguments) {
  try {
    engine::check_arguments(element(name), arguments, "recipes/x.lua:7");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kRecipe);
    return error.text();
  }
  return "no error";
}

std::string json_of(std::string_view name, const Arguments& arguments) {
  return engine::check_arguments(element(name), arguments, "").json();
}

constexpr const char* kAccepted =
    "it accepts limit (1..10000), target (0..1), strict, label, direction (up, down), by, seeds, "
    "genres and weights (0..1)";

}  // namespace

TEST_CASE("arguments that are not given get their defaults") {
  CHECK(json_of("ranking.every_argument", {}) ==
        R"({"limit":200,"target":0.5,"strict":false,"label":"none","direction":"up","by":"energy",)"
        R"("seeds":null,"genres":[],"weights":[]})");
}

TEST_CASE("arguments arrive in declared order whatever order they are given in") {
  const FiveTracks tracks;
  CHECK(
      json_of("ranking.every_argument",
              {{"weights", ArgumentList{0.25, 1.0}},
               {"genres", ArgumentList{std::string("rock"), std::string("jazz")}},
               {"seeds", TracksArgument{&tracks.candidates()}},
               {"by", std::string("tempo")},
               {"direction", std::string("down")},
               {"label", std::string("a \"b\"")},
               {"strict", true},
               {"target", 1.0},
               {"1", 7.0}}) ==
      R"({"limit":7,"target":1.0,"strict":true,"label":"a \"b\"","direction":"down","by":"tempo",)"
      R"("seeds":"TRACKS","genres":["rock","jazz"],"weights":[0.25,1.0]})");
}

TEST_CASE("a single text or number counts as a list of one") {
  const auto checked = engine::check_arguments(
      element("ranking.every_argument"), {{"genres", std::string("rock")}, {"weights", 0.5}}, "");
  REQUIRE(checked.values()[7].list->count == 1);
  CHECK(std::string(checked.values()[7].list->texts[0]) == "rock");
  REQUIRE(checked.values()[8].list->count == 1);
  CHECK(checked.values()[8].list->numbers[0] == 0.5);
}

TEST_CASE("a column parameter gives its place after the declared inputs") {
  const auto checked = engine::check_arguments(element("ranking.every_argument"),
                                               {{"by", std::string("tempo")}}, "");
  CHECK(checked.columns() == std::vector<std::string>{"tempo"});
  CHECK(checked.values()[5].integer == 2);  // after energy and title
}

TEST_CASE("an unknown argument is told with what is accepted and what may be meant") {
  CHECK(error_of("ranking.every_argument", {{"limt", 3.0}}) ==
        std::string("error: ranking.every_argument has no parameter \"limt\"\n"
                    "  where: recipes/x.lua:7\n"
                    "  why:   ") +
            kAccepted +
            "\n"
            "  fix:   did you mean limit?");
  CHECK(error_of("filtering.odd", {{"limit", 3.0}}) ==
        "error: filtering.odd has no parameter \"limit\"\n"
        "  where: recipes/x.lua:7\n"
        "  why:   it takes no arguments");
  CHECK(error_of("filtering.odd", {{"1", 3.0}}) ==
        "error: filtering.odd: it takes no arguments, but was given one\n"
        "  where: recipes/x.lua:7");
}

TEST_CASE("a value outside its range is told with the range") {
  CHECK(error_of("ranking.every_argument", {{"limit", 0.0}}) ==
        "error: ranking.every_argument: limit = 0 is outside 1..10000 (candidates to return)\n"
        "  where: recipes/x.lua:7");
  CHECK(error_of("ranking.every_argument", {{"limit", 2.5}}) ==
        "error: ranking.every_argument: limit = 2.5 is not a whole number (candidates to return)\n"
        "  where: recipes/x.lua:7");
  CHECK_THAT(error_of("ranking.every_argument", {{"target", std::nan("")}}),
             Catch::Contains("target = not a number is outside 0..1"));
  CHECK_THAT(error_of("ranking.every_argument", {{"target", HUGE_VAL}}),
             Catch::Contains("target = inf is outside 0..1"));
  CHECK_THAT(error_of("ranking.every_argument", {{"weights", ArgumentList{0.5, 1.5}}}),
             Catch::Contains("weights = 1.5 is outside 0..1 (one per genre)"));
}

TEST_CASE("a value of another type is told with the wanted one") {
  CHECK_THAT(error_of("ranking.every_argument", {{"limit", std::string("ten")}}),
             Catch::Contains("limit is \"ten\", a text; a whole number is wanted"));
  CHECK_THAT(error_of("ranking.every_argument", {{"strict", 1.0}}),
             Catch::Contains("strict is 1, a number; true or false is wanted"));
  CHECK_THAT(error_of("ranking.every_argument", {{"seeds", ArgumentList{1.0}}}),
             Catch::Contains("seeds is a list; a set of tracks is wanted"));
  CHECK_THAT(error_of("ranking.every_argument", {{"genres", ArgumentList{1.0}}}),
             Catch::Contains("genres holds the number 1; a list of texts is wanted"));
  CHECK_THAT(error_of("ranking.every_argument", {{"label", std::string("a\0b", 3)}}),
             Catch::Contains("label holds a NUL character"));
}

TEST_CASE("a word that is no choice is told with the choices") {
  CHECK(error_of("ranking.every_argument", {{"direction", std::string("dwon")}}) ==
        "error: ranking.every_argument: direction = \"dwon\" is not one of up, down\n"
        "  where: recipes/x.lua:7\n"
        "  fix:   did you mean down?");
}

TEST_CASE("all wrong arguments are told at once") {
  CHECK(
      error_of("ranking.every_argument",
               {{"limt", 3.0}, {"target", 7.0}, {"target", 0.5}, {"strict", std::string("yes")}}) ==
      std::string(
          "error: 4 arguments of ranking.every_argument are wrong\n"
          "  where: recipes/x.lua:7\n"
          "  why:   no parameter \"limt\"; did you mean limit?\n"
          "         target is given twice\n"
          "         target = 7 is outside 0..1 (wanted energy)\n"
          "         strict is \"yes\", a text; true or false is wanted (drop what has none)\n"
          "  fix:   ") +
          kAccepted);
}

TEST_CASE("only the first argument may go without a name") {
  CHECK(error_of("ranking.every_argument", {{"1", 5.0}, {"2", 5.0}}) ==
        "error: ranking.every_argument: argument 2 has no name\n"
        "  where: recipes/x.lua:7\n"
        "  fix:   only the first argument may go without");
  CHECK_THAT(error_of("ranking.every_argument", {{"1", 5.0}, {"limit", 5.0}}),
             Catch::Contains("limit is given twice"));
}
