// Arguments of output formats, and the recipe's own columns in them.
#include <catch2/catch.hpp>

#include "core/paths.hpp"
#include "support/program.hpp"

using support::Ended;
using support::EngineHome;

namespace {

class Outputs {
 public:
  Outputs() {
    engine::write_file_atomically(
        home_.path("mine.lua"),
        "local pl = require \"playlist\"\nreturn pl.recipe { title = \"x\", random_seed = 1, build "
        "= "
        "function(p, user)\nreturn user.library:column(\"mark\", function() return 7 end):top(2)\n"
        "end }\n");
  }
  Ended run(const std::string& to) {
    return home_.engine({"--library", support::demo_library(), "--plugins",
                         PLAYLIST_BUILD_DIR "/test-plugins", "--now", "2026-11-21", "run",
                         home_.path("mine.lua"), "--no-record", "--to", to});
  }
  std::string file(const std::string& name) const { return home_.path(name); }

 private:
  EngineHome home_;
};

}  // namespace

TEST_CASE("an output takes arguments, and finds the columns that the recipe made", "[outputs]") {
  Outputs outputs;
  const Ended ended =
      outputs.run("probe:" + outputs.file("a,b.txt") + ",prefix=> ,times=2,with_mark=true");
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const std::string text = engine::read_file(outputs.file("a,b.txt"));
  CHECK_THAT(text, Catch::Contains("\n> > ") && Catch::EndsWith(" 7\n"));
}

TEST_CASE("an argument that an output does not take is told with what it takes", "[outputs]") {
  Outputs outputs;
  const Ended wrong = outputs.run("probe:" + outputs.file("a.txt") + ",prefx=x");
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean prefix?"));
  const Ended high = outputs.run("probe:" + outputs.file("a.txt") + ",times=9");
  CHECK(high.exit_code == 2);
  CHECK_THAT(high.err, Catch::Contains("1..3"));
  const Ended none = outputs.run("m3u8:" + outputs.file("a.m3u8") + ",times=9");
  CHECK(none.exit_code == 2);
  const Ended unknown = outputs.run("prob:" + outputs.file("a.txt"));
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.err, Catch::Contains("did you mean probe?") && Catch::Contains("m3u8"));
}
