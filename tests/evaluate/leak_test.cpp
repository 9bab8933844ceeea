// Nothing later than its date reaches a list: whatever happens afterwards, recipes, baselines and
// tuning give the same, byte for byte.
#include <filesystem>

#include <catch2/catch.hpp>

#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "demo/demo.hpp"
#include "evaluate/baselines.hpp"
#include "evaluate/lists.hpp"
#include "evaluate/tuning.hpp"
#include "store/store.hpp"
#include "support/later_data.hpp"
#include "support/temporary_folder.hpp"

namespace {

using engine::kDay;
using engine::evaluate::Judged;
using engine::evaluate::Lists;
using engine::evaluate::ListsRequest;

const std::string kSource = PLAYLIST_SOURCE_DIR, kBuild = PLAYLIST_BUILD_DIR;
constexpr std::int64_t kNow = test::kLaterDataBegins, kThen = kNow - 40 * kDay;

// Reads every kind of table: statistics, likes, library, listens, tags, features, earlier runs.
constexpr const char* kCurious = R"(local pl = require "playlist"
return pl.recipe { title = "Curious", build = function(p, user)
  local likes = user.likes:since { months = 2 }:or_last { 50, when_fewer_than = 5 }
  local own = user.library + user.listens:since { days = 20 }:most_played(50)
  local new = pl.recall.genre { seeds = likes, top = 4 } + pl.recall.similar_artists { seeds = likes }
    + pl.recall.popular { limit = 50 }
  return (own + (new:filter(pl.filtering.served { days = 60 })))
    :rank(pl.ranking.listening_statistics {}):rank(pl.ranking.taste {})
    :score { plays = 0.02, days_since_played = -0.01, taste = 1, energy = 0.5, popularity = 0.01 }
    :sample { temperature = 0.2 }
    :limit { tracks = 40 }
end }
)";

ListsRequest request_for(const std::string& store) {
  ListsRequest request;
  for (const char* user : {"demo", "ada"}) {
    engine::ColumnOptions columns;
    columns.store = store;
    columns.user = user;
    columns.cache = engine::column_cache_folder(store);
    request.users.push_back(engine::prepare_columns(columns));
  }
  request.plugin_directories = {kBuild + "/plugins"};
  request.plugin_copies = kBuild + "/test-cache/playlist-engine/plugin-copies";
  request.pool.workers = 2;
  engine::ColumnOptions everybody;
  everybody.store = store;
  request.audience = std::make_shared<const engine::evaluate::Audience>(everybody);
  return request;
}

engine::evaluate::Entry recipe(const std::string& name, const std::string& text) {
  engine::evaluate::Entry entry;
  entry.name = name;
  entry.recipe.recipe_path = "recipes/" + name + ".lua";
  entry.recipe.recipe_text = text;
  entry.recipe.script_directories = {kSource + "/scripts"};
  return entry;
}

/// The store's ids of every list, by entry and place, as text.
std::string lists_as_of(const std::string& store, const std::vector<std::int64_t>& dates,
                        Judged judged = Judged::kAll) {
  ListsRequest request = request_for(store);
  request.judged = judged;
  request.entries = {recipe("weekly", engine::read_file(kSource + "/recipes/weekly.lua")),
                     recipe("curious", kCurious)};
  for (const auto& baseline : engine::evaluate::baselines())
    request.entries.push_back({baseline.name, &baseline, {}});
  for (const std::int64_t date : dates)
    for (std::size_t user = 0; user < request.users.size(); ++user)
      request.places.push_back({user, date});
  const Lists lists = make_lists(request);
  for (const auto& failure : lists.failures) FAIL_CHECK(failure.error.text());
  const auto* ids = static_cast<const std::int64_t*>(
      engine::find_column(*request.users[0]->catalogue->table("tracks"), "id")->data);
  std::string text;
  for (std::size_t entry = 0; entry < request.entries.size(); ++entry) {
    for (std::size_t place = 0; place < request.places.size(); ++place) {
      text += request.entries[entry].name + " " + std::to_string(place) + ":";
      for (const std::int32_t track : *lists.tracks[entry][place])
        text += " " + std::to_string(ids[track]);
      text += "\n";
    }
  }
  return text;
}

