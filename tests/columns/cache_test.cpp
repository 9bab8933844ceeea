#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "data/column_cache.hpp"
#include "data/column_check.hpp"
#include "data/served_runs.hpp"
#include "demo/demo.hpp"
#include "store/holdings.hpp"
#include "support/small_store.hpp"

namespace fs = std::filesystem;
using test::SmallStore;

namespace {

constexpr std::int64_t kNow = 100'000;

void fill(SmallStore& store) {
  store.change(
      "INSERT INTO users (user_id, name) VALUES (2, 'bob');"
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (1, 'One', 1, 1),"
      " (2, 'Two', 1, 1);"
      "INSERT INTO likes VALUES (1, 1, 500), (2, 2, 600);"
      "INSERT INTO listens VALUES (1, 1000, 1, 60000, 0, 'DE', 1), (2, 1000, 2, 60000, 0, 'SE', "
      "1)");
}

void change_byte(const std::string& file, std::streamoff at) {
  // Later than the tick of the clock in which the file was written.
  std::this_thread::sleep_for(std::chrono::milliseconds(25));
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(at);
  const int before = bytes.get();
  bytes.seekp(at);
  bytes.put(static_cast<char>(before ^ 0x55));
}

/// As after a day in which nobody wrote to the file: what was noted of it is known to be old
/// enough.
void settle(const std::string& file) {
  const fs::path note = file + ".checked";
  fs::last_write_time(note, fs::file_time_type::clock::now() + std::chrono::seconds(5));
}

std::string likes(SmallStore& store, const std::string& user = "ann") {
  return test::as_text(*store.as_of(kNow, user)->table("likes"));
}

}  // namespace

TEST_CASE("columns are made once and mapped afterwards", "[cache]") {
  SmallStore store;
  fill(store);
  CHECK(engine::prepare_columns(store.options(kNow))->was_built);
  REQUIRE(store.told.size() == 3);
  CHECK_THAT(store.told[0], Catch::EndsWith("catalogue.columns: there is none yet"));
  CHECK_THAT(store.told[1], Catch::EndsWith("user-1.columns: there is none yet"));
  CHECK_THAT(store.told[2], Catch::EndsWith("sets-1.columns: there is none yet"));
  CHECK_FALSE(engine::prepare_columns(store.options(kNow))->was_built);
  CHECK(store.told.empty());
}

TEST_CASE("each user has columns of their own", "[cache]") {
  SmallStore store;
  fill(store);
  CHECK(likes(store, "ann") == "track ts is_implicit\n0 500 0\n");
  CHECK(likes(store, "bob") == "track ts is_implicit\n1 600 0\n");
  CHECK(store.told.size() == 2);  // the catalogue was there
  CHECK(test::as_text(*store.as_of(kNow, "bob")->table("listens"), {"track", "country"}) ==
        "track country\n1 SE\n");
  CHECK(fs::exists(store.cache() + "/user-1.columns"));
  CHECK(fs::exists(store.cache() + "/user-2.columns"));
}

TEST_CASE("a change of the data makes the columns anew", "[cache]") {
  SmallStore store;
  fill(store);
  const std::string before = store.as_of(kNow)->data_state();
  store.change("INSERT INTO likes VALUES (1, 2, 700)");
  const auto after = store.as_of(kNow);
  CHECK(after->data_state() != before);
  CHECK(test::as_text(*after->table("likes")) == "track ts is_implicit\n0 500 0\n1 700 0\n");
  REQUIRE(store.told.size() == 3);
  CHECK_THAT(store.told[0], Catch::Contains("it was made from") && Catch::Contains("data version"));
}

namespace {

/// What ann says of a track or an artist at `now`, as `engine ban` and `engine unban` write it.
void say(SmallStore& store, engine::HoldingKind kind, std::int64_t id, std::int64_t now,
         bool begins = true) {
  engine::Store opened = engine::Store::open(store.path());
  engine::Transaction transaction(opened);
  engine::Holdings holdings(opened);
  const engine::Holding holding{1, kind, id, "", engine::kYou};
  if (begins)
    holdings.hold(holding, now, 0, now);
  else
    holdings.end(holding, now, engine::kYou);
  engine::note_word(opened, holding, now);
  transaction.commit();
}

/// The other of what holds now, whoever said so: as `engine like` and `engine unlike` write it.
void say_or_take_back(SmallStore& store, engine::HoldingKind kind, std::int64_t id,
                      std::int64_t now) {
  engine::Store opened = engine::Store::open(store.path());
  engine::Transaction transaction(opened);
  engine::Holdings holdings(opened);
  const engine::Holding holding{1, kind, id, "", engine::kYou};
  if (holdings.end_for_all(holding, now, engine::kYou).empty()) holdings.hold(holding, now, 0, now);
  engine::note_word(opened, holding, now);
  transaction.commit();
}

/// The same tables, made of nothing that was there before.
std::string made_anew(SmallStore& store, const std::string& user) {
  engine::AsOfOptions options = store.options(kNow, user);
  options.cache.clear();
  return test::everything(*engine::load_as_of(options));
}

}  // namespace

