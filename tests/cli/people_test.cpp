// Recipes for several people: other people's sets, playlists and columns, and what they share.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/later_data.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// A household of "demo" and "ada".
class Household : public EngineHome {
 public:
  Household() {
    const Ended made = engine({"demo", "--tracks", "1500", "--artists", "150", "--listens", "4000",
                               "--genres", "8", "--users", "2", "--now", "2024-01-01"});
    REQUIRE(made.exit_code == 0);
  }
  [[nodiscard]] Ended run(const std::string& build, const std::string& user = "demo",
                          const std::string& now = "2024-01-01") const {
    engine::write_file_atomically(path("mine.lua"),
                                  "local pl = require 'playlist'\n"
                                  "return pl.recipe { title = 'x', build = function(p, user)\n" +
                                      build + "\nend }\n");
    return engine({"--json", "--now", now, "--user", user, "run", path("mine.lua")});
  }
  [[nodiscard]] json list(const std::string& build, const std::string& user = "demo",
                          const std::string& now = "2024-01-01") const {
    const Ended ended = run(build, user, now);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  }
};

std::vector<int> numbers_of(const json& playlist) {
  std::vector<int> numbers;
  for (const json& track : playlist.at("tracks")) numbers.push_back(track.at("track").get<int>());
  return numbers;
}

}  // namespace

TEST_CASE("another person's sets are what they are in that person's own runs", "[people]") {
  const Household home;
  for (const std::string set : {"likes", "library", "listens:most_played(20)", "history"}) {
    CAPTURE(set);
    for (const std::string now : {"2024-01-01", "2023-06-01"}) {
      const json theirs = home.list("return pl.person('ada')." + set, "demo", now);
      CHECK(numbers_of(theirs) == numbers_of(home.list("return user." + set, "ada", now)));
    }
  }
  const json likes = home.list("return pl.person('ada').likes");
  CHECK_THAT(likes.at("tracks").at(0).at("explanation").dump(), Contains("ada likes it"));
  CHECK(likes.at("user") == "demo");
  CHECK_THAT(home.engine({"replay", "1"}).out, Contains("same"));
}

TEST_CASE("columns of a person are what that person's formulas have", "[people]") {
  const Household home;
  const std::string shown = ":explain(function(t) return tostring(known(t.plays";
  const json theirs = home.list("return pl.person('ada').likes" + shown + "_of.ada, 0)) end)");
  const json own = home.list("return user.likes" + shown + ", 0)) end)", "ada");
  for (std::size_t k = 0; k < own.at("tracks").size(); ++k)
    CHECK(own.at("tracks").at(k).at("explanation") == theirs.at("tracks").at(k).at("explanation"));
  // Compiled, and in Lua.
  const std::vector<int> compiled =
      numbers_of(home.list("return pl.person('ada').likes:filter(function(t) "
                           "return t.plays_of.ada > 2 end)"));
  CHECK_FALSE(compiled.empty());
  CHECK(compiled == numbers_of(home.list("return pl.person('ada').likes:filter(function(t) "
                                         "return tonumber(tostring(t.plays_of['ada'])) > 2 end)")));
  CHECK_THAT(home.run("return user.likes:score(function(t) return t.plays_of.aad end)").err,
             Contains("unknown column \"plays_of.aad\"") && Contains("did you mean plays_of.ada?"));
  CHECK_THAT(home.engine({"check", home.path("mine.lua")}).out, !Contains("unknown column"));
}

TEST_CASE("who is not there is told with those who are", "[people]") {
  const Household home;
  const Ended ended = home.run("return pl.person('aad').likes");
  CHECK(ended.exit_code == 4);
  CHECK_THAT(ended.err, Contains("nobody here is called \"aad\"") &&
                            Contains("there are demo, ada") && Contains("did you mean ada?"));
  CHECK_THAT(home.run("return pl.recall.playlist { name = 'no such', owner = 'ada' }").err,
             Contains("there is no playlist \"no such\""));
}

