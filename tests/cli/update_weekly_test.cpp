// engine update-weekly on the demo library, as a user, cron and a service call it.
#include <csignal>
#include <filesystem>
#include <random>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/weekly_update.hpp"
#include "core/calendar.hpp"
#include "core/file_lock.hpp"
#include "core/paths.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

class DemoHome : public EngineHome {
 public:
  DemoHome() { fs::copy_file(support::demo_library(), path("library.db")); }

  /// As of `now`, for two people, into the folder out.
  [[nodiscard]] Ended update(const std::string& now, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"--now",    now,     "update-weekly", "--users",
                                          "demo,ada", "--out", path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return engine(arguments);
  }
  /// Everything a user can tell from the outside: files, lists on record, models.
  [[nodiscard]] std::string state() const {
    std::string text;
    std::set<std::string> files;
    for (const auto& file : fs::recursive_directory_iterator(path("out"))) {
      // Where a writer was killed its unfinished file is left, hidden, for a process of its number.
      if (file.path().filename().string().starts_with(".playlist.part")) continue;
      files.insert(file.path().string());
    }
    for (const std::string& file : files)
      text += fs::path(file).filename().string() + "\n" + engine::read_file(file);
    const engine::Store store = engine::Store::open(path("library.db"));
    engine::Statement runs =
        store.prepare("SELECT user_id, recipe, now, playlist_hash FROM runs ORDER BY user_id, now");
    for (runs.start(); runs.step();)
      text += std::to_string(runs.integer(0)) + std::string(runs.text(1)) +
              std::to_string(runs.integer(2)) + std::string(runs.text(3)) + "\n";
    engine::Statement models = store.prepare("SELECT name, as_of FROM models ORDER BY name, as_of");
    for (models.start(); models.step();)
      text += std::string(models.text(0)) + std::to_string(models.integer(1)) + "\n";
    return text;
  }
};

// The demo's people live in Berlin: in November it is 6 there when it is 5 in UTC.
constexpr const char *kFriday = "2026-11-20T12:00:00Z", *kSunday = "2026-11-22T12:00:00Z",
                     *kMonday = "2026-11-23T05:00:00Z";

}  // namespace

TEST_CASE("a week's lists are due from its day and hour on, where the user lives", "[weekly]") {
  const auto last = [](const char* now, const char* zone, int day, int hour) {
    return engine::format_time(
        engine::app::due_times(engine::parse_time(now), zone, day, hour).last);
  };
  CHECK(last("2026-11-23T06:00:00Z", "UTC", 1, 6) == "2026-11-23T06:00:00Z");
  CHECK(last("2026-11-23T05:59:59Z", "UTC", 1, 6) == "2026-11-16T06:00:00Z");
  CHECK(last("2026-11-22T23:00:00Z", "UTC", 7, 12) == "2026-11-22T12:00:00Z");
  CHECK(last("2026-11-22T11:00:00Z", "UTC", 7, 12) == "2026-11-15T12:00:00Z");
  CHECK(last("2026-11-23T05:30:00Z", "Europe/Berlin", 1, 6) == "2026-11-23T05:00:00Z");
  // Clocks were put back between these two Mondays, on 2026-10-25.
  const engine::app::DueTimes due =
      engine::app::due_times(engine::parse_time("2026-10-20"), "Europe/Berlin", 1, 6);
  CHECK(engine::format_time(due.last) == "2026-10-19T04:00:00Z");
  CHECK(engine::format_time(due.next) == "2026-10-26T05:00:00Z");
}

