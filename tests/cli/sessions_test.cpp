// engine sessions and model.session_start, as a person uses them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

TEST_CASE("what was learned of hours says when the next session may begin", "[cli][sessions]") {
  const EngineHome home;
  REQUIRE(home.engine({"demo", "--tracks", "800", "--artists", "60", "--listens", "6000", "--users",
                       "1", "--days", "300", "--now", "2026-06-01T12:00:00Z"})
              .exit_code == 0);
  const auto sessions = [&](const char* now) {
    const Ended ended = home.engine({"sessions", "--now", now, "--json"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  };
  const json before = sessions("2026-06-01T12:30:00Z");
  CHECK(before.at("next").at("from") == "share");
  CHECK(before.at("next").at("hours").size() == 24);

  const Ended trained = home.engine({"train", "session_start", "--now", "2026-06-01T12:00:00Z"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  CHECK_THAT(trained.out + trained.err, Catch::Contains(" serves: of the held-out hours"));
  const json card = support::parse_json(home.engine({"models", "session_start", "--json"}).out)
                        .at("versions")[0]
                        .at("card");
  for (const char* way :
       {"never", "hour", "hour_weekday", "same_hour_28d", "hazard", "published", "forecast"}) {
    CAPTURE(way);
    CHECK(card.at("ways").at(way).at("pr_auc").is_number());
    CHECK(card.at("ways").at(way).at("f1").size() == 9);
  }
  CHECK(sessions("2026-06-01T12:30:00Z").at("next").at("from") == "ahead");
  CHECK(sessions("2026-06-03T12:30:00Z").at("next").at("from") == "week");
  // As of before the training there is no model.
  CHECK(sessions("2026-05-31T12:30:00Z").at("next").at("from") == "share");

  const Ended text = home.engine({"sessions", "--now", "2026-06-01T12:30:00Z"});
  CHECK_THAT(text.out, Catch::Contains("is the likeliest hour of the next day") &&
                           Catch::Contains("monday") && Catch::Contains("by model.session_start"));
}

TEST_CASE("nobody who heard nothing has sessions to tell of", "[cli][sessions]") {
  const EngineHome home;
  REQUIRE(home.engine({"demo", "--tracks", "200", "--artists", "20", "--listens", "300", "--users",
                       "1", "--days", "60", "--now", "2026-06-01T12:00:00Z"})
              .exit_code == 0);
  const Ended ended = home.engine({"sessions", "--now", "2020-01-01", "--json"});
  CHECK(ended.exit_code == 1);
  CHECK(support::parse_json(ended.out).at("next").is_null());
}
