// engine jobs, as people and cron call it.
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "schedule/jobs.hpp"
#include "store/users.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using engine::parse_time;
using engine::Store;
using nlohmann::json;
using support::Ended;

namespace {

/// A home whose library has a person of Berlin.
class House : public support::EngineHome {
 public:
  House() {
    Store store = Store::open(library());
    engine::Transaction transaction(store);
    engine::set_timezone(store, engine::require_user(store, "ann", 0).id, "Europe/Berlin");
    transaction.commit();
  }
  [[nodiscard]] std::string library() const { return path("library.db"); }

  [[nodiscard]] Ended at(const std::string& now, std::vector<std::string> words) const {
    words.insert(words.begin(), {"--now", now});
    return engine(words);
  }
  [[nodiscard]] json told(const std::string& now, std::vector<std::string> words) const {
    words.insert(words.begin(), "--json");
    const Ended ended = at(now, std::move(words));
    CAPTURE(ended.err);
    return support::parse_json(ended.out);
  }
  [[nodiscard]] Store store() const { return Store::open(library()); }
};

constexpr const char* kUsersLine =
    "ann 0 listens, 0 likes, 0 banned, 0 playlists";  // library users
constexpr const char* kNow = "2026-11-30T12:00:00Z";

/// The engine as a process of a group of its own.
pid_t start_engine(const House& house, const std::vector<std::string>& words) {
  std::vector<std::string> texts = {std::string(PLAYLIST_BUILD_DIR) + "/engine"};
  texts.insert(texts.end(), words.begin(), words.end());
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const auto& [name, value] : house.environment()) ::setenv(name.c_str(), value.c_str(), 1);
  const int nothing = ::open("/dev/null", O_WRONLY);
  for (const int descriptor : {1, 2}) ::dup2(nothing, descriptor);
  ::execv(list[0], list.data());
  ::_exit(127);
}

