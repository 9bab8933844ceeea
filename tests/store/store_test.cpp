#include "store/store.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "core/error.hpp"
#include "store/migrations.hpp"
#include "store/row_source.hpp"
#include "support/temporary_folder.hpp"

using engine::Error;
using engine::Migration;
using engine::Statement;
using engine::Store;
using engine::Transaction;

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The whole message of the Error that opening throws.
std::string refusal(const std::string& path, const engine::StoreOptions& options = {}) {
  try {
    Store::open(path, options);
  } catch (const Error& error) {
    CHECK(error.exit() == engine::Exit::kStore);
    return error.text();
  }
  return "it opened";
}

}  // namespace

TEST_CASE("what a process that was killed while it made the store began is taken back",
          "[store][kill]") {
  // As SQLite leaves it in the midst of a change of a file that is not switched to a WAL journal yet.
  const TemporaryFolder folder;
  const std::string making = folder.file("making.db"), left = folder.file("left.db");
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(making.c_str(), &raw) == SQLITE_OK);
  REQUIRE(
      sqlite3_exec(raw,
                   "PRAGMA page_size = 16384; PRAGMA cache_size = 2; BEGIN; CREATE TABLE t (x); "
                   "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 50) "
                   "INSERT INTO t SELECT randomblob(10000) FROM n",
                   nullptr, nullptr, nullptr) == SQLITE_OK);
  std::filesystem::copy_file(making, left);
  std::filesystem::copy_file(making + "-journal", left + "-journal");
  sqlite3_close(raw);
  REQUIRE(std::filesystem::file_size(left) > 0);
  REQUIRE(std::filesystem::file_size(left + "-journal") > 0);
  const auto read = [&] { return Store::open(left, {.is_read_only = true, .may_create = false}); };
  CHECK(read().integer("SELECT count(*) FROM listens") == 0);
  CHECK(read().integer("SELECT count(*) FROM sqlite_schema WHERE name = 't'") == 0);
}

TEST_CASE("a new store has the schema, a WAL journal and big pages", "[store]") {
  const TemporaryFolder folder;
  const Store store = Store::open(folder.file("new/library.db"));
  CHECK(store.version() == engine::store_migrations().back().version);
  CHECK_FALSE(std::filesystem::exists(folder.file("new/library.db.before-v2")));
  CHECK(store.integer("PRAGMA page_size") == 16384);
  CHECK(store.integer("PRAGMA foreign_keys") == 1);
  Statement mode = store.prepare("PRAGMA journal_mode");
  mode.start();
  REQUIRE(mode.step());
  CHECK(mode.text(0) == "wal");
  CHECK(store.integer("SELECT count(*) FROM listens") == 0);
  CHECK(store.data_version() == 0);
  CHECK(store.check().empty());
}

TEST_CASE("what is committed is there after opening again", "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    Store store = Store::open(path);
    Transaction transaction(store);
    store.prepare("INSERT INTO tags (name) VALUES (?1)").run("jazz");
    store.bump_data_version();
    store.set_setting("some.key", "value");
    transaction.commit();
    const Transaction dropped(store);
    store.prepare("INSERT INTO tags (name) VALUES (?1)").run("rock");
    store.bump_data_version();
  }
  const Store store = Store::open(path, {.is_read_only = true});
  CHECK(store.integer("SELECT count(*) FROM tags") == 1);
  CHECK(store.data_version() == 1);
  CHECK(store.setting("some.key") == "value");
  CHECK(store.setting("other.key").empty());
  CHECK_THROWS_AS(store.execute("INSERT INTO tags (name) VALUES ('x')"), Error);
}

TEST_CASE("foreign keys are checked", "[store]") {
  const TemporaryFolder folder;
  const Store store = Store::open(folder.file("library.db"));
  CHECK_THROWS_WITH(store.execute("INSERT INTO track_tags VALUES (1, 1, 1)"),
                    Catch::Contains("the store cannot be used while running"));
}

