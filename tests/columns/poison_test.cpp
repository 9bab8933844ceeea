// As of means as of: whatever happens later, the tables of an earlier time stay byte for byte the
// same.
#include <sstream>

#include <catch2/catch.hpp>

#include "data/present_people.hpp"
#include "demo/demo.hpp"
#include "store/store.hpp"
#include "support/later_data.hpp"
#include "support/small_store.hpp"
#include "support/temporary_folder.hpp"

namespace {

constexpr std::int64_t kNow = test::kLaterDataBegins, kThen = kNow - 40 * 86'400;

std::string as_of(const std::string& store, const std::string& user, std::int64_t now) {
  engine::AsOfOptions options;
  options.store = store;
  options.user = user;
  options.now = now;
  options.cache = engine::column_cache_folder(store);
  return test::everything(*engine::load_as_of(options));
}

// "" when equal; else the first line that differs, both ways, and its table.
std::string difference(const std::string& before, const std::string& after) {
  std::istringstream a(before), b(after);
  std::string line_a, line_b, table;
  while (true) {
    const bool has_a = static_cast<bool>(std::getline(a, line_a));
    const bool has_b = static_cast<bool>(std::getline(b, line_b));
    if (!has_a && !has_b) return "";
    if (has_a != has_b || line_a != line_b)
      return table + "\n  before: " + line_a.substr(0, 300) +
             "\n  after:  " + line_b.substr(0, 300);
    if (line_a.starts_with("== ")) table = line_a;
  }
}

/// Three people's, with something in every table that has times.
void make_library(const std::string& path) {
  engine::DemoOptions demo;
  demo.tracks = 2000;
  demo.artists = 150;
  demo.listens = 6000;
  demo.users = 3;
  demo.days = 120;
  demo.now = kNow;
  engine::make_demo(path, demo, {});
  {
    engine::Store store = engine::Store::open(path);
    store.execute(
        "INSERT INTO embeddings SELECT 'taste', track_id, 2, x'000000400000803F' FROM tracks "
        "WHERE track_id % 3 = 0;"
        "INSERT INTO holdings (user_id, kind, id, teller, ts) VALUES (1, 4, 301, 'you', 0), "
        "(1, 4, 302, 'you', 1690000000), (1, 5, 40, 'spotify', 1690000000), "
        "(1, 5, 41, 'spotify', 0);"
        "INSERT INTO feedback (user_id, ts, verdict, subject, track_id, origin) VALUES "
        "(1, 1690000000, 'reject', 'song', 310, 'cli'), (1, 1690000001, 'approve', 'track', 311, "
        "'cli'), (1, 1690000002, 'forget', 'track', 312, 'cli'), (1, 0, 'love', 'track', 313, "
        "'cli');"
        "INSERT INTO feedback (user_id, ts, verdict, subject, name, origin) VALUES "
        "(2, 1690000003, 'forget', 'device', 'Kitchen speaker', 'cli');"
        "INSERT INTO prompts (prompt_id, user_id, track_id, ts, text) VALUES "
        "(1, 1, 7, 1690000000, 'calm evening'), (2, 1, NULL, 1699000000, 'at night');"
        "INSERT INTO prompt_vectors SELECT 'taste', prompt_id, 2, x'000000400000803F' FROM "
        "prompts;"
        "INSERT INTO runs VALUES (1, 1, 'weekly.lua', '', 1690000000, 7, '', '', '', '', '', '', "
        "'', '', 0);"
        "INSERT INTO run_tracks SELECT 1, track_id, track_id FROM tracks WHERE track_id < 50");
    store.bump_data_version();
  }
}

}  // namespace

TEST_CASE("nothing later changes any byte of an earlier time's tables", "[as_of][poison]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  make_library(path);
  // At the end of the history everything is there; 40 days earlier part of it is.
  const std::string at_end = as_of(path, "demo", kNow - 1), then = as_of(path, "demo", kThen);
  const std::string other = as_of(path, "ada", kThen);
  REQUIRE(at_end != then);
  REQUIRE(then != other);
  {
    engine::Store store = engine::Store::open(path);
    store.execute(test::kLaterData);
    store.bump_data_version();
  }
  CHECK(difference(at_end, as_of(path, "demo", kNow - 1)) == "");
  CHECK(difference(then, as_of(path, "demo", kThen)) == "");
  CHECK(difference(other, as_of(path, "ada", kThen)) == "");
  // And it is there once its time has come.
  CHECK_THAT(as_of(path, "demo", kNow + 1'000'000), Catch::Contains("Later Artist"));
}

TEST_CASE("nothing later of another person reaches the tables of a run",
          "[as_of][poison][people]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  make_library(path);
  // The listener is one of whom nothing is added; "demo" plays, likes, bans and saves later, and
  // "zoe" comes to the library later.
  const auto others = [&](std::int64_t now) {
    engine::ColumnOptions options;
    options.store = path;
    options.user = "ada";
    options.cache = engine::column_cache_folder(path);
    const auto columns =
        engine::with_people(engine::prepare_columns(options), options, "pl.everyone", {});
    engine::AsOfOptions as_of;
    as_of.now = now;
    const engine::People people(engine::load_as_of(columns, as_of), columns, as_of);
    std::string told;
    for (const std::string& name : engine::present_people(people)) {
      const auto& tables = dynamic_cast<const engine::AsOf&>(*people.find(name));
      told += "== of " + name + "\n" + test::everything(tables);
    }
    return told;
  };
  const std::string at_end = others(kNow - 1), then = others(kThen);
  REQUIRE(at_end != then);
  REQUIRE_THAT(then, Catch::Contains("== of demo\n") && Catch::Contains("== of ben\n"));
  {
    engine::Store store = engine::Store::open(path);
    store.execute(test::kLaterData);
    store.bump_data_version();
  }
  CHECK(difference(at_end, others(kNow - 1)) == "");
  CHECK(difference(then, others(kThen)) == "");
  // And it is there once its time has come.
  CHECK_THAT(others(kNow + 1'000'000),
             Catch::Contains("== of zoe\n") && Catch::Contains("Later Artist"));
}
