// What recipes say by the names that only a library knows: tags and playlists.
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

/// A demo library, and a recipe whose build() returns `what`.
class Named : public EngineHome {
 public:
  explicit Named(const std::string& what) {
    const Ended made = engine({"demo", "--tracks", "1500", "--artists", "150", "--listens", "4000",
                               "--genres", "8", "--users", "2", "--now", "2024-01-01"});
    REQUIRE(made.exit_code == 0);
    write(what);
  }
  void write(const std::string& what) const {
    engine::write_file_atomically(path("mine.lua"),
                                  "local pl = require 'playlist'\n"
                                  "return pl.recipe { title = 'x', build = function(p, user)\n"
                                  "return " +
                                      what + "\nend }\n");
  }
  [[nodiscard]] Ended run(const std::vector<std::string>& more = {"--json"}) const {
    std::vector<std::string> words = {"--now", "2024-01-01", "run", path("mine.lua")};
    words.insert(words.begin(), more.begin(), more.end());
    return engine(words);
  }
  [[nodiscard]] json playlist() const {
    const Ended ended = run();
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  }
  [[nodiscard]] std::string checked() const { return engine({"check", path("mine.lua")}).out; }
};

std::vector<int> numbers_of(const json& playlist) {
  std::vector<int> numbers;
  for (const json& track : playlist.at("tracks")) numbers.push_back(track.at("track").get<int>());
  return numbers;
}

const std::string kAll = "pl.recall.catalogue {}:filter(pl.filtering.allowed {})";

}  // namespace

TEST_CASE("a formula's tags and the filter's are the same", "[tags]") {
  const Named home(kAll + ":filter(function(t) return t.has_tag 'jazz' or t.has_tag('Folk') end)");
  const std::vector<int> by_formula = numbers_of(home.playlist());
  CHECK(by_formula.size() > 50);
  home.write(kAll + ":filter(pl.filtering.tag { any = { 'jazz', 'folk' } })");
  CHECK(numbers_of(home.playlist()) == by_formula);
  home.write(kAll + ":filter(function(t) return t.genre == 'jazz' or t.genre == 'folk' end)");
  const std::size_t by_genre = numbers_of(home.playlist()).size();
  CHECK(by_genre > 50);
  CHECK(by_genre <= by_formula.size());
  home.write(kAll + ":top(5):explain(function(t) return t.genre .. ' of ' .. t.tags end)");
  CHECK_THAT(home.playlist().at("tracks").at(0).at("explanation").dump(), Contains(" of "));
}

TEST_CASE("a tag that no track has is told with the nearest that some have", "[tags]") {
  const std::string nearest = "no track here has the tag \"jaz\"; did you mean jazz?";
  const Named home("user.likes:filter(function(t) return not t.has_tag('jaz') end)");
  CHECK_THAT(home.playlist().at("notices").dump(), Contains("did you mean jazz?"));
  CHECK_THAT(home.checked(), Contains(nearest) && Contains("warning"));
  home.write("user.likes:filter(pl.filtering.tag 'jaz')");
  CHECK_THAT(home.run().out, Contains("did you mean jazz?"));
  CHECK_THAT(home.checked(), Contains(nearest));
  // Another library may have it: without one, nothing is said.
  const EngineHome nowhere;
  CHECK_THAT(nowhere.engine({"check", home.path("mine.lua")}).out, !Contains("no track here"));
  home.write("user.likes:score { has_tag = 1 }");
  CHECK_THAT(home.run().err, Contains("unknown column \"has_tag\" in :score"));
  CHECK_THAT(home.checked(), Contains("unknown column \"has_tag\" in :score"));
}

TEST_CASE("a playlist is a set in its order, which says where its tracks are from", "[playlists]") {
  const Named home("user.playlists['Late Shift']");
  const json shift = home.playlist();
  REQUIRE(shift.at("tracks").size() > 3);
  CHECK_THAT(shift.at("tracks").at(0).at("explanation").dump(),
             Contains("from the playlist \\\"Late Shift\\\""));
  const std::string track = std::to_string(numbers_of(shift).front());
  CHECK_THAT(home.engine({"why", "1", track}).out, Contains("from the playlist \"Late Shift\""));
  CHECK_THAT(home.engine({"plan", home.path("mine.lua")}).out,
             Contains("user.playlists[\"Late Shift\"]"));
  CHECK(home.engine({"replay", "1"}).exit_code == 0);
  home.write("pl.recall.playlist { name = 'Late Shift' }");
  CHECK(numbers_of(home.playlist()) == numbers_of(shift));

  // a * b is a without what a - b leaves.
  const std::string a = "user.playlists['Late Shift']", b = "user.listens:most_played(60)";
  home.write("(" + a + ") * (" + b + ")");
  const std::vector<int> both = numbers_of(home.playlist());
  home.write(a + " - (" + b + ")");
  const std::vector<int> rest = numbers_of(home.playlist());
  CHECK(both.size() + rest.size() == shift.at("tracks").size());
  CHECK_FALSE(both.empty());
}

TEST_CASE("a playlist that is not there is told with those that are", "[playlists]") {
  const Named home("user.playlists['Late Shfit']");
  const Ended ended = home.run();
  CHECK(ended.exit_code == 4);
  CHECK_THAT(ended.err, Contains("there is no playlist \"Late Shfit\"") &&
                            Contains("did you mean \"Late Shift\"?") && Contains("there are ") &&
                            Contains("mine.lua:3"));
  CHECK_THAT(home.checked(), Contains("warning: there is no playlist \"Late Shfit\""));
}

TEST_CASE("an unknown tag is told of an empty list, whatever is printed", "[tags]") {
  const Named home(kAll + ":filter(function(t) return t.has_tag('rokc') end)");
  const std::string told = "no track here has the tag \"rokc\"";
  const Ended list = home.run({});
  CHECK(list.exit_code == 1);
  CHECK_THAT(list.out, Contains("note: " + told));
  const Ended file = home.engine({"run", home.path("mine.lua"), "--to", "m3u8:-"});
  CHECK(file.exit_code == 1);
  CHECK_THAT(file.out, !Contains(told));
  CHECK_THAT(file.err, Contains(told));
}