bool comes_true(const std::function<bool()>& claim) {
  for (int k = 0; k < 1000; ++k) {
    if (claim()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace

TEST_CASE("a job is added, listed, paused, resumed and removed", "[schedule][verb]") {
  const House house;
  const Ended none = house.at(kNow, {"jobs"});
  CHECK(none.exit_code == 1);
  CHECK_THAT(none.out, Contains("engine jobs add --usual"));
  const Ended added = house.at(
      kNow, {"jobs", "add", "mix", "0 7 * * mon", "--", "run", "weekly", "--to", "csv:a b.csv"});
  CAPTURE(added.err);
  CHECK(added.exit_code == 0);
  CHECK(added.out ==
        "mix: run weekly --to 'csv:a b.csv', at 07:00 on Mondays (Europe/Berlin), first Mon "
        "2026-12-07 07:00\n");
  CHECK_THAT(added.err, Contains("engine jobs systemd"));
  const json listed = house.told(kNow, {"jobs"});
  CHECK(listed.at("now") == parse_time(kNow));
  CHECK(listed.at("clock_at_work") == false);
  const json job = listed.at("jobs").at(0);
  CHECK(job.at("name") == "mix");
  CHECK(job.at("user").is_null());
  CHECK(job.at("verb") == "run");
  CHECK(job.at("arguments") == json{"weekly", "--to", "csv:a b.csv"});
  CHECK(job.at("when") == "0 7 * * mon");
  CHECK(job.at("next") == parse_time("2026-12-07T06:00:00Z"));
  CHECK(job.at("is_paused") == false);
  CHECK(job.at("last").is_null());
  CHECK_THAT(house.at(kNow, {"jobs", "pause", "mix"}).out, Contains("mix is paused"));
  CHECK(house.told(kNow, {"jobs"}).at("jobs").at(0).at("next").is_null());
  CHECK_THAT(house.at(kNow, {"jobs", "resume", "mix"}).out, Contains("mix goes on, next Mon"));
  CHECK(house.at(kNow, {"jobs", "remove", "mix"}).exit_code == 0);
  CHECK(house.at(kNow, {"jobs", "remove", "mix"}).exit_code == 3);
}

TEST_CASE("the usual jobs are added once, and those that have nothing to do are not",
          "[schedule][verb]") {
  const House house;
  const json added = house.told(kNow, {"jobs", "add", "--usual"});
  CHECK(added.at("added").size() == 7);
  REQUIRE(added.at("left").size() == 2);
  CHECK_THAT(added.at("left").at(0).at("why").get<std::string>(), Contains("engine playlist keep"));
  const Ended again = house.at(kNow, {"jobs", "add", "--usual"});
  CHECK(again.exit_code == 1);
  CHECK_THAT(again.out, Contains("sync: not added, it is there already"));
  // One of them by its name, at another time.
  CHECK_THAT(house.at(kNow, {"jobs", "add", "refresh", "0 9 * * *"}).out,
             Contains("refresh: refresh, for ann, at 09:00 every day (Europe/Berlin)"));
}

TEST_CASE("each person of a house has jobs of their own, which go with them", "[schedule][verb]") {
  const House house;
  {
    Store store = house.store();
    engine::Transaction transaction(store);
    engine::require_user(store, "bob smith", 0);
    transaction.commit();
  }
  const Ended nobody = house.at(kNow, {"jobs", "add", "drift"});
  CHECK(nobody.exit_code == 2);
  CHECK_THAT(nobody.err, Contains("ann") && Contains("bob smith"));
  CHECK(house.at(kNow, {"--user", "ann", "jobs", "add", "drift"}).exit_code == 0);
  const json bobs = house.told(kNow, {"--user", "bob smith", "jobs", "add", "drift"}).at("added");
  CHECK(bobs.at(0).at("name") == "drift-bob_smith");
  CHECK(bobs.at(0).at("user") == "bob smith");
  CHECK(bobs.at(0).at("timezone") == "UTC");
  CHECK(house.at(kNow, {"jobs", "run", "drift-bob_smith"}).exit_code < 2);
  CHECK(house.at(kNow, {"library", "forget", "bob smith", "--yes"}).exit_code == 0);
  CHECK(house.told(kNow, {"jobs"}).at("jobs").size() == 1);
  CHECK(house.store().integer("SELECT count(*) FROM job_runs") == 0);
}

TEST_CASE("what cannot be a job is refused when it is added", "[schedule][verb]") {
  const House house;
  const auto refused = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"jobs", "add"});
    const Ended ended = house.at(kNow, words);
    CHECK(ended.exit_code == 2);
    CHECK(ended.out.empty());
    return ended.err;
  };
  CHECK_THAT(refused({"x", "0 7 * * 8", "--", "sync"}), Contains("the weekday cannot be \"8\""));
  CHECK_THAT(refused({"x", "@dayly", "--", "sync"}), Contains("did you mean @daily?"));
  CHECK_THAT(refused({"x", "0 0 31 2 *", "--", "sync"}), Contains("never comes"));
  CHECK_THAT(refused({"x", "@daily", "--", "snyc"}), Contains("did you mean sync?"));
  CHECK_THAT(refused({"x", "@daily", "--", "train"}), Contains("train: needs models"));
  CHECK_THAT(refused({"x", "@daily", "--", "drift", "--days", "900"}),
             Contains("it takes 1 to 90"));
  CHECK_THAT(refused({"x", "@daily", "--", "drift", "--dais", "9"}),
             Contains("did you mean --days?"));
  CHECK_THAT(refused({"x", "@daily", "--", "sync", "--user", "ann"}),
             Contains("--user is not the verb's"));
  CHECK_THAT(refused({"x", "@daily", "--", "jobs", "run-due"}), Contains("wait for itself"));
  CHECK_THAT(refused({"x", "@daily", "--", "update-weekly", "--forever"}),
             Contains("would never end"));
  CHECK_THAT(refused({"x", "@daily", "--", "serve"}), Contains("there is no verb \"serve\""));
  CHECK_THAT(refused({"x", "@daily"}), Contains("does not say what is to be done"));
  CHECK_THAT(refused({"refrsh"}), Contains("did you mean refresh?"));
  CHECK_THAT(refused({"x", "sync"}), Contains("does not say when"));
  CHECK_THAT(refused({"x", "0", "7", "*", "*", "1", "sync"}), Contains("in quotes"));
  CHECK_THAT(refused({"0 7 * * 1", "x"}), Contains("there is no verb \"x\""));
  CHECK_THAT(refused({"a/b", "@daily", "--", "sync"}), Contains("cannot be called"));
  CHECK_THAT(refused({"x", "@daily", "--zone", "Europe/Bärlin", "--", "sync"}),
             Contains("Europe/B"));
  CHECK(house.store().integer("SELECT count(*) FROM jobs") == 0);
}