TEST_CASE("a word on what is known makes no file anew", "[cache]") {
  SmallStore store;
  fill(store);
  // Heard by bob only, and in no catalogue: known since 1060.
  store.change(
      "INSERT INTO tracks (track_id, title, artist_id) VALUES (3, 'Three', 1);"
      "INSERT INTO listens VALUES (2, 1000, 3, 60000, 0, 'SE', 1)");
  const std::string before = store.as_of(kNow, "ann")->data_state();
  const std::string bobs = store.as_of(kNow, "bob")->data_state();
  const auto [kind, id] =
      GENERATE(table<engine::HoldingKind, std::int64_t>({{engine::HoldingKind::kBannedTrack, 1},
                                                         {engine::HoldingKind::kBannedTrack, 3},
                                                         {engine::HoldingKind::kBannedArtist, 1},
                                                         {engine::HoldingKind::kSavedArtist, 1},
                                                         {engine::HoldingKind::kLike, 3}}));
  say(store, kind, id, 2000);

  const auto anns = store.as_of(kNow, "ann");
  CHECK(store.told.empty());
  CHECK(anns->data_state() != before);
  const auto rows_of = [](engine::HoldingKind said) {
    switch (said) {
      case engine::HoldingKind::kLike:
        return std::pair("likes", 2);
      case engine::HoldingKind::kSavedArtist:
        return std::pair("saved_artists", 1);
      case engine::HoldingKind::kBannedArtist:
        return std::pair("banned", 3);
      default:
        return std::pair("banned", 1);
    }
  };
  const auto [name, rows] = rows_of(kind);
  CHECK(anns->table(name)->rows == rows);
  CHECK(test::everything(*anns) == made_anew(store, "ann"));

  CHECK(store.as_of(kNow, "bob")->data_state() == bobs);
  CHECK(store.told.empty());
  CHECK(anns->catalogue_state() == store.as_of(kNow, "bob")->catalogue_state());

  // And what is taken back. Within the second no row is left that would show that it was said.
  const std::int64_t taken_back = GENERATE(2000, 3000);
  say(store, kind, id, taken_back, false);
  const auto after = store.as_of(kNow, "ann");
  const bool leaves_nothing = taken_back == 2000 && name != std::string_view("banned");
  REQUIRE(store.told.size() == (leaves_nothing ? 1 : 0));
  if (leaves_nothing)
    CHECK_THAT(store.told[0], Catch::Contains("sets-1.columns: it was made from"));
  CHECK(test::everything(*after) == made_anew(store, "ann"));
}

TEST_CASE("whatever is said in whichever order, the tables are those made anew", "[cache]") {
  SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (2, 'Bo', 'bo');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (3, 'Three', 2, 1);"
      "INSERT INTO track_artists VALUES (1, 0, 1), (2, 0, 1), (3, 0, 2);"
      "INSERT INTO holdings (user_id, kind, id, teller, ts, ended_at, ended_by) VALUES"
      " (1, 1, 2, 'spotify', 400, 900, 'spotify'), (1, 1, 2, 'spotify', 1200, NULL, NULL),"
      " (1, 3, 2, 'spotify', 700, NULL, NULL)");
  (void)store.as_of(kNow, "ann");
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  const auto drawn = [&](int count) { return static_cast<std::int64_t>(random() % count); };
  std::int64_t now = 2000;
  for (int k = 0; k < 40; ++k) {
    const bool is_artist = drawn(3) == 0;
    const std::int64_t id = 1 + drawn(is_artist ? 2 : 3);
    CAPTURE(k, is_artist, id, now);
    say_or_take_back(
        store, is_artist ? engine::HoldingKind::kSavedArtist : engine::HoldingKind::kLike, id, now);
    now += drawn(2);
    REQUIRE(test::everything(*store.as_of(kNow, "ann")) == made_anew(store, "ann"));
    // As of a time in between, and before.
    for (const std::int64_t earlier : {std::int64_t{800}, std::int64_t{2010}}) {
      engine::AsOfOptions options = store.options(earlier, "ann");
      const std::string kept = test::everything(*engine::load_as_of(options));
      options.cache.clear();
      REQUIRE(kept == test::everything(*engine::load_as_of(options)));
    }
  }
}

