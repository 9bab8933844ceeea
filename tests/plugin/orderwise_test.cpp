// Columns of rankings that go by the order are true of one list: PLAYLIST_ORDERWISE.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "file_plugins.hpp"
#include "support/json.hpp"

using namespace file_plugins;
using Catch::Contains;
using support::Ended;
using Json = nlohmann::ordered_json;

TEST_CASE("an order-wise column is handed on while the list stays as it is, and no further") {
  const Home home;
  const auto run = [&](const std::string& steps) {
    return home.run({"run", home.recipe("place.lua", steps), "--json", "--no-record"});
  };
  const Ended after =
      run(":limit { tracks = 3 }:rank(pl.ranking.place {})"
          ":column(\"twice\", function(t) return 2 * t.place end)");
  INFO(after.err);
  REQUIRE(after.exit_code == 0);
  const Json tracks = support::parse_ordered_json(after.out)["tracks"];
  REQUIRE(tracks.size() == 3);
  CHECK(tracks[2]["columns"]["place"] == 2);
  CHECK(tracks[2]["columns"]["twice"] == 4);

  // Behind a step that may change the list it is gone: its values were of another one.
  const Ended before = run(":rank(pl.ranking.place {}):limit { tracks = 3 }");
  REQUIRE(before.exit_code == 0);
  CHECK_FALSE(support::parse_ordered_json(before.out)["tracks"][0]["columns"].contains("place"));
  // What was made of it in time stays.
  const Ended scored =
      run(":rank(pl.ranking.place {}):score(function(t) return -t.place end):limit { tracks = 2 }");
  REQUIRE(scored.exit_code == 0);
  CHECK(support::parse_ordered_json(scored.out)["tracks"][1]["score"] == -1);
}

TEST_CASE("who reads an order-wise column too late is told why it is gone") {
  const Home home;
  for (const char* reader : {":filter(function(t) return t.place < 2 end)", ":score { place = 1 }",
                             ":order(pl.ordering.by { field = \"place\" })"}) {
    CAPTURE(reader);
    const std::string recipe = home.recipe(
        "late.lua", std::string(":rank(pl.ranking.place {})\n:limit { tracks = 3 }\n") + reader);
    for (const char* verb : {"run", "check"}) {
      const Ended ended = home.run({verb, recipe});
      CAPTURE(verb, ended.out, ended.err);
      CHECK(ended.exit_code == 4);
      CHECK_THAT(ended.out + ended.err,
                 Contains("\"place\"") &&
                     Contains("made it of the list in the order it had then, and :limit (") &&
                     Contains("put :rank(pl.ranking.place {}) behind :limit"));
    }
  }
  const Ended shown =
      home.run({"run", home.recipe("late.lua", ":rank(pl.ranking.place {}):limit { tracks = 3 }"),
                "--no-record", "--show", "place"});
  CHECK(shown.exit_code == 2);
  CHECK_THAT(shown.err, Contains("behind :limit"));
}