TEST_CASE("what is due is run, once, and the history says how it went", "[schedule][verb]") {
  const House house;
  CHECK(house.at(kNow, {"jobs", "run-due"}).exit_code == 0);  // nothing is due
  REQUIRE(
      house.at(kNow, {"jobs", "add", "look", "0 * * * *", "--", "library", "users"}).exit_code ==
      0);
  REQUIRE(house
              .at(kNow, {"jobs", "add", "bad", "0 * * * *", "--retries", "1", "--", "import",
                         "/no/such/file"})
              .exit_code == 0);
  CHECK(house.at("2026-11-30T12:59:59Z", {"jobs", "run-due"}).out.empty());
  const Ended due = house.at("2026-11-30T13:00:00Z", {"jobs", "run-due"});
  CHECK(due.exit_code == 1);
  CHECK_THAT(due.out, Contains("look: due Mon 2026-11-30 14:00, done in 0 s: ann"));
  CHECK_THAT(due.out, Contains("bad: due Mon 2026-11-30 14:00, failed after 0 s, exit status 3: "));
  CHECK_THAT(due.out, Contains("/no/such/file"));
  CHECK(house.at("2026-11-30T13:00:00Z", {"jobs", "run-due"}).out.empty());
  // The retry, and no second one.
  CHECK_THAT(house.at("2026-11-30T13:05:00Z", {"jobs", "run-due"}).out, Contains("attempt 2"));
  CHECK(house.at("2026-11-30T13:30:00Z", {"jobs", "run-due"}).out.empty());
  const json last = house.told("2026-11-30T13:30:00Z", {"jobs"}).at("jobs").at(0).at("last");
  CHECK(last.at("due") == parse_time("2026-11-30T13:00:00Z"));
  CHECK(last.at("exit") == 3);
  CHECK(last.at("outcome") == "failed");
  CHECK_THAT(last.at("error").get<std::string>(), Contains("/no/such/file"));
  const json runs = house.told("2026-11-30T13:30:00Z", {"jobs", "history", "look"}).at("runs");
  REQUIRE(runs.size() == 1);
  CHECK(runs.at(0).at("came") == kUsersLine);
  CHECK(runs.at(0).at("error").is_null());
}

TEST_CASE("a job is run by hand, and its time limit is kept", "[schedule][verb]") {
  const House house;
  REQUIRE(house.at(kNow, {"jobs", "add", "look", "@yearly", "--", "library", "users"}).exit_code ==
          0);
  const Ended run = house.at(kNow, {"jobs", "run", "look"});
  CHECK(run.exit_code == 0);
  CHECK(run.out == std::string("look: done in 0 s: ") + kUsersLine + "\n");
  CHECK_THAT(run.err, Contains("ann"));
  CHECK(house.told(kNow, {"jobs", "history"}).at("runs").at(0).at("due").is_null());
  CHECK_THAT(house.at(kNow, {"jobs", "run", "lok"}).err, Contains("did you mean look?"));
  {
    Store store = house.store();
    store.execute("UPDATE jobs SET limit_seconds = 1, verb = 'demo', arguments = '[\"" +
                  house.path("demo") + "\",\"--listens\",\"900000\"]'");
  }
  const Ended late = house.at(kNow, {"jobs", "run", "look"});
  CHECK(late.exit_code == 1);
  CHECK_THAT(late.out, Contains("stopped after 1 s: its time limit"));
}

TEST_CASE("a job looks for plugins where its clock was told to", "[schedule][verb]") {
  const House house;
  const std::string folder = house.path("plugins"), broken = folder + "/broken.so";
  std::filesystem::create_directories(folder);
  std::ofstream(broken) << "no plugin";
  REQUIRE(house.at(kNow, {"jobs", "add", "look", "@yearly", "--", "plugins", "list"}).exit_code ==
          0);
  const auto told_by_job = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"jobs", "run", "look"});
    const Ended run = house.at(kNow, std::move(words));
    CHECK(run.exit_code == 0);
    return run.err;
  };
  CHECK_THAT(told_by_job({"--plugins", folder}), Contains("not loaded: " + broken));
  CHECK_THAT(told_by_job({}), !Contains(broken));
}