TEST_CASE("what only a word makes known makes everybody's columns anew", "[cache]") {
  SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO tracks (track_id, title, artist_id) VALUES (3, 'Three', 1);"
      "INSERT INTO listens VALUES (2, 5000, 3, 60000, 0, 'SE', 1)");
  (void)store.as_of(kNow, "ann");
  (void)store.as_of(kNow, "bob");
  say(store, engine::HoldingKind::kBannedTrack, 3, 2000);  // before anybody heard it
  CHECK(test::everything(*store.as_of(kNow, "ann")) == made_anew(store, "ann"));
  CHECK(store.as_of(2000, "bob")->table("tracks")->rows == 3);
  say(store, engine::HoldingKind::kBannedTrack, 3, 2000, false);
  CHECK(store.as_of(2000, "bob")->table("tracks")->rows == 2);
  CHECK(test::everything(*store.as_of(kNow, "bob")) == made_anew(store, "bob"));
}

TEST_CASE("a run is no change of the data", "[cache]") {
  SmallStore store;
  fill(store);
  (void)store.as_of(kNow);
  store.execute(
      "INSERT INTO runs VALUES (1, 1, 'a.lua', '', 7, 0, '', '', '', '', '', '', '', '', 0);"
      "INSERT INTO run_tracks VALUES (1, 0, 2)");
  const auto tables = store.as_of(kNow);
  CHECK(store.told.empty());
  CHECK(test::as_text(*tables->table("served")) == "track ts recipe\n1 7 a.lua\n");
}

TEST_CASE("the tracks of many runs are kept beside the columns, and only newer ones are read",
          "[cache]") {
  SmallStore store;
  fill(store);
  const auto add_runs = [&](int from, int to) {
    // Run k served the tracks 1 and 2 in turns, k % 3 + 1 of them; every seventh nothing.
    for (int k = from; k < to; ++k) {
      const std::string id = std::to_string(k);
      store.execute("INSERT INTO runs VALUES (" + id + ", 1, 'a.lua', '', " + id + ", " + id +
                    ", '', '', '', '', '', '', 'hash " + id + "', '', 0)");
      for (int at = 0; at < k % 3 + 1 && k % 7 != 0; ++at)
        store.execute("INSERT INTO run_tracks VALUES (" + id + ", " + std::to_string(at) + ", " +
                      std::to_string((k + at) % 2 + 1) + ")");
    }
  };
  const auto told = [](const std::vector<engine::ServedRun>& runs) {
    std::string text;
    for (const engine::ServedRun& run : runs) {
      text += std::to_string(run.run_id) + '@' + std::to_string(run.now) + ' ' + run.recipe + ':';
      for (const std::int64_t track : run.track_ids) text += ' ' + std::to_string(track);
      text += '\n';
    }
    return text;
  };
  const auto prepared = [&] { return told(engine::prepare_columns(store.options(kNow))->runs); };
  const auto from_sqlite = [&] {
    return told(engine::read_everybodys_runs(engine::Store::open(store.path()))[1]);
  };
  const std::string file = store.cache() + "/served-1.columns";
  add_runs(1, 150);
  CHECK(prepared() == from_sqlite());
  CHECK_FALSE(fs::exists(file));
  add_runs(150, 300);
  CHECK(prepared() == from_sqlite());
  REQUIRE(fs::exists(file));
  CHECK(from_sqlite().starts_with("1@1 a.lua: 2 1\n2@2 a.lua: 1 2 1\n3@3 a.lua: 2\n"));

  // Rows of runs do not change; where they did behind our back, what is read is the file.
  store.execute("UPDATE run_tracks SET track_id = 1 WHERE run_id = 5");
  add_runs(300, 305);
  const std::string before = prepared();
  CHECK(before != from_sqlite());
  CHECK_THAT(before, Catch::EndsWith("303@303 a.lua: 2\n304@304 a.lua: 1 2\n"));

  SECTION("another copy of the store had another last run") {
    store.execute("UPDATE runs SET playlist_hash = 'other' WHERE run_id = 299");
  }
  SECTION("another copy of the store had other runs") {
    store.execute("UPDATE runs SET now = 1 WHERE run_id = 200");
  }
  SECTION("a run was taken out") {
    store.execute("DELETE FROM runs WHERE run_id = 7");
  }
  SECTION("the data changed") {
    store.change("DELETE FROM likes");
  }
  SECTION("the file is damaged") {
    change_byte(file, static_cast<std::streamoff>(fs::file_size(file) - 100));
  }
  CHECK(prepared() == from_sqlite());
}

