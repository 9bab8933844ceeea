// engine batch on a demo library of a few dozen people, as a user runs it.
#include <algorithm>
#include <chrono>
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

#include "batch/list_file.hpp"
#include "core/error.hpp"
#include "core/paths.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;
namespace fs = std::filesystem;

namespace {

constexpr const char* kNow = "2026-11-21";
constexpr std::size_t kUsers = 40;

/// Made once per program; copied by tests that write to it.
const std::string& crowd() {
  static const EngineHome home;
  static const std::string path = [] {
    const Ended ended =
        home.engine({"demo", home.path("crowd"), "--now", kNow, "--users", std::to_string(kUsers),
                     "--tracks", "600", "--artists", "80", "--listens", "800"});
    if (ended.exit_code != 0) throw std::runtime_error("engine demo failed: " + ended.err);
    return home.path("crowd") + "/library.db";
  }();
  return path;
}

/// A recipe of a few of the user's most played tracks; `before` is Lua that runs first.
std::string recipe(const EngineHome& home, const std::string& name,
                   const std::string& before = "") {
  engine::write_file_atomically(
      home.path(name),
      "local pl = require \"playlist\"\n"
      "return pl.recipe {\n"
      "  title = \"Test\",\n"
      "  params = { length = pl.int { 5, min = 1, max = 100, help = \"tracks\" } },\n"
      "  build = function(p, user)\n    " +
          before +
          "\n    return user.listens:most_played(20):sample { temperature = 0.5 }"
          ":limit { tracks = p.length }\n"
          "  end,\n}\n");
  return home.path(name);
}

Ended batch(const EngineHome& home, const std::string& recipe_path, const std::string& folder,
            const std::vector<std::string>& more = {}, const std::string& library = crowd()) {
  std::vector<std::string> arguments = {"--library", library, "batch",
                                        recipe_path, "--out", home.path(folder)};
  if (std::find(more.begin(), more.end(), "--now") == more.end())
    arguments.insert(arguments.begin(), {"--now", kNow});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return home.engine(arguments);
}

std::string file(const EngineHome& home, const std::string& name) {
  return engine::read_file(home.path(name));
}

std::vector<json> lines(const EngineHome& home, const std::string& name) {
  std::istringstream text(file(home, name));
  std::vector<json> parsed;
  for (std::string line; std::getline(text, line);) parsed.push_back(support::parse_json(line));
  return parsed;
}

std::set<std::string> users_in(const EngineHome& home, const std::string& name) {
  std::set<std::string> users;
  for (const json& line : lines(home, name)) users.insert(line.at("user").get<std::string>());
  return users;
}

/// Starts the batch and leaves it alone; its own process group, so that workers can be seen.
pid_t start_batch(const EngineHome& home, const std::string& recipe_path,
                  const std::string& folder) {
  const std::string engine = std::string(PLAYLIST_BUILD_DIR) + "/engine";
  const std::string out = home.path(folder);
  const pid_t child = ::fork();
  if (child != 0) return child;
  for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
  if (::chdir(PLAYLIST_SOURCE_DIR) != 0) ::_exit(126);
  if (::freopen("/dev/null", "w", stderr) == nullptr ||
      ::freopen("/dev/null", "w", stdout) == nullptr)
    ::_exit(126);
  ::execl(engine.c_str(), engine.c_str(), "--library", crowd().c_str(), "--now", kNow, "batch",
          recipe_path.c_str(), "--out", out.c_str(), static_cast<char*>(nullptr));
  ::_exit(127);
}

}  // namespace

