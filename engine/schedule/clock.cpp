#include "schedule/clock.hpp"

#include <algorithm>
#include <list>
#include <poll.h>
#include <set>
#include <vector>

#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "schedule/job_lock.hpp"
#include "worker/stop_signals.hpp"

namespace engine::schedule {
namespace {

constexpr std::int64_t kLongestSleepSeconds = 30;
constexpr std::size_t kMostToldBytes = 300;
constexpr int kHarmlessStatus =
    static_cast<int>(Exit::kNothing);  // nothing found; above it: a failure

/// On one line, with one blank where there were several.
std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  line.erase(
      std::unique(line.begin(), line.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
      line.end());
  if (line.size() > kMostToldBytes) line = line.substr(0, kMostToldBytes) + "...";
  return one_line(valid_utf8(line));
}

/// The error that a program ended with, without "error: ".
std::string error_line(const std::string& errors) {
  constexpr std::string_view kError = "error: ";
  for (std::size_t from = 0; from < errors.size();) {
    const std::size_t end = std::min(errors.find('\n', from), errors.size());
    if (errors.compare(from, kError.size(), kError) == 0)
      return first_line(errors.substr(from + kError.size(), end - from - kError.size()));
    from = end + 1;
  }
  return first_line(errors);
}

std::string line_of(const ProgramEnd& end, bool is_done) {
  if (!end.message.empty()) return first_line(end.message);
  if (is_done) return first_line(end.output);
  const std::string error = error_line(end.errors);
  return error.empty() ? "it ended with exit status " + std::to_string(end.exit_status) : error;
}

JobOutcome outcome_of(const ProgramEnd& end) {
  if (end.is_interrupted) return JobOutcome::kInterrupted;
  const bool is_done =
      end.message.empty() && end.exit_status >= 0 && end.exit_status <= kHarmlessStatus;
  return is_done ? JobOutcome::kDone : JobOutcome::kFailed;
}

/// A run at work, and the lock of its kind.
struct AtWork {
  Job job;
  JobRun run;
  JobLock lock;
  std::unique_ptr<Program> program;
  bool has_ended = false;  // `run` says how, and is still to be written
};

Store open_store(const ClockHands& hands) {
  return Store::open(hands.library, {.may_create = false});
}

/// What several have in common who run jobs.
class Runs {
 public:
  explicit Runs(const ClockHands& hands) : hands_(hands) {}

  /// Begins the run, whose kind `lock` is held of.
  void begin(const Job& job, JobRun run, JobLock lock) {
    run.job_id = job.id;
    run.started_at = hands_.now();
    {
      Store store = open_store(hands_);  // closed before the process is forked
      run.id = begin_run(store, run);
    }
    AtWork& work = at_work_.emplace_back(AtWork{job, std::move(run), std::move(lock), nullptr});
    try {
      work.program = hands_.start(job);
    } catch (const Error& error) {
      work.run.outcome = JobOutcome::kFailed;
      work.run.told = first_line(error.what());
      work.run.ended_at = hands_.now();
      work.has_ended = true;
    }
  }

  /// Writes down the runs that have ended; a lock goes when that is done.
  void take_ended() {
    for (auto work = at_work_.begin(); work != at_work_.end();) {
      if (!work->has_ended && work->program->take()) note_end(*work);
      if (!work->has_ended) {
        ++work;
        continue;
      }
      {
        Store store = open_store(hands_);
        end_run(store, work->run);
      }
      ++report.runs;
      if (work->run.outcome != JobOutcome::kDone) ++report.failures;
      last = work->run;
      const AtWork ended = std::move(*work);
      work = at_work_.erase(work);
      if (hands_.ended) hands_.ended(ended.job, ended.run);
    }
  }

  /// Until a run has ended or said something, a signal came, or the time is over.
  void wait(StopSignals& signals, int milliseconds) {
    std::vector<pollfd> events = {{signals.descriptor(), POLLIN, 0}};
    const auto wake_in = [&](int other) {
      if (other >= 0) milliseconds = milliseconds < 0 ? other : std::min(milliseconds, other);
    };
    for (const AtWork& work : at_work_) {
      if (work.has_ended) {
        wake_in(1000);  // it could not be written down
        continue;
      }
      events.push_back({work.program->descriptor(), POLLIN, 0});
      wake_in(work.program->milliseconds_to_next_look());
    }
    ::poll(events.data(), events.size(), milliseconds);
    if (!signals.have_come()) return;
    report.is_interrupted = true;
    for (AtWork& work : at_work_)
      if (work.program) work.program->interrupt();
  }

  [[nodiscard]] bool is_empty() const { return at_work_.empty(); }
  [[nodiscard]] std::size_t count() const { return at_work_.size(); }
  [[nodiscard]] bool has_kind(const std::string& verb) const {
    return std::any_of(at_work_.begin(), at_work_.end(),
                       [&](const AtWork& work) { return work.job.verb == verb; });
  }

  ClockReport report;
  JobRun last;  // that has ended

 private:
  void note_end(AtWork& work) {
    const ProgramEnd end = work.program->finish();
    work.run.outcome = outcome_of(end);
    work.run.exit_status = end.exit_status;
    work.run.told = line_of(end, work.run.outcome == JobOutcome::kDone);
    work.run.ended_at = std::max(hands_.now(), work.run.started_at);
    work.has_ended = true;
  }

