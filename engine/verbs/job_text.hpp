// A job and its runs as data and as text.
#pragma once

#include <optional>
#include <string>

#include "schedule/jobs.hpp"
#include "store/store.hpp"
#include "verbs/verb.hpp"

namespace engine::verbs {

/// One that looks at what is there by `now`.
struct JobView {
  schedule::Job job;
  std::string timezone;  // by whose clocks it goes
  std::optional<std::int64_t> next = {};
  bool is_due = false;
  std::optional<schedule::JobRun> last = {};
};
JobView view_of(const Store& store, const schedule::Job& job, std::int64_t now);

Json job_json(const JobView& view);
Json job_run_json(const schedule::JobRun& run);

/// "train clusters", as on a command line.
std::string job_command(const schedule::Job& job);
/// "Mon 2026-11-30 07:00", by the clocks of the zone.
std::string local_time_text(std::int64_t ts, const std::string& timezone);
/// "done in 3 s: 20 listens", "failed after 2 s, exit status 3: cannot reach ...".
std::string outcome_text(const schedule::JobRun& run);

}  // namespace engine::verbs
