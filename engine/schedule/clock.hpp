// The clock: runs what is due, a process for each run, and writes down what came of it.
//
// Never two at once  One clock works for a library (JobLock::clock), and one run of a verb, whether
//                    the clock or somebody by hand began it (JobLock::kind).
// Killed             at any moment, it leaves runs that have begun and not ended; their processes end
//                    with it. The next one tells them as died and runs them again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "schedule/jobs.hpp"
#include "worker/program.hpp"

namespace engine::schedule {

struct ClockHands {
  std::string library;
  std::function<std::int64_t()> now;  // Unix seconds
  std::function<std::unique_ptr<Program>(const Job&)> start;
  /// Of a run that has ended.
  std::function<void(const Job&, const JobRun&)> ended;
  /// What does not end the clock: a job that has to wait, a store that is locked for now.
  std::function<void(const std::string&)> note;
  std::size_t most_at_once = 2;  // runs, of as many verbs
};

struct ClockReport {
  std::size_t runs = 0, failures = 0;
  bool is_interrupted = false;
  bool was_at_work = false;  // another clock, so that this one did nothing
};

/// Runs what is due, and what gets due meanwhile, until nothing is at work and nothing is due. Throws
/// Error(kStore).
ClockReport run_due_jobs(const ClockHands& hands);

/// Goes on until SIGINT or SIGTERM; looks at the store every half minute at least, so that jobs may be
/// added, the clock set and the machine suspended meanwhile. Throws Error(kStore) when another clock
/// is at work.
void run_jobs_for_ever(const ClockHands& hands);

/// One job now, due or not. Throws Error(kStore) when one of its kind is at work.
JobRun run_job_now(const ClockHands& hands, const Job& job);

}  // namespace engine::schedule
