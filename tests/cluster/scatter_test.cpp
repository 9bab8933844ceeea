// A library taken apart: what a shard has, what it refuses, and that its lists are the whole library's.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "core/shard.hpp"
#include "store/owned_rows.hpp"
#include "store/store.hpp"
#include "store/users.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;
namespace fs = std::filesystem;

namespace {

constexpr const char* kNow = "2026-11-21";
constexpr std::size_t kUsers = 40;

/// Forty people, two of them related, one with a playlist of nobody's beside, and a model of everybody's.
const std::string& crowd() {
  static const EngineHome home;
  static const std::string path = [] {
    const std::string library = home.path("crowd") + "/library.db";
    const auto done = [](const Ended& ended) {
      if (ended.exit_code != 0) throw std::runtime_error(ended.out + ended.err);
    };
    done(home.engine({"demo", home.path("crowd"), "--now", kNow, "--users", std::to_string(kUsers),
                      "--tracks", "600", "--artists", "80", "--listens", "800"}));
    done(home.engine({"--library", library, "--now", kNow, "train", "item_cf", "als"}));
    done(home.engine({"--library", library, "--now", kNow, "--user", "demo", "run", "weekly"}));
    engine::Store store = engine::Store::open(library);
    store.execute(
        "INSERT OR IGNORE INTO user_relations SELECT a.user_id, b.user_id FROM users a, users b "
        "WHERE a.user_id < b.user_id AND b.user_id <= a.user_id + 3;"
        "INSERT INTO playlists (user_id, name, ts) VALUES (NULL, 'nobody''s', 5);"
        "INSERT INTO playlist_tracks SELECT playlist_id, 0, (SELECT min(track_id) FROM tracks), 6 "
        "FROM playlists WHERE name = 'nobody''s'");
    store.bump_data_version();
    return library;
  }();
  return path;
}

/// What everybody's models choose from what others play, and a little chance.
std::string discoveries(const EngineHome& home) {
  const std::string path = home.path("discoveries.lua");
  engine::write_file_atomically(
      path,
      "local pl = require \"playlist\"\n"
      "return pl.recipe {\n  title = \"Test\",\n  build = function(p, user)\n"
      "    return pl.recall.item_cf { seeds = user.listens:most_played(10), limit = 60 }\n"
      "      :sample { temperature = 0.3 }:limit { tracks = 12 }\n  end,\n}\n");
  return path;
}

std::string shard_library(const EngineHome& home, const std::string& folder,
                          const engine::Shard& shard) {
  return home.path(folder) + "/shard" + shard.suffix() + "/library.db";
}

Ended scatter(const EngineHome& home, const std::string& folder, std::size_t shards,
              const std::string& library = crowd()) {
  return home.engine({"--library", library, "scatter", home.path(folder), "--shards",
                      std::to_string(shards), "--json"});
}

Ended batch(const EngineHome& home, const std::string& library, const std::string& recipe,
            const std::string& out, const engine::Shard& shard = {}) {
  std::vector<std::string> words{"--library", library, "--now", kNow,
                                 "batch",     recipe,  "--out", home.path(out)};
  if (shard.count > 1) words.insert(words.end(), {"--shard", shard.text()});
  return home.engine(words);
}

/// Lists of all shards, each made from a library of its own.
void make_in_shards(const EngineHome& home, const std::string& recipe, const std::string& folder,
                    const std::string& out, std::size_t shards) {
  for (engine::Shard shard{1, shards}; shard.index <= shards; ++shard.index) {
    const Ended ended = batch(home, shard_library(home, folder, shard), recipe, out, shard);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
  }
}

std::int64_t rows(const engine::Store& store, const std::string& table) {
  return store.integer("SELECT count(*) FROM " + table);
}

}  // namespace