TEST_CASE("batch makes for every user the list that run makes", "[batch]") {
  const EngineHome home;
  const Ended ended = batch(home, "recipes/weekly.lua", "out", {"--json"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json summary = support::parse_json(ended.out);
  CHECK(summary.at("users") == kUsers);
  CHECK(summary.at("made") == kUsers);
  CHECK(summary.at("failed").empty());
  const std::vector<json> made = lines(home, "out/lists.jsonl");
  REQUIRE(made.size() == kUsers);
  CHECK(std::ranges::is_sorted(
      made, {}, [](const json& line) { return line.at("user").get<std::string>(); }));
  CHECK_FALSE(fs::exists(home.path("out/failures.jsonl")));
  for (const std::size_t k : {std::size_t{0}, std::size_t{7}, kUsers - 1}) {
    const std::string user = made[k].at("user");
    CAPTURE(user);
    const Ended run = home.engine({"--library", crowd(), "--now", kNow, "--user", user, "run",
                                   "recipes/weekly.lua", "--json", "--no-record"});
    REQUIRE(run.exit_code == (made[k].at("tracks").empty() ? 1 : 0));
    const json record = support::parse_json(run.out);
    CHECK(made[k].at("tracks") == record.at("tracks"));
    CHECK(made[k].at("notices") == record.at("notices"));
    CHECK(made[k].at("random_seed") == record.at("random_seed"));
    CHECK(made[k].at("run").is_null());
  }
}

TEST_CASE("batch writes the same bytes with one worker, several, and none", "[batch]") {
  const EngineHome home;
  const std::string path = recipe(home, "drawn.lua");
  REQUIRE(batch(home, path, "one", {"--jobs", "1"}).exit_code == 0);
  REQUIRE(batch(home, path, "three", {"--jobs", "3"}).exit_code == 0);
  REQUIRE(batch(home, path, "inside", {"--in-process"}).exit_code == 0);
  CHECK(file(home, "one/lists.jsonl") == file(home, "three/lists.jsonl"));
  CHECK(file(home, "one/lists.jsonl") == file(home, "inside/lists.jsonl"));
  CHECK(file(home, "one/batch.json") == file(home, "three/batch.json"));
}

TEST_CASE("batch passes over users whose lists are there", "[batch]") {
  const EngineHome home;
  const std::string path = recipe(home, "drawn.lua");
  engine::write_file_atomically(home.path("few"), "demo\n\nno such person\r\n");
  const Ended few = batch(home, path, "out", {"--users", home.path("few"), "--json"});
  CHECK(few.exit_code == 1);  // one of the two is nobody
  CHECK_THAT(few.err, Catch::Contains("no such person: the store knows no user"));
  CHECK(support::parse_json(few.out).at("made") == 1);

  const json rest = support::parse_json(batch(home, path, "out", {"--json"}).out);
  CHECK(rest.at("made") == kUsers - 1);
  CHECK(rest.at("made_before") == 1);
  const json again = support::parse_json(batch(home, path, "out", {"--json"}).out);
  CHECK(again.at("made") == 0);
  CHECK(again.at("made_before") == kUsers);
  REQUIRE(batch(home, path, "whole").exit_code == 0);
  CHECK(file(home, "out/lists.jsonl") == file(home, "whole/lists.jsonl"));
}

TEST_CASE("batch keeps the now of the folder it goes on in", "[batch]") {
  const EngineHome home;
  const std::string path = recipe(home, "drawn.lua");
  REQUIRE(batch(home, path, "out", {"--now", "2026-11-01"}).exit_code == 0);
  const Ended again =
      home.engine({"--library", crowd(), "batch", path, "--out", home.path("out"), "--json"});
  REQUIRE(again.exit_code == 0);
  CHECK(support::parse_json(again.out).at("now") == "2026-11-01T00:00:00Z");
  CHECK(support::parse_json(again.out).at("made_before") == kUsers);
}

TEST_CASE("batch refuses to mix two batches in a folder", "[batch]") {
  const EngineHome home;
  const std::string path = recipe(home, "drawn.lua");
  REQUIRE(batch(home, path, "out").exit_code == 0);
  const std::string before = file(home, "out/lists.jsonl");
  const auto refused = [&](const std::vector<std::string>& more, const std::string& why) {
    const Ended ended = batch(home, path, "out", more);
    CHECK(ended.exit_code == 3);
    CHECK_THAT(ended.err,
               Catch::Contains("holds the lists of another batch") && Catch::Contains(why));
  };
  refused({"--now", "2026-11-20"}, "now was \"2026-11-21T00:00:00Z\"");
  refused({"--set", "length=6"}, "parameters: length was 5, is 6");
  refused({"--random-seed", "4"}, "random_seed was null, is 4");
  refused({"--shard", "1/2"}, "shards was 1, is 2");
  recipe(home, "drawn.lua", "-- another text");
  refused({}, "recipe_hash differs");
  CHECK(file(home, "out/lists.jsonl") == before);
}

TEST_CASE("a folder with a batch.json of something else is refused", "[batch]") {
  const EngineHome home;
  const std::string text = GENERATE("", "[]", "{\"format\": 2}", "{\"format\": 1, \"now\": 7}",
                                    "\xff\xfe", "{\"format\": 1");
  engine::write_file_atomically(home.path("out/batch.json"), text);
  const Ended ended = batch(home, recipe(home, "drawn.lua"), "out");
  CHECK(ended.exit_code == 3);
  CHECK_THAT(ended.err, Catch::Contains("batch.json"));
  CHECK_FALSE(fs::exists(home.path("out/lists.jsonl")));
}

TEST_CASE("the shards of a batch hold every user once", "[batch]") {
  const EngineHome home;
  const std::string path = recipe(home, "drawn.lua");
  std::map<std::string, json> all;
  for (const char* shard : {"1/3", "2/3", "3/3"})
    REQUIRE(batch(home, path, "out", {"--shard", shard}).exit_code == 0);
  for (const char* name : {"1-of-3", "2-of-3", "3-of-3"}) {
    const std::vector<json> part = lines(home, std::string("out/lists-") + name + ".jsonl");
    CHECK(part.size() >= kUsers / 6);
    for (const json& line : part) CHECK(all.emplace(line.at("user"), line).second);
  }
  REQUIRE(batch(home, path, "whole").exit_code == 0);
  for (const json& line : lines(home, "whole/lists.jsonl"))
    CHECK(all.at(line.at("user").get<std::string>()) == line);
  CHECK(all.size() == kUsers);
}

TEST_CASE("batch says what a shard is", "[batch]") {
  const EngineHome home;
  const std::string shard =
      GENERATE("0/2", "3/2", "2", "a/b", "1/", "/2", "1/2x", "-1/2", "99999999999999999999/2");
  const Ended ended = batch(home, recipe(home, "drawn.lua"), "out", {"--shard=" + shard});
  CHECK(ended.exit_code == 2);
  CHECK_THAT(ended.err, Catch::Contains("I/N"));
}

#if defined(__SANITIZE_ADDRESS__)  // which turns the signal into an exit
constexpr const char* kCrashed = "the worker";
#else
constexpr const char* kCrashed = "the worker crashed (Segmentation fault)";
#endif

TEST_CASE("a user who fails costs nobody else their list", "[batch]") {
  const EngineHome home;
  const std::vector<json> everybody = [&] {
    REQUIRE(batch(home, recipe(home, "good.lua"), "good").exit_code == 0);
    return lines(home, "good/lists.jsonl");
  }();
  const std::string unlucky = everybody[11].at("user");
  const auto [how, what] =
      GENERATE(table<std::string, std::string>({{"error(\"not for you\")", "not for you"},
                                                {"while true do end", "out.lua"},
                                                {"pl.ranking.bad { how = \"crash\" }", kCrashed},
                                                {"pl.ranking.bad { how = \"hang\" }", "stopped"}}));
  CAPTURE(how);
  const bool is_element = how.find("bad") != std::string::npos;
  const std::string path =
      recipe(home, "out.lua",
             "if user.name == \"" + unlucky + "\" then " +
                 (is_element ? "return user.listens:rank(" + how + ")" : how) + " end");
  engine::write_file_atomically(home.path("settings.lua"),
                                "return { limits = { wall_seconds = 1, recipe_seconds = 0.5 } }");
  const Ended ended = batch(home, path, "out",
                            {"--json", "--config", home.path("settings.lua"), "--plugins",
                             std::string(PLAYLIST_BUILD_DIR) + "/test-plugins"});
  INFO(ended.err);
  CHECK(ended.exit_code == 1);
  const json summary = support::parse_json(ended.out);
  CHECK(summary.at("made") == kUsers - 1);
  REQUIRE(summary.at("failed").size() == 1);
  CHECK(summary.at("failed")[0].at("user") == unlucky);
  CHECK_THAT(ended.err, Catch::Contains(unlucky) && Catch::Contains(what));
  std::set<std::string> users = users_in(home, "out/lists.jsonl");
  CHECK(users.size() == kUsers - 1);
  CHECK(users.count(unlucky) == 0);
  const std::vector<json> failures = lines(home, "out/failures.jsonl");
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].at("user") == unlucky);
}

