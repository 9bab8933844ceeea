// engine import as the shell sees it: exit codes and what stands on the screen.
#include <catch2/catch.hpp>

#include "core/paths.hpp"
#include "support/program.hpp"

using support::Ended;
using support::EngineHome;

namespace {

Ended import_into(const EngineHome& home, std::vector<std::string> words) {
  words.insert(words.begin(), {"import", "--user", "ann"});
  return home.engine(words);
}

}  // namespace

TEST_CASE("a file of which nothing came ends an import in exit 3", "[cli][import]") {
  const EngineHome home;
  const std::string good = home.path("plays.csv"), empty = home.path("empty.csv"),
                    foreign = home.path("list.m3u8");
  engine::write_file_atomically(good, "artist,track,date\nA,B,2025-06-03 18:00:00\n");
  engine::write_file_atomically(empty, "artist,track,date\n");
  engine::write_file_atomically(foreign, "#EXTM3U\n#EXT-X-VERSION:3\n");
  CHECK(import_into(home, {good}).exit_code == 0);
  CHECK(import_into(home, {good}).exit_code == 0);  // known already

  const Ended nothing = import_into(home, {good, empty});
  CHECK(nothing.exit_code == 3);
  CHECK_THAT(nothing.out, Catch::Contains("nothing came of " + empty));

  const Ended refused = import_into(home, {foreign});
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.out, Catch::Contains("not recognised by any source: a list of streams") &&
                              Catch::Contains("what is read:\n") &&
                              Catch::Contains("spotify_extended"));
}

TEST_CASE("an import takes the order of dates from three words", "[cli][import]") {
  const EngineHome home;
  const std::string path = home.path("plays.csv");
  engine::write_file_atomically(path, "artist,track,date\nA,B,03/10/2017 21:47\n");
  CHECK_THAT(import_into(home, {"--dates", "day-first", path}).out,
             Catch::Contains("2017-10-03 to 2017-10-03"));
  CHECK_THAT(import_into(home, {"--dates", "month-first", path}).out,
             Catch::Contains("2017-03-10 to 2017-03-10"));
  const Ended wrong = import_into(home, {"--dates", "backwards", path});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Catch::Contains("day-first"));
}