TEST_CASE("update-weekly trains what the recipe asks for and makes a list for everybody",
          "[weekly]") {
  const DemoHome home;
  const Ended ended = home.update(kFriday, {"--json"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const json report = support::parse_json(ended.out);
  const auto& trained = report.at("trained");
  CHECK(std::find(trained.begin(), trained.end(), "model.discovery") != trained.end());
  REQUIRE(report.at("lists").size() == 2);
  CHECK(report.at("lists").at(0).at("user") == "demo");
  CHECK(report.at("lists").at(0).at("tracks") == 30);
  CHECK(report.at("next") == kMonday);
  CHECK_THAT(engine::read_file(home.path("out/ada.m3u8")), Catch::StartsWith("#EXTM3U"));
  // What it gave is what a run as of that Monday gives.
  const Ended run = home.engine({"--user", "ada", "--now", "2026-11-16T05:00:00Z", "run",
                                 "discover-weekly", "--to", "m3u8:" + home.path("again.m3u8")});
  CHECK(run.exit_code == 0);
  CHECK(engine::read_file(home.path("again.m3u8")) == engine::read_file(home.path("out/ada.m3u8")));
}

TEST_CASE("what was made is not made again until the next week", "[weekly]") {
  const DemoHome home;
  REQUIRE(home.update(kFriday).exit_code == 0);
  const std::string state = home.state();
  const Ended again = home.update(kSunday);
  CHECK(again.exit_code == 1);
  CHECK(again.out == "not due until 2026-11-23T05:00:00Z\n");
  const Ended cron = home.update(kSunday, {"--once-if-due"});
  CHECK(cron.exit_code == 0);
  CHECK(cron.out == again.out);
  CHECK(home.state() == state);

  REQUIRE(home.update(kMonday, {"--once-if-due"}).exit_code == 0);
  CHECK(home.state() != state);
  CHECK_THAT(home.state(),
             Catch::Contains("model.discovery" + std::to_string(engine::parse_time(kMonday))));
  const Ended forced = home.update(kMonday, {"--force"});
  CHECK(forced.exit_code == 0);
  CHECK_THAT(forced.out, Catch::Contains("demo: 30 tracks"));
}

TEST_CASE("an update killed at any moment is finished by the next", "[weekly][kill]") {
  const DemoHome whole;
  const auto began = std::chrono::steady_clock::now();
  REQUIRE(whole.update(kFriday).exit_code == 0);
  const auto took = std::chrono::steady_clock::now() - began;
  std::mt19937 random(2026);
  int unfinished = 0;
  for (int round = 0; round < 6; ++round) {
    const DemoHome home;
    const pid_t child = ::fork();
    if (child == 0) {
      for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
      const std::string engine = std::string(PLAYLIST_BUILD_DIR) + "/engine",
                        out = home.path("out");
      ::execl(engine.c_str(), "engine", "--quiet", "--now", kFriday, "update-weekly", "--users",
              "demo,ada", "--out", out.c_str(), nullptr);
      ::_exit(127);
    }
    std::this_thread::sleep_for(took * (50 + random() % 900) / 1000.0);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    // Its worker is killed too; until then it holds the lock.
    Ended again;
    for (int wait = 0; wait < 200; ++wait) {
      again = home.update(kFriday, {"--once-if-due"});
      if (again.exit_code != 6) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CAPTURE(round, again.err);
    CHECK(again.exit_code == 0);
    unfinished += again.out.find("not due") == std::string::npos;
    CHECK(home.state() == whole.state());
  }
  CHECK(unfinished >= 1);
}

TEST_CASE("two updates do not go on at once", "[weekly]") {
  const DemoHome home;
  const engine::FileLock held(home.path("library.db.weekly.lock"), "test");
  const Ended ended = home.update(kFriday);
  CHECK(ended.exit_code == 6);
  CHECK_THAT(ended.err, Catch::Contains("another weekly update of this library is under way"));
}

TEST_CASE("one user's failure does not cost the others their list", "[weekly]") {
  const DemoHome home;
  engine::write_file_atomically(
      home.path("picky.lua"),
      "local pl = require \"playlist\"\n"
      "return pl.recipe { title = \"Picky\", build = function(p, user)\n"
      "  if user.name == \"ada\" then error(\"not for \" .. user.name) end\n"
      "  return pl.recall.popular {}:limit { tracks = 3 }\nend }\n");
  const Ended ended = home.update(kFriday, {"--recipe", home.path("picky.lua")});
  CHECK(ended.exit_code == 4);
  CHECK_THAT(ended.out, Catch::Contains("demo: 3 tracks"));
  CHECK_THAT(ended.err, Catch::Contains("ada: ") && Catch::Contains("not for ada"));
}

TEST_CASE("a service makes what is due and ends when it is told to", "[weekly]") {
  const DemoHome home;
  const pid_t child = ::fork();
  if (child == 0) {
    for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
    const std::string engine = std::string(PLAYLIST_BUILD_DIR) + "/engine", out = home.path("out");
    ::execl(engine.c_str(), "engine", "--quiet", "update-weekly", "--forever", "--users", "demo",
            "--out", out.c_str(), nullptr);
    ::_exit(127);
  }
  for (int wait = 0; wait < 3000 && !fs::exists(home.path("out/demo.m3u8")); ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(fs::exists(home.path("out/demo.m3u8")));
  ::kill(child, SIGTERM);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  const Ended wrong = home.engine({"--now", kFriday, "update-weekly", "--forever"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Catch::Contains("--forever goes by the clock"));
}

TEST_CASE("people whose names differ get files of their own", "[weekly]") {
  const DemoHome home;
  const std::string longest(300, 'x');
  {
    const engine::Store store = engine::Store::open(home.path("library.db"));
    engine::Statement rename = store.prepare("UPDATE users SET name = ?2 WHERE user_id = ?1");
    std::vector<std::int64_t> ids;
    engine::Statement users = store.prepare("SELECT user_id FROM users ORDER BY user_id");
    for (users.start(); users.step();) ids.push_back(users.integer(0));
    const std::vector<std::string> names = {"a/b", "a_b",         "a%2Fb",
                                            "..",  longest + "1", longest + "2"};
    REQUIRE(ids.size() >= names.size());
    for (std::size_t k = 0; k < names.size(); ++k) rename.run(ids[k], names[k]);
  }
  const Ended ended = home.engine({"--now", "2026-11-21", "update-weekly", "--recipe", "weekly",
                                   "--out", home.path("out"), "--json"});
  CHECK(ended.exit_code == 0);
  std::set<std::string> told, there;
  const json answer = support::parse_json(ended.out);
  for (const json& list : answer.at("lists")) told.insert(list.at("file").get<std::string>());
  for (const auto& file : fs::directory_iterator(home.path("out"))) there.insert(file.path());
  const auto people = static_cast<std::size_t>(
      engine::Store::open(home.path("library.db")).integer("SELECT count(*) FROM users"));
  CHECK(there.size() == people);
  CHECK(told == there);
  CHECK(there.contains(home.path("out/a%2Fb.m3u8")));
  CHECK(there.contains(home.path("out/a%252Fb.m3u8")));
  CHECK(there.contains(home.path("out/%2E..m3u8")));
}