TEST_CASE("a file that is not a store is refused and not touched", "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  SECTION("text") {
    std::ofstream(path) << std::string(4000, 'x');
    const std::string before = bytes_of(path);
    CHECK_THAT(refusal(path), Catch::Contains("it is not an SQLite file") &&
                                  Catch::Contains(path) && Catch::Contains("--library"));
    CHECK(bytes_of(path) == before);
  }
  SECTION("a database of another program") {
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
    sqlite3_exec(other, "CREATE TABLE songs (x)", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    const std::string before = bytes_of(path);
    CHECK_THAT(refusal(path), Catch::Contains("it is a database of another program"));
    CHECK(bytes_of(path) == before);
  }
  SECTION("a missing file, when it may not be made") {
    CHECK_THAT(refusal(path, {.may_create = false}),
               Catch::Contains("there is no store yet") && Catch::Contains("engine import"));
    CHECK_THAT(refusal(path, {.is_read_only = true}), Catch::Contains("there is no store yet"));
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("a damaged store is named as damaged", "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    Store store = Store::open(path);
    Transaction transaction(store);
    Statement insert = store.prepare("INSERT INTO tags (name) VALUES (?1)");
    for (int i = 0; i < 5000; ++i) insert.run("tag number " + std::to_string(i));
    transaction.commit();
  }
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    // The tags are what was written last; the schema's own pages are left whole.
    const std::string noise(65'536, '\x5a');
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path) - noise.size()));
    file << noise;
  }
  const Store store = Store::open(path);
  try {
    const auto count = store.integer("SELECT count(*) FROM tags WHERE name > ''");
    FAIL("it was read: " << count);
  } catch (const Error& error) {
    CHECK_THAT(error.text(), Catch::Contains("the file is damaged") && Catch::Contains(path) &&
                                 Catch::Contains("restore a backup"));
  }
}

TEST_CASE("migrations go forward one by one, each after a backup", "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  const std::string_view schema = engine::store_migrations().front().sql;
  {
    Store store = Store::open(path, {.migrations = engine::store_migrations().first(1)});
    Transaction transaction(store);
    store.prepare("INSERT INTO tags (name) VALUES ('jazz')").run();
    transaction.commit();
  }
  const std::array<Migration, 3> steps = {
      {{1, schema},
       {2, "ALTER TABLE tags ADD COLUMN colour TEXT"},
       {3, "UPDATE tags SET colour = 'blue' WHERE name = 'jazz'"}}};
  {
    const Store store = Store::open(path, {.is_read_only = true, .migrations = steps});
    CHECK(store.version() == 3);
    CHECK(store.integer("SELECT count(*) FROM tags WHERE colour = 'blue'") == 1);
  }
  {
    const Store backup =
        Store::open(path + ".before-v2", {.migrations = engine::store_migrations().first(1)});
    CHECK(backup.version() == 1);
    CHECK(backup.integer("SELECT count(*) FROM tags") == 1);
    const Store second = Store::open(path + ".before-v3", {.migrations = {steps.data(), 2}});
    CHECK(second.version() == 2);
  }
  CHECK_THAT(refusal(path, {.migrations = {steps.data(), 2}}),
             Catch::Contains("this store was made by a newer engine") &&
                 Catch::Contains("its schema has version 3") &&
                 Catch::Contains("versions up to 2"));
}

TEST_CASE("what one user has and says have states of their own, in a store of before too",
          "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  const auto before = engine::store_migrations().first(8);
  {
    Store store = Store::open(path, {.migrations = before});
    Transaction transaction(store);
    store.execute(
        "INSERT INTO users (user_id, name) VALUES (1, 'ann'), (2, 'bob');"
        "INSERT INTO holdings (user_id, kind, id, teller, ts) VALUES (1, 4, 7, 'you', 100)");
    store.bump_data_version();
    transaction.commit();
  }
  Store store = Store::open(path);
  CHECK(store.integer("SELECT count(*) FROM holdings WHERE user_id = 1 AND ts = 100") == 1);
  const std::int64_t version = store.data_version();
  const std::string token = store.setting("data_token");
  const auto words = engine::UserPart::kWords, sets = engine::UserPart::kSets;
  CHECK(store.user_state(1, words).empty());
  store.bump_user_version(1, words);
  const std::string first = store.user_state(1, words);
  store.bump_user_version(1, words);
  CHECK_THAT(first, Catch::StartsWith("version 1 "));
  CHECK_THAT(store.user_state(1, words), Catch::StartsWith("version 2 "));
  CHECK(store.user_state(1, words).substr(10) != first.substr(10));
  CHECK(store.user_state(1, sets).empty());
  CHECK(store.user_state(2, words).empty());
  CHECK(store.data_version() == version);
  CHECK(store.setting("data_token") == token);
}

