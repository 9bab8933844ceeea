// Curves, transitions and exact lengths as recipes say them: what check tells, what a run records
// and plays again, and what why-not knows of a track that was not chosen.
#include <cstdlib>
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// A home with the demo library and a recipe whose candidates are everything of the catalogue.
class Arranged : public EngineHome {
 public:
  explicit Arranged(const std::string& steps) {
    std::filesystem::copy_file(support::demo_library(), path("library.db"));
    write(steps);
  }
  void write(const std::string& steps) const {
    engine::write_file_atomically(
        path("mine.lua"),
        "local pl = require 'playlist'\n"
        "return pl.recipe { title = 'x', random_seed = 1, build = function(p, user)\n"
        "  return pl.recall.popular { limit = 300 }" +
            steps + "\nend }\n");
  }
  [[nodiscard]] Ended demo(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {"--library", path("library.db"), "--user", "demo",
                                    "--now",     "2026-11-21"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return engine(all);
  }
  [[nodiscard]] json run() const {
    const Ended ended = demo({"--json", "run", path("mine.lua")});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  }
  [[nodiscard]] std::string checked() const { return engine({"check", path("mine.lua")}).out; }
};

std::set<int> numbers_of(const json& playlist) {
  std::set<int> numbers;
  for (const json& track : playlist.at("tracks")) numbers.insert(track.at("track").get<int>());
  return numbers;
}

std::string notices_of(const json& playlist) {
  std::string all;
  for (const json& notice : playlist.at("notices")) all += notice.get<std::string>() + "\n";
  return all;
}

}  // namespace

TEST_CASE("a curve is written by its column's name, and is the same spelled out", "[arranging]") {
  const Arranged home(":order(pl.ordering.curve { tempo = { 120, 170 }, tracks = 10 })");
  const json named = home.run();
  CHECK(named.at("tracks").size() == 10);
  CHECK_THAT(notices_of(named), Contains("ordering.curve: tempo goes from "));
  home.write(":order(pl.ordering.curve { 'tempo', points = { 120, 170 }, tracks = 10 })");
  CHECK(home.run().at("tracks") == named.at("tracks"));
  home.write(
      ":order(pl.ordering.curve { tempo = { 120, 170, weight = 2 }, energy = { 0.2, 0.9 }, "
      "tracks = 10 })");
  CHECK_THAT(notices_of(home.run()), Contains("energy goes from ") && Contains("tempo goes from "));
}

TEST_CASE("check tells what is wrong with a curve", "[arranging]") {
  const Arranged home(":order(pl.ordering.curve { tmepo = { 120, 170 } })");
  CHECK_THAT(home.checked(), Contains("unknown column \"tmepo\" in ordering.curve") &&
                                 Contains("did you mean tempo?"));
  home.write(":order(pl.ordering.curve { tempo = { 120, 170 }, harmonc = true })");
  CHECK_THAT(home.checked(),
             Contains("no parameter \"harmonc\"") && Contains("did you mean harmonic?"));
  home.write(":order(pl.ordering.curve { tempo = { 120, 170 }, at = { 0, 0.5, 1 } })");
  CHECK_THAT(home.checked(), Contains("at has 3 positions, and a curve 2 points"));
  home.write(":order(pl.ordering.curve { tempo = { 120, 150, 170 }, at = { 0, 0.5, 0.5 } })");
  CHECK_THAT(home.checked(), Contains("the positions of at must ascend"));
  home.write(":order(pl.ordering.curve { tempo = {} })");
  CHECK_THAT(home.checked(), Contains("tempo needs at least one point"));
  home.write(":order(pl.ordering.curve { tempo = { 120, wieght = 2 } })");
  CHECK_THAT(home.checked(),
             Contains("tempo has no \"wieght\"") && Contains("did you mean weight?"));
  home.write(
      ":order(pl.ordering.curve { tempo = { 1 }, energy = { 1 }, valence = { 1 }, year = "
      "{ 1 }, loudness = { 1 } })");
  CHECK_THAT(home.checked(), Contains("takes at most 4 columns, got 5"));
  home.write(":order(pl.ordering.transitions { key = -1 })");
  CHECK_THAT(home.checked(), Contains("key = -1 is outside 0..1000"));
}

