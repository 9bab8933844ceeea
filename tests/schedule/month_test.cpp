// Months of the clock, in minutes of ours: time is what the test says it is. Around each change of the
// clocks, with a machine that sleeps for three days, and a clock that is killed at random.
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <sys/file.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "core/local_time.hpp"
#include "core/random.hpp"
#include "schedule/clock.hpp"
#include "schedule/job_lock.hpp"
#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using engine::LocalClock;
using engine::LocalTime;
using engine::parse_time;
using engine::Random;
using engine::Store;
using namespace engine::schedule;

namespace {

constexpr const char* kZone = "Europe/Berlin";
constexpr int kWasAtWork = 3;  // another clock
constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400, kTick = 30 * kMinute;

/// A job, and when it has to run as a reader of clocks sees it, who knows nothing of expressions.
struct Expected {
  Job job;
  /// A moment (whole minutes) at which the clocks show `now`, after showing `before` a minute earlier.
  std::function<bool(const LocalTime& before, const LocalTime& now)> is_time;
  bool is_once_a_day = true;  // the first of two times of a day
};

/// The first moment of a day at which its clocks show that hour and minute, or more.
auto reaches(int hour, int minute) {
  return [second = hour * 3600 + minute * 60](const LocalTime& before, const LocalTime& now) {
    return now.second >= second && (before.day != now.day || before.second < second);
  };
}

Job job_called(const char* name, const char* when, const char* verb) {
  return {.name = name, .verb = verb, .when = when, .timezone = kZone, .backoff_seconds = 300};
}

std::vector<Expected> expected_jobs() {
  std::vector<Expected> jobs;
  jobs.push_back({job_called("hourly", "0 * * * *", "sync"),
                  [](const LocalTime&, const LocalTime& now) { return now.second % 3600 == 0; },
                  false});
  jobs.push_back({job_called("three-hourly", "0 */3 * * *", "sync"),
                  [](const LocalTime&, const LocalTime& now) { return now.second % 10800 == 0; },
                  false});
  jobs.push_back({job_called("night", "30 1-3 * * *", "discover"),
                  [](const LocalTime&, const LocalTime& now) {
                    return now.second % 3600 == 1800 && now.hour() >= 1 && now.hour() <= 3;
                  },
                  false});
  // In the hour that is left out, and the one that comes twice.
  jobs.push_back({job_called("nightly", "30 2 * * *", "update"), reaches(2, 30)});
  jobs.push_back({job_called("morning", "0 8 * * *", "refresh"), reaches(8, 0)});
  Job noon = job_called("noon", "0 12 * * *", "drift");
  noon.jitter_seconds = 40 * kMinute;
  jobs.push_back({noon, reaches(12, 0)});
  jobs.push_back({job_called("weekly", "0 6 * * mon", "update-weekly"),
                  [](const LocalTime& before, const LocalTime& now) {
                    return now.weekday() == 0 && reaches(6, 0)(before, now);
                  }});
  jobs.push_back({job_called("first", "0 4 1 * *", "train"),
                  [](const LocalTime& before, const LocalTime& now) {
                    return engine::month_and_day(now.day).day == 1 && reaches(4, 0)(before, now);
                  }});
  return jobs;
}

/// The times in (begin, end].
std::vector<std::int64_t> expected_times(const Expected& expected, std::int64_t begin,
                                         std::int64_t end) {
  const LocalClock clock(kZone, begin - kDay, end + 1);
  std::vector<std::int64_t> times;
  std::set<std::int64_t> days;
  for (std::int64_t time = begin + kMinute; time <= end; time += kMinute) {
    const LocalTime now = clock.at(time);
    if (!expected.is_time(clock.at(time - kMinute), now)) continue;
    if (expected.is_once_a_day && !days.insert(now.day).second) continue;
    times.push_back(time);
  }
  return times;
}

class Month {
 public:
  Month(std::int64_t begin, int days)
      : begin_(begin), end_(begin + days * kDay), jobs_(expected_jobs()), random_(20) {
    Store store = Store::open(library());
    for (Expected& expected : jobs_) {
      expected.job.counts_from = begin_;
      add_job(store, expected.job);
      expected.job = require_job(store, expected.job.name);
    }
  }

