// user.history and :last on a store of eight tracks, of a listener in Berlin. Now is a Saturday;
// the week began on Monday 2026-11-16 00:00 in Berlin, which is Sunday 23:00 UTC.
#include "plan/history.hpp"

#include <cmath>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/run.hpp"
#include "support/lua_run.hpp"
#include "support/small_store.hpp"

using namespace engine;
using nlohmann::json;
using test::SmallStore;

namespace {

const std::int64_t kNow = parse_time("2026-11-21T12:00:00Z");
const std::int64_t kWeek = parse_time("2026-11-15T23:00:00Z");
constexpr std::int64_t kHour = 3600;

/// Tracks 0 .. 7 have the store's ids 1 .. 8.
class History {
 public:
  History() {
    std::string sql = "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');";
    for (int id = 1; id <= 8; ++id)
      sql += "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (" +
             std::to_string(id) + ", 'T" + std::to_string(id) + "', 1, 1);";
    store_.change(sql);
  }
  void play(int track, std::int64_t ts) { listen(track, ts, 60'000); }
  void skip(int track, std::int64_t ts) { listen(track, ts, 3'000); }
  void like(int track, std::int64_t ts) {
    store_.change("INSERT INTO likes VALUES (1, " + std::to_string(track + 1) + ", " +
                  std::to_string(ts) + ")");
  }
  SmallStore& store() { return store_; }
  std::unique_ptr<AsOf> tables(std::int64_t now = kNow) { return store_.as_of(now); }

 private:
  void listen(int track, std::int64_t ts, int ms) {
    store_.change("INSERT INTO listens VALUES (1, " + std::to_string(ts) + ", " +
                  std::to_string(track + 1) + ", " + std::to_string(ms) + ", 0, 'DE', 1)");
  }
  SmallStore store_;
};

std::vector<std::int32_t> tracks_of(const Candidates& candidates) {
  return {candidates.tracks.begin(), candidates.tracks.end()};
}

std::vector<std::int32_t> last(const AsOf& tables, std::size_t count, double weekly_mix) {
  return tracks_of(
      last_interactions(tables, interaction_history(tables, {}), {count, weekly_mix, kWeek, {}}));
}

using Numbers = std::vector<std::int32_t>;

std::string recipe(const std::string& build) {
  return "local pl = require \"playlist\"\nreturn pl.recipe { title = \"History\", random_seed = "
         "\"1\",\n  build = function(p, user)\n    " +
         build + "\n  end }\n";
}

json run(SmallStore& store, const std::string& build, std::int64_t now = kNow) {
  const AsOfOptions options = store.options(now);
  ColumnOptions columns;
  columns.store = options.store;
  columns.user = "ann";
  RunRequest request;
  request.recipe_path = "history.lua";
  request.recipe_text = recipe(build);
  request.now = now;
  request.columns = prepare_columns(columns);
  request.script_directories = {std::string(PLAYLIST_SOURCE_DIR) + "/scripts"};
  request.plugin_directories = {std::string(PLAYLIST_BUILD_DIR) + "/plugins"};
  request.plugin_copies =
      std::string(PLAYLIST_BUILD_DIR) + "/test-cache/playlist-engine/plugin-copies";
  return playlist_json(run_recipe(request, {}).playlist);
}

std::vector<int> ids(const json& record) {
  std::vector<int> found;
  for (const json& track : record.at("tracks")) found.push_back(track.at("track"));
  return found;
}

}  // namespace

TEST_CASE("plays and likes speak for a track, skips against it", "[history]") {
  History history;
  history.play(0, kNow - 9 * kHour);                                        // once: log2(2)
  for (int k = 0; k < 3; ++k) history.play(1, kNow - 8 * kHour + 600 * k);  // three times: log2(4)
  history.skip(1, kNow - 7 * kHour);                                        // less log2(2)
  history.like(2, kNow - 6 * kHour);                                        // 2
  history.skip(3, kNow - 5 * kHour);                                        // -1
  history.play(4, kNow - 4 * kHour);
  history.like(4, kNow - 3 * kHour);  // 1 + 2
  history.like(5, 0);                 // nobody knows when
  const auto tables = history.tables();
  const Candidates all = interaction_history(*tables, {});
  CHECK(tracks_of(all) == Numbers{5, 0, 1, 2, 3, 4});  // oldest first, the undated before all
  const std::vector<double> scores = {2, 1, 1, 2, -1, 3};
  for (std::size_t k = 0; k < scores.size(); ++k)
    CHECK(all.find("score")->number(k) == Approx(scores[k]));
  CHECK(all.find("ts")->number(2) == static_cast<double>(kNow - 7 * kHour));
  CHECK(std::isnan(all.find("ts")->number(0)));

  const Candidates heavy = interaction_history(*tables, {.like = 5, .skip = 0.5});
  CHECK(heavy.find("score")->number(2) == Approx(1.5));  // track 1
  CHECK(heavy.find("score")->number(5) == Approx(6));    // track 4
}

TEST_CASE("a listen that is neither play nor skip is no interaction", "[history]") {
  History history;
  history.store().change("INSERT INTO listens VALUES (1, " + std::to_string(kNow - kHour) +
                         ", 3, 3000, 1, 'DE', 1)");  // 3 s that the source calls not skipped
  CHECK(interaction_history(*history.tables(), {}).size() == 0);
  CHECK(last(*history.tables(), 5, 0.5).empty());
}

TEST_CASE("half of the last are from this week, half from before", "[history]") {
  History history;
  for (int track = 0; track < 4; ++track) history.play(track, kWeek - (10 - track) * kHour);
  for (int track = 4; track < 8; ++track) history.play(track, kWeek + track * kHour);
  const auto tables = history.tables();
  CHECK(last(*tables, 4, 0.5) == Numbers{7, 6, 3, 2});
  CHECK(last(*tables, 4, 1) == Numbers{7, 6, 5, 4});
  CHECK(last(*tables, 4, 0) == Numbers{3, 2, 1, 0});
  CHECK(last(*tables, 4, 0.25) == Numbers{7, 3, 2, 1});
  // The part with fewer is filled up from the other, and n may exceed what there is.
  CHECK(last(*tables, 6, 1) == Numbers{7, 6, 5, 4, 3, 2});
  CHECK(last(*tables, 6, 0) == Numbers{7, 6, 3, 2, 1, 0});
  CHECK(last(*tables, 100, 0.5) == Numbers{7, 6, 5, 4, 3, 2, 1, 0});
}

TEST_CASE("a quiet week gives the last of all history", "[history]") {
  History history;
  for (int track = 0; track < 6; ++track) history.play(track, kWeek - (10 - track) * kHour);
  CHECK(last(*history.tables(), 4, 0.5) == Numbers{5, 4, 3, 2});
}

TEST_CASE("the week begins with its first second in the user's time zone", "[history]") {
  History history;
  history.play(0, kWeek - 1);
  history.play(1, kWeek);
  history.play(2, kWeek - 2);
  history.play(3, kWeek - 3);
  CHECK(last(*history.tables(), 2, 0.5) == Numbers{1, 0});
  CHECK(last(*history.tables(), 3, 0) == Numbers{0, 2, 3});
  // In UTC the week began an hour later: nothing was played in it.
  const json berlin = run(history.store(), "return user.history:last { n = 3, weekly_mix = 0 }");
  CHECK(ids(berlin) == std::vector<int>{1, 3, 4});
  history.store().change("UPDATE users SET timezone = 'UTC'");
  const json utc = run(history.store(), "return user.history:last { n = 3, weekly_mix = 0 }");
  CHECK(ids(utc) == std::vector<int>{2, 1, 3});
}

TEST_CASE("equal times come by track number, and every track once", "[history]") {
  History history;
  for (const int track : {5, 2, 7}) history.play(track, kWeek - kHour);
  history.play(2, kWeek - 2 * kHour);
  CHECK(last(*history.tables(), 5, 0.5) == Numbers{2, 5, 7});
}

TEST_CASE("what comes later changes nothing", "[history][leak]") {
  History history;
  history.play(0, kNow - 20 * kHour);
  history.skip(1, kNow - 10 * kHour);
  const auto told = [&] {
    const json record = run(history.store(), "return user.history:last(5)");
    return record.at("tracks").dump();
  };
  const std::string before = told();
  history.play(0, kNow - 30);  // still playing now
  history.play(3, kNow + kHour);
  history.skip(0, kNow + 2 * kHour);
  history.like(1, kNow + 3 * kHour);
  CHECK(told() == before);
}

TEST_CASE("recipes read user.history and take the last of any dated set", "[history]") {
  History history;
  for (int track = 0; track < 4; ++track) history.play(track, kWeek + track * kHour);
  history.skip(2, kWeek + 9 * kHour);
  history.like(6, kWeek + 10 * kHour);
  SmallStore& store = history.store();
  CHECK(ids(run(store, "return user.history")) == std::vector<int>{1, 2, 4, 3, 7});
  CHECK(ids(run(store, "return user.history:last(2)")) == std::vector<int>{7, 3});
  CHECK(ids(run(store, "return user.history:since { days = 365 }:last { n = 3 }")) ==
        std::vector<int>{7, 3, 4});
  CHECK(ids(run(store, "return user.likes:last(9)")) == std::vector<int>{7});
  const json record = run(store, "return user.history:last { n = 2, skip_weight = 3 }");
  CHECK(record.at("tracks")[0].at("score") == 2);   // a like
  CHECK(record.at("tracks")[1].at("score") == -2);  // a play, less three for the skip
  CHECK_THAT(
      run(store, "return user.history:last { n = 2 }:score(function(t) return t.score end)").dump(),
      Catch::Contains("last"));
}

TEST_CASE(":last says what it needs", "[history]") {
  History history;
  const Error undated =
      test::error_of([&] { run(history.store(), "return (pl.recall.catalogue {}):last(5)"); });
  CHECK_THAT(undated.text(),
             Catch::Contains(":last needs candidates with times") && Catch::Contains("history"));
  const Error wrong =
      test::error_of([&] { run(history.store(), "return user.history:last { weekly_mix = 2 }"); });
  CHECK_THAT(wrong.text(), Catch::Contains("weekly_mix"));
}
