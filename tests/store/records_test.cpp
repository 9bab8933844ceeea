#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "store/listen_flags.hpp"
#include "store/runs.hpp"
#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using engine::EndReason;
using engine::ListenFlags;
using engine::RunRecord;
using engine::Store;

TEST_CASE("a run record comes back as it was saved", "[store][runs]") {
  const TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  const auto user = engine::require_user(store, "ann", 5);
  RunRecord run;
  run.user_id = user.id;
  run.recipe = "recipes/weekly.lua";
  run.title = "Weekly Mix";
  run.now = 1'700'000'000;
  run.random_seed = 0xffff'ffff'ffff'fff0u;  // above what a signed number holds
  run.parameters = R"({"tracks":50})";
  run.recipe_text = "return 1 -- \xc3\xa9";
  run.recipe_hash = "abc";
  run.scripts_hash = "def";
  run.elements = "{}";
  run.data_state = "7";
  run.playlist_hash = "012";
  run.record = R"({"run":1})";
  run.started_at = 1'700'000'001;
  run.track_ids = {5, 3, 5};

  const std::int64_t id = engine::save_run(store, run);
  const auto loaded = engine::load_run(store, id);
  REQUIRE(loaded);
  CHECK(loaded->id == id);
  CHECK(loaded->user_id == user.id);
  CHECK(loaded->random_seed == run.random_seed);
  CHECK(loaded->recipe_text == run.recipe_text);
  CHECK(loaded->track_ids == run.track_ids);
  CHECK(loaded->record == run.record);
  CHECK(loaded->started_at == run.started_at);
  CHECK_FALSE(engine::load_run(store, id + 1));
  CHECK(store.data_version() == 0);

  const auto named = engine::save_run(
      store, run, [](std::int64_t number) { return "run " + std::to_string(number); });
  CHECK(engine::load_run(store, named)->record == "run " + std::to_string(named));
  engine::forget_run(store, named);
  CHECK_FALSE(engine::load_run(store, named));
  CHECK(store.integer("SELECT count(DISTINCT run_id) FROM run_tracks") == 1);
}

TEST_CASE("runs are listed newest first, of one user or of all", "[store][runs]") {
  const TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  const auto ann = engine::require_user(store, "ann", 5);
  const auto bob = engine::require_user(store, "bob", 5);
  RunRecord run;
  run.user_id = ann.id;
  run.title = "one";
  engine::save_run(store, run);
  run.user_id = bob.id;
  run.title = "two";
  engine::save_run(store, run);
  const auto all = engine::list_runs(store);
  REQUIRE(all.size() == 2);
  CHECK(all[0].title == "two");
  REQUIRE(engine::list_runs(store, ann.id).size() == 1);
  CHECK(engine::list_runs(store, ann.id)[0].title == "one");
  CHECK(engine::list_runs(store, {}, 1).size() == 1);
}

TEST_CASE("the user is chosen by name, or is the only one", "[store][users]") {
  const TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  CHECK_THROWS_WITH(engine::choose_user(store, ""), Catch::Contains("no single user"));
  engine::require_user(store, "ann", 5);
  CHECK(engine::require_user(store, "ann", 9).created_at == 5);  // found, not made again
  CHECK(engine::choose_user(store, "").name == "ann");
  engine::require_user(store, "bob", 5);
  CHECK(engine::choose_user(store, "bob").name == "bob");
  try {
    engine::choose_user(store, "");
    FAIL("it chose one");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kUsage);
    CHECK_THAT(error.text(),
               Catch::Contains("its users are ann, bob") && Catch::Contains("--user NAME"));
  }
  try {
    engine::choose_user(store, "bop");
    FAIL("it found one");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kInput);
    CHECK_THAT(error.text(), Catch::Contains("did you mean bob?"));
  }
  // Users that only a data set names do not hide the person who imports.
  store.execute(
      "INSERT INTO ingestions (user_id, path, hash, format, started_at) VALUES (2, 'p', 'h', 'f', "
      "0)");
  CHECK(engine::choose_user(store, "").name == "bob");
}

TEST_CASE("listen flags keep what a source told", "[store]") {
  CHECK(engine::end_reason("trackdone") == EndReason::kTrackDone);
  CHECK(engine::end_reason("click-row") == EndReason::kClickRow);
  CHECK(engine::end_reason("clickrow") == EndReason::kClickRow);
  CHECK(engine::end_reason("unexpected-exit-while-paused") == EndReason::kUnexpectedExitPaused);
  CHECK(engine::end_reason("") == EndReason::kUnknown);
  CHECK(engine::end_reason("something new") == EndReason::kOther);
  const std::int32_t flags =
      ListenFlags::kSkipped | ListenFlags::kShuffle | ListenFlags::with_end(EndReason::kForward);
  CHECK(ListenFlags::skipped(flags) == 1);
  CHECK(ListenFlags::skipped(ListenFlags::kNotSkipped) == 0);
  CHECK(ListenFlags::skipped(ListenFlags::kShuffle) == 255);
  CHECK(ListenFlags::end(flags) == EndReason::kForward);
}