  void live(std::int64_t sleeps, std::int64_t wakes) {
    last_awake_ = begin_ + (sleeps - begin_) / kTick * kTick;
    awake_again_ = begin_ + ((wakes - begin_) / kTick + 1) * kTick;
    std::int64_t quiet_until = 0;
    for (std::int64_t now = begin_ + kTick; now <= end_; now += kTick) {
      if (now > last_awake_ && now < awake_again_) continue;
      // Twice at most, and then left alone for as long as it takes to be over it; not on the verge of
      // sleep, where what is tried again would be missed instead.
      const bool is_at_sleep = now > last_awake_ - 4 * kTick && now <= awake_again_;
      const double chance = is_at_sleep || now < quiet_until ? 0 : now % kHour == 0 ? 0.3 : 0.05;
      for (int k = 0; k < 2 && random_.uniform() < chance; ++k) {
        kill_clock_at_random(now);
        ++kills;
        if (k == 1) quiet_until = now + 4 * kTick;
      }
      REQUIRE(tick(now) == 0);
    }
  }

  /// Every run that its history must have, once and when it was due.
  void check() {
    Store store = Store::open(library());
    CHECK(store.check().empty());
    for (const Expected& expected : jobs_) check(store, expected);
    CHECK(store.integer("SELECT count(*) FROM job_runs WHERE ended_at IS NULL") == 0);
    CHECK(lines_["clash"] == 0);
  }

  [[nodiscard]] std::int64_t died() const {
    const Store store = Store::open(library());
    return store.integer("SELECT count(*) FROM job_runs WHERE outcome = 'died'");
  }

  int kills = 0;

 private:
  [[nodiscard]] std::string library() const { return folder_.file("library.db"); }

  /// Of what the job's verb does, which nobody else may do meanwhile.
  [[nodiscard]] std::string lock_file(const Job& job) const {
    return folder_.file(job.verb + ".lock");
  }

  [[nodiscard]] ClockHands hands(std::int64_t now) const {
    ClockHands hands;
    hands.library = library();
    hands.now = [now] { return now; };
    hands.start = [this](const Job& job) {
      // Holds the lock while it is at work, and leaves a line when it has done its work.
      const std::string script =
          "exec 9>\"$1\"; flock -n 9 || echo clash >> \"$2\"; sleep 0.002 9>&-; echo \"$3\" >> "
          "\"$2\"";
      return std::make_unique<engine::Program>(
          "/bin/sh",
          std::vector<std::string>{"-c", script, "sh", lock_file(job), folder_.file("ledger"),
                                   job.name},
          engine::ProgramLimits{.wall_seconds = 60});
    };
    return hands;
  }

  [[nodiscard]] pid_t start_clock(std::int64_t now) const {
    const pid_t clock = ::fork();
    if (clock != 0) return clock;
    ::setsid();
    int status = 1;
    try {
      const ClockReport report = run_due_jobs(hands(now));
      status = report.was_at_work ? kWasAtWork : report.failures == 0 ? 0 : 2;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "the clock: %s\n", error.what());
    }
    ::_exit(status);
  }

