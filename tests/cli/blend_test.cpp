// pl.blend { by = "calibrated" } in a recipe.
#include <cmath>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;

namespace {

/// The tracks of a recipe whose list is `list`, over the longest four of the library.
json tracks_of(const support::EngineHome& home, const std::string& list) {
  std::ofstream(home.path("blend.lua"))
      << "local pl = require \"playlist\"\n"
         "return pl.recipe { title = \"Blend\", build = function(p, user)\n"
         "  local longest = user.library:score(function(t) return t.duration_ms end):top(4)\n"
         "  return "
      << list << "\nend }\n";
  const support::Ended ended =
      home.engine({"--now", "2026-11-21", "--json", "run", home.path("blend.lua")});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return support::parse_json(ended.out).at("tracks");
}

}  // namespace

TEST_CASE("pl.blend by calibrated counts deviations above each branch's end", "[blend]") {
  const support::EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  const json plain = tracks_of(home, "longest");
  REQUIRE(plain.size() == 4);
  double sum = 0, squares = 0;
  for (const json& track : plain) sum += track.at("duration_ms").get<double>();
  for (const json& track : plain)
    squares += std::pow(track.at("duration_ms").get<double>() - sum / 4, 2);
  const double last = plain.at(3).at("duration_ms");

  const json blended = tracks_of(home,
                                 "pl.blend { by = \"calibrated\", { weight = 1, longest }, "
                                 "{ weight = 2, longest } }");
  REQUIRE(blended.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(blended.at(k).at("track") == plain.at(k).at("track"));
    const double above = plain.at(k).at("duration_ms").get<double>() - last;
    CHECK(blended.at(k).at("score").get<double>() ==
          Approx(3 * above / std::sqrt(squares / 4)).margin(1e-6));
  }
}
