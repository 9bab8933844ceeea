// What is to be done when, and what came of it: the jobs of a library and their runs.
//
// A job       is a verb with its arguments, an expression of cron that says when, and in which zone.
//             It is due at every time that the expression says after Job::counts_from, later by a
//             jitter of its own (the same for the same time, so that it can be told in advance).
// Missed      Times at which nobody looked, since the machine slept, are caught up by one run, that
//             of the latest of them; JobRun::missed says how many more it stands for.
// Failed      A run that fails is tried again after Job::backoff_seconds, then after twice that, and so
//             on, Job::retries times; unless the next time comes first, of which it is the run then.
//             Statuses 0 and 1 (nothing found) are no failures, and 2 (usage) is never tried again.
// Died        A run whose process ended with the clock's, or which was interrupted, is due again at
//             once; and once it has died twice, after the backoff.
// As of       Everything here is a function of the store and of a moment: what was run later than that
//             is not looked at. Nothing here starts a run or sleeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine::schedule {

struct Job {
  std::int64_t id = 0;
  std::string name = {};                     // of which there is one
  std::optional<std::int64_t> user_id = {};  // whose it is; nothing: the house's
  std::string user = {};                     // by name; "": the house's
  std::string verb = {};                     // "train", "playlist pin"
  std::vector<std::string> arguments = {};   // as on a command line
  std::string when = {};                     // CronExpression::parse()
  std::string timezone = {};                 // "": the person's, as it is by then
  std::int64_t jitter_seconds = 0, retries = 0, backoff_seconds = 300;
  std::int64_t limit_seconds = 0;  // a run that takes longer is killed; 0: as long as it takes
  std::int64_t counts_from = 0;    // Unix seconds: since when it is there and goes
  std::optional<std::int64_t> paused_at = {};
};

enum class JobOutcome {
  kRunning,
  kDone,
  kFailed,
  kDied,         // with the process that ran it
  kInterrupted,  // as the clock was asked to end
};
const char* word_of(JobOutcome outcome);  // "running", "done", "failed", "died", "interrupted"

struct JobRun {
  std::int64_t id = 0, job_id = 0;
  std::optional<std::int64_t> due_at = {};  // without jitter; nothing: somebody ran it by hand
  std::int64_t missed = 0;                  // earlier times that it stands for as well
  std::int64_t attempt = 1;
  std::int64_t started_at = 0;
  std::optional<std::int64_t> ended_at = {};
  JobOutcome outcome = JobOutcome::kRunning;
  std::optional<int> exit_status = {};
  std::string told = {};  // a line: the error, or what came
};

// ---- the store ----

/// By name.
std::vector<Job> list_jobs(const Store& store);
/// Throws Error(kInput) with "did you mean".
Job require_job(const Store& store, const std::string& name);
/// Throws Error(kInput) when there is one of that name. In one transaction, as all that follow.
void add_job(Store& store, const Job& job);
/// With its runs.
void remove_job(Store& store, const Job& job);
/// A job that goes on does not catch up what it missed meanwhile.
void pause_job(Store& store, const Job& job, std::int64_t now);
void resume_job(Store& store, const Job& job, std::int64_t now);

/// The latest ones that had begun by `now`, the latest first. Of all jobs where `job_id` is nothing.
std::vector<JobRun> list_runs(const Store& store, std::optional<std::int64_t> job_id,
                              std::int64_t now, std::int64_t most);
/// The zone by whose clocks the job goes: its own, else its person's, else that of the person whom
/// the library is of, else UTC.
std::string zone_of(const Store& store, const Job& job);

/// How long a run is kept; the last one of a job is kept for ever.
inline constexpr std::int64_t kKeptDays = 400;
/// Writes that a run has begun; gives it its number. What is older than kKeptDays goes.
std::int64_t begin_run(Store& store, const JobRun& run);
/// Writes ended_at, outcome, exit_status and told of the run with that number.
void end_run(Store& store, const JobRun& run);
/// Runs of the verb that have begun and not ended are told as died. For who knows that none is at
/// work. Returns how many.
std::int64_t end_dead_runs(Store& store, const std::string& verb, std::int64_t now);

// ---- what is due ----

struct DueRun {
  std::int64_t due_at = 0, missed = 0, attempt = 1;
};
/// What is to be run by `now`. Nothing for a job that is paused, or is being run.
std::optional<DueRun> due_run(const Store& store, const Job& job, std::int64_t now);
/// When it is to be run next, with jitter: by `now` where that is overdue. Nothing for a job that is
/// paused, or that no time is left for.
std::optional<std::int64_t> next_run(const Store& store, const Job& job, std::int64_t now);
/// Seconds after `due_at` at which the job is really run, 0..jitter_seconds.
std::int64_t jitter_of(const Job& job, std::int64_t due_at);

}  // namespace engine::schedule
