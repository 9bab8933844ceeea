// What a dashboard tells, by figures that are worked out by hand.
#include "patterns/dashboard.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "data/owned_table.hpp"
#include "models/artifact.hpp"
#include "support/json.hpp"
#include "support/small_store.hpp"

using engine::ArtifactWriter;
using engine::format_date;
using engine::ModelVersion;
using engine::parse_time;
using engine::patterns::Dashboard;
using engine::patterns::dashboard;
using engine::patterns::dashboard_html;
using engine::patterns::dashboard_inputs;
using engine::patterns::dashboard_json;
using engine::patterns::DashboardInputs;
using test::SmallStore;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kADay = 86'400;

/// Four tracks: 1 and 2 by Ada, 3 by Bea, 4 by Cy.
void add_tracks(SmallStore& store) {
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada'), (2, 'Bea', 'bea'),"
      " (3, 'Cy', 'cy');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (1, 'One', 1, 1),"
      " (2, 'Two', 1, 1), (3, 'Three', 2, 1), (4, 'Four', 3, 1);"
      "UPDATE users SET timezone = 'UTC'");  // as of who has set none
}

/// Of 200 seconds, a play; or of 5, a skip.
void listen(SmallStore& store, const std::string& at, int track, bool is_skip = false) {
  store.change("INSERT INTO listens VALUES (1, " + std::to_string(parse_time(at)) + ", " +
               std::to_string(track) + ", " + (is_skip ? "5000, 2" : "200000, 0") + ", NULL, 1)");
}

/// From January 2025 to March 2026; as of 2026-03-10.
void add_history(SmallStore& store) {
  add_tracks(store);
  listen(store, "2025-01-10T20:00:00Z", 1);
  listen(store, "2025-01-10T20:10:00Z", 2);
  listen(store, "2025-01-20T20:00:00Z", 1);
  listen(store, "2026-02-02T08:00:00Z", 1);
  listen(store, "2026-02-02T08:04:00Z", 3);
  listen(store, "2026-02-04T08:00:00Z", 3);
  listen(store, "2026-03-03T23:30:00Z", 3);
  listen(store, "2026-03-03T23:35:00Z", 4, true);
}
const std::int64_t kHistoryNow = parse_time("2026-03-10T12:00:00Z");

Dashboard board_of(SmallStore& store, std::int64_t now) {
  const auto tables = store.as_of(now);
  const engine::Store read =
      engine::Store::open(store.path(), {.is_read_only = true, .may_create = false});
  return dashboard(*tables, dashboard_inputs(read, *tables));
}

template <typename Period>
const Period& period_from(const std::vector<Period>& periods, const std::string& date) {
  const auto found = std::ranges::find_if(
      periods, [&](const Period& one) { return format_date(one.day * kADay) == date; });
  REQUIRE(found != periods.end());
  return *found;
}

/// Two moods as model.moods writes them: of what is low and of what is high in all.
ModelVersion write_moods(const std::string& folder, std::int64_t as_of) {
  engine::OwnedTable moods(2);
  std::ranges::copy(std::vector{7, 9}, moods.i32("id"));
  std::ranges::copy(std::vector{0, 1}, moods.texts("label", {"calm", "Low energy, <b>"}));
  for (const char* sound :
       {"valence", "energy", "danceability", "acousticness", "instrumentalness", "tempo_norm"})
    std::ranges::copy(std::vector{0.2F, 0.8F}, moods.f32(sound));
  ArtifactWriter writer;
  writer.table("moods", *moods.table());
  const std::string card = writer.write(folder, {{"model", "model.moods"}});
  return {.id = 1,
          .name = "model.moods",
          .as_of = as_of,
          .card = card,
          .path = folder,
          .user_id = 1,
          .user = "ann"};
}

bool is_missing(const Dashboard& board, const std::string& part) {
  return std::ranges::any_of(board.missing, [&](const auto& one) { return one.part == part; });
}

}  // namespace