TEST_CASE("lists made in shards are those of the whole library, byte for byte", "[cluster]") {
  const EngineHome home;
  const std::string recipe = discoveries(home);
  const std::string& made = crowd();
  const Ended whole = batch(home, made, recipe, "whole");
  INFO(whole.err);
  REQUIRE(whole.exit_code == 0);
  const std::string lists = engine::read_file(home.path("whole/lists.jsonl"));
  CHECK(static_cast<std::size_t>(std::ranges::count(lists, '\n')) == kUsers);
  CHECK_THAT(lists, Contains("\"tracks\":[{"));
  for (const std::size_t shards : {std::size_t{3}, std::size_t{64}}) {  // of 64 many have nobody
    CAPTURE(shards);
    const std::string folder = "shards" + std::to_string(shards),
                      out = "lists" + std::to_string(shards);
    const Ended taken = scatter(home, folder, shards);
    INFO(taken.err);
    REQUIRE(taken.exit_code == 0);
    CHECK(support::parse_json(taken.out).at("people") == kUsers);
    make_in_shards(home, recipe, folder, out, shards);
    const Ended gathered = home.engine({"gather", home.path(out), "--json"});
    INFO(gathered.err);
    REQUIRE(gathered.exit_code == 0);
    CHECK(support::parse_json(gathered.out) == json{{"file", home.path(out) + "/lists.jsonl"},
                                                    {"shards", shards},
                                                    {"lists", kUsers},
                                                    {"failures", 0}});
    CHECK(engine::read_file(home.path(out + "/lists.jsonl")) == lists);
  }
}

TEST_CASE("a shard has the catalogue, its people with all that is theirs, and nobody else's",
          "[cluster]") {
  const EngineHome home;
  REQUIRE(scatter(home, "shards", 3).exit_code == 0);
  const engine::Store whole =
      engine::Store::open(crowd(), {.is_read_only = true, .may_create = false});
  std::map<std::string, std::int64_t> together;
  std::set<std::string> people;
  for (engine::Shard shard{1, 3}; shard.index <= 3; ++shard.index) {
    const engine::Store store = engine::Store::open(shard_library(home, "shards", shard),
                                                    {.is_read_only = true, .may_create = false});
    CHECK(store.check().empty());
    for (const engine::User& user : engine::list_users(store)) {
      CHECK(shard.has(user.name));
      CHECK(engine::find_user(whole, user.name)->id == user.id);
      CHECK(people.insert(user.name).second);
    }
    for (const char* table : {"tracks", "artists", "track_ids", "track_artists", "tags",
                              "track_tags", "artist_tags", "embeddings"})
      CHECK(rows(store, table) == rows(whole, table));
    CHECK(store.integer("SELECT count(*) FROM playlists JOIN playlist_tracks USING (playlist_id) "
                        "WHERE user_id IS NULL") ==
          whole.integer("SELECT count(*) FROM playlists JOIN playlist_tracks USING (playlist_id) "
                        "WHERE user_id IS NULL"));
    for (const std::string& table : engine::tables_of_users(whole))
      together[table] +=
          store.integer("SELECT count(*) FROM " + table + " WHERE user_id IS NOT NULL");
    for (const char* table : {"run_tracks", "ingestion_rows"})
      together[table] += rows(store, table);
  }
  CHECK(people.size() == kUsers);
  CHECK(together.at("listens") > 1000);
  for (const auto& [table, count] : together) {
    CAPTURE(table);
    if (table == "user_relations") {
      CHECK(count > 0);
      CHECK(count < rows(whole, table));  // of people in different shards: left out, and told
    } else if (table == "run_tracks" || table == "ingestion_rows") {
      CHECK(count >= rows(whole, table));
    } else {
      CHECK(count == whole.integer("SELECT count(*) FROM " + table + " WHERE user_id IS NOT NULL"));
    }
  }
}

