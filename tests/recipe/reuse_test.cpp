// Reuse of node results: a run that finds some has the same bytes as one that finds none.
#include "plan/reuse.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "plan/result_store.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/run.hpp"
#include "support/program.hpp"

using namespace engine;
using nlohmann::ordered_json;

namespace {

constexpr std::int64_t kNow = 1795219200;  // 2026-11-21

RunRequest request_of(const std::string& text) {
  static const std::shared_ptr<const PreparedColumns> columns = [] {
    ColumnOptions options;
    options.store = support::demo_library();
    return prepare_columns(options);
  }();
  RunRequest request;
  request.recipe_path = "edited.lua";
  request.recipe_text = text;
  request.now = kNow;
  request.columns = columns;
  request.script_directories = {std::string(PLAYLIST_SOURCE_DIR) + "/scripts"};
  request.plugin_directories = {std::string(PLAYLIST_BUILD_DIR) + "/plugins"};
  request.plugin_copies =
      std::string(PLAYLIST_BUILD_DIR) + "/test-cache/playlist-engine/plugin-copies";
  request.output_formats = {"csv", "jspf"};
  return request;
}

struct Told {
  std::string all;  // everything that must be the same
  int reused = 0, nodes = 0;
  std::string error;
  std::vector<std::string> reused_nodes;
};

Told run(RunRequest request, ResultStore* store) {
  request.results = store;
  Told told;
  RunReports reports;
  reports.print = [&](const std::string& text) { told.all += "print " + text + "\n"; };
  reports.departed = [&](const std::vector<Departure>& departures) {
    for (const Departure& left : departures)
      told.all += std::to_string(left.track_id) + ": " + left.why + "\n";
  };
  try {
    const RunAnswer answer = run_recipe(request, reports);
    Playlist playlist = answer.playlist;
    for (TraceEntry& entry : playlist.trace) {
      ++told.nodes;
      if (entry.is_reused) {
        ++told.reused;
        told.reused_nodes.push_back(entry.node);
      }
      entry.is_reused = false;
      entry.ms = 0;
    }
    told.all +=
        playlist_json(playlist).dump(1) + answer.elements + answer.playlist_hash + answer.answer;
    for (const AskedModel& model : answer.models)
      told.all += model.name + (model.is_found ? " found\n" : " missing\n");
    for (const std::string& output : answer.outputs) told.all += output;
  } catch (const Error& error) {
    told.error = error.text();
    told.all += told.error;
  }
  return told;
}

/// Runs with the store and without; both must tell the same.
Told same(RunRequest request, ResultStore& store) {
  Told with = run(request, &store);
  CHECK(with.all == run(request, nullptr).all);
  return with;
}

std::string recipe(const std::string& build, const std::string& top = "") {
  return "local pl = require \"playlist\"\n" + top +
         "\nreturn pl.recipe { title = \"Edited\", random_seed = \"5\",\n"
         "params = { least = pl.number { 0.2, min = 0, max = 1 } },\n"
         "build = function(p, user)\n" +
         build + "\nend }\n";
}

const std::string kTwoBranches =
    "local mine = user.library:rank(pl.ranking.listening_statistics {})\n"
    "  :filter(function(t) return known(t.energy, 0) >= p.least end, \"too calm\")\n"
    "local found = pl.recall.genre { seeds = user.likes, top = 5 }\n"
    "  :filter(pl.filtering.not_in { user.library })\n"
    "return pl.mix { { mine:sample { temperature = 0.5 }, share = 0.7 },\n"
    "  { found, share = 0.3, otherwise = mine } }\n"
    "  :limit { tracks = 30, per_artist = 2, minutes = 100 }\n"
    "  :order(pl.ordering.artist_spacing { gap = 3 })";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a sequence of edits gives the same bytes with and without reuse", "[reuse]") {
  ResultStore store(256 << 20);
  const std::vector<std::string> edits = {
      kTwoBranches,
      kTwoBranches,
      replaced(kTwoBranches, ">= p.least", ">= p.least + 0.1"),
      replaced(kTwoBranches, "too calm", "not wild enough"),
      replaced(kTwoBranches, ", \"too calm\"", ""),  // the reason is the function's line
      "\n" + replaced(kTwoBranches, ", \"too calm\"", ""),
      replaced(kTwoBranches, "top = 5", "top = 4"),
      replaced(kTwoBranches, "temperature = 0.5", "temperature = 0.6"),
      replaced(kTwoBranches, "per_artist = 2", "per_artist = 1"),
      replaced(kTwoBranches, "share = 0.7", "share = 0.2"),  // an error
      kTwoBranches,
      "local liked = user.likes:since { days = 1 }:or_last { 40, when_fewer_than = 10 }\n"
      "return pl.blend { { weight = 2, pl.recall.genre { seeds = liked } }, { weight = 1, "
      "user.library } }\n"
      ":score { energy = 0.5, valence = 0.5 }:top(40):limit { tracks = 60 }",
      "return pl.fallback { user.likes:since { days = 1 }:filter(function(t) return false end),\n"
      "  pl.recall.catalogue {} }:score(function(t) return known(t.energy, 0) end)\n"
      "  :explain(function(t) return \"because of \" .. t.artist end):limit { tracks = 12 }",
      "local likes = user.likes\nlocal n = #likes\n"
      "return (likes + pl.recall.popular {}) - user.served:top(n)",
  };
  for (const std::string& edit : edits) {
    CAPTURE(edit);
    RunRequest request = request_of(recipe(edit));
    same(request, store);
    request.why = "1";
    same(request, store);
    request.why = "";
    request.why_not = "2";
    same(request, store);
    request.why_not = "";
    request.before = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99999999};
    const Told again = same(request, store);
    // A fallback is looked at each time; everything else was there.
    const bool has_fallback = edit.find("pl.fallback") != std::string::npos;
    CHECK(again.reused == again.nodes - (has_fallback ? 1 : 0));
  }
}