TEST_CASE("a dashboard sums listens up by day, week and month", "[patterns][dashboard]") {
  SmallStore store;
  add_history(store);
  const Dashboard board = board_of(store, kHistoryNow);
  CHECK(board.listens == 8);
  CHECK(board.plays == 7);
  CHECK(board.skips == 1);
  CHECK(board.tracks == 3);
  CHECK(board.artists == 2);
  CHECK(board.hours == Approx((7 * 200 + 5) / 3600.0));
  CHECK(board.first == parse_time("2025-01-10T20:00:00Z"));
  CHECK(board.last == parse_time("2026-03-03T23:35:00Z"));

  REQUIRE(board.days.size() == 91);
  CHECK(format_date(board.days.back().day * kADay) == "2026-03-10");
  CHECK(period_from(board.days, "2026-02-02").plays == 2);
  CHECK(period_from(board.days, "2026-02-03").plays == 0);
  REQUIRE(board.weeks.size() == 62);  // Mondays from 2025-01-06 to 2026-03-09
  CHECK(period_from(board.weeks, "2026-02-02").plays == 3);
  CHECK(period_from(board.weeks, "2026-02-02").sessions == 2);
  CHECK(period_from(board.weeks, "2026-03-02").skips == 1);
  REQUIRE(board.months.size() == 15);
  CHECK(board.months.front().plays == 3);
  CHECK(board.months.front().sessions == 2);
  CHECK(board.months.front().hours == Approx(600 / 3600.0));
  CHECK(board.earlier_plays == 0);

  // Of the 28 days up to 2026-03-10: 2026-03-03; of those before: February.
  CHECK(board.recent.plays == 1);
  CHECK(board.recent.skips == 1);
  CHECK(board.recent.sessions == 1);
  CHECK(board.recent.new_tracks == 0);
  CHECK(board.before.plays == 3);
  CHECK(board.before.new_tracks == 1);
  CHECK(board.before.new_artists == 1);
}

TEST_CASE("what is new, stale and rested is told by month", "[patterns][dashboard]") {
  SmallStore store;
  add_history(store);
  const Dashboard board = board_of(store, kHistoryNow);
  const auto& january = board.months.front();
  CHECK(january.tracks == 2);
  CHECK(january.new_tracks == 2);
  CHECK(january.new_artists == 1);
  CHECK(january.discovery_rate() == Approx(2.0 / 3));
  CHECK_FALSE(january.staleness);  // the history is not a year old
  CHECK(*january.rest_days == Approx(10));
  const auto& february = period_from(board.months, "2026-02-01");
  CHECK(february.plays == 3);
  CHECK(february.new_tracks == 1);
  CHECK(february.new_artists == 1);
  CHECK(*february.staleness == Approx(1.0 / 3));  // One of 2025-01-10, against Three twice
  // One rested from 2025-01-20T20 to 2026-02-02T08, Three from 2026-02-02T08:04 to 2026-02-04T08.
  CHECK(*february.rest_days == Approx(377.5));
  const auto& between = period_from(board.months, "2025-06-01");
  CHECK(between.plays == 0);
  CHECK_FALSE(between.discovery_rate());
  CHECK_FALSE(between.rest_days);
}

TEST_CASE("a dashboard's hours are those of the person's clock", "[patterns][dashboard]") {
  SmallStore store;
  add_history(store);
  const Dashboard utc = board_of(store, kHistoryNow);
  CHECK(is_missing(utc, "timezone"));
  CHECK(utc.week_hours[1 * 24 + 23] == 1);  // Tuesday 2026-03-03T23:30Z
  CHECK(utc.week_hours[0 * 24 + 8] == 2);   // Monday 2026-02-02
  store.change("UPDATE users SET timezone = 'Asia/Tokyo'");
  const Dashboard tokyo = board_of(store, kHistoryNow);
  CHECK_FALSE(is_missing(tokyo, "timezone"));
  CHECK(tokyo.week_hours[2 * 24 + 8] == 1);  // Wednesday there
  CHECK(tokyo.week_hours[0 * 24 + 17] == 2);
  CHECK(period_from(tokyo.days, "2026-03-04").plays == 1);
  CHECK(period_from(tokyo.days, "2026-03-03").plays == 0);
}

TEST_CASE("a day on which clocks change is one day", "[patterns][dashboard]") {
  SmallStore store;
  add_tracks(store);
  store.change("UPDATE users SET timezone = 'Europe/Berlin'");
  // On 2026-03-29 Berlin has 23 hours: midnight is 23:00Z before and 22:00Z after it.
  listen(store, "2026-03-28T22:30:00Z", 1);  // Saturday 23:30
  listen(store, "2026-03-28T23:30:00Z", 2);  // Sunday 0:30
  listen(store, "2026-03-29T00:30:00Z", 3);  // 1:30
  listen(store, "2026-03-29T01:30:00Z", 3);  // 3:30
  listen(store, "2026-03-29T21:30:00Z", 1);  // 23:30
  listen(store, "2026-03-29T22:30:00Z", 2);  // Monday 0:30
  const Dashboard board = board_of(store, parse_time("2026-03-30T10:00:00Z"));
  REQUIRE(board.days.size() == 3);
  CHECK(board.days[0].plays == 1);
  CHECK(board.days[1].plays == 4);
  CHECK(board.days[2].plays == 1);
  CHECK(board.week_hours[6 * 24 + 1] == 1);
  CHECK(board.week_hours[6 * 24 + 2] == 0);
  CHECK(board.week_hours[6 * 24 + 3] == 1);
}

