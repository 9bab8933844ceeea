// What recipes say of time and of artists: now, :between, :at, :on_this_day, :plays_between and
// user.artists; and what a filter drops for want of a value. On a store of six tracks.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/run.hpp"
#include "support/lua_run.hpp"
#include "support/small_store.hpp"

using namespace engine;
using nlohmann::json;
using test::error_of;
using test::SmallStore;

namespace {

// A Saturday evening in Berlin: 20:00.
const std::int64_t kNow = parse_time("2026-11-21T19:00:00Z");

class Times {
 public:
  Times() {
    std::string sql =
        "UPDATE users SET timezone = 'Europe/Berlin';"
        "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada'), (2, 'Bo', 'bo');";
    for (int id = 1; id <= 6; ++id) {
      const std::string number = std::to_string(id), artist = id <= 4 ? "1" : "2";
      sql +=
          "INSERT INTO tracks (track_id, title, artist_id, in_catalogue, duration_ms, year) "
          "VALUES (" +
          number + ", 'T" + number + "', " + artist + ", 1, 100000, " +
          (id <= 3 ? std::to_string(1990 + id) : "NULL") + ");" +
          "INSERT INTO track_artists VALUES (" + number + ", 0, " + artist + ");";
    }
    store_.change(sql + "INSERT INTO likes VALUES (1, 4, " +
                  std::to_string(parse_time("2019-07-01")) + "), (1, 5, 0);");
    // In Berlin: the first second of June and the last of September 2019, and one after it.
    listen("2019-05-31T22:00:00Z", 1);
    listen("2019-09-30T21:59:59Z", 2);
    listen("2019-09-30T22:00:00Z", 3);
    listen("2024-11-23T19:30:00Z", 1);  // a Saturday evening
    listen("2025-11-20T07:00:00Z", 2);  // a Thursday morning
    listen("2026-11-21T10:00:00Z", 3);  // today
  }

  void listen(const char* start, int track, int seconds = 100) {
    store_.change("INSERT INTO listens VALUES (1, " + std::to_string(parse_time(start)) + ", " +
                  std::to_string(track) + ", " + std::to_string(1000 * seconds) + ", 0, 'DE', 1);");
  }

  /// build()'s lines begin at line 2.
  json run(const std::string& build, std::int64_t now = kNow) {
    ColumnOptions columns;
    columns.store = store_.options(now).store;
    columns.user = "ann";
    RunRequest request;
    request.recipe_path = "recipes/x.lua";
    request.recipe_text =
        "local pl = require \"playlist\" return pl.recipe { title = \"x\", random_seed = 1, build "
        "= "
        "function(p, user, now)\n" +
        build + "\nend }\n";
    request.now = now;
    request.show = show;
    request.lua_limits.seconds = 10;
    request.columns = prepare_columns(columns);
    request.script_directories = {std::string(PLAYLIST_SOURCE_DIR) + "/scripts"};
    return playlist_json(run_recipe(request, {}).playlist);
  }
  std::vector<int> tracks(const std::string& build, std::int64_t now = kNow) {
    std::vector<int> found;
    const json record = run(build, now);
    for (const json& track : record.at("tracks")) found.push_back(track.at("track"));
    return found;
  }
  Error error(const std::string& build) {
    return error_of([&] { run(build); });
  }
  std::vector<std::string> notices(const std::string& build) { return run(build).at("notices"); }

  std::vector<std::string> show;

 private:
  SmallStore store_;
};

using Tracks = std::vector<int>;

}  // namespace

TEST_CASE("build gets the hour, weekday, part of the day and season of the listener", "[times]") {
  Times times;
  const auto told = [&](std::int64_t now) {
    return times
        .run(
            "return user.likes:explain(function(t)\nreturn now.hour .. now.weekday .. now.daypart "
            ".. now.season end)",
            now)
        .at("tracks")[0]
        .at("reasons")[0]
        .get<std::string>();
  };
  CHECK(told(kNow) == "20saturdayeveningautumn");
  CHECK(told(kNow + 5 * 3600) == "1sundaynightautumn");
  const Error error = times.error("local x = now.dayprat\nreturn user.likes");
  CHECK_THAT(error.what(), Catch::Contains("now has no \"dayprat\""));
  CHECK(error.parts().fix == "did you mean daypart?");
  CHECK_THAT(times.error("now.hour = 3\nreturn user.likes").what(),
             Catch::Contains("now cannot be changed"));
  // In a formula it is a constant.
  CHECK(times.tracks("return user.listens:filter(function(t) return now.hour == 20 end)").size() ==
        3);
}