TEST_CASE("users who failed are tried again and take their place in the order", "[batch]") {
  const EngineHome home;
  // What the failure hangs on is no part of the batch: a time-out, a file, a service.
  const std::string path = recipe(home, "slow.lua");
  REQUIRE(batch(home, path, "whole").exit_code == 0);
  const std::string whole = file(home, "whole/lists.jsonl");
  fs::create_directories(home.path("out"));
  fs::copy_file(home.path("whole/batch.json"), home.path("out/batch.json"));
  std::istringstream text(whole);
  std::string kept, line;
  for (int k = 0; std::getline(text, line); ++k)
    if (k % 5 != 2) kept += line + "\n";
  engine::write_file_atomically(home.path("out/lists.jsonl"), kept);
  const Ended again = batch(home, path, "out", {"--json"});
  REQUIRE(again.exit_code == 0);
  CHECK(support::parse_json(again.out).at("made") == kUsers / 5);
  CHECK(file(home, "out/lists.jsonl") == whole);
}

TEST_CASE("a recipe that does not load stops a batch before anything is made", "[batch]") {
  const EngineHome home;
  engine::write_file_atomically(home.path("broken.lua"), "return 7 +");
  CHECK(batch(home, home.path("broken.lua"), "out").exit_code == 4);
  CHECK(batch(home, recipe(home, "r.lua"), "out", {"--set", "lenght=4"}).exit_code == 2);
  CHECK(batch(home, "no_such", "out").exit_code == 3);
  CHECK(batch(home, recipe(home, "r.lua"), "out", {"--user", "demo"}).exit_code == 2);
  CHECK_FALSE(fs::exists(home.path("out")));
}

