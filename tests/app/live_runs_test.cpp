// Runs of which only the newest counts.
#include "app/live_runs.hpp"

#include <filesystem>
#include <poll.h>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "core/paths.hpp"
#include "support/program.hpp"

using namespace engine;

namespace {

/// A person at work on recipes over the demo library, and all that was taken.
struct Workbench {
  Workbench() { std::filesystem::copy_file(support::demo_library(), at.path("library.db")); }

  [[nodiscard]] RunRequest recipe(const std::string& build) const {
    const std::string text = "local pl = require(\"playlist\")\nreturn pl.recipe {\n  title = \"" +
                             std::to_string(build.size()) +
                             "\", about = \"\",\n  build = function(p, user)\n" + build +
                             "\n  end,\n}\n";
    return app::make_run_request(caller, "live", text);
  }
  /// Until nothing is under way.
  void finish() {
    while (runs.is_busy()) {
      pollfd sources[] = {{runs.socket(), POLLIN, 0}, {runs.process(), POLLIN, 0}};
      ::poll(sources, 2, runs.milliseconds_to_next_look());
      runs.take();
      runs.bury();
    }
  }

  support::EngineHome at;
  app::Home home{{at.path("library.db"), "", {}}};
  app::Caller caller{home, {.user = "demo", .now = parse_time("2026-11-21"), .random_seed = 1}, {}};
  std::vector<std::size_t> lists;  // how long each answer was
  std::vector<std::string> errors;
  int prepared = 0;
  app::LiveRuns runs{
      std::size_t{64} << 20,
      {.answered = [this](const RunAnswer& a) { lists.push_back(a.playlist.tracks.size()); },
       .failed = [this](const Error& error) { errors.push_back(error.text()); },
       .prepared = [this] { ++prepared; }}};
};

}  // namespace

TEST_CASE("a newer run stops the one under way", "[app]") {
  Workbench bench;
  const RunRequest endless = bench.recipe("    while true do end");
  const RunRequest five = bench.recipe("    return user.library:limit { tracks = 5 }");
  const RunRequest seven = bench.recipe("    return user.library:limit { tracks = 7  }");
  bench.runs.run(bench.caller, endless);
  bench.runs.run(bench.caller, five);
  bench.runs.run(bench.caller, seven);
  CHECK(bench.runs.is_busy());
  bench.finish();
  CHECK(bench.lists == std::vector<std::size_t>{7});
  CHECK(bench.runs.has_answered());
  bench.runs.run(bench.caller, five);
  bench.finish();
  CHECK(bench.lists == std::vector<std::size_t>{7, 5});
  CHECK(bench.errors.empty());
}

TEST_CASE("a run that fails is told, and the next one is as good as any", "[app]") {
  Workbench bench;
  bench.runs.run(bench.caller, bench.recipe("    return user.library:no_such_step {}"));
  bench.finish();
  REQUIRE(bench.errors.size() == 1);
  CHECK_THAT(bench.errors[0], Catch::Contains("no_such_step"));
  CHECK_FALSE(bench.runs.has_answered());
  bench.runs.run(bench.caller, bench.recipe("    return user.library:limit { tracks = 3 }"));
  bench.finish();
  CHECK(bench.lists == std::vector<std::size_t>{3});
}

TEST_CASE("columns are prepared beside the work", "[app]") {
  Workbench bench;
  bench.runs.prepare(bench.caller, "weekly");
  CHECK(bench.runs.is_preparing());
  bench.finish();
  CHECK(bench.prepared == 1);
  CHECK(std::filesystem::exists(bench.at.path("library.db.columns")));
  bench.runs.prepare(bench.caller, "weekly");
  bench.runs.stop();
  CHECK_FALSE(bench.runs.is_busy());
  bench.finish();
  CHECK(bench.prepared == 1);
}