TEST_CASE("a clock that is killed is told of by the next, which runs again what it had begun",
          "[schedule][verb]") {
  const House house;
  REQUIRE(house
              .at(kNow, {"jobs", "add", "slow", "0 * * * *", "--", "demo", house.path("demo"),
                         "--listens", "900000"})
              .exit_code == 0);
  const std::vector<std::string> run_due = {"--now", "2026-11-30T13:00:00Z", "jobs", "run-due"};
  const auto running = [&] {
    return house.store().integer("SELECT count(*) FROM job_runs WHERE ended_at IS NULL") == 1;
  };
  const pid_t clock = start_engine(house, run_due);
  REQUIRE(comes_true(running));
  CHECK_THAT(house.at("2026-11-30T13:00:00Z", {"jobs", "run-due"}).err,
             Contains("another clock is at work"));
  CHECK(house.told("2026-11-30T13:00:00Z", {"jobs"}).at("clock_at_work") == true);
  const Ended by_hand = house.at("2026-11-30T13:00:00Z", {"jobs", "run", "slow"});
  CHECK(by_hand.exit_code == 6);
  CHECK_THAT(by_hand.err, Contains("another demo is run"));
  ::kill(-clock, SIGKILL);
  ::waitpid(clock, nullptr, 0);
  {
    Store store = house.store();
    store.execute("UPDATE jobs SET verb = 'library users', arguments = '[]'");
  }
  const Ended next = house.at("2026-11-30T13:01:00Z", {"jobs", "run-due"});
  CHECK(next.out == std::string("slow: due Mon 2026-11-30 14:00, done in 0 s, attempt 2: ") +
                        kUsersLine + "\n");
  const Ended history = house.at("2026-11-30T13:02:00Z", {"jobs", "history"});
  CHECK_THAT(history.out, Contains("slow: died: the process that ran it ended before it did"));
}