TEST_CASE("a migration that fails leaves the store as it was", "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  const auto first = engine::store_migrations().first(1);
  { const Store store = Store::open(path, {.migrations = first}); }
  const std::array<Migration, 2> steps = {
      {{1, engine::store_migrations().front().sql},
       {2, "ALTER TABLE tags ADD COLUMN colour TEXT; ALTER TABLE nowhere ADD COLUMN x TEXT"}}};
  CHECK_THAT(refusal(path, {.migrations = steps}), Catch::Contains("migrating it"));
  const Store store = Store::open(path, {.migrations = first});
  CHECK(store.version() == 1);
  CHECK(store.integer("SELECT count(*) FROM pragma_table_info('tags')") == 2);
}

TEST_CASE("a second writer waits, then gets a clear error", "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  Store first = Store::open(path);
  Store second = Store::open(path, {.busy_seconds = 0.05});
  Transaction writing(first);
  first.prepare("INSERT INTO tags (name) VALUES ('jazz')").run();
  CHECK(second.integer("SELECT count(*) FROM tags") == 0);  // readers go on
  try {
    const Transaction other(second);
    FAIL("two transactions at once");
  } catch (const Error& error) {
    CHECK(error.exit() == engine::Exit::kStore);
    CHECK_THAT(error.text(), Catch::Contains("another process is writing to the store"));
  }
  writing.commit();
  Transaction other(second);
  other.commit();
}

TEST_CASE("a copy for a dry run leaves the original byte for byte", "[store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    const Store store = Store::open(path);
    store.execute("INSERT INTO tags (name) VALUES ('jazz')");
  }
  const std::string before = bytes_of(path);
  {
    Store copy = Store::open_copy(path);
    CHECK(copy.integer("SELECT count(*) FROM tags") == 1);
    Transaction transaction(copy);
    copy.prepare("INSERT INTO tags (name) VALUES ('rock')").run();
    transaction.commit();
    CHECK(copy.integer("SELECT count(*) FROM tags") == 2);
  }
  CHECK(bytes_of(path) == before);
  Store fresh = Store::open_copy(folder.file("missing.db"));
  CHECK(fresh.integer("SELECT count(*) FROM tags") == 0);
  CHECK_FALSE(std::filesystem::exists(folder.file("missing.db")));
}

TEST_CASE("rows in memory are inserted by one statement", "[store]") {
  class Names final : public engine::RowSource {
   public:
    [[nodiscard]] std::size_t size() const override { return 3; }
    void put(sqlite3_context* context, std::size_t row, int column) const override {
      static constexpr const char* kNames[] = {"a", "b", "c"};
      if (column == 0) return sqlite3_result_int64(context, static_cast<sqlite3_int64>(row) + 7);
      sqlite3_result_text(context, kNames[row], 1, SQLITE_STATIC);
    }
  };
  const TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  Statement insert = store.prepare("INSERT OR FAIL INTO tags SELECT c0, c1 FROM row_source(?1)");
  CHECK(engine::insert_rows(insert, Names()) == 3);
  CHECK(store.integer("SELECT count(*) FROM tags WHERE tag_id = 9 AND name = 'c'") == 1);
  CHECK_THROWS_AS(engine::insert_rows(insert, Names()), Error);  // they are there already
  CHECK(store.integer("SELECT count(*) FROM row_source") == 0);  // without rows
}