TEST_CASE("a chosen list plays again byte for byte, and why-not knows who was not chosen",
          "[arranging]") {
  const std::string curve =
      ":order(pl.ordering.curve { tempo = { 110, 150 }, tracks = 12, harmonic = true })";
  const Arranged home(curve);
  const json first = home.run();
  const Ended replayed = home.demo({"replay", "1"});
  INFO(replayed.out + replayed.err);
  CHECK(replayed.exit_code == 0);

  const std::set<int> chosen = numbers_of(first);
  home.write("");
  std::string other;
  for (const int number : numbers_of(home.run()))
    if (chosen.count(number) == 0) other = std::to_string(number);
  home.write(curve);
  const Ended why_not = home.demo({"why-not", "1", other});
  INFO(why_not.err);
  CHECK_THAT(why_not.out, Contains("the ordering did not choose it"));
}

TEST_CASE("transitions tell the sum of jumps, and are the same for any seed", "[arranging]") {
  const Arranged home(":top(40):order(pl.ordering.transitions { key = 2, energy = 0.5 })");
  const json first = home.run();
  CHECK_THAT(notices_of(first), Contains("ordering.transitions: the jumps between neighbours sum "
                                         "to ") &&
                                    Contains("in random order to ") &&
                                    Contains("no order has less"));
  const Ended other = home.demo({"--random-seed", "99", "--json", "run", home.path("mine.lua")});
  CHECK(support::parse_json(other.out).at("tracks") == first.at("tracks"));
}

TEST_CASE("a list is exactly as long as asked, within the other limits", "[arranging]") {
  const Arranged home(":limit { minutes = 42, exactly = '5s', per_artist = 1, tracks = 14 }");
  const json playlist = home.run();
  double seconds = 0;
  std::set<std::string> artists;
  for (const json& track : playlist.at("tracks")) {
    seconds += track.at("duration_ms").get<double>() / 1000;
    CHECK(artists.insert(track.at("artist")).second);
  }
  CHECK(std::abs(seconds - 42 * 60) <= 5);
  CHECK(playlist.at("tracks").size() <= 14);
  CHECK_THAT(notices_of(playlist), Contains(" long, within 5s of 42:00"));
}

TEST_CASE("a length that cannot be had is told with the nearest, and a wrong one by check",
          "[arranging]") {
  const Arranged home(":top(3):limit { minutes = 600, exactly = '5s' }");
  const json playlist = home.run();
  CHECK(playlist.at("tracks").size() == 3);
  CHECK_THAT(notices_of(playlist),
             Contains("no choice of tracks within 5s of 600:00 was found; the nearest 3 tracks "
                      "are "));
  home.write(":limit { minutes = 42, exactly = 'soon' }");
  CHECK_THAT(home.checked(), Contains("exactly = \"soon\" is no length of time") &&
                                 Contains("minutes = 45, exactly = \"5s\""));
  CHECK(home.demo({"run", home.path("mine.lua")}).exit_code == 4);
  home.write(":limit { tracks = 42, exactly = '5s' }");
  CHECK_THAT(home.checked(), Contains("exactly = \"5s\" needs minutes"));
}

TEST_CASE("stubs and plugin info tell how curves are written", "[arranging]") {
  const EngineHome home;
  REQUIRE(home.engine({"stubs", "--make-folders", "--to", home.path("stubs")}).exit_code == 0);
  std::string stubs;
  for (const auto& entry : std::filesystem::directory_iterator(home.path("stubs")))
    stubs += engine::read_file(entry.path().string());
  CHECK_THAT(stubs, Contains("---@field [string] number[]|{ weight: number } the points of the") &&
                        Contains("---@field exactly? string") &&
                        Contains("---@field points? number[]"));
  CHECK_THAT(home.engine({"plugins", "info", "ordering.curve"}).out,
             Contains("harmonic") && Contains("points_4"));
}

TEST_CASE("the cookbook's arranging recipes pass their tests", "[arranging]") {
  const EngineHome home;
  for (const char* name : {"gym", "wind_down", "harmonic_set", "one_side_of_a_tape"}) {
    const Ended ended = home.engine({"test", std::string("cookbook/") + name});
    INFO(ended.out + ended.err);
    CHECK(ended.exit_code == 0);
  }
}
