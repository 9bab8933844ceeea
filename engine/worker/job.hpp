// What a job says to its supervisor, whatever it does: the one protocol of all who fork.
//
// The job's body speaks through a JobSender. What it throws crosses as an Error with all its parts;
// a JobReader gives the frames to whoever waits for them, then throws that error, or the one that
// a crash, a limit or Ctrl-C comes to. Items that are made one after the other: worker/items.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "worker/worker.hpp"

namespace engine {

/// Kinds of frames. Those that a job has beside them begin at kOwn.
struct JobFrame {
  enum Kind : std::uint32_t {
    kError = 1,
    kNote,
    kPrint,
    kNotLoaded,
    kProgress,
    kResult,
    kOwn = 16
  };
};

/// What a job's errors say beside what happened.
struct JobWords {
  std::string who = "the run";  // "... failed: ...", "... needs more than limits.memory_megabytes"
  std::string memory_limit = "limits.memory_megabytes";  // the setting; "": there is none
  std::string interrupted = "interrupted";
  std::string where = {};  // of an end that has no place of its own
  std::string why = {};    // of an end that is not the job's own Error
  std::string fix = "report it to whoever made the element named";  // of a crash
};

/// Of the exception that is being handled (call it in a catch block): an Error as it is, kLimits
/// for bad_alloc, kPlugin for others.
Error caught_error(const JobWords& words);

/// Of a worker that was interrupted (kInterrupted), stopped (kLimits) or crashed (kPlugin).
Error end_error(const WorkerEnd& end, const JobWords& words);

/// Of a frame that is not what its kind says: an element may write over memory that is not its own.
Error unreadable(const std::string& why);

/// The worker's side. Threads: one at a time.
class JobSender {
 public:
  JobSender(Channel& channel, Heartbeat& heartbeat, JobWords its_words)
      : words(std::move(its_words)), channel_(channel), heartbeat_(heartbeat) {}

  void note(std::string_view text) { send(JobFrame::kNote, text); }
  void print(std::string_view text) { send(JobFrame::kPrint, text); }
  void not_loaded(std::string_view line) { send(JobFrame::kNotLoaded, line); }
  void progress(std::string_view name, double fraction);
  void result(std::string_view bytes) { send(JobFrame::kResult, bytes); }
  void send(std::uint32_t kind, std::string_view bytes) { channel_.send(kind, bytes); }
  /// See Channel::ask().
  std::string ask(std::string_view question) { return channel_.ask(question); }
  /// Runs `body` and sends what it throws; false then.
  bool guard(const std::function<void()>& body);
  [[nodiscard]] Heartbeat& heartbeat() const { return heartbeat_; }

  JobWords words;  // of errors from here on

 private:
  Channel& channel_;
  Heartbeat& heartbeat_;
};

using JobBody = std::function<void(JobSender&)>;

/// The body as workers run it; exit code 1 when it threw.
std::function<int(Channel&, Heartbeat&)> job_of(JobBody body, JobWords words = {});

/// Who waits for which frames; those of the others are dropped.
struct JobTakes {
  std::function<void(const std::string&)> note = {}, print = {}, not_loaded = {}, result = {};
  std::function<void(const std::string& name, double fraction)> progress = {};
  std::function<void(std::uint32_t kind, const std::string&)> own = {};  // of kOwn and above
};

/// The supervisor's side of one job.
class JobReader {
 public:
  explicit JobReader(JobTakes takes = {}, JobWords words = {})
      : takes_(std::move(takes)), words_(std::move(words)) {}

  /// Forks, or runs it here, and takes all frames.
  WorkerEnd run(const WorkerLimits& limits, bool is_in_process, JobBody body);
  /// For those who start the worker themselves: what it runs.
  [[nodiscard]] std::function<int(Channel&, Heartbeat&)> job(JobBody body) const {
    return job_of(std::move(body), words_);
  }
  /// And each of its frames. One that is no JSON where it should be becomes the job's error: an
  /// element may write over memory that is not its own.
  void take(std::uint32_t kind, const std::string& bytes);
  /// Throws the job's own error, or end_error() when it has not returned.
  void finish(const WorkerEnd& end) const;

 private:
  void give(std::uint32_t kind, const std::string& bytes);

  JobTakes takes_;
  JobWords words_;
  std::optional<Error> error_;
};

}  // namespace engine