  const ClockHands& hands_;
  std::list<AtWork> at_work_;
};

/// Begins what is due, as far as there is room for it.
class Clock {
 public:
  explicit Clock(const ClockHands& hands) : runs(hands), hands_(hands) {}

  /// Returns whether something was begun.
  bool begin_due() {
    bool has_begun = false;
    for (const Job& job : waiting()) {
      if (runs.count() >= hands_.most_at_once) break;
      if (!runs.has_kind(job.verb)) has_begun |= begin(job);
    }
    return has_begun;
  }

  /// Until the next look.
  [[nodiscard]] int milliseconds_to_sleep() const {
    const std::int64_t seconds = next_ ? *next_ - hands_.now() : kLongestSleepSeconds;
    const bool is_soon = seconds > 0 && seconds < kLongestSleepSeconds;
    return static_cast<int>(1000 * (is_soon ? seconds : kLongestSleepSeconds));
  }

  Runs runs;

 private:
  /// The jobs that are due, the one that has waited longest first.
  std::vector<Job> waiting() {
    Store store = open_store(hands_);
    tell_dead(store);
    const std::int64_t now = hands_.now();
    next_.reset();
    std::vector<std::pair<std::int64_t, Job>> due;
    for (Job& job : list_jobs(store)) {
      try {
        const std::optional<std::int64_t> next = next_run(store, job, now);
        if (next && *next > now && (!next_ || *next < *next_)) next_ = next;
        if (const auto run = due_run(store, job, now))
          due.emplace_back(run->due_at, std::move(job));
      } catch (const Error& error) {  // a zone that the system does not know any more
        if (error.exit() != Exit::kUsage) throw;
        if (hands_.note) hands_.note(one_line(job.name) + ": " + error.what());
      }
    }
    std::stable_sort(due.begin(), due.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Job> jobs;
    for (auto& [time, job] : due) jobs.push_back(std::move(job));
    return jobs;
  }

  /// Runs that nobody is at work on.
  void tell_dead(Store& store) {
    std::set<std::string> verbs;
    Statement select = store.prepare(
        "SELECT DISTINCT verb FROM job_runs JOIN jobs USING (job_id) WHERE ended_at IS NULL");
    for (select.start(); select.step();) verbs.emplace(select.text(0));
    for (const std::string& verb : verbs) {
      if (runs.has_kind(verb)) continue;
      const JobLock lock = JobLock::kind(hands_.library, verb);
      if (lock.is_held()) end_dead_runs(store, verb, hands_.now());
    }
  }

  bool begin(const Job& job) {
    JobLock lock = JobLock::kind(hands_.library, job.verb);
    if (!lock.is_held()) {
      if (hands_.note) hands_.note(one_line(job.name) + " waits: another " + job.verb + " is run");
      return false;
    }
    std::optional<DueRun> due;
    {
      const Store store = open_store(hands_);
      due = due_run(store, job, hands_.now());  // nobody else can have begun it since
    }
    if (!due) return false;
    runs.begin(job, {.due_at = due->due_at, .missed = due->missed, .attempt = due->attempt},
               std::move(lock));
    return true;
  }

  const ClockHands& hands_;
  std::optional<std::int64_t> next_;  // when something is due that is not yet
};

}  // namespace

ClockReport run_due_jobs(const ClockHands& hands) {
  const JobLock lock = JobLock::clock(hands.library);
  if (!lock.is_held()) return {.was_at_work = true};
  StopSignals signals;
  Clock clock(hands);
  Runs& runs = clock.runs;
  for (;;) {
    // Only a look with nothing at work tells that nothing is due: a run that ends during a look has
    // made the next one of its kind wait all the same.
    const bool is_free = runs.is_empty();
    const bool has_begun = !runs.report.is_interrupted && clock.begin_due();
    runs.take_ended();
    if (runs.is_empty() && (runs.report.is_interrupted || (is_free && !has_begun)))
      return runs.report;
    if (runs.is_empty()) continue;
    runs.wait(signals, clock.milliseconds_to_sleep());
    runs.take_ended();
  }
}

void run_jobs_for_ever(const ClockHands& hands) {
  const JobLock lock = JobLock::clock(hands.library);
  if (!lock.is_held()) {
    throw Error(Exit::kStore, "another clock is at work for this library",
                {hands.library, "", "one is enough, and two would do nothing more", ""});
  }
  StopSignals signals;
  Clock clock(hands);
  Runs& runs = clock.runs;
  while (!runs.report.is_interrupted || !runs.is_empty()) {
    try {
      runs.take_ended();
      if (!runs.report.is_interrupted) clock.begin_due();
    } catch (const Error& error) {  // the next look may find the store as it should be
      if (hands.note) hands.note(error.what());
    }
    if (!runs.report.is_interrupted || !runs.is_empty())
      runs.wait(signals, clock.milliseconds_to_sleep());
  }
}

JobRun run_job_now(const ClockHands& hands, const Job& job) {
  JobLock lock = JobLock::kind(hands.library, job.verb);
  if (!lock.is_held()) {
    throw Error(Exit::kStore, "another " + job.verb + " is run by the clock, or by hand",
                {"", "", "one of a kind is run at a time", "try again when it has ended"});
  }
  {
    Store store = open_store(hands);
    end_dead_runs(store, job.verb, hands.now());
  }
  StopSignals signals;
  Runs runs(hands);
  runs.begin(job, {}, std::move(lock));
  for (runs.take_ended(); !runs.is_empty(); runs.take_ended()) runs.wait(signals, -1);
  return runs.last;
}

}  // namespace engine::schedule