TEST_CASE("a shard takes nothing in and is nobody else's", "[cluster]") {
  const EngineHome home;
  REQUIRE(scatter(home, "shards", 2).exit_code == 0);
  const engine::Shard first{1, 2};
  const std::string library = shard_library(home, "shards", first);
  const std::string user =
      engine::list_users(engine::Store::open(library, {.is_read_only = true})).front().name;
  const auto refused = [&](std::vector<std::string> words, const std::string& why) {
    words.insert(words.begin(), {"--library", library, "--now", kNow, "--user", user});
    const Ended ended = home.engine(words);
    CAPTURE(words, ended.out);
    CHECK(ended.exit_code != 0);
    CHECK_THAT(ended.err, Contains("shard 1/2") && Contains(why));
  };
  std::ofstream(home.path("plays.csv")) << "user,ts,artist,title\n"
                                        << user << ",2026-11-20T10:00:00Z,Someone,Song\n";
  refused({"feedback", "ban", "track:1"}, "engine scatter");
  refused({"import", home.path("plays.csv")}, "engine scatter");
  refused({"train", "item_cf"}, "engine scatter");
  engine::write_file_atomically(home.path("others.lua"),
                                "local pl = require \"playlist\"\nreturn pl.recipe { title = "
                                "\"x\", build = function(p, user)\n"
                                "  return pl.everyone()[1].listens:most_played(5) end }\n");
  refused({"run", home.path("others.lua")}, "other people");

  CHECK_THAT(home.engine({"--library", library, "--now", kNow, "doctor"}).out,
             Contains("sound; shard 1/2 of a library"));

  const Ended other = batch(home, library, "weekly", "out", {2, 2});
  CHECK(other.exit_code == 2);
  CHECK_THAT(other.err, Contains("give --shard 1/2"));
  const Ended again = scatter(home, "again", 2, library);
  CHECK(again.exit_code == 2);
  CHECK_THAT(again.err, Contains("is shard 1/2 of a library itself"));

  fs::remove_all(library + ".columns");
  const Ended without = batch(home, library, "weekly", "out", first);
  CHECK(without.exit_code != 0);
  CHECK_THAT(without.err, Contains("columns of the catalogue are missing"));
}

TEST_CASE("a library is taken apart once, or again as it was", "[cluster]") {
  const EngineHome home;
  const std::string library = home.path("library.db");
  fs::copy_file(crowd(), library);
  REQUIRE(scatter(home, "shards", 3, library).exit_code == 0);
  const auto time = fs::last_write_time(shard_library(home, "shards", {2, 3}));
  fs::remove_all(home.path("shards/shard-3-of-3"));
  const Ended again = scatter(home, "shards", 3, library);
  REQUIRE(again.exit_code == 0);
  const json told = support::parse_json(again.out).at("shards");
  CHECK(told.at(1).at("was_there") == true);
  CHECK(told.at(2).at("was_there") == false);
  CHECK(fs::last_write_time(shard_library(home, "shards", {2, 3})) == time);

  CHECK_THAT(scatter(home, "shards", 4, library).err, Contains("is of another library"));
  engine::Store(engine::Store::open(library)).bump_data_version();
  CHECK_THAT(scatter(home, "shards", 3, library).err, Contains("another state of this one"));
  fs::create_directories(home.path("full"));
  engine::write_file_atomically(home.path("full/letter.txt"), "x");
  CHECK_THAT(scatter(home, "full", 3, library).err, Contains("other files"));
  CHECK(engine::read_file(home.path("full/letter.txt")) == "x");
}

TEST_CASE("taking apart that is killed at any moment goes on to the same shards",
          "[cluster][kill]") {
  const EngineHome home;
  REQUIRE(scatter(home, "straight", 5).exit_code == 0);
  std::mt19937 random(7);
  int kills = 0;
  for (int round = 0; round < 40; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
      if (::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(126);
      if (::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
      const std::string engine = std::string(PLAYLIST_BUILD_DIR) + "/engine";
      ::execl(engine.c_str(), engine.c_str(), "--library", crowd().c_str(), "scatter",
              home.path("killed").c_str(), "--shards", "5", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 300));
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == 0) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      ++kills;
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      break;
    }
  }
  CHECK(kills > 0);
  REQUIRE(scatter(home, "killed", 5).exit_code == 0);
  for (engine::Shard shard{1, 5}; shard.index <= 5; ++shard.index) {
    const engine::Store killed = engine::Store::open(shard_library(home, "killed", shard));
    const engine::Store straight = engine::Store::open(shard_library(home, "straight", shard));
    CHECK(killed.check().empty());
    for (const std::string& table : engine::table_names(straight)) {
      CAPTURE(table);
      CHECK(rows(killed, table) == rows(straight, table));
    }
  }
  for (const auto& entry : fs::directory_iterator(home.path("killed")))
    CHECK_THAT(entry.path().filename().string(), !Catch::EndsWith(".making"));
}

