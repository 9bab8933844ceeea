// What an import that only adds later listens leaves of the column files, and what the tables are.
#include <random>

#include <catch2/catch.hpp>

#include "data/as_of.hpp"
#include "store/users.hpp"
#include "support/import_run.hpp"
#include "support/small_store.hpp"

using test::DirectImport;
using test::Row;

namespace {

Row play(std::int64_t ts, const std::string& artist, const std::string& title) {
  return {{"ts", std::to_string(ts)}, {"artist", artist}, {"title", title}, {"ms_played", "60000"}};
}

struct Versions {
  std::int64_t data;
  std::string added;
  explicit Versions(const engine::Store& store)
      : data(store.data_version()), added(store.appended_states().back()) {}
};

/// Soon behind the last of the listens: tables that hold a row for each hour stay short.
constexpr std::int64_t kNow = 1'600'400'000;

engine::AsOfOptions options_of(const std::string& store, const std::string& user, bool is_cached) {
  engine::AsOfOptions options;
  options.store = store;
  options.user = user;
  options.now = kNow;
  if (is_cached) options.cache = engine::column_cache_folder(store);
  return options;
}

}  // namespace

TEST_CASE("an import counts whether it only added listens behind the others", "[import][added]") {
  const TemporaryFolder folder;
  DirectImport run(folder.file("library.db"));
  run.file("spotify_extended", "a", "listens", {play(1000, "A", "One"), play(2000, "A", "Two")});
  const Versions before(run.store());
  const auto is_added = [&] {
    const Versions after(run.store());
    CHECK((after.data != before.data || after.added != before.added));
    return after.data == before.data && after.added != before.added;
  };
  SECTION("later ones, of what was there and of what was not") {
    run.file("spotify_extended", "b", "listens",
             {play(2000, "A", "Two"), play(3000, "A", "One"), play(4000, "B", "Three")});
    CHECK(is_added());
  }
  SECTION("later ones that another teller tells") {
    run.file("listenbrainz", "b", "listens", {play(3000, "A", "One"), play(4000, "B", "Three")});
    CHECK(is_added());
  }
  SECTION("one in between") {
    run.file("spotify_extended", "b", "listens", {play(1500, "A", "One"), play(3000, "A", "One")});
    CHECK_FALSE(is_added());
  }
  SECTION("one of the same second as the last") {
    run.file("spotify_extended", "b", "listens", {play(2000, "A", "One")});
    CHECK_FALSE(is_added());
  }
  SECTION("of which one tells more of a track that was there") {
    Row row = play(3000, "A", "One");
    row.emplace_back("album", "First");
    run.file("spotify_extended", "b", "listens", {row});
    CHECK_FALSE(is_added());
  }
  SECTION("and a like") {
    run.records("spotify_extended", "b",
                {{{"listens", play(3000, "A", "One")}},
                 {{"likes", {{"ts", "3000"}, {"artist", "A"}, {"title", "One"}}}}});
    CHECK_FALSE(is_added());
  }
  SECTION("nothing new at all") {
    run.file("spotify_extended", "b", "listens", {play(2000, "A", "Two")});
    const Versions after(run.store());
    CHECK(after.data == before.data);
    CHECK(after.added == before.added);
  }
}

TEST_CASE("columns that imports were added to are those made anew", "[import][added]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db");
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  const auto drawn = [&](int count) { return static_cast<std::int64_t>(random() % count); };
  std::int64_t ts = kNow - 400'000;
  for (int k = 0; k < 40; ++k) {
    {
      DirectImport run(store, drawn(4) == 0 ? "bob" : "ann");
      std::vector<Row> rows;
      // Now and then what overlaps, by whichever teller.
      std::int64_t at = drawn(3) == 0 ? ts - 2000 : ts + 1;
      for (std::int64_t left = 1 + drawn(6); left > 0; --left) {
        rows.push_back(play(at += drawn(900), "A" + std::to_string(drawn(8)),
                            (drawn(5) == 0 ? "Live (Live)" : "T" + std::to_string(drawn(9)))));
        if (drawn(6) == 0) rows.back().emplace_back("spotify_id", "s" + std::to_string(drawn(99)));
        if (drawn(9) == 0) rows.back().emplace_back("incognito", "1");
        if (drawn(4) == 0) rows.back().emplace_back("country", drawn(2) == 0 ? "SE" : "somewhere");
        if (drawn(7) == 0) rows.back().emplace_back("device", "d" + std::to_string(drawn(3)));
      }
      ts = std::max(ts, at);
      REQUIRE(ts < kNow);
      run.file(drawn(5) == 0 ? "listenbrainz" : "spotify_extended", "hash" + std::to_string(k),
               "listens", rows);
      (void)run.finish();
    }
    if (drawn(3) == 0) continue;
    for (const engine::User& person : engine::list_users(engine::Store::open(store))) {
      CAPTURE(k, person.name);
      const bool is_same =
          test::everything(*engine::load_as_of(options_of(store, person.name, true))) ==
          test::everything(*engine::load_as_of(options_of(store, person.name, false)));
      REQUIRE(is_same);
    }
  }
}