TEST_CASE("between goes from the beginning of a date to the end of another", "[times]") {
  Times times;
  CHECK(times.tracks("return user.listens:between { '2019-06', '2019-09' }") == Tracks{1, 2});
  CHECK(times.tracks("return user.listens:between { from = '2019-06', to = '2019-06' }") ==
        Tracks{1});
  CHECK(times.tracks("return user.listens:between { '2019', '2019' }") == Tracks{1, 2, 3});
  CHECK(times.tracks("return user.listens:between { '2019-10-01', '2024-11-23' }") == Tracks{3, 1});
  CHECK(times.tracks("return user.likes:between { '2019-07', '2019-07' }") == Tracks{4});
  // The time of a track is that of its latest listen then.
  const json track =
      times.run("return user.listens:between { '2019', '2024' }").at("tracks").back();
  CHECK(track.at("track") == 1);
  CHECK(track.at("columns").at("ts") == parse_time("2024-11-23T19:30:00Z"));
  // Nothing later than now.
  CHECK(times.tracks("return user.listens:between { '2019', '2026' }", parse_time("2019-07-01")) ==
        Tracks{1});
}

TEST_CASE("dates that are none are told at their line", "[times]") {
  Times times;
  for (const char* verb : {"between", "plays_between"}) {
    const std::string call = std::string("return user.listens\n:") + verb;
    Error error = times.error(call + " { '2019-13', '2019-14' }");
    CHECK(error.what() == std::string(":") + verb + ": cannot read from = \"2019-13\"");
    CHECK_THAT(error.parts().why, Catch::Contains("\"2019-06\""));
    CHECK(error.parts().where == "recipes/x.lua:3");
    error = times.error(call + " { '2019-06', '2019-05' }");
    CHECK(error.what() == std::string(":") + verb + ": 2019-05 is before 2019-06");
    CHECK_THAT(times.error(call + " { '2019-06' }").what(), Catch::Contains("to is missing"));
    CHECK_THAT(times.error(call + " { '2019', '2020', '2021' }").what(), !Catch::Equals(""));
  }
  CHECK_THAT(times.error("return user.artists:top(2):between { '2019', '2020' }").what(),
             Catch::Contains(":between needs candidates with times"));
}

TEST_CASE("at keeps what was heard at a time of the day, week or year", "[times]") {
  Times times;
  CHECK(times.tracks("return user.listens:at { daypart = now.daypart, weekday = now.weekday }") ==
        Tracks{1});
  CHECK(times.tracks("return user.listens:at { daypart = 'morning' }") == Tracks{2, 3});
  CHECK(times.tracks("return user.listens:at { weekday = 'workday', season = 'autumn' }") ==
        Tracks{3, 2});  // Monday 2019-09-30, Tuesday 2019-10-01 and Thursday
  CHECK(times.tracks("return user.listens:at { season = 'summer' }") == Tracks{1});
  CHECK(times.tracks("return user.listens:at { from_hour = 23, to_hour = 1 }") ==
        Tracks{1, 2, 3});  // 0:00, 23:59 and 0:00 in Berlin
  CHECK(times.tracks("return user.listens:at { from_hour = 0, to_hour = 1 }") == Tracks{1, 3});
  CHECK(times.tracks("return user.likes:at { season = 'summer' }") == Tracks{4});  // 5 is undated
  // A listen must be at all the times at once, whichever step chose them.
  CHECK(times.tracks("return user.listens:between { '2024', '2024' }:at { daypart = 'night' }")
            .empty());
  CHECK(times.tracks("return user.listens:at { daypart = 'night' }:filter(function(t) return true "
                     "end):between { '2019-06', '2019-06' }") == Tracks{1});
  CHECK_THAT(times.error("return user.listens:at {}").what(),
             Catch::Contains(":at needs a time of the day, week or year"));
  CHECK(times.error("return user.listens:at { daypart = 'evenin' }").parts().fix ==
        "did you mean evening?");
}

TEST_CASE("most_played counts the plays at the times chosen below it", "[times]") {
  Times times;
  times.listen("2025-03-01T10:00:00Z", 3);
  times.listen("2025-03-02T10:00:00Z", 3);
  times.listen("2025-03-03T10:00:00Z", 1);
  const auto scores = [&](const std::string& chosen) {
    std::string text;
    const json record = times.run("return user.listens" + chosen);
    for (const json& track : record.at("tracks"))
      text += std::to_string(track.at("track").get<int>()) + ":" +
              std::to_string(track.at("score").get<int>()) + " ";
    return text;
  };
  CHECK(scores(":between { '2025', '2025' }:most_played(9)") == "3:2 1:1 2:1 ");
  CHECK(scores(":between { '2025', '2025' }:at { weekday = 'weekend' }:most_played(9)") == "3:2 ");
  CHECK(scores(":most_played(9)") == "3:4 1:3 2:2 ");
}