TEST_CASE("a service runs what gets due, sees what is added, and ends on SIGTERM",
          "[schedule][verb]") {
  const House house;
  const pid_t clock = start_engine(house, {"jobs", "run-due", "--forever"});
  const auto count = [&](const std::string& what) {
    return house.store().integer("SELECT count(*) FROM job_runs WHERE " + what);
  };
  REQUIRE(comes_true([&] { return house.told(kNow, {"jobs"}).at("clock_at_work") == true; }));
  REQUIRE(house.engine({"jobs", "add", "look", "* * * * *", "--", "library", "users"}).exit_code ==
          0);
  {
    Store store = house.store();  // as if it had been added a while ago
    store.execute("UPDATE jobs SET counts_from = counts_from - 3600");
  }
  // It looks every half minute.
  bool has_run = false;
  for (int k = 0; k < 900 && !has_run; ++k) {
    has_run = count("outcome = 'done'") > 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  CHECK(has_run);
  CHECK(count("missed >= 58") == 1);
  {
    Store store = house.store();
    store.execute("UPDATE jobs SET verb = 'demo', arguments = '[\"" + house.path("demo") +
                  "\",\"--listens\",\"900000\"]'");
  }
  ::kill(clock, SIGTERM);
  int status = 0;
  ::waitpid(clock, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(count("ended_at IS NULL") == 0);
}

TEST_CASE("doctor tells of jobs that no clock runs", "[schedule][verb][doctor]") {
  const support::EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  const auto jobs_line = [&](const std::string& now) {
    const std::string out = home.engine({"--now", now, "doctor"}).out;
    const std::size_t at = out.find("  jobs ");
    REQUIRE(at != std::string::npos);
    const std::size_t begin = out.rfind('\n', at) + 1;
    return out.substr(begin, out.find('\n', at) - begin);
  };
  CHECK_THAT(jobs_line("2026-11-21"), Contains("good") && Contains("engine jobs add --usual"));
  REQUIRE(home.engine({"--now", "2026-11-21", "jobs", "add", "look", "0 * * * *", "--", "library",
                       "users"})
              .exit_code == 0);
  CHECK_THAT(jobs_line("2026-11-21T01:05:00Z"), Contains("good") && Contains("1 job"));
  CHECK_THAT(jobs_line("2026-11-21T03:00:00Z"),
             Contains("BAD") && Contains("look should have been run, since Sat 2026-11-21 02:00") &&
                 Contains("engine jobs systemd"));
}

TEST_CASE("the units of a clock are printed or written, and what to do with them is told",
          "[schedule][verb]") {
  const House house;
  const json told = house.told(kNow, {"jobs", "systemd"});
  const std::string service = told.at("units").at(0).at("text");
  CHECK_THAT(service,
             Contains("ExecStart=\"" PLAYLIST_BUILD_DIR "/engine\" jobs run-due --library \"" +
                      house.library() + "\"\n"));
  CHECK_THAT(told.at("cron").get<std::string>(),
             Contains("* * * * * '" PLAYLIST_BUILD_DIR "/engine' jobs run-due"));
  const Ended written = house.at(kNow, {"jobs", "systemd", "--to", house.path("units")});
  CAPTURE(written.err);
  CHECK(written.exit_code == 0);
  CHECK_THAT(written.out, Contains("systemctl --user enable --now playlist-engine-jobs.timer"));
  std::ifstream timer(house.path("units/playlist-engine-jobs.timer"));
  const std::string text((std::istreambuf_iterator<char>(timer)), {});
  CHECK(text == told.at("units").at(1).at("text").get<std::string>());
  const Ended verified = support::run_program(
      {"/usr/bin/env", "XDG_RUNTIME_DIR=" + house.path("units"), "systemd-analyze", "verify",
       "--man=no", "--user", house.path("units/playlist-engine-jobs.service"),
       house.path("units/playlist-engine-jobs.timer")});
  if (verified.exit_code == 127) {
    WARN("systemd-analyze is not installed: systemd was not asked about the units");
    return;
  }
  CAPTURE(verified.err);
  CHECK(verified.exit_code == 0);
  CHECK(verified.err.find("playlist-engine-jobs") == std::string::npos);
}

// Real verbs of a house, each hour of a night in which the clocks are put, with the clock killed.
TEST_CASE("a night of the usual jobs, killed at random", "[schedule][verb]") {
  const House house;
  const std::int64_t begin = parse_time("2027-03-27T22:30:00Z");
  const std::string first = std::to_string(begin);
  REQUIRE(
      house.at(first, {"jobs", "add", "hourly", "0 * * * *", "--", "library", "users"}).exit_code ==
      0);
  REQUIRE(house.at(first, {"jobs", "add", "nightly", "30 2 * * *", "--", "runs"}).exit_code == 0);
  REQUIRE(house.at(first, {"jobs", "add", "left-out", "*/20 2 * * *", "--", "library"}).exit_code ==
          0);
  for (int hour = 0; hour < 7; ++hour) {
    const std::string now = std::to_string(begin + hour * 3600 + 1800);
    if (hour % 2 == 1) {
      const pid_t clock = start_engine(house, {"--now", now, "jobs", "run-due"});
      std::this_thread::sleep_for(std::chrono::milliseconds(17 * hour));
      ::kill(-clock, SIGKILL);
      ::waitpid(clock, nullptr, 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // what it ran is gone by then
    }
    CHECK(house.at(now, {"jobs", "run-due"}).exit_code == 0);
  }
  const auto done = [&](const std::string& job) {
    json times = json::array();
    const json history = house.told(std::to_string(begin + 86400), {"jobs", "history", job});
    for (const json& run : history.at("runs"))
      if (run.at("outcome") == "done") times.insert(times.begin(), run.at("due"));
    return times;
  };
  json hours = json::array();
  for (int hour = 0; hour < 7; ++hour) hours.push_back(begin + hour * 3600 + 1800);
  CHECK(done("hourly") == hours);
  CHECK(done("nightly") == json{parse_time("2027-03-28T01:00:00Z")});  // at 3, as 2:30 is left out
  CHECK(done("left-out").empty());
}