  int tick(std::int64_t now) {
    const auto begun = std::chrono::steady_clock::now();
    int status = 0;
    ::waitpid(start_clock(now), &status, 0);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    if (now % kHour == 0) usual_seconds_ += (took.count() - usual_seconds_) / 4;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  void kill_clock_at_random(std::int64_t now) {
    const pid_t clock = start_clock(now);
    std::this_thread::sleep_for(std::chrono::duration<double>(random_.uniform() * usual_seconds_));
    ::kill(-clock, SIGKILL);
    ::kill(clock, SIGKILL);
    ::waitpid(clock, nullptr, 0);
    // What it ran has been killed with it, and is gone in a moment.
    for (const Expected& expected : jobs_) {
      const int lock = ::open(lock_file(expected.job).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
      ::flock(lock, LOCK_EX);
      ::close(lock);
    }
    while (is_clock_at_work(library())) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  void check(const Store& store, const Expected& expected) {
    CAPTURE(expected.job.name);
    std::map<std::int64_t, std::vector<JobRun>> runs;  // by due time, the latest first
    std::int64_t begun = 0, done = 0;
    for (const JobRun& run : list_runs(store, expected.job.id, end_, 1'000'000)) {
      runs[run.due_at.value()].push_back(run);
      ++begun;
    }
    std::vector<std::int64_t> slept;
    for (const std::int64_t due : expected_times(expected, begin_, end_)) {
      const std::int64_t at = due + jitter_of(expected.job, due);
      if (at > last_awake_ && at <= awake_again_) {
        slept.push_back(due);
      } else if (at <= end_ - 4 * kTick) {  // then it was run again where it was killed
        CAPTURE(engine::format_time(due), at - due);
        check_time(runs[due], at, 0);
        ++done;
        runs.erase(due);
      } else {
        runs.erase(due);
      }
    }
    if (!slept.empty()) {
      CAPTURE(slept.size());
      check_time(runs[slept.back()], awake_again_, static_cast<std::int64_t>(slept.size()) - 1);
      runs.erase(slept.back());
      ++done;
    }
    CHECK(runs.empty());  // nothing was run at a time that is none
    // What was killed may have done its work or not; what was done has.
    read_ledger();
    CHECK(lines_[expected.job.name] >= done);
    CHECK(lines_[expected.job.name] <= begun);
  }

  /// Of one time: some that died, and one that was done, soon after it was due or the last had died.
  static void check_time(const std::vector<JobRun>& latest_first, std::int64_t at,
                         std::int64_t missed) {
    REQUIRE_FALSE(latest_first.empty());
    CHECK(latest_first.front().outcome == JobOutcome::kDone);
    auto attempt = static_cast<std::int64_t>(latest_first.size());
    for (const JobRun& run : latest_first) {
      CHECK(run.attempt == attempt--);
      CHECK(run.missed == missed);
      CHECK((run.outcome == JobOutcome::kDied || &run == &latest_first.front()));
      CHECK(run.started_at >= at);
      CHECK(run.started_at < at + 3 * kTick);
    }
  }

  void read_ledger() {
    lines_.clear();
    std::ifstream ledger(folder_.file("ledger"));
    for (std::string line; std::getline(ledger, line);) ++lines_[line];
  }

  TemporaryFolder folder_;
  std::int64_t begin_, end_;
  std::int64_t last_awake_ = 0, awake_again_ = 0;  // looks at the clock, with sleep between
  std::vector<Expected> jobs_;
  Random random_;
  double usual_seconds_ = 0.01;  // that a look takes on this machine, which has other things to do
  std::map<std::string, std::int64_t> lines_;
};

void live_through(const char* begin, int days, const char* sleeps) {
  const std::int64_t asleep = parse_time(sleeps);
  Month month(parse_time(begin), days);
  month.live(asleep, asleep + 3 * kDay);
  month.check();
  CAPTURE(month.kills);
  CHECK(month.kills > 2 * days);
  CHECK(month.died() > days / 4);
}

}  // namespace

TEST_CASE("a month in which the clocks are put forward: every job runs once when it is due",
          "[schedule][month]") {
  live_through("2027-03-10T00:00:00Z", 31, "2027-03-17T10:07:00Z");
}

TEST_CASE("a month in which the clocks are put back: every job runs once when it is due",
          "[schedule][month]") {
  live_through("2026-10-10T00:00:00Z", 31, "2026-10-30T21:50:00Z");
}

TEST_CASE("a machine that sleeps through the change of the clocks", "[schedule][month]") {
  live_through("2027-03-24T00:00:00Z", 8, "2027-03-26T20:10:00Z");
}