TEST_CASE("another play rule makes the user's columns anew, not the catalogue's", "[cache]") {
  SmallStore store;
  fill(store);
  (void)store.as_of(kNow);
  engine::AsOfOptions options = store.options(kNow);
  options.rule.min_seconds = 90;
  const auto tables = engine::load_as_of(options);
  CHECK(test::as_text(*tables->table("listens"), {"is_play"}) == "is_play\n0\n");
  CHECK(store.told.size() == 1);
}

TEST_CASE("damaged columns are made anew, and it is said", "[cache]") {
  SmallStore store;
  fill(store);
  const std::string good = likes(store);
  const std::string file =
      store.cache() + "/" +
      GENERATE(as<std::string>(), "catalogue.columns", "user-1.columns", "sets-1.columns");
  SECTION("cut short") {
    fs::resize_file(file, fs::file_size(file) / 2);
  }
  SECTION("overwritten") {
    std::ofstream(file, std::ios::binary) << std::string(5000, 'x');
  }
  SECTION("a changed directory") {
    change_byte(file, 100);
  }
  SECTION("a changed byte of its data") {
    change_byte(file, static_cast<std::streamoff>(fs::file_size(file) / 2));
  }
  SECTION("its last byte changed") {
    change_byte(file, static_cast<std::streamoff>(fs::file_size(file) - 1));
  }
  CHECK(likes(store) == good);
  REQUIRE(store.told.size() == 1);
  CHECK_THAT(store.told[0], Catch::StartsWith("making " + file + ": "));
  CHECK(likes(store) == good);
  CHECK(store.told.empty());
}

TEST_CASE("data that was summed up once is not again until the file changes", "[cache]") {
  SmallStore store;
  fill(store);
  const std::string good = likes(store), file = store.cache() + "/user-1.columns";
  settle(file);
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK(engine::is_known_sound(file, status));

  change_byte(file, static_cast<std::streamoff>(fs::file_size(file) - 70));
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK_FALSE(engine::is_known_sound(file, status));
  CHECK(likes(store) == good);
  REQUIRE(store.told.size() == 1);
  CHECK_THAT(store.told[0], Catch::EndsWith("the checksum of its data is wrong"));
}

TEST_CASE("what was noted is believed for a day, and not within a tick of the clock", "[cache]") {
  SmallStore store;
  fill(store);
  (void)store.as_of(kNow);
  const std::string file = store.cache() + "/user-1.columns";
  const fs::path note = file + ".checked";
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  // Who wrote it needs no other tick: nobody else knew the file before.
  CHECK(engine::is_known_sound(file, status));
  fs::remove(note);
  CHECK_FALSE(engine::is_known_sound(file, status));
  (void)store.as_of(kNow);
  settle(file);
  CHECK(engine::is_known_sound(file, status));
  fs::last_write_time(note, fs::file_time_type::clock::now() - std::chrono::hours(25));
  CHECK_FALSE(engine::is_known_sound(file, status));
  // The note is as old as the change: another change may have come after it within the tick.
  const timespec times[2] = {status.st_ctim, status.st_ctim};
  REQUIRE(::utimensat(AT_FDCWD, note.c_str(), times, 0) == 0);
  CHECK_FALSE(engine::is_known_sound(file, status));
}

TEST_CASE("after a crash the columns are looked at whatever was noted", "[cache]") {
  SmallStore store;
  fill(store);
  const auto columns = engine::prepare_columns(store.options(kNow));
  CHECK(engine::damaged_columns(store.cache(), *columns).empty());
  const std::string file =
      store.cache() + "/" +
      GENERATE(as<std::string>(), "catalogue.columns", "user-1.columns", "sets-1.columns");
  change_byte(file, static_cast<std::streamoff>(fs::file_size(file) - 70));
  // As what rots on the disc: the file system knows of no change.
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  engine::note_sound(file, status);
  settle(file);
  CHECK_FALSE(engine::prepare_columns(store.options(kNow))->was_built);
  CHECK(engine::damaged_columns(store.cache(), *columns) ==
        file + ": the checksum of its data is wrong");
  CHECK(engine::prepare_columns(store.options(kNow))->was_built);
  CHECK(engine::damaged_columns(store.cache(), *engine::prepare_columns(store.options(kNow)))
            .empty());
}

