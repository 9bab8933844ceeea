#include <algorithm>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "store/listen_flags.hpp"
#include "store/migrations.hpp"
#include "store/runs.hpp"
#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using engine::ListenFlags;
using engine::PlayReason;
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
  CHECK(engine::play_reason("trackdone") == PlayReason::kTrackDone);
  CHECK(engine::play_reason("click-row") == PlayReason::kClickRow);
  CHECK(engine::play_reason("clickrow") == PlayReason::kClickRow);
  CHECK(engine::play_reason("unexpected-exit-while-paused") == PlayReason::kUnexpectedExitPaused);
  CHECK(engine::play_reason("") == PlayReason::kUnknown);
  CHECK(engine::play_reason("something new") == PlayReason::kOther);
  const std::int32_t flags =
      ListenFlags::kSkipped | ListenFlags::kShuffle | ListenFlags::with_end(PlayReason::kForward);
  CHECK(ListenFlags::skipped(flags) == 1);
  CHECK(ListenFlags::skipped(ListenFlags::kNotSkipped) == 0);
  CHECK(ListenFlags::skipped(ListenFlags::kShuffle) == 255);
  CHECK(ListenFlags::end(flags) == PlayReason::kForward);
  CHECK(ListenFlags::start(flags) == PlayReason::kUnknown);
  const std::int64_t whole = flags | ListenFlags::with_start(PlayReason::kOther) |
                             std::int64_t{300} << ListenFlags::kTrackSecondsShift;
  CHECK(ListenFlags::start(whole) == PlayReason::kOther);
  CHECK(ListenFlags::end(whole) == PlayReason::kForward);
  CHECK(ListenFlags::shuffle(whole) == 1);
  CHECK(ListenFlags::shuffle(0) == 255);  // as older imports left it: off, or not told
  CHECK(ListenFlags::shuffle(ListenFlags::kShuffleKnown) == 0);
}

TEST_CASE("every word for how a play begins and ends has a code", "[store]") {
  const std::vector<std::string>& words = engine::play_reason_words();
  CHECK(engine::code_of(PlayReason::kUnknown) == -1);
  CHECK(words.at(static_cast<std::size_t>(engine::code_of(PlayReason::kOther))) == "other");
  for (const std::string& word : words) {
    if (word == "other") continue;
    const std::int32_t code = engine::code_of(engine::play_reason(word));
    REQUIRE(code >= 0);
    CHECK(words.at(static_cast<std::size_t>(code)) == word);
  }
}

TEST_CASE("files of before schema 13 that tell how plays began are read again", "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    const auto migrations = engine::store_migrations();
    const auto newer =
        std::find_if(migrations.begin(), migrations.end(),
                     [](const engine::Migration& step) { return step.version >= 13; });
    const Store store = Store::open(
        path,
        {.migrations = migrations.first(static_cast<std::size_t>(newer - migrations.begin()))});
    store.execute(
        "INSERT INTO ingestions (path, hash, format, started_at, is_complete) VALUES "
        "('a', '1', 'spotify_extended', 0, 1), ('b', '2', 'spotify_account', 0, 1), "
        "('c', '3', 'plays_csv', 0, 1)");
  }
  const Store store = Store::open(path);
  CHECK(store.integer("SELECT sum(is_superseded) FROM ingestions") == 2);
  CHECK(store.integer("SELECT is_superseded FROM ingestions WHERE format = 'spotify_account'") ==
        0);
}
