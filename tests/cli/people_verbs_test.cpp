// Whole persons: forgotten with everything of theirs, called otherwise, joined.
#include <chrono>
#include <filesystem>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "store/devices.hpp"
#include "store/store.hpp"
#include "store/users.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using engine::Store;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

std::string play(const std::string& end, const std::string& artist, const std::string& track) {
  return R"({"endTime":")" + end + R"(","artistName":")" + artist + R"(","trackName":")" + track +
         R"(","msPlayed":200000})";
}

void import_history(const EngineHome& home, const std::string& user, const std::string& plays) {
  const std::string file = home.path(user + "/StreamingHistory_music_0.json");
  engine::write_file_atomically(file, "[" + plays + "]");
  const Ended ended = home.engine({"--user", user, "import", file});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
}

/// Two persons, each with plays and a like; both played "Both".
void import_two(const EngineHome& home) {
  import_history(
      home, "ann",
      play("2026-01-01 10:00", "A", "One") + "," + play("2026-01-02 10:00", "A", "Both"));
  import_history(
      home, "bob",
      play("2026-01-03 10:00", "B", "Two") + "," + play("2026-01-02 10:00", "A", "Both"));
  REQUIRE(home.engine({"--user", "bob", "like", "B - Two"}).exit_code == 0);
  REQUIRE(home.engine({"--user", "ann", "like", "A - One"}).exit_code == 0);
}

std::string library(const EngineHome& home) {
  return home.environment().at("PLAYLIST_LIBRARY");
}

/// A row of `user` in every table that has a user_id and none of theirs yet, and rows that hang on
/// them. What a new table needs is found from the schema.
void fill_every_table(Store& store, std::int64_t user) {
  store.execute("PRAGMA foreign_keys = OFF");
  engine::Statement tables = store.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  std::vector<std::string> names;
  for (tables.start(); tables.step();) names.emplace_back(tables.text(0));
  for (const std::string& table : names) {
    std::string columns, values;
    bool is_of_users = false;
    engine::Statement info = store.prepare("SELECT name, type FROM pragma_table_info(?1)");
    for (info.start(table); info.step();) {
      const std::string name(info.text(0)), type(info.text(1));
      is_of_users = is_of_users || name == "user_id";
      columns += (columns.empty() ? "" : ", ") + name;
      const std::string value = name == "user_id" ? std::to_string(user)
                                : type == "TEXT"  ? "'left over'"
                                : type == "BLOB"  ? "x'00'"
                                                  : "4711";
      values += (values.empty() ? "" : ", ") + value;
    }
    if (is_of_users && table != "users")
      store.execute("INSERT OR IGNORE INTO " + table + " (" + columns + ") VALUES (" + values +
                    ")");
  }
  store.execute("INSERT OR IGNORE INTO playlist_tracks VALUES (4711, 1, 1, 0)");
  store.execute("INSERT OR IGNORE INTO run_tracks VALUES (4711, 1, 1)");
  store.execute("INSERT OR IGNORE INTO prompt_vectors VALUES ('s', 4711, 1, x'00000000')");
  store.execute("INSERT OR IGNORE INTO ingestion_rows VALUES (4711, 1, 1, 'new', '')");
  store.execute("INSERT INTO kept_outputs VALUES (4711, 0, 'm3u8', '/f.m3u8')");
  store.execute("INSERT INTO kept_versions VALUES (4711, 4711, 1, 4711, 1, NULL)");
  store.execute("INSERT INTO kept_pins VALUES (4711, 1, 1, NULL)");
  store.execute("INSERT INTO kept_snapshots VALUES (4711, 4711, 4711, 1, 'then')");
  store.execute("INSERT INTO kept_files VALUES (4711, 4711, 4711, 'm3u8', '/f.m3u8', x'00', 1)");
}

/// Every row of the store that is the user's or hangs on one, told as TABLE.
std::vector<std::string> left_of(const Store& store, std::int64_t user) {
  std::vector<std::string> found;
  engine::Statement tables = store.prepare(
      "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE "
      "m.type = 'table' AND c.name IN ('user_id', 'related_id', 'playlist_id', 'cluster_id', "
      "'run_id', 'prompt_id', 'ingestion_id', 'version_id')");
  for (tables.start(); tables.step();) {
    const std::string table(tables.text(0)), column(tables.text(1));
    const bool is_person =
        column == "user_id" || (column == "related_id" && table == "user_relations");
    const std::string value = is_person ? std::to_string(user) : "4711";
    if (store.integer("SELECT count(*) FROM " + table + " WHERE " + column + " = " + value) != 0)
      found.push_back(table + "." + column);
  }
  return found;
}

