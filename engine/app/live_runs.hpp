// Runs of one person at work on a recipe, of which only the newest counts: what is behind `engine
// watch`, and behind sliders on a page. Starting one stops the one under way; what its nodes made
// is kept in memory, so that the next one makes only what changed.
//
// It never waits: whoever has it polls socket() and process() beside their own descriptors, and
// calls take() when one of them is readable or the time of milliseconds_to_next_look() is over.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/supervised_run.hpp"
#include "plan/result_store.hpp"
#include "worker/background_worker.hpp"

namespace engine::app {

/// Threads: one, and the process must have no other when a run starts.
class LiveRuns {
 public:
  /// All are called from take(). failed() and prepared() may start another run.
  struct Takes {
    std::function<void(const std::string&)> printed = nullptr;  // and plugins that did not load
    std::function<void(const RunAnswer&)> answered = nullptr;
    /// After answered(): what was in `RunRequest::before` and is no longer, and why.
    std::function<void(const std::vector<Departure>&)> departed = nullptr;
    /// Before answered() or failed(): a file that an element reads beside the store, and the hash of
    /// what was there; "" for nothing that can be read.
    InputFiles::Tried tried_file = nullptr;
    std::function<void(const Error&)> failed = nullptr;  // instead of answered()
    std::function<void()> prepared = nullptr;            // prepare() has ended, well or not
  };

  /// `memory_bytes` for what nodes made. Throws Error(kLimits) when the system gives none.
  LiveRuns(std::size_t memory_bytes, Takes takes);

  /// Throws what a fork throws.
  void run(const Caller& caller, const RunRequest& request);
  /// Makes the columns that a run of `recipe` needs, which takes seconds after an import, without a
  /// limit.
  void prepare(const Caller& caller, const std::string& recipe);
  /// Stops what is under way; its takes are not called any more.
  void stop();

  /// Something is under way; an answered run may still look for what departed.
  [[nodiscard]] bool is_busy() const { return worker_ != nullptr; }
  [[nodiscard]] bool is_preparing() const { return is_busy() && is_preparing_; }
  [[nodiscard]] bool has_answered() const { return has_answered_; }
  /// Since the last start.
  [[nodiscard]] double seconds() const;

  /// For poll(); -1 for none.
  [[nodiscard]] int socket() const { return worker_ ? worker_->socket() : -1; }
  [[nodiscard]] int process() const { return worker_ ? worker_->process() : -1; }
  [[nodiscard]] int milliseconds_to_next_look() const;
  /// Takes in what has come, without waiting.
  void take();
  /// Looks after runs that were stopped: to be called in each turn of the loop.
  void bury();

 private:
  void start(const WorkerLimits& limits, const std::string& recipe_path, const JobBody& body);
  void ended();

  Takes takes_;
  ResultStore results_;
  std::uint32_t number_ = 0;  // of the run that may write into it
  std::unique_ptr<BackgroundWorker> worker_;
  std::vector<std::unique_ptr<BackgroundWorker>> stopped_;  // killed, not gone yet
  std::optional<RunReceiver> receiver_;
  std::chrono::steady_clock::time_point started_{};
  bool is_preparing_ = false, has_answered_ = false;
};

}  // namespace engine::app