TEST_CASE("two copies of a store that go apart do not use each other's columns", "[cache]") {
  SmallStore store;
  fill(store);
  const TemporaryFolder folder;
  const std::string one = folder.file("one.db"), other = folder.file("other.db");
  const auto likes_of = [&](const std::string& path) {
    engine::AsOfOptions options = store.options(kNow);
    options.store = path;
    options.cache = folder.file("cache");
    return test::as_text(*engine::load_as_of(options)->table("likes"), {"track"});
  };
  const auto write = [](const std::string& path, const std::string& sql) {
    engine::Store opened = engine::Store::open(path);
    engine::Transaction transaction(opened);
    opened.execute(sql);
    opened.bump_data_version();
    transaction.commit();
    opened.checkpoint();
  };
  engine::Store::open(store.path()).checkpoint();
  fs::copy_file(store.path(), one);
  fs::copy_file(store.path(), other);
  write(one, "UPDATE holdings SET id = 2 WHERE user_id = 1 AND kind = 1");
  write(other, "DELETE FROM likes WHERE user_id = 1");
  CHECK(likes_of(one) == "track\n1\n");
  // Written over in place: the same file, the same counters.
  std::ofstream(one, std::ios::binary) << std::ifstream(other, std::ios::binary).rdbuf();
  CHECK(likes_of(one) == "track\n");
}

TEST_CASE("a library copied with its columns uses them where it lies now", "[cache]") {
  SmallStore store;
  fill(store);
  (void)store.as_of(kNow);
  engine::Store::open(store.path()).checkpoint();
  const TemporaryFolder folder;
  const std::string copy = folder.file("moved.db");
  fs::copy_file(store.path(), copy);
  fs::copy(store.cache(), copy + ".columns");
  const bool is_read_only = GENERATE(false, true);
  const auto may_write = [&](bool may) {
    for (const std::string& path : {folder.path(), copy + ".columns", copy})
      fs::permissions(path, fs::perms::owner_write,
                      may ? fs::perm_options::add : fs::perm_options::remove);
  };
  if (is_read_only) may_write(false);
  engine::AsOfOptions options = store.options(kNow);
  options.store = copy;
  options.cache = copy + ".columns";
  CHECK_FALSE(engine::prepare_columns(options)->was_built);
  CHECK(test::everything(*engine::load_as_of(options)) == made_anew(store, "ann"));
  may_write(true);

  const auto copy_again = [&] {
    engine::Store::open(store.path()).checkpoint();
    fs::remove(copy);
    fs::copy_file(store.path(), copy);
  };
  // They also fit the same library after somebody said something there.
  say(store, engine::HoldingKind::kLike, 2, 2000);
  copy_again();
  CHECK_FALSE(engine::prepare_columns(options)->was_built);
  CHECK(engine::load_as_of(options)->table("likes")->rows == 2);
  // A store that the columns do not fit gets none of them.
  store.change("DELETE FROM likes WHERE track_id = 1");
  copy_again();
  CHECK(engine::prepare_columns(options)->was_built);
  CHECK(engine::load_as_of(options)->table("likes")->rows == 1);
}

TEST_CASE("a store of an engine that drew no token is known by its place", "[cache]") {
  SmallStore store;
  fill(store);
  store.execute("DELETE FROM settings WHERE key = 'data_token'");
  CHECK(engine::prepare_columns(store.options(kNow))->was_built);
  CHECK_FALSE(engine::prepare_columns(store.options(kNow))->was_built);
  engine::Store::open(store.path()).checkpoint();
  const TemporaryFolder folder;
  const std::string copy = folder.file("copy.db");
  fs::copy_file(store.path(), copy);
  engine::AsOfOptions options = store.options(kNow);
  options.store = copy;
  CHECK(engine::prepare_columns(options)->was_built);
}

TEST_CASE("what a killed process left half made goes, what a living one makes stays", "[cache]") {
  SmallStore store;
  fill(store);
  fs::create_directory(store.cache());
  const std::string file = store.cache() + "/catalogue.columns.new.";
  const std::string dead = file + "999999999.0", alive = file + std::to_string(getpid()) + ".77";
  const std::string other = file + "notes";
  for (const std::string& path : {dead, alive, other}) std::ofstream(path) << "half";
  (void)store.as_of(kNow);
  CHECK_FALSE(fs::exists(dead));
  CHECK(fs::exists(alive));
  CHECK(fs::exists(other));
}