TEST_CASE("what changed runs, and what hangs on it, and nothing else", "[reuse]") {
  ResultStore store(256 << 20);
  const std::string chain =
      "local a = pl.recall.catalogue {}\n"
      "  :filter(function(t) return known(t.energy, 0) > 0.1 end, \"calm\")\n"
      "return a:score(function(t) return known(t.valence, 0) * p.least end):limit { tracks = 9 }";
  CHECK(same(request_of(recipe(chain)), store).reused == 0);
  CHECK(same(request_of(recipe(chain)), store).reused == 4);
  SECTION("a formula") {
    const Told told = same(request_of(recipe(replaced(chain, "* p.least", "+ p.least"))), store);
    CHECK(told.reused_nodes == std::vector<std::string>{"recall.catalogue", "filter_function"});
  }
  SECTION("a parameter that a formula reads") {
    RunRequest request = request_of(recipe(chain));
    request.set = {"least=0.5"};
    CHECK(same(request, store).reused == 2);
  }
  SECTION("lines moved, names and comments changed: nothing runs") {
    const std::string moved = replaced(chain, "local a", "-- a comment\n\n  local b");
    CHECK(same(request_of(recipe(replaced(moved, "return a:", "return b:"))), store).reused == 4);
  }
  SECTION("another time") {
    RunRequest request = request_of(recipe(chain));
    request.now += 1;
    CHECK(same(request, store).reused == 0);
  }
  SECTION("another random seed reaches only what draws") {
    const std::string drawn = replaced(chain, ":limit", ":sample {}:limit");
    same(request_of(recipe(drawn)), store);
    RunRequest request = request_of(recipe(drawn));
    request.random_seed = 99;
    CHECK(same(request, store).reused_nodes ==
          std::vector<std::string>{"recall.catalogue", "filter_function", "score"});
  }
  SECTION("a function that the formula calls") {
    const auto with = [&](const std::string& helper) {
      return recipe(replaced(chain, "known(t.valence, 0)", "helper(t.valence)"),
                    "local weights = { 1, 2 }\nlocal function helper(v) return known(v, 0) * " +
                        helper + " end");
    };
    same(request_of(with("weights[1]")), store);
    CHECK(same(request_of(with("weights[1]")), store).reused == 4);
    CHECK(same(request_of(with("weights[2]")), store).reused == 2);
    CHECK(same(request_of(replaced(with("weights[1]"), "{ 1, 2 }", "{ 3, 2 }")), store).reused ==
          2);
  }
}

TEST_CASE("what is no function of its row alone is not kept", "[reuse]") {
  ResultStore store(256 << 20);
  const std::string body = GENERATE(
      std::string("return pl.recall.catalogue {}:score(function(t) return math.random() end)"),
      std::string("local n = 0\nreturn pl.recall.catalogue {}:score(function(t) n = n + 1 return n "
                  "end):column(\"n\", function(t) return n end)"),
      std::string(
          "local state = { n = 0 }\nreturn pl.recall.catalogue {}:score(function(t) state.n "
          "= state.n + 1 return state.n end):column(\"n\", function(t) return state.n end)"),
      std::string("return pl.recall.catalogue {}:top(3):column(\"n\", function(t) print(t.title) "
                  "return 1 end)"),
      std::string(
          "local likes = user.likes\nreturn pl.recall.catalogue {}:score(function(t) return "
          "#likes end)"),
      std::string("math.weight = (math.weight or 0) + p.least\nreturn pl.recall.catalogue "
                  "{}:score(function(t) return known(t.energy, 0) * math.weight end)"));
  CAPTURE(body);
  for (int k = 0; k < 3; ++k) same(request_of(recipe(body + ":limit { tracks = 5 }")), store);
  RunRequest request = request_of(recipe(body + ":limit { tracks = 5 }"));
  request.set = {"least=0.9"};
  same(request, store);
  request.random_seed = 123;
  same(request, store);
}

TEST_CASE("a result that is found again tells which models it asked for", "[reuse]") {
  ResultStore store(64 << 20);
  const RunRequest request =
      request_of(recipe("return pl.recall.item_cf { seeds = user.likes }:limit { tracks = 5 }"));
  CHECK(same(request, store).reused == 0);
  const Told again = same(request, store);
  CHECK(again.reused > 0);
  CHECK(again.all.find("model.item_cf missing") != std::string::npos);
}

TEST_CASE("a small store drops results and the bytes stay the same", "[reuse]") {
  ResultStore store(600 << 10);
  for (int k = 0; k < 6; ++k) {
    const std::string least = std::to_string(k % 3) + " / 10";
    same(request_of(recipe(replaced(kTwoBranches, ">= p.least", ">= " + least))), store);
    CHECK(store.usage().bytes <= store.usage().capacity);
  }
}

TEST_CASE("recipes that come with the engine tell the same", "[reuse]") {
  ResultStore store(256 << 20);
  RunRequest request =
      request_of(read_file(std::string(PLAYLIST_SOURCE_DIR) + "/recipes/weekly.lua"));
  same(request, store);
  const Told again = same(request, store);
  CHECK(again.reused == again.nodes);
  request.random_seed = 7;
  same(request, store);
  request.set = {"discovery=0.4"};
  same(request, store);
}
