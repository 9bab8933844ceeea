// engine recipe from: what it writes runs, and gives what was asked for.
#include <catch2/catch.hpp>

#include "core/paths.hpp"
#include "support/program.hpp"

using support::Ended;
using support::EngineHome;

namespace {

Ended from(const EngineHome& home, const std::string& what, const std::string& file) {
  return home.engine({"recipe", "from", what, "--to", home.path(file)});
}

Ended run(const EngineHome& home, const std::string& file) {
  return home.engine({"--library", support::demo_library(), "--now", "2026-11-21", "run",
                      home.path(file), "--no-record"});
}

}  // namespace

TEST_CASE("a smart playlist becomes a recipe that is good and runs", "[recipe_from]") {
  const EngineHome home;
  engine::write_file_atomically(
      home.path("mix.nsp"),
      R"({"name": "Often", "all": [{"any": [{"is": {"loved": true}}, {"gt": {"playCount": 3}}]},
          {"inTheRange": {"year": [1950, 2030]}}, {"notContains": {"title": "zzz"}},
          {"startsWith": {"artist": ""}}, {"isNot": {"genre": "polka"}}, {"gt": {"duration": 60}}],
          "sort": "-playCount,title", "limit": 12})");
  const Ended made = from(home, home.path("mix.nsp"), "mix.lua");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const Ended checked = home.engine({"check", home.path("mix.lua")});
  INFO(checked.out);
  CHECK(checked.exit_code == 0);
  const Ended list = run(home, "mix.lua");
  INFO(list.err);
  CHECK(list.exit_code == 0);
  CHECK_THAT(list.out, Catch::StartsWith("Often") && Catch::Contains("12 tracks"));
}

TEST_CASE("sorted by when it was loved, the likes themselves are asked", "[recipe_from]") {
  const EngineHome home;
  engine::write_file_atomically(
      home.path("loved.nsp"),
      R"({"all": [{"is": {"loved": true}}], "sort": "dateLoved", "order": "desc", "limitPercent": 10})");
  REQUIRE(from(home, home.path("loved.nsp"), "loved.lua").exit_code == 0);
  const Ended list = run(home, "loved.lua");
  INFO(list.err);
  CHECK(list.exit_code == 0);
  CHECK_THAT(list.out, Catch::StartsWith("loved for "));
}

TEST_CASE("a prompt becomes a recipe, whatever stands in it", "[recipe_from]") {
  const EngineHome home;
  for (const char* prompt : {"#(drum]] and bass)", "artist:(x]=]y)::nosim", "ends with ]"}) {
    CAPTURE(prompt);
    const std::string file = std::string(prompt).substr(0, 3) == "#(d" ? "a.lua" : "b.lua";
    const Ended made = home.engine({"recipe", "from", prompt});
    REQUIRE(made.exit_code == 0);
    engine::write_file_atomically(home.path(file), made.out);
    const Ended checked = home.engine({"check", home.path(file)});
    INFO(made.out);
    INFO(checked.out);
    CHECK(checked.exit_code == 0);
  }
}

TEST_CASE("what cannot be said, and a file that is there, end it", "[recipe_from]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("stars.nsp"), R"({"all": [{"gt": {"rating": 3}}]})");
  const Ended refused = from(home, home.path("stars.nsp"), "stars.lua");
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.err, Catch::Contains("a library has no rating"));
  CHECK(from(home, home.path("none.nsp"), "x.lua").exit_code == 3);
  engine::write_file_atomically(home.path("mine.lua"), "-- mine\n");
  CHECK(from(home, "#jazz", "mine.lua").exit_code == 2);
  CHECK(engine::read_file(home.path("mine.lua")) == "-- mine\n");
}
