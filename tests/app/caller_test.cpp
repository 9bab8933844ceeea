// Requests of several callers in one process.
#include "app/caller.hpp"

#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "recipe/playlist_json.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

using namespace engine;

namespace {

/// A home in a folder of its own with the demo library, and how long a track of unknown length is
/// taken to be.
struct TestHome {
  explicit TestHome(int track_seconds) {
    std::filesystem::copy_file(support::demo_library(), folder.file("library.db"));
    std::ofstream(folder.file("engine.lua"))
        << "return { run = { default_track_seconds = " << track_seconds << " } }\n";
  }
  [[nodiscard]] app::Home home() const {
    return app::Home({folder.file("library.db"), folder.file("engine.lua"), {}});
  }
  TemporaryFolder folder;
};

app::Asked asked(const std::string& user, const std::string& now, std::uint64_t seed,
                 const std::string& tracks) {
  return {user, parse_time(now), seed, {"tracks=" + tracks}, false};
}

std::string told(const RunAnswer& answer) {
  Playlist playlist = answer.playlist;
  for (TraceEntry& entry : playlist.trace) entry.ms = 0;
  return json_text(playlist_json(playlist), 1);
}

std::string alone(const TestHome& at, const app::Asked& what) {
  const app::Home home = at.home();
  const app::Caller caller{home, what, {}};
  return told(app::run_supervised(caller, app::make_run_request(caller, "weekly")));
}

}  // namespace

TEST_CASE("two callers in one process do not see each other", "[app]") {
  const TestHome ones(100), others(300);
  const app::Asked one = asked("demo", "2026-11-21", 1, "10"),
                   other = asked("ada", "2026-10-03", 2, "20");
  const std::string of_one = alone(ones, one), of_other = alone(others, other);
  REQUIRE(of_one != of_other);

  // Both are asked before either is answered, and the second is answered first.
  const app::Home ones_home = ones.home(), others_home = others.home();
  std::vector<std::string> ones_notes, others_notes;
  const app::Caller first{
      ones_home, one, {.note = [&](const std::string& text) { ones_notes.push_back(text); }}};
  const app::Caller second{
      others_home, other, {.note = [&](const std::string& text) { others_notes.push_back(text); }}};
  const RunRequest first_request = app::make_run_request(first, "weekly");
  const RunRequest second_request = app::make_run_request(second, "weekly");
  CHECK(first_request.default_track_seconds == 100);
  CHECK(second_request.default_track_seconds == 300);
  CHECK(told(app::run_supervised(second, second_request)) == of_other);
  CHECK(told(app::run_supervised(first, first_request)) == of_one);
  first.note("for the first");
  CHECK(ones_notes == std::vector<std::string>{"for the first"});
  CHECK(others_notes.empty());
}

TEST_CASE("a run is repeated as its record says, whoever asks", "[app]") {
  const TestHome at(210);
  const app::Home home = at.home();
  const app::Caller ada{home, asked("ada", "2026-10-03", 2, "20"), {}};
  RunRecord run;
  run.id = 7;
  run.recipe = "recipes/weekly.lua";
  run.recipe_text = app::make_run_request(ada, "weekly").recipe_text;
  run.user_id = 1;
  run.now = parse_time("2026-11-21");
  run.random_seed = 5;
  run.parameters = R"({"tracks":12})";
  run.record = playlist_json(Playlist()).dump();
  app::Caller nobody{home, asked("", "2026-10-03", 2, "20"), {}};
  const RunRequest repeated = app::repeat_request(nobody, run);
  CHECK(repeated.now == run.now);
  CHECK(repeated.random_seed == 5);
  CHECK(repeated.set == std::vector<std::string>{"tracks=12"});
  CHECK(repeated.columns->user_name == "demo");
  CHECK(repeated.exclude_runs_from == 7);
  CHECK(nobody.asked.now == parse_time("2026-10-03"));
  CHECK(nobody.asked.user.empty());
  CHECK(nobody.asked.set == std::vector<std::string>{"tracks=20"});
}
