#include "schedule/jobs.hpp"

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"
#include "schedule/job_lock.hpp"
#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using engine::parse_time;
using engine::Store;
using namespace engine::schedule;

namespace {

class Jobs {
 public:
  Jobs() : store(Store::open(folder_.file("library.db"))) {
    engine::Transaction transaction(store);
    ann = engine::require_user(store, "ann", 0).id;
    engine::set_timezone(store, ann, "Europe/Berlin");
    transaction.commit();
  }

  Job add(Job job) {
    if (job.verb.empty()) job.verb = "sync";
    add_job(store, job);
    return require_job(store, job.name);
  }

  /// A run of what is due by then, which ends a minute later.
  JobRun run(const Job& job, std::int64_t now, JobOutcome outcome, std::optional<int> status = 0) {
    const auto due = due_run(store, job, now);
    REQUIRE(due);
    JobRun run{.job_id = job.id,
               .due_at = due->due_at,
               .missed = due->missed,
               .attempt = due->attempt,
               .started_at = now};
    run.id = begin_run(store, run);
    run.ended_at = now + 60;
    run.outcome = outcome;
    run.exit_status = status;
    run.told = "told";
    end_run(store, run);
    return run;
  }

  TemporaryFolder folder_;
  Store store;
  std::int64_t ann = 0;
};

const std::int64_t kNoon = parse_time("2026-11-30T12:00:00Z");
constexpr std::int64_t kHalfHour = 1800;

Job half_hourly() {
  return {.name = "sync",
          .when = "*/30 * * * *",
          .retries = 2,
          .backoff_seconds = 300,
          .counts_from = kNoon};
}

}  // namespace

TEST_CASE("a job is due at the first time after it was added", "[schedule]") {
  Jobs jobs;
  const Job job = jobs.add(half_hourly());
  CHECK_FALSE(due_run(jobs.store, job, kNoon));
  CHECK_FALSE(due_run(jobs.store, job, kNoon + kHalfHour - 1));
  CHECK(next_run(jobs.store, job, kNoon) == kNoon + kHalfHour);
  const auto due = due_run(jobs.store, job, kNoon + kHalfHour);
  REQUIRE(due);
  CHECK(due->due_at == kNoon + kHalfHour);
  CHECK(due->missed == 0);
  CHECK(due->attempt == 1);
  jobs.run(job, kNoon + kHalfHour, JobOutcome::kDone);
  CHECK_FALSE(due_run(jobs.store, job, kNoon + 2 * kHalfHour - 1));
  CHECK(next_run(jobs.store, job, kNoon + kHalfHour + 60) == kNoon + 2 * kHalfHour);
}

TEST_CASE("a machine that slept for three days runs a job once", "[schedule]") {
  Jobs jobs;
  const Job job = jobs.add(half_hourly());
  jobs.run(job, kNoon + kHalfHour, JobOutcome::kDone);
  const std::int64_t awake = kNoon + 3 * 86400 + 100;
  const JobRun run = jobs.run(job, awake, JobOutcome::kDone);
  CHECK(run.due_at == kNoon + 3 * 86400);
  CHECK(run.missed == 142);  // of 144 in three days, the first was run, and this is the last
  CHECK_FALSE(due_run(jobs.store, job, awake + 60));
}