TEST_CASE("gather names what is missing, begun, damaged or out of place", "[cluster]") {
  const EngineHome home;
  const auto gathered = [&](const std::string& folder) {
    return home.engine({"gather", home.path(folder)});
  };
  fs::create_directories(home.path("none"));
  CHECK_THAT(gathered("none").err, Contains("has no lists of shards"));
  for (engine::Shard shard{1, 3}; shard.index <= 3; ++shard.index)
    REQUIRE(batch(home, crowd(), "weekly", "lists", shard).exit_code == 0);
  const std::string second = home.path("lists/lists-2-of-3.jsonl");
  const std::string bytes = engine::read_file(second);

  fs::remove(second);
  const Ended missing = gathered("lists");
  CHECK(missing.exit_code == 3);
  CHECK_THAT(missing.err, Contains("1 shard of 3 are not whole yet: 2") && Contains("not there"));
  engine::write_file_atomically(second + ".making", bytes);
  CHECK_THAT(gathered("lists").err, Contains("1 of them are begun"));
  CHECK_FALSE(fs::exists(home.path("lists/lists.jsonl")));
  fs::remove(second + ".making");

  engine::write_file_atomically(second, bytes.substr(0, bytes.size() - 7));
  CHECK_THAT(gathered("lists").err, Contains("no whole line of a list"));
  engine::write_file_atomically(second, engine::read_file(home.path("lists/lists-1-of-3.jsonl")));
  CHECK_THAT(gathered("lists").err, Contains("belongs to another shard"));
  const std::string first_line = bytes.substr(0, bytes.find('\n') + 1);
  engine::write_file_atomically(second, bytes + first_line);
  CHECK_THAT(gathered("lists").err, Contains("not in its place"));

  engine::write_file_atomically(second, bytes);
  REQUIRE(gathered("lists").exit_code == 0);
  const std::string whole = engine::read_file(home.path("lists/lists.jsonl"));
  REQUIRE(gathered("lists").exit_code == 0);  // again
  CHECK(engine::read_file(home.path("lists/lists.jsonl")) == whole);
  REQUIRE(batch(home, crowd(), "weekly", "whole").exit_code == 0);
  CHECK(engine::read_file(home.path("whole/lists.jsonl")) == whole);

  // Who failed in a shard is told of all.
  engine::write_file_atomically(home.path("lists/failures-3-of-3.jsonl"),
                                "{\"user\":\"zoe\",\"error\":\"x\"}\n");
  const Ended failed = gathered("lists");
  CHECK(failed.exit_code == 1);
  CHECK_THAT(engine::read_file(home.path("lists/failures.jsonl")), Contains("zoe"));

  engine::write_file_atomically(home.path("lists/lists-1-of-2.jsonl"), "");
  CHECK_THAT(gathered("lists").err, Contains("of 2 shards and of 3"));
}

TEST_CASE("a task of an array makes its shard and says by what it knew it", "[cluster]") {
  const EngineHome home;
  auto environment = home.environment();
  environment["JOB_COMPLETION_INDEX"] = "1";
  environment["JOB_COMPLETIONS"] = "4";
  const Ended ended = support::run_program(
      {std::string(PLAYLIST_BUILD_DIR) + "/engine", "--library", crowd(), "--now", kNow, "batch",
       std::string(PLAYLIST_SOURCE_DIR) + "/recipes/weekly.lua", "--out", home.path("out"),
       "--shard", "auto"},
      environment);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.err, Contains("shard 2/4, by JOB_COMPLETION_INDEX=1, JOB_COMPLETIONS=4"));
  CHECK(fs::exists(home.path("out/lists-2-of-4.jsonl")));
  CHECK_FALSE(fs::exists(home.path("out/lists-2-of-4.jsonl.making")));
  CHECK(home.engine({"--library", crowd(), "batch", "weekly", "--out", home.path("out"), "--shard",
                     "auto"})
            .exit_code == 2);
}