TEST_CASE("of a history without a listen, and of one, a dashboard tells what there is",
          "[patterns][dashboard]") {
  SmallStore store;
  add_tracks(store);
  const Dashboard nothing = board_of(store, kHistoryNow);
  CHECK(nothing.days.empty());
  CHECK(nothing.months.empty());
  CHECK(is_missing(nothing, "listens"));
  CHECK(is_missing(nothing, "moods"));
  CHECK(is_missing(nothing, "models"));
  CHECK(dashboard_json(nothing).at("first").is_null());
  CHECK_THAT(dashboard_html(nothing), Catch::Contains("nothing was heard yet"));

  listen(store, "2026-03-10T11:00:00Z", 1);
  const Dashboard one = board_of(store, kHistoryNow);
  CHECK(one.days.size() == 1);
  CHECK(one.weeks.size() == 1);
  REQUIRE(one.months.size() == 1);
  CHECK(one.months[0].discovery_rate() == Approx(1));
  CHECK(one.sessions == 1);
  CHECK_FALSE(is_missing(one, "listens"));
  CHECK_THAT(dashboard_html(one), Catch::Contains("<svg"));
}

TEST_CASE("lists are told with what of them was heard", "[patterns][dashboard]") {
  SmallStore store;
  add_history(store);
  // Made 2026-01-20: One, heard 13 days later, Two never again, Three, new then and heard, Four.
  // Made 2026-03-09, so that there is time left: Three, heard six days before, and Four.
  store.execute(
      "INSERT INTO runs VALUES (1, 1, 'weekly.lua', '', " +
      std::to_string(parse_time("2026-01-20T12:00:00Z")) +
      ", 7, '', '', '', '', '', '', '', '', 0), (2, 1, 'weekly.lua', '', " +
      std::to_string(parse_time("2026-03-09T12:00:00Z")) +
      ", 7, '', '', '', '', '', '', '', '', 0);"
      "INSERT INTO run_tracks VALUES (1, 0, 1), (1, 1, 2), (1, 2, 3), (1, 3, 4), (2, 0, 3),"
      " (2, 1, 4)");
  const auto lists = board_of(store, kHistoryNow).lists;
  REQUIRE(lists.months.size() == 2);
  const auto& january = lists.months[0];
  CHECK(format_date(january.day * kADay) == "2026-01-01");
  CHECK(january.lists == 1);
  CHECK(january.tracks == 4);
  CHECK(january.heard == 2);
  CHECK(january.heard_before == 0);
  CHECK(january.new_tracks == 2);
  CHECK(january.new_heard == 1);
  CHECK(january.open == 0);
  const auto& march = lists.months[1];
  CHECK(march.tracks == 2);
  CHECK(march.heard == 0);
  CHECK(march.heard_before == 1);
  CHECK(march.new_tracks == 1);
  CHECK(march.open == 2);
  REQUIRE(lists.recipes.size() == 1);
  CHECK(lists.recipes[0].recipe == "weekly.lua");
  CHECK(lists.recipes[0].lists == 2);
  CHECK(lists.recipes[0].tracks == 6);
  CHECK(lists.recipes[0].heard == 2);
  // As of then nobody knows what will be heard.
  const auto before = board_of(store, parse_time("2026-01-21")).lists;
  REQUIRE(before.months.size() == 1);
  CHECK(before.months[0].heard == 0);
  CHECK(before.months[0].open == 4);
}

TEST_CASE("kept playlists are told with their age and what of them was played since",
          "[patterns][dashboard]") {
  SmallStore store;
  add_history(store);
  DashboardInputs inputs;
  inputs.kept.resize(2);
  inputs.kept[0].playlist.name = "Evenings";
  inputs.kept[0].version.emplace().now = parse_time("2026-02-03");
  inputs.kept[0].tracks = {1, 3, 4, 99};
  inputs.kept[1].playlist.name = "Never made";
  const auto kept = dashboard(*store.as_of(kHistoryNow), inputs).lists.kept;
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].refreshed_at == parse_time("2026-02-03"));
  CHECK(kept[0].tracks == 3);  // the library knows no 99
  CHECK(kept[0].heard == 1);   // Three, on 2026-02-04; Four was skipped
  CHECK_FALSE(kept[1].refreshed_at);
  CHECK(kept[1].tracks == 0);
}