std::int64_t user_id(const std::string& path, const std::string& name) {
  const Store store = Store::open(path, {.is_read_only = true});
  const auto user = engine::find_user(store, name);
  return user ? user->id : 0;
}

json stats_of(const EngineHome& home, const std::string& user) {
  const Ended ended = home.engine({"--user", user, "--now", "2026-02-01", "stats", "--json"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return support::parse_json(ended.out);
}

}  // namespace

TEST_CASE("a forgotten person leaves nothing in any table", "[people]") {
  const EngineHome home;
  import_two(home);
  const std::string path = library(home);
  const std::int64_t bob = user_id(path, "bob");
  {
    Store store = Store::open(path);
    fill_every_table(store, bob);
    CHECK(left_of(store, bob).size() > 15);  // else the test looks at nothing
  }
  const Ended told = home.engine({"library", "forget", "bob"});
  CHECK(told.exit_code == 1);
  CHECK_THAT(told.out, Contains("this removes bob and everything of theirs") &&
                           Contains("listens") && Contains("--yes"));
  CHECK(user_id(path, "bob") == bob);  // nothing was removed

  const Ended ended = home.engine({"library", "forget", "bob", "--yes"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const Store store = Store::open(path, {.is_read_only = true});
  CHECK(left_of(store, bob).empty());
  CHECK(user_id(path, "bob") == 0);
  CHECK(store.check().empty());
  CHECK(home.engine({"--user", "ann", "--now", "2026-02-01", "library", "users"}).exit_code == 0);
  CHECK(store.integer("SELECT count(*) FROM listens") == 2);  // ann's
}

TEST_CASE("what was somebody's is overwritten in the file, and gone from the columns", "[people]") {
  const EngineHome home;
  import_two(home);
  REQUIRE(home.engine({"--user", "bob", "--now", "2026-02-01", "run", "weekly"}).exit_code <= 1);
  const std::string path = library(home);
  {
    Store::open(path).execute("UPDATE users SET timezone = 'Atlantis/Bobtown' WHERE name = 'bob'");
  }
  REQUIRE(home.engine({"library", "forget", "bob", "--yes"}).exit_code == 0);
  CHECK(engine::read_file(path).find("Bobtown") == std::string::npos);
  for (const auto& entry : fs::directory_iterator(path + ".columns"))
    CHECK_THAT(entry.path().filename().string(), !Contains("-2.columns"));
}

TEST_CASE("a kill while a person is forgotten leaves all of them or nothing", "[people][kill]") {
  const EngineHome home;
  import_two(home);
  const std::string path = library(home);
  std::string rows;
  for (int k = 0; k < 30'000; ++k)
    rows += (k == 0 ? "" : ",") + std::string("(2, ") + std::to_string(1'500'000'000 + 300 * k) +
            ", 1, 200000, 0, NULL, 2)";
  { Store::open(path).execute("INSERT INTO listens VALUES " + rows); }
  const auto listens = [&] {
    return Store::open(path, {.is_read_only = true})
        .integer("SELECT count(*) FROM listens WHERE user_id = 2");
  };
  const std::int64_t before = listens();
  int killed = 0;
  for (int milliseconds = 5; milliseconds < 2000 && user_id(path, "bob") != 0;
       milliseconds = milliseconds * 3 / 2) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
      ::execl(PLAYLIST_BUILD_DIR "/engine", "engine", "library", "forget", "bob", "--yes",
              "--quiet", nullptr);
      ::_exit(127);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    const bool is_there = user_id(path, "bob") != 0;
    CHECK(listens() == (is_there ? before : 0));
  }
  CHECK(killed > 0);
  CHECK(Store::open(path).check().empty());
}

TEST_CASE("a person is called otherwise", "[people]") {
  const EngineHome home;
  import_two(home);
  REQUIRE(home.engine({"config", "set", "user", "bob"}).exit_code == 0);
  REQUIRE(home.engine({"library", "rename", "bob", "Robert"}).exit_code == 0);
  CHECK(stats_of(home, "Robert").at("listens") == 2);
  CHECK(home.engine({"config", "get", "user"}).out == "Robert\n");
  const Ended taken = home.engine({"library", "rename", "Robert", "ann"});
  CHECK(taken.exit_code == 3);
  CHECK_THAT(taken.err, Contains("engine library join \"ann\" \"Robert\""));
  CHECK(home.engine({"library", "rename", "Robert", ""}).exit_code == 2);
}

TEST_CASE("two persons who are one are joined, and a play is one listen", "[people]") {
  const EngineHome home;
  import_two(home);
  REQUIRE(home.engine({"library", "join", "ann", "bob"}).exit_code == 1);
  const Ended ended = home.engine({"library", "join", "ann", "bob", "--yes"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(user_id(library(home), "bob") == 0);
  const Store store = Store::open(library(home), {.is_read_only = true});
  CHECK(store.integer("SELECT count(*) FROM listens") == 3);
  CHECK(store.integer("SELECT count(*) FROM likes") == 2);
  CHECK(store.check().empty());
  CHECK(stats_of(home, "ann").at("listens") == 3);
  CHECK(home.engine({"library", "join", "ann", "ann", "--yes"}).exit_code == 3);
}

TEST_CASE("what both played on keeps its name when they are joined", "[people][devices]") {
  const EngineHome home;
  import_two(home);
  {
    Store store = Store::open(library(home));
    const std::string ann = std::to_string(user_id(library(home), "ann"));
    const std::string bob = std::to_string(user_id(library(home), "bob"));
    store.execute("INSERT INTO devices VALUES (" + ann + ", 1, 'Phone'), (" + bob +
                  ", 1, 'Laptop'), (" + bob + ", 2, 'Phone')");
    store.execute("UPDATE listens SET flags = flags | (1 << 56) WHERE user_id = " + ann);
    store.execute("UPDATE listens SET flags = flags | (2 << 56) WHERE user_id = " + bob +
                  " AND ts > strftime('%s', '2026-01-03')");
    store.execute("UPDATE listens SET flags = flags | (1 << 56) WHERE user_id = " + bob +
                  " AND ts < strftime('%s', '2026-01-03')");
    store.bump_data_version();
  }
  REQUIRE(home.engine({"library", "join", "ann", "bob", "--yes"}).exit_code == 0);
  // "Both" is a play of ann's; what bob's laptop told of it is the same play.
  CHECK(stats_of(home, "ann").at("devices") ==
        support::parse_json(R"([{"name": "Phone", "plays": 3}])"));
  const Store store = Store::open(library(home), {.is_read_only = true});
  CHECK(engine::device_names(store, user_id(library(home), "ann")) ==
        std::vector<std::string>{"", "Phone", "Laptop"});
  CHECK(store.check().empty());
}

TEST_CASE("a file that both imported counts once when they are joined", "[people]") {
  const EngineHome home;
  const std::string plays =
      play("2026-01-01 10:00", "A", "One") + "," + play("2026-01-02 10:00", "A", "Two");
  import_history(home, "ann", plays);
  import_history(home, "bob", plays);
  REQUIRE(home.engine({"library", "join", "ann", "bob", "--yes"}).exit_code == 0);
  const Store store = Store::open(library(home), {.is_read_only = true});
  CHECK(store.integer("SELECT count(*) FROM listens") == 2);
  CHECK(store.integer("SELECT count(*) FROM ingestions") == 1);
}

TEST_CASE("the usual user is whoever the settings name", "[people]") {
  const EngineHome home;
  import_two(home);
  const Ended nobody = home.engine({"stats"});
  CHECK(nobody.exit_code == 2);
  CHECK_THAT(nobody.err, Contains("engine config set user NAME"));
  REQUIRE(home.engine({"config", "set", "user", "ann"}).exit_code == 0);
  const Ended ann = home.engine({"--now", "2026-02-01", "stats", "--json"});
  CHECK(support::parse_json(ann.out).at("user") == "ann");
  const Ended bob = home.engine({"--now", "2026-02-01", "--user", "bob", "stats", "--json"});
  CHECK(support::parse_json(bob.out).at("user") == "bob");
  // What is for everybody stays for everybody.
  const Ended all = home.engine({"library", "users", "--json"});
  CHECK(support::parse_json(all.out).at("users").size() == 2);
}