TEST_CASE("a run that fails is tried again, later each time", "[schedule]") {
  Jobs jobs;
  Job slow = half_hourly();
  slow.when = "0 7 * * *";
  slow.timezone = "UTC";
  const Job job = jobs.add(slow);
  const std::int64_t seven = parse_time("2026-12-01T07:00:00Z");
  jobs.run(job, seven, JobOutcome::kFailed, 6);  // ends at 7:01
  CHECK_FALSE(due_run(jobs.store, job, seven + 60 + 299));
  CHECK(next_run(jobs.store, job, seven + 100) == seven + 60 + 300);
  const JobRun second = jobs.run(job, seven + 60 + 300, JobOutcome::kFailed, 6);
  CHECK(second.attempt == 2);
  CHECK(second.due_at == seven);
  CHECK(next_run(jobs.store, job, seven + 500) == *second.ended_at + 600);
  const JobRun third = jobs.run(job, *second.ended_at + 600, JobOutcome::kFailed, 6);
  CHECK(third.attempt == 3);
  // Two retries were allowed.
  CHECK_FALSE(due_run(jobs.store, job, *third.ended_at + 20'000));
  CHECK(next_run(jobs.store, job, *third.ended_at) == seven + 86400);
}

TEST_CASE("the next time takes the place of a retry", "[schedule]") {
  Jobs jobs;
  Job often = half_hourly();
  often.backoff_seconds = 3600;
  const Job job = jobs.add(often);
  jobs.run(job, kNoon + kHalfHour, JobOutcome::kFailed, 3);
  const auto due = due_run(jobs.store, job, kNoon + 2 * kHalfHour);
  REQUIRE(due);
  CHECK(due->due_at == kNoon + 2 * kHalfHour);
  CHECK(due->attempt == 1);
}

TEST_CASE("a usage error is not tried again", "[schedule]") {
  Jobs jobs;
  const Job job = jobs.add(half_hourly());
  jobs.run(job, kNoon + kHalfHour, JobOutcome::kFailed, 2);
  CHECK_FALSE(due_run(jobs.store, job, kNoon + 2 * kHalfHour - 1));
}

TEST_CASE("a run that died is told and due again at once", "[schedule]") {
  Jobs jobs;
  const Job job = jobs.add(half_hourly());
  const std::int64_t due = kNoon + kHalfHour;
  JobRun run{.job_id = job.id, .due_at = due, .started_at = due};
  begin_run(jobs.store, run);
  CHECK_FALSE(due_run(jobs.store, job, due + 600));  // it may be at work
  CHECK(end_dead_runs(jobs.store, "update", due + 10) == 0);
  CHECK(end_dead_runs(jobs.store, "sync", due + 10) == 1);
  const auto again = due_run(jobs.store, job, due + 10);
  REQUIRE(again);
  CHECK(again->due_at == due);
  CHECK(again->attempt == 2);
  const JobRun died = list_runs(jobs.store, job.id, due + 10, 1).front();
  CHECK(died.outcome == JobOutcome::kDied);
  CHECK(died.told == "the process that ran it ended before it did");
  // A machine that it brings down twice is left some rest; deaths are no failures.
  jobs.run(job, due + 10, JobOutcome::kDied, std::nullopt);
  CHECK(next_run(jobs.store, job, due + 100) == due + 10 + 60 + 300);
  const JobRun failed = jobs.run(job, due + 10 + 60 + 300, JobOutcome::kFailed, 6);
  CHECK(failed.attempt == 3);
  CHECK(due_run(jobs.store, job, *failed.ended_at + 300));
}

TEST_CASE("a job that is paused is not due, and catches nothing up", "[schedule]") {
  Jobs jobs;
  const Job job = jobs.add(half_hourly());
  pause_job(jobs.store, job, kNoon + 10);
  const Job paused = require_job(jobs.store, "sync");
  CHECK_FALSE(due_run(jobs.store, paused, kNoon + 86400));
  CHECK_FALSE(next_run(jobs.store, paused, kNoon + 86400));
  resume_job(jobs.store, paused, kNoon + 86400 + 60);
  const Job resumed = require_job(jobs.store, "sync");
  CHECK_FALSE(due_run(jobs.store, resumed, kNoon + 86400 + 61));
  CHECK(next_run(jobs.store, resumed, kNoon + 86400 + 61) == kNoon + 86400 + kHalfHour);
}

TEST_CASE("jitter is told in advance, the same for the same time, and between its bounds",
          "[schedule]") {
  Jobs jobs;
  Job late = half_hourly();
  late.jitter_seconds = 600;
  const Job job = jobs.add(late);
  const std::int64_t due = kNoon + kHalfHour, at = due + jitter_of(job, due);
  CHECK(next_run(jobs.store, job, kNoon) == at);
  CHECK_FALSE(due_run(jobs.store, job, at - 1));
  REQUIRE(due_run(jobs.store, job, at));
  CHECK(due_run(jobs.store, job, at)->due_at == due);
  std::int64_t least = 600, most = 0;
  for (std::int64_t k = 0; k < 500; ++k) {
    const std::int64_t drawn = jitter_of(job, due + k * kHalfHour);
    least = std::min(least, drawn);
    most = std::max(most, drawn);
  }
  CHECK(least >= 0);
  CHECK(least < 30);
  CHECK(most > 570);
  CHECK(most <= 600);
}

TEST_CASE("a job goes by its person's clocks, as they are by then", "[schedule]") {
  Jobs jobs;
  Job daily = half_hourly();
  daily.when = "0 7 * * *";
  daily.user_id = jobs.ann;
  const Job job = jobs.add(daily);
  CHECK(job.user == "ann");
  CHECK(zone_of(jobs.store, job) == "Europe/Berlin");
  CHECK(next_run(jobs.store, job, kNoon) == parse_time("2026-12-01T06:00:00Z"));
  engine::Transaction transaction(jobs.store);
  engine::set_timezone(jobs.store, jobs.ann, "America/New_York");
  transaction.commit();
  CHECK(next_run(jobs.store, job, kNoon) == parse_time("2026-11-30T12:00:00Z") + 86400);
}

TEST_CASE("who asks as of an earlier moment does not see later runs", "[schedule]") {
  Jobs jobs;
  const Job job = jobs.add(half_hourly());
  jobs.run(job, kNoon + kHalfHour, JobOutcome::kDone);
  jobs.run(job, kNoon + 2 * kHalfHour, JobOutcome::kDone);
  CHECK(list_runs(jobs.store, job.id, kNoon + kHalfHour, 10).size() == 1);
  CHECK(list_runs(jobs.store, std::nullopt, kNoon + 86400, 10).size() == 2);
  CHECK(list_runs(jobs.store, std::nullopt, kNoon + 86400, 1).front().due_at ==
        kNoon + 2 * kHalfHour);
}

TEST_CASE("names are unique, and near ones are told", "[schedule]") {
  Jobs jobs;
  const Job job = jobs.add(half_hourly());
  CHECK_THROWS_WITH(add_job(jobs.store, half_hourly()), "there is a job called \"sync\" already");
  try {
    require_job(jobs.store, "snyc");
    FAIL("it was found");
  } catch (const engine::Error& error) {
    CHECK(error.parts().fix == "did you mean sync?");
  }
  jobs.run(job, kNoon + kHalfHour, JobOutcome::kDone);
  remove_job(jobs.store, job);
  CHECK(list_jobs(jobs.store).empty());
  CHECK(jobs.store.integer("SELECT count(*) FROM job_runs") == 0);
}

TEST_CASE("runs of more than a year ago go, but for the last", "[schedule]") {
  Jobs jobs;
  const Job job = jobs.add(half_hourly());
  jobs.run(job, kNoon + kHalfHour, JobOutcome::kDone);
  jobs.run(job, kNoon + 2 * kHalfHour, JobOutcome::kDone);
  jobs.run(job, kNoon + 500 * 86400, JobOutcome::kDone);
  CHECK(jobs.store.integer("SELECT count(*) FROM job_runs") == 2);
}

TEST_CASE("a lock of jobs is one process's, and each kind has its own", "[schedule]") {
  const TemporaryFolder folder;
  const std::string library = folder.file("library.db");
  CHECK_FALSE(is_clock_at_work(library));
  {
    const JobLock clock = JobLock::clock(library);
    CHECK(clock.is_held());
    CHECK(is_clock_at_work(library));
    CHECK_FALSE(JobLock::clock(library).is_held());
    const JobLock sync = JobLock::kind(library, "sync");
    CHECK(sync.is_held());
    CHECK_FALSE(JobLock::kind(library, "sync").is_held());
    CHECK(JobLock::kind(library, "update").is_held());
  }
  CHECK_FALSE(is_clock_at_work(library));
  CHECK(JobLock::kind(library, "sync").is_held());
}
