// Drift of a library: the days that it has, as of a moment, and what engine drift says.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "data/column_cache.hpp"
#include "demo/demo.hpp"
#include "patterns/drift.hpp"
#include "patterns/track_kinds.hpp"
#include "support/json.hpp"
#include "support/later_data.hpp"
#include "support/program.hpp"
#include "support/small_store.hpp"

using Catch::Contains;
using namespace engine::patterns;
using nlohmann::json;

namespace {

constexpr std::int64_t kHourLong = 3600;

std::string listen(std::int64_t ts, int track) {
  return "INSERT INTO listens SELECT 1, " + std::to_string(ts) + ", " + std::to_string(track) +
         ", 200000, 0, 'DE', 1;";
}

/// Every number of a report.
std::string text_of(const DriftReport& report) {
  json lines = json::array();
  for (const DriftMetric& metric : report.metrics)
    lines.push_back({static_cast<int>(metric.test.metric), metric.test.z, metric.test.inflation,
                     metric.test.p, metric.effect.recent, metric.effect.base,
                     metric.rose ? metric.rose->key : -1, metric.rose ? metric.rose->recent : 0});
  for (const RelativeMetric& metric : report.relative)
    lines.push_back({metric.name, metric.recent, metric.base});
  lines.push_back({report.looks, report.alarms, report.relative_alarms});
  return lines.dump();
}

std::string drift_as_of(const std::string& store, std::int64_t now) {
  engine::AsOfOptions options;
  options.store = store;
  options.user = "demo";
  options.cache = engine::column_cache_folder(store);
  options.now = now;
  const auto tables = engine::load_as_of(options);
  const TrackKinds kinds = track_kinds(*tables, engine::list_models(engine::Store::open(store)));
  CHECK(kinds.source == KindSource::kGenres);
  const auto report = detect_drift(listening_days(*tables, kinds, days_to_read({})), {});
  REQUIRE(report);
  return text_of(*report);
}

}  // namespace

TEST_CASE("days end at now, sessions lie in the day they begin, hours are the person's",
          "[drift][columns]") {
  test::SmallStore store;
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'A', 'a');"
      "INSERT INTO tracks (track_id, title, artist_id, key, song_key) VALUES (1, 'T', 1, 't', 't');"
      "INSERT INTO track_artists VALUES (1, 0, 1);");
  const std::int64_t now = engine::parse_time("2024-07-10T12:00:00Z");
  store.change(listen(now - 73 * kHourLong, 1) + listen(now - 30 * kHourLong, 1) +
               listen(now - 24 * kHourLong - 60, 1) + listen(now - 24 * kHourLong + 200, 1) +
               listen(now - 2 * kHourLong, 1) + listen(now + kHourLong, 1));
  const auto tables = store.as_of(now);
  const auto days = listening_days(*tables, {}, 30);
  REQUIRE(days.size() == 3);  // whole ones since the first listen
  CHECK(days[0].sessions.empty());
  REQUIRE(days[1].sessions.size() == 2);
  CHECK(days[1].sessions[0].hour == 8);  // 06:00 UTC
  CHECK(days[1].plays.size() == 3);      // the listen past the end is of a session before it
  REQUIRE(days[2].sessions.size() == 1);
  CHECK(days[2].sessions[0].hour == 12);
  CHECK(days[2].plays.size() == 1);
  CHECK_FALSE(days[2].sessions[0].is_weekend);  // a Wednesday
}

TEST_CASE("a poisoned future changes nothing that drift tells", "[drift][poison]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db");
  engine::DemoOptions demo;
  demo.tracks = 2000;
  demo.artists = 150;
  demo.listens = 6000;
  demo.users = 3;
  demo.days = 200;
  demo.now = test::kLaterDataBegins;
  engine::make_demo(store, demo, {});
  const std::int64_t then = test::kLaterDataBegins - 2 * kHourLong;
  const std::string before = drift_as_of(store, then);
  {
    engine::Store opened = engine::Store::open(store);
    opened.execute(test::kLaterData);
    opened.bump_data_version();
  }
  CHECK(drift_as_of(store, then) == before);
  CHECK(drift_as_of(store, then - 86'400) != before);
}

TEST_CASE("engine drift tells by both rules, and when there is too little", "[drift][cli]") {
  const support::EngineHome home;
  const auto drift = [&](std::vector<std::string> more, const std::string& now = "2026-11-21") {
    std::vector<std::string> arguments = {
        "--library", support::demo_library(), "--now", now, "--user", "demo", "drift"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return home.engine(arguments);
  };
  const auto told = drift({"--json"});
  INFO(told.err);
  REQUIRE(told.exit_code == 0);
  CHECK(drift({"--json"}).out == told.out);
  const json ours = support::parse_json(told.out);
  CHECK(ours.at("rule") == "bootstrap");
  bool has_drifted = false;
  for (const json& metric : ours.at("metrics")) has_drifted |= metric.at("drifted").get<bool>();
  CHECK(ours.at("drifted") == has_drifted);
  CHECK(ours.at("past").at("looks").get<int>() > 10);
  const json theirs = support::parse_json(drift({"--rule", "relative20", "--json"}).out);
  CHECK(theirs.at("metrics") == ours.at("metrics"));
  CHECK(theirs.at("drifted") == true);
  CHECK(theirs.at("past").at("relative20_alarms").get<int>() >=
        theirs.at("past").at("bootstrap_alarms").get<int>());
  CHECK_THAT(drift({}).out, Contains("beyond chance") && Contains("relative20 at"));
  CHECK_THAT(drift({"--rule", "relative20"}).out, Contains("more than a fifth apart"));

  const auto early = drift({}, "2020-01-01");
  CHECK(early.exit_code == 1);
  CHECK_THAT(early.err, Contains("too little listening") && Contains("0 whole days") &&
                            Contains("needs 37") && Contains("--base"));
  const auto late = drift({}, "2029-01-01");
  CHECK(late.exit_code == 1);
  CHECK_THAT(late.err, Contains("fewer than 10 sessions"));
  const auto silent = drift({}, "2026-12-05");
  if (silent.exit_code == 0) CHECK_THAT(silent.out, Contains("nothing was heard since"));
  const auto wrong = drift({"--days", "14"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Contains("a base of 30 days is too short") && Contains("--base 42"));
}
