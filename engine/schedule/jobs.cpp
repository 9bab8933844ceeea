#include "schedule/jobs.hpp"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "core/random.hpp"
#include "core/shown_text.hpp"
#include "schedule/cron_expression.hpp"
#include "store/users.hpp"

namespace engine::schedule {
namespace {

constexpr const char* kOutcomeWords[] = {"running", "done", "failed", "died", "interrupted"};
constexpr int kUsageStatus = static_cast<int>(Exit::kUsage);
constexpr std::int64_t kLongestBackoff = 6 * kHour;

constexpr std::string_view kSelectJobs =
    "SELECT job_id, jobs.name, jobs.user_id, users.name, verb, arguments, expression, "
    "jobs.timezone, jitter_seconds, retries, backoff_seconds, limit_seconds, counts_from, "
    "paused_at FROM jobs LEFT JOIN users USING (user_id) ORDER BY jobs.name";

constexpr std::string_view kSelectRuns =
    "SELECT run_id, job_id, due_at, missed, attempt, started_at, ended_at, outcome, exit_status, "
    "told FROM job_runs WHERE started_at <= ?1 AND (?2 IS NULL OR job_id = ?2) "
    "ORDER BY run_id DESC LIMIT ?3";

std::optional<std::int64_t> integer_or_nothing(const Statement& select, int column) {
  if (select.is_null(column)) return std::nullopt;
  return select.integer(column);
}

Job job_of(const Statement& select) {
  Job job{.id = select.integer(0),
          .name = std::string(select.text(1)),
          .user_id = integer_or_nothing(select, 2),
          .user = std::string(select.text(3)),
          .verb = std::string(select.text(4))};
  job.arguments = nlohmann::json::parse(select.text(5)).get<std::vector<std::string>>();
  job.when = select.text(6);
  job.timezone = select.text(7);
  job.jitter_seconds = select.integer(8);
  job.retries = select.integer(9);
  job.backoff_seconds = select.integer(10);
  job.limit_seconds = select.integer(11);
  job.counts_from = select.integer(12);
  job.paused_at = integer_or_nothing(select, 13);
  return job;
}

JobRun run_of(const Statement& select) {
  JobRun run{.id = select.integer(0),
             .job_id = select.integer(1),
             .due_at = integer_or_nothing(select, 2),
             .missed = select.integer(3),
             .attempt = select.integer(4),
             .started_at = select.integer(5),
             .ended_at = integer_or_nothing(select, 6)};
  const auto word = std::find(std::begin(kOutcomeWords), std::end(kOutcomeWords), select.text(7));
  run.outcome = static_cast<JobOutcome>(word - std::begin(kOutcomeWords));
  if (!select.is_null(8)) run.exit_status = static_cast<int>(select.integer(8));
  run.told = select.text(9);
  return run;
}

/// The latest run of a time of the job, by hand or not being no matter of that.
std::optional<JobRun> last_due_run(const Store& store, const Job& job, std::int64_t now) {
  Statement select = store.prepare(
      "SELECT run_id, job_id, due_at, missed, attempt, started_at, ended_at, outcome, exit_status, "
      "told FROM job_runs WHERE job_id = ?1 AND due_at BETWEEN ?2 AND ?3 AND started_at <= ?3 "
      "ORDER BY run_id DESC LIMIT 1");
  select.start(job.id, job.counts_from, now);
  if (!select.step()) return std::nullopt;
  return run_of(select);
}

bool is_at_work(const Store& store, const Job& job) {
  return store.prepare("SELECT 1 FROM job_runs WHERE job_id = ?1 AND ended_at IS NULL LIMIT 1")
      .find_integer(job.id)
      .has_value();
}

/// How often the run of that time has died so far.
std::int64_t deaths(const Store& store, const JobRun& run) {
  return store
      .prepare(
          "SELECT count(*) FROM job_runs WHERE job_id = ?1 AND due_at = ?2 AND outcome IN "
          "('died', 'interrupted')")
      .find_integer(run.job_id, *run.due_at)
      .value_or(0);
}

/// After the n-th time that something went wrong, n from 1 on.
std::int64_t backoff(const Job& job, std::int64_t n) {
  std::int64_t seconds = job.backoff_seconds;
  for (std::int64_t k = 1; k < n && seconds < kLongestBackoff; ++k) seconds *= 2;
  return std::min(seconds, std::max(kLongestBackoff, job.backoff_seconds));
}

/// When the last run is tried again; nothing where it is not.
std::optional<std::int64_t> retried_at(const Store& store, const Job& job, const JobRun& last) {
  const std::int64_t ended = last.ended_at.value_or(last.started_at);
  switch (last.outcome) {
    case JobOutcome::kDied:
    case JobOutcome::kInterrupted: {
      const std::int64_t count = deaths(store, last);
      return count < 2 ? ended : ended + backoff(job, count - 1);
    }
    case JobOutcome::kFailed: {
      const std::int64_t failures = last.attempt - deaths(store, last);
      if (failures > job.retries || last.exit_status == kUsageStatus) return std::nullopt;
      return ended + backoff(job, failures);
    }
    case JobOutcome::kRunning:
    case JobOutcome::kDone:
      break;
  }
  return std::nullopt;
}

/// What was run last counts as looked at, whatever came of it.
std::int64_t looked_at(const Job& job, const std::optional<JobRun>& last) {
  return last ? std::max(job.counts_from, *last->due_at) : job.counts_from;
}

}  // namespace

const char* word_of(JobOutcome outcome) {
  return kOutcomeWords[static_cast<std::size_t>(outcome)];
}

// ---- the store ----

std::vector<Job> list_jobs(const Store& store) {
  Statement select = store.prepare(kSelectJobs);
  std::vector<Job> jobs;
  for (select.start(); select.step();) jobs.push_back(job_of(select));
  return jobs;
}

Job require_job(const Store& store, const std::string& name) {
  std::vector<std::string> names;
  for (Job& job : list_jobs(store)) {
    if (job.name == name) return std::move(job);
    names.push_back(job.name);
  }
  const std::string near = nearest(name, names);
  throw Error(Exit::kInput, "there is no job called \"" + one_line(name) + "\"",
              {"", "", "",
               !near.empty()   ? "did you mean " + near + "?"
               : names.empty() ? "none was added yet; engine jobs add --usual adds the usual ones"
                               : "engine jobs lists those there are"});
}

void add_job(Store& store, const Job& job) {
  const std::string arguments = json_text(nlohmann::json(job.arguments));
  Transaction transaction(store);
  if (store.prepare("SELECT 1 FROM jobs WHERE name = ?1").find_integer(job.name)) {
    throw Error(Exit::kInput, "there is a job called \"" + one_line(job.name) + "\" already",
                {"", "", "",
                 "give this one another name, or remove that one first: engine jobs remove " +
                     one_line(job.name)});
  }
  store
      .prepare(
          "INSERT INTO jobs (name, user_id, verb, arguments, expression, timezone, "
          "jitter_seconds, retries, backoff_seconds, limit_seconds, counts_from, paused_at) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
      .run(job.name, job.user_id, job.verb, arguments, job.when, job.timezone, job.jitter_seconds,
           job.retries, job.backoff_seconds, job.limit_seconds, job.counts_from, job.paused_at);
  transaction.commit();
}

void remove_job(Store& store, const Job& job) {
  Transaction transaction(store);
  store.prepare("DELETE FROM job_runs WHERE job_id = ?1").run(job.id);
  store.prepare("DELETE FROM jobs WHERE job_id = ?1").run(job.id);
  transaction.commit();
}

void pause_job(Store& store, const Job& job, std::int64_t now) {
  Transaction transaction(store);
  store.prepare("UPDATE jobs SET paused_at = ?2 WHERE job_id = ?1 AND paused_at IS NULL")
      .run(job.id, now);
  transaction.commit();
}

void resume_job(Store& store, const Job& job, std::int64_t now) {
  Transaction transaction(store);
  store
      .prepare(
          "UPDATE jobs SET paused_at = NULL, counts_from = ?2 WHERE job_id = ?1 AND paused_at IS "
          "NOT NULL")
      .run(job.id, now);
  transaction.commit();
}

std::vector<JobRun> list_runs(const Store& store, std::optional<std::int64_t> job_id,
                              std::int64_t now, std::int64_t most) {
  Statement select = store.prepare(kSelectRuns);
  std::vector<JobRun> runs;
  for (select.start(now, job_id, most); select.step();) runs.push_back(run_of(select));
  return runs;
}

std::string zone_of(const Store& store, const Job& job) {
  if (!job.timezone.empty()) return job.timezone;
  if (job.user_id) {
    Statement select = store.prepare("SELECT timezone FROM users WHERE user_id = ?1");
    select.start(*job.user_id);
    if (select.step()) return std::string(select.text(0));
  }
  const std::optional<User> user = default_user(store);
  return user ? user->timezone : "UTC";
}

std::int64_t begin_run(Store& store, const JobRun& run) {
  Transaction transaction(store);
  store
      .prepare(
          "DELETE FROM job_runs WHERE job_id = ?1 AND started_at < ?2 AND run_id < "
          "(SELECT max(run_id) FROM job_runs WHERE job_id = ?1)")
      .run(run.job_id, run.started_at - kKeptDays * kDay);
  store
      .prepare(
          "INSERT INTO job_runs (job_id, due_at, missed, attempt, started_at, outcome, told) "
          "VALUES (?1, ?2, ?3, ?4, ?5, 'running', '')")
      .run(run.job_id, run.due_at, run.missed, run.attempt, run.started_at);
  const std::int64_t id = sqlite3_last_insert_rowid(store.handle());
  transaction.commit();
  return id;
}

void end_run(Store& store, const JobRun& run) {
  Transaction transaction(store);
  store
      .prepare(
          "UPDATE job_runs SET ended_at = ?2, outcome = ?3, exit_status = ?4, told = ?5 "
          "WHERE run_id = ?1")
      .run(run.id, run.ended_at, word_of(run.outcome), run.exit_status, run.told);
  transaction.commit();
}

std::int64_t end_dead_runs(Store& store, const std::string& verb, std::int64_t now) {
  Transaction transaction(store);
  const std::int64_t ended =
      store
          .prepare(
              "UPDATE job_runs SET ended_at = max(?2, started_at), outcome = 'died', told = "
              "'the process that ran it ended before it did' WHERE ended_at IS NULL AND job_id IN "
              "(SELECT job_id FROM jobs WHERE verb = ?1)")
          .run(verb, now);
  transaction.commit();
  return ended;
}

// ---- what is due ----

std::int64_t jitter_of(const Job& job, std::int64_t due_at) {
  if (job.jitter_seconds <= 0) return 0;
  Random random(mix_seed(static_cast<std::uint64_t>(due_at), job.name));
  const auto span = static_cast<std::uint64_t>(job.jitter_seconds) + 1;
  return static_cast<std::int64_t>(random.next() % span);
}

std::optional<DueRun> due_run(const Store& store, const Job& job, std::int64_t now) {
  if (job.paused_at || is_at_work(store, job)) return std::nullopt;
  const std::optional<JobRun> last = last_due_run(store, job, now);
  const CronExpression expression = CronExpression::parse(job.when);
  DueRun due{.due_at = 0, .missed = -1};
  each_time(expression, looked_at(job, last), now, zone_of(store, job), [&](std::int64_t time) {
    if (time + jitter_of(job, time) > now) return;
    due.due_at = time;
    ++due.missed;
  });
  if (due.missed >= 0) return due;
  if (!last) return std::nullopt;
  const std::optional<std::int64_t> again = retried_at(store, job, *last);
  if (!again || *again > now) return std::nullopt;
  return DueRun{*last->due_at, last->missed, last->attempt + 1};
}

std::optional<std::int64_t> next_run(const Store& store, const Job& job, std::int64_t now) {
  if (job.paused_at) return std::nullopt;
  const std::optional<JobRun> last = last_due_run(store, job, now);
  const std::optional<std::int64_t> time =
      next_time(CronExpression::parse(job.when), looked_at(job, last), zone_of(store, job));
  std::optional<std::int64_t> next;
  if (time) next = *time + jitter_of(job, *time);
  if (!last) return next;
  const std::optional<std::int64_t> again = retried_at(store, job, *last);
  return again && (!next || *again < *next) ? again : next;
}

}  // namespace engine::schedule