TEST_CASE("on this day is the day of the year, of earlier years", "[times]") {
  Times times;
  CHECK(times.tracks("return user.listens:on_this_day {}").empty());
  CHECK(times.tracks("return user.listens:on_this_day { days = 1 }") == Tracks{2});
  CHECK(times.tracks("return user.listens:on_this_day { days = 2 }") == Tracks{1, 2});
  CHECK(times.tracks("return user.listens:on_this_day(2)", parse_time("2026-01-01")).empty());
  times.listen("2025-12-31T23:30:00Z", 5);  // 2026-01-01 in Berlin
  const std::string today = "return user.listens:on_this_day {}";
  CHECK(times.tracks(today, parse_time("2026-12-31T12:00:00Z")).empty());
  CHECK(times.tracks(today, parse_time("2027-01-01T12:00:00Z")) == Tracks{5});
  CHECK(times.tracks("return user.listens:on_this_day(1)", parse_time("2026-12-31T12:00:00Z")) ==
        Tracks{5});
}

TEST_CASE("plays_between is a column as any other", "[times]") {
  Times times;
  times.listen("2019-06-02T10:00:00Z", 1);
  times.listen("2019-06-03T10:00:00Z", 1, 5);  // no play
  CHECK(times.tracks("return user.listens:plays_between { '2019-06', '2019-08' }\n"
                     ":filter(function(t) return t.plays_between == 2 end)") == Tracks{1});
  const json record = times.run(
      "return user.listens:plays_between { '2019', '2019' }\n"
      ":plays_between { from = '2024', to = '2026', as = 'lately' }\n"
      ":score { lately = 1, plays_between = 10 }");
  const json& first = record.at("tracks")[0];
  CHECK(first.at("track") == 1);
  CHECK(first.at("columns").at("plays_between") == 2);
  CHECK(first.at("columns").at("lately") == 1);
}

TEST_CASE("user.artists:top gives the tracks of the artists played most", "[times]") {
  Times times;
  times.listen("2026-01-01T10:00:00Z", 5);
  const json record = times.run("return user.artists:top(1)");
  Tracks found;
  for (const json& track : record.at("tracks")) found.push_back(track.at("track"));
  CHECK(found == Tracks{1, 2, 3, 4});
  CHECK(record.at("tracks")[0].at("score") == 6);
  CHECK(record.at("tracks")[0].at("reasons")[0] == "Ada is number 1 of the artists you play most");
  CHECK(times.tracks("return user.artists:top(10)") == Tracks{1, 2, 3, 4, 5, 6});
  CHECK(times.tracks("return user.artists:top { count = 10 }\n"
                     ":filter(function(t) return t.artist_rank == 2 and t.artist_plays == 1\n"
                     "and t.artist_last_played == t.first_played end)") == Tracks{5});
  CHECK(times.tracks("return user.artists:top(10)", parse_time("2018-01-01")).empty());
  CHECK(times.error("return user.artists:topp(1)").parts().fix == "did you mean top?");
  CHECK_THAT(times.error("return user.artists:top(0)").what(),
             Catch::Contains("count = 0 is outside"));
}

TEST_CASE("a filter that drops rows for want of a value says how many have one", "[times]") {
  Times times;
  const auto told = [&](const std::string& formula) {
    return times.notices("return user.artists:top(9)\n:filter(function(t) return " + formula +
                         " end)");
  };
  times.listen("2026-01-01T10:00:00Z", 5);
  CHECK(told("t.year >= 1992") ==
        std::vector<std::string>{"year is known for 3 of 6 candidates; :filter drops the others"});
  // What says what to use instead, keeps one without, or misses nothing, has lost none that way.
  CHECK(told("known(t.year, 0) >= 1992").empty());
  CHECK(told("not (t.year < 1992)").empty());
  const std::vector<std::string> emptied = told("t.plays > 100");
  REQUIRE(emptied.size() == 1);  // that the list is empty
  CHECK_THAT(emptied[0], !Catch::Contains("is known for"));
  CHECK(told("true").empty());
}

TEST_CASE("shown columns are of the asking, not of the list", "[times]") {
  Times times;
  const json before = times.run("return user.artists:top(1)");
  CHECK_FALSE(before.at("tracks")[0].contains("shown"));
  times.show = {"year", "artist", "score", "plays_at", "last_finished"};
  const json record = times.run("return user.artists:top(1)");
  CHECK(record.at("tracks")[3].at("shown") == json({{"year", nullptr},
                                                    {"artist", "Ada"},
                                                    {"score", 6},
                                                    {"plays_at", 0},
                                                    {"last_finished", nullptr}}));
  CHECK(record.at("tracks")[0].at("shown").at("plays_at") == 1);
  CHECK(record.at("tracks")[0].at("columns") == before.at("tracks")[0].at("columns"));
  times.show = {"yaer"};
  const Error error = times.error("return user.artists:top(1)");
  CHECK(error.exit() == Exit::kUsage);
  CHECK_THAT(error.what(), Catch::Contains("no column \"yaer\""));
  CHECK(error.parts().fix == "did you mean year?");
}