TEST_CASE("check warns of people whom nobody here is", "[people]") {
  const Household home;
  const auto check = [&](const std::string& build) {
    home.run(build);
    const Ended ended = home.engine({"check", home.path("mine.lua")});
    CHECK(ended.exit_code == 0);  // in another library they may be there
    return ended.out;
  };
  CHECK_THAT(check("return pl.person('aad').likes"),
             Contains("warning: nobody here is called \"aad\"") && Contains("mine.lua:3") &&
                 Contains("did you mean ada?"));
  const std::string column = check(
      "return user.likes:filter(function(t) return t.plays_of.aad > 1 or t.plays_of['dem'] > 1 "
      "end)");
  CHECK_THAT(column, Contains("nobody here is called \"aad\"") &&
                         Contains("nobody here is called \"dem\"") &&
                         Contains("did you mean demo?"));
  CHECK_THAT(check("return pl.person('ada').likes:filter(function(t) return t.plays_of.ada > 1 "
                   "end)"),
             !Contains("nobody here"));
}

TEST_CASE("what another person likes from now on counts at once", "[people]") {
  const Household home;
  const std::string theirs = "return pl.person('ada').likes";
  const std::string later = "2030-01-01";
  const std::size_t before = home.list(theirs, "demo", later).at("tracks").size();
  const std::string track = std::to_string(
      numbers_of(home.list("return pl.recall.catalogue {} - pl.person('ada').likes")).front());
  REQUIRE(home.engine({"--user", "ada", "like", "track:" + track}).exit_code == 0);
  CHECK(home.list(theirs, "demo", later).at("tracks").size() == before + 1);
  CHECK(numbers_of(home.list(theirs)).size() == before);  // as of then they did not
}

TEST_CASE("a family's list is fair to each, and says so", "[people][family]") {
  const Household home;
  const Ended ended = home.engine(
      {"--json", "--now", "2024-01-01", "--user", "demo", "run", "family", "--set", "tracks=30"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json list = support::parse_json(ended.out);
  CHECK(list.at("tracks").size() == 30);
  CHECK_THAT(list.at("notices").dump(),
             Contains("fair to demo: 0.") && Contains("fair to ada: 0.") && Contains("gave up"));
  CHECK_THAT(list.at("tracks").dump(), Contains("ada plays it") && Contains("you play it"));
  const Ended batch =
      home.engine({"--now", "2024-01-01", "batch", "family", "--out", home.path("lists")});
  INFO(batch.err);
  CHECK(batch.exit_code == 0);
}

TEST_CASE("nothing that others do later reaches a recipe", "[people][poison]") {
  const EngineHome home;
  const std::string library = home.path("library.db"), recipe = home.path("curious.lua");
  REQUIRE(home.engine({"demo", home.path("."), "--tracks", "1500", "--artists", "150", "--listens",
                       "4000", "--users", "3", "--now", "1700000000"})
              .exit_code == 0);
  // Reads all that there is of others: "demo", of whom most comes later, is one of them.
  engine::write_file_atomically(recipe, R"(local pl = require "playlist"
return pl.recipe { title = "Curious", random_seed = 1, build = function(p, user)
  local bob, branches = pl.person("demo"), {}
  for _, person in ipairs(pl.everyone) do
    branches[#branches + 1] = { person.history:top(30), title = person.name }
  end
  local all = bob.likes + bob.library + bob.listens:since { months = 2 }:most_played(50) + bob.history
  for _, name in ipairs { "Focus", "Kitchen", "Rain" } do
    all = all + pl.recall.playlist { name = name, owner = "demo" }
  end
  return pl.alternate { all - bob.banned, pl.fair(branches) }
    :score(function(t) return known(t.plays_of.demo, 0) - known(t.skips_of.demo, 0) + known(t.days_since_played_of.demo, 0) / 100 end)
    :limit { tracks = 60 }
end }
)");
  const auto lists = [&] {
    std::string told;
    for (const std::string name : {recipe, std::string("family")}) {
      for (const std::string now : {"1699999999", "1696000000"}) {
        const Ended ended = home.engine({"--library", library, "--user", "ada", "--now", now,
                                         "--json", "run", name, "--no-record"});
        INFO(ended.err);
        REQUIRE(ended.exit_code == 0);
        const json list = support::parse_json(ended.out);
        REQUIRE(list.at("tracks").size() >= 40);
        told += list.at("tracks").dump() + "\n" + list.at("notices").dump() + "\n";
      }
    }
    return told;
  };
  const std::string before = lists();
  {
    engine::Store store = engine::Store::open(library);
    store.execute(test::kLaterData);
    store.bump_data_version();
  }
  CHECK(lists() == before);
}