TEST_CASE("without a cache folder columns stay in memory", "[cache]") {
  SmallStore store;
  fill(store);
  engine::AsOfOptions options = store.options(kNow);
  options.cache.clear();
  CHECK(test::as_text(*engine::load_as_of(options)->table("likes")) ==
        "track ts is_implicit\n0 500 0\n");
  CHECK_FALSE(fs::exists(store.cache()));
}

TEST_CASE("a cache folder that cannot be used costs the cache only", "[cache]") {
  SmallStore store;
  fill(store);
  engine::AsOfOptions options = store.options(kNow);
  options.cache = "/proc/nowhere";
  CHECK(test::as_text(*engine::load_as_of(options)->table("likes")) ==
        "track ts is_implicit\n0 500 0\n");
  REQUIRE(store.told.size() == 1);
  CHECK_THAT(store.told[0], Catch::StartsWith("no column cache: cannot make /proc/nowhere"));
}

TEST_CASE("a store in the place of another does not get its columns", "[cache]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  engine::DemoOptions demo;
  demo.tracks = 50;
  demo.artists = 5;
  demo.listens = 200;
  demo.days = 30;
  demo.now = 1'700'000'000;
  engine::AsOfOptions options;
  options.store = path;
  options.user = "demo";
  options.now = demo.now;
  options.cache = folder.file("cache");  // not the one that goes with the store
  engine::make_demo(path, demo, {});
  const std::string first = test::everything(*engine::load_as_of(options));
  demo.random_seed = 2;
  engine::make_demo(path, demo, {});
  CHECK(test::everything(*engine::load_as_of(options)) != first);
}

TEST_CASE("prepared columns are used without touching the store again", "[cache]") {
  SmallStore store;
  fill(store);
  const auto columns = engine::prepare_columns(store.options(kNow));
  fs::rename(store.path(), store.path() + ".away");
  fs::remove_all(store.cache());
  engine::AsOfOptions options;
  options.now = kNow;
  CHECK(test::as_text(*engine::load_as_of(columns, options)->table("likes")) ==
        "track ts is_implicit\n0 500 0\n");
  options.now = 499;
  CHECK(engine::load_as_of(columns, options)->table("likes")->rows == 0);
}

TEST_CASE("unknown users and missing stores are errors that say so", "[cache]") {
  SmallStore store;
  fill(store);
  CHECK_THROWS_WITH(store.as_of(kNow, "anne"), Catch::Contains("anne"));
  CHECK_THROWS_AS(store.as_of(kNow, ""), engine::Error);  // two users, none named
  engine::AsOfOptions options = store.options(kNow, "");
  options.user_id = 2;
  CHECK(engine::load_as_of(options)->user_name() == "bob");
  options.user_id = 3;
  CHECK_THROWS_WITH(engine::load_as_of(options), Catch::Contains("user number 3"));
  options.store = "/nowhere/library.db";
  CHECK_THROWS_AS(engine::load_as_of(options), engine::Error);
}

TEST_CASE("many threads may ask for tables at once", "[cache][threads]") {
  const TemporaryFolder folder;
  engine::DemoOptions demo;
  demo.tracks = 500;
  demo.artists = 40;
  demo.listens = 2000;
  demo.days = 100;
  demo.now = 1'700'000'000;
  engine::make_demo(folder.file("library.db"), demo, {});
  engine::AsOfOptions options;
  options.store = folder.file("library.db");
  options.user = "demo";
  options.now = demo.now - 20 * 86'400;
  const std::string alone = test::everything(*engine::load_as_of(options));
  const auto tables = engine::load_as_of(options);
  std::vector<std::string> found(8);
  std::vector<std::thread> threads;
  for (std::string& text : found)
    threads.emplace_back([&text, &tables] { text = test::everything(*tables); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : found) CHECK(text == alone);
}

TEST_CASE("readers and a writer share the columns", "[cache][threads]") {
  SmallStore store;
  fill(store);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int k = 0; k < 3; ++k)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        engine::AsOfOptions options;
        options.store = store.path();
        options.user = "ann";
        options.now = kNow;
        options.cache = store.cache();
        const auto rows = engine::load_as_of(options)->table("likes")->rows;
        if (rows < 1 || rows > 2) ++wrong;
      }
    });
  for (int round = 0; round < 20; ++round) {
    store.change("INSERT INTO likes VALUES (1, 2, 700)");
    store.change("DELETE FROM likes WHERE user_id = 1 AND track_id = 2");
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