TEST_CASE("moods are told by the hour and by the month, with what has none",
          "[patterns][dashboard]") {
  SmallStore store;
  add_history(store);
  // One sounds calm, and so does Two, as its artist's mean; Three does not; of Four nothing is known.
  store.change(
      "UPDATE tracks SET valence = 0.1, energy = 0.1, danceability = 0.1, "
      "acousticness = 0.1, instrumentalness = 0.1, tempo = 40 WHERE track_id = 1;"
      "UPDATE tracks SET valence = 0.9, energy = 0.9, danceability = 0.9, "
      "acousticness = 0.9, instrumentalness = 0.9, tempo = 200 WHERE track_id = 3");
  listen(store, "2026-03-05T10:00:00Z", 4);
  DashboardInputs inputs;
  inputs.models = {write_moods(store.path() + ".moods", parse_time("2026-03-01"))};
  const Dashboard board = dashboard(*store.as_of(kHistoryNow), inputs);
  REQUIRE(board.moods);
  CHECK_FALSE(is_missing(board, "moods"));
  CHECK(board.moods->as_of == parse_time("2026-03-01"));
  CHECK(board.moods->plays == 8);
  REQUIRE(board.moods->moods.size() == 2);
  const auto& calm = board.moods->moods[0];  // the more played one
  CHECK(calm.id == 7);
  CHECK(calm.label == "calm");
  CHECK(calm.plays == 4);
  CHECK(calm.months.front() == 3);
  CHECK(calm.hours[8] == 1);
  CHECK(calm.hours[20] == 0);  // more than 52 weeks ago
  CHECK(board.moods->moods[1].plays == 3);
  CHECK(board.moods->moods[1].hours[8] == 2);
  CHECK(board.moods->moods[1].hours[23] == 1);
  CHECK(board.moods->without.plays == 1);
  CHECK(board.moods->without.months.back() == 1);
  const std::string page = dashboard_html(board);
  CHECK_THAT(page, Catch::Contains("12 % of all plays are of tracks without a mood") &&
                       Catch::Contains("&lt;b&gt;") && !Catch::Contains("<b>"));
  // Before it was trained there is none, and the dashboard says what makes some.
  const Dashboard before = dashboard(*store.as_of(parse_time("2026-02-20")), inputs);
  CHECK_FALSE(before.moods);
  CHECK(is_missing(before, "moods"));
  CHECK_THAT(dashboard_html(before), Catch::Contains("<code>engine train moods</code>"));
  // A damaged one is told, and costs its own part only.
  inputs.models[0].card = "{}";
  const Dashboard damaged = dashboard(*store.as_of(kHistoryNow), inputs);
  CHECK_FALSE(damaged.moods);
  CHECK(damaged.plays == 8);
  CHECK_THAT(dashboard_html(damaged), Catch::Contains("holds another version"));
}