/// Fits the curious recipe on dates that are all over by kThen.
std::string tuned(const std::string& store) {
  ListsRequest request = request_for(store);
  request.entries = {recipe("curious", kCurious)};
  engine::evaluate::TuningOptions options;
  options.budget = 12;
  const engine::evaluate::Tuning tuning = engine::evaluate::tune(
      request, engine::evaluate::make_periods(kThen - 42 * kDay, kThen, 7 * kDay), options);
  return engine::json_text(tuning_json(tuning, "curious", "1w", false)) + tuning.text;
}

void change(const std::string& store, const std::string& sql) {
  engine::Store opened = engine::Store::open(store);
  opened.execute(sql);
  opened.bump_data_version();
}

}  // namespace

TEST_CASE("a poisoned future changes no list and no tuning", "[evaluate][poison]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db");
  engine::DemoOptions demo;
  demo.tracks = 2000;
  demo.artists = 150;
  demo.listens = 6000;
  demo.users = 3;
  demo.days = 120;
  demo.now = kNow;
  engine::make_demo(store, demo, {});
  change(
      store,
      "INSERT INTO runs VALUES (1, 1, 'other.lua', '', " + std::to_string(kThen - 9 * kDay) +
          ", 7, '', '', '', '', '', '', '', '', 0);"
          "INSERT INTO run_tracks SELECT 1, track_id, track_id FROM tracks WHERE track_id < 900");
  const std::vector<std::int64_t> then = {kThen - 7 * kDay, kThen};
  const std::string at_end = lists_as_of(store, {kNow - 1}), before = lists_as_of(store, then);
  const std::string tuning = tuned(store);
  const std::string new_artists = lists_as_of(store, then, Judged::kNewArtists);
  REQUIRE(new_artists != before);
  REQUIRE(at_end != before);
  REQUIRE_THAT(before, Catch::Contains("curious 3: "));

  SECTION("by what a later import adds") {
    change(store, test::kLaterData);
    CHECK(lists_as_of(store, {kNow - 1}) == at_end);
    CHECK(lists_as_of(store, then) == before);
    CHECK(tuned(store) == tuning);
    CHECK(lists_as_of(store, then, Judged::kNewArtists) == new_artists);
    // The poison works once its time has come.
    CHECK(lists_as_of(store, {kNow + 20 * kDay}) != at_end);
  }
  SECTION("by what happened later having been otherwise") {
    const std::string after = " > " + std::to_string(kThen);
    change(store, "DELETE FROM listens WHERE ts" + after +
                      " AND track_id % 2 = 0;"
                      "UPDATE listens SET ms_played = 300000, flags = 0 WHERE ts" +
                      after +
                      ";"
                      "DELETE FROM likes WHERE ts" +
                      after +
                      " AND track_id % 3 = 0;"
                      "UPDATE holdings SET ts = ts + 86400 WHERE kind = 1 AND ts" +
                      after +
                      ";"
                      "DELETE FROM playlist_tracks WHERE ts" +
                      after +
                      ";"
                      "INSERT INTO runs VALUES (2, 1, 'recipes/curious.lua', '', " +
                      std::to_string(kThen + 60) +
                      ", 7, '', '', '', '', '', '', '', '', 0);"
                      "INSERT INTO run_tracks SELECT 2, track_id, track_id FROM tracks");
    CHECK(lists_as_of(store, then) == before);
    CHECK(tuned(store) == tuning);
    CHECK(lists_as_of(store, then, Judged::kNewArtists) == new_artists);
    CHECK(lists_as_of(store, {kNow - 1}) != at_end);
  }
  SECTION("and earlier data does change them") {
    change(store,
           "DELETE FROM listens WHERE ts < " + std::to_string(kThen) + " AND track_id % 2 = 0");
    CHECK(lists_as_of(store, then) != before);
    CHECK(tuned(store) != tuning);
  }
}