TEST_CASE("batch records runs only when asked, and then once", "[batch]") {
  const EngineHome home;
  fs::copy_file(crowd(), home.path("own.db"));
  const std::string path = recipe(home, "drawn.lua");
  const auto runs = [&] {
    const engine::Store store = engine::Store::open(home.path("own.db"));
    return store.integer("SELECT count(*) FROM runs");
  };
  REQUIRE(batch(home, path, "plain", {}, home.path("own.db")).exit_code == 0);
  CHECK(runs() == 0);
  REQUIRE(batch(home, path, "kept", {"--record"}, home.path("own.db")).exit_code == 0);
  CHECK(runs() == static_cast<std::int64_t>(kUsers));
  const std::string whole = file(home, "kept/lists.jsonl");
  const std::vector<json> made = lines(home, "kept/lists.jsonl");
  std::set<std::int64_t> ids;
  for (const json& line : made) ids.insert(line.at("run").get<std::int64_t>());
  CHECK(ids.size() == kUsers);

  // Killed between the record and the line: the run is found, not made again.
  fs::resize_file(home.path("kept/lists.jsonl"), whole.size() / 2);
  REQUIRE(batch(home, path, "kept", {"--record"}, home.path("own.db")).exit_code == 0);
  CHECK(runs() == static_cast<std::int64_t>(kUsers));
  CHECK(file(home, "kept/lists.jsonl") == whole);

  const Ended why = home.engine({"--library", home.path("own.db"), "why", made[0].at("run").dump(),
                                 made[0].at("tracks")[0].at("title").get<std::string>()});
  CHECK(why.exit_code == 0);
}