TEST_CASE("models are told with their age, and what they say of themselves",
          "[patterns][dashboard]") {
  SmallStore store;
  add_history(store);
  const std::string card =
      R"({"serves": "forecast", "retrain_days": 14, "ways": {"hour": {"calibration_error": 0.5},)"
      R"( "forecast": {"calibration_error": 0.02}}, "reliability": {"miscalibration": 0.001,)"
      R"( "steps": [{"said": 0.05, "came": 0.04, "band": [0.03, 0.07], "hours": 900}]}})";
  DashboardInputs inputs;
  for (const char* as_of : {"2026-03-11", "2026-02-24T12:00:00Z"})
    inputs.models.push_back({.id = 1,
                             .name = "model.session_start",
                             .as_of = parse_time(as_of),
                             .card = card,
                             .path = "",
                             .user_id = 1,
                             .user = "ann"});
  const Dashboard board = dashboard(*store.as_of(kHistoryNow), inputs);
  REQUIRE(board.models.size() == 1);
  const auto& model = board.models[0];
  CHECK(model.name == "model.session_start");
  CHECK(model.is_own);
  CHECK(model.age_days(kHistoryNow) == Approx(14));
  CHECK(model.is_due);
  CHECK(*model.calibration_error == Approx(0.02));
  REQUIRE(model.reliability.size() == 1);
  CHECK(model.reliability[0].came == Approx(0.04));
  CHECK(model.reliability[0].high == Approx(0.07));
  CHECK(model.reliability[0].count == 900);
  CHECK_FALSE(is_missing(board, "calibration"));
  CHECK_THAT(dashboard_html(board), Catch::Contains("Calibration of model.session_start"));
  CHECK_FALSE(dashboard(*store.as_of(kHistoryNow - 3600), inputs).models[0].is_due);
  // A card of another shape, as another's plugin may write it, is no harm.
  for (const char* odd :
       {R"([])", R"({"serves": 1, "ways": [], "reliability": 3})",
        R"({"reliability": {"steps": [1, {"said": "x"}, {"said": 0, "came": 0, "hours": 1,)"
        R"( "band": ["a", 2]}]}})"}) {
    CAPTURE(odd);
    inputs.models[1].card = odd;
    const auto told = dashboard(*store.as_of(kHistoryNow), inputs).models;
    REQUIRE(told.size() == 1);
    CHECK(told[0].reliability.empty());
    CHECK_FALSE(told[0].calibration_error);
  }
}

TEST_CASE("nothing later than now reaches a dashboard", "[patterns][dashboard][leak]") {
  SmallStore store;
  add_history(store);
  const std::string before = dashboard_json(board_of(store, kHistoryNow)).dump();
  listen(store, "2026-03-10T11:59:00Z", 4);  // begun before now, ends after it
  listen(store, "2026-03-11T11:59:00Z", 4);
  store.execute("INSERT INTO runs VALUES (9, 1, 'weekly.lua', '', " +
                std::to_string(parse_time("2026-03-11")) +
                ", 7, '', '', '', '', '', '', '', '', 0);"
                "INSERT INTO run_tracks VALUES (9, 0, 1);"
                "INSERT INTO kept_playlists (playlist_id, user_id, name, recipe, parameters, "
                "created_at) VALUES "
                "(1, 1, 'Later', 'weekly', '[]', " +
                std::to_string(parse_time("2026-03-12")) + ")");
  CHECK(dashboard_json(board_of(store, kHistoryNow)).dump() == before);
}

TEST_CASE("a dashboard stays small however long and full a history is", "[patterns][dashboard]") {
  SmallStore store;
  add_tracks(store);
  std::string sql = "INSERT INTO listens VALUES ";
  const std::int64_t now = parse_time("2026-03-10T12:00:00Z");
  for (int k = 1; k <= 20'000; ++k)  // every day of 54 years
    sql += (k == 1 ? "(1, " : ", (1, ") + std::to_string(now - k * kADay) + ", " +
           std::to_string(1 + k % 4) + ", 200000, 0, NULL, 1)";
  store.change(sql);
  const Dashboard board = board_of(store, now);
  CHECK(board.days.size() == 91);
  CHECK(board.weeks.size() == 104);
  CHECK(board.months.size() == 240);
  CHECK(board.earlier_plays > 12'000);
  std::int64_t plays = board.earlier_plays;
  for (const auto& month : board.months) plays += month.plays;
  CHECK(plays == board.plays);
  CHECK(dashboard_json(board).dump().size() < 100'000);
  CHECK(dashboard_html(board).size() < 400'000);
}

TEST_CASE("the page holds the very JSON, no address and no script that runs",
          "[patterns][dashboard][page]") {
  SmallStore store;
  add_history(store);
  store.change("UPDATE users SET name = 'ann </script><script>alert(1)'");
  const auto tables = store.as_of(kHistoryNow, "ann </script><script>alert(1)");
  const Dashboard board = dashboard(*tables, DashboardInputs{});
  const std::string page = dashboard_html(board);
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("url(") == std::string::npos);
  CHECK(page.find("src=") == std::string::npos);
  CHECK(page.find("href=") == std::string::npos);
  CHECK(page.find("nan") == std::string::npos);
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t at = page.find(begin);
  REQUIRE(at != std::string::npos);
  CHECK(page.find("<script", at + 1) == std::string::npos);
  CHECK(page.rfind("<script", at - 1) == std::string::npos);
  const std::size_t end = page.find("</script>", at);
  CHECK(support::parse_ordered_json(page.substr(at + begin.size(), end - at - begin.size())) ==
        dashboard_json(board));
}