TEST_CASE("a batch that is killed goes on where it was, to the same bytes", "[batch]") {
  const EngineHome home;
  // Slow enough to be met on its way.
  const std::string path =
      recipe(home, "slow.lua", "local x = 0; for i = 1, 150000 do x = (x * 7 + i) % 1000003 end");
  REQUIRE(batch(home, path, "whole").exit_code == 0);
  const std::string whole = file(home, "whole/lists.jsonl");
  std::mt19937 random(11);
  int killed = 0;
  for (int attempt = 0; attempt < 6; ++attempt) {
    const pid_t child = start_batch(home, path, "out");
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 400));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
  }
  CHECK(killed > 0);
  const Ended ended = batch(home, path, "out");
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(file(home, "out/lists.jsonl") == whole);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(home.path("out"))) {
    const std::string name = entry.path().filename();
    // What was being written when a writer was killed is left for a process of its number.
    if (name.find("making") == name.npos && !name.starts_with(".playlist.part")) names.insert(name);
  }
  CHECK(names == std::set<std::string>{"batch.json", "lists.jsonl"});
}

TEST_CASE("Ctrl-C ends a batch cleanly and keeps what was made", "[batch]") {
  const EngineHome home;
  const std::string path =
      recipe(home, "slow.lua", "local x = 0; for i = 1, 1000000 do x = (x * 7 + i) % 1000003 end");
  const pid_t child = start_batch(home, path, "out");
  // Before it has begun the signal ends it as it does any program.
  for (int k = 0; k < 600 && !fs::exists(home.path("out/lists.jsonl.making")); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
  const std::string text = file(home, "out/lists.jsonl.making");
  CHECK((text.empty() || text.back() == '\n'));
  CHECK_FALSE(fs::exists(home.path("out/lists.jsonl")));  // which is there once it is whole
}

TEST_CASE("a file of lists keeps what is whole of any bytes", "[batch]") {
  const TemporaryFolder folder;
  const std::string a = R"({"user":"a","run":null,"random_seed":1,"tracks":[],"notices":[]})";
  const std::string odd = R"({"user":"o\"\\\u00e4","run":null})";
  const auto [rest, cut] = GENERATE_COPY(
      table<std::string, bool>({{"", false},
                                {a.substr(0, 20), true},
                                {R"({"user":"b","run":null})", true},  // whole, but for its end
                                {"\n", true},
                                {std::string("\0\0\0\n", 4), true},
                                {"[]\n", true},
                                {R"({"user":7})"
                                 "\n",
                                 true},
                                {R"({"user":"\)"
                                 "\n",
                                 true},
                                {R"({"user":"")"
                                 "\n",
                                 true}}));
  engine::write_file_atomically(folder.file("lists.jsonl"), a + "\n" + odd + "\n" + rest);
  {
    engine::batch::ListFile file(folder.file("lists.jsonl"));
    CHECK((file.cut_off() > 0) == cut);
    CHECK(file.users() == std::set<std::string>{"a", "o\"\\ä"});
    file.append("c", R"({"user":"c"})");
    file.flush();
    CHECK_FALSE(fs::exists(folder.file("lists.jsonl")));
    file.finish();
  }
  // By name.
  CHECK(engine::read_file(folder.file("lists.jsonl")) == a + "\n" +
                                                             R"({"user":"c"})"
                                                             "\n" +
                                                             odd + "\n");
}

TEST_CASE("two processes do not write one file of lists", "[batch]") {
  const TemporaryFolder folder;
  const engine::batch::ListFile file(folder.file("lists.jsonl"));
  CHECK_THROWS_WITH(engine::batch::ListFile(folder.file("lists.jsonl")),
                    Catch::Contains("another process writes lists to"));
}
