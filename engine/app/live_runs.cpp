#include "app/live_runs.hpp"

#include <algorithm>

#include "core/duration.hpp"

namespace engine::app {
namespace {

constexpr int kLookAtStopped = 20;  // milliseconds

}  // namespace

LiveRuns::LiveRuns(std::size_t memory_bytes, Takes takes)
    : takes_(std::move(takes)), results_(memory_bytes) {}

void LiveRuns::run(const Caller& caller, const RunRequest& request) {
  stop();
  RunRequest running = request;
  running.results = &results_;
  running.writer = ++number_;
  is_preparing_ = false;
  start(run_limits(caller), request.recipe_path,
        [running, confinement = run_confinement(caller)](JobSender& sender) {
          send_run(running, confinement, sender);
        });
}

void LiveRuns::prepare(const Caller& caller, const std::string& recipe) {
  stop();
  ++number_;
  is_preparing_ = true;
  start({.wall_seconds = 0, .cpu_seconds = 0, .memory_bytes = 0}, recipe,
        [&](JobSender&) { make_run_request(caller, recipe); });
}

void LiveRuns::start(const WorkerLimits& limits, const std::string& recipe_path,
                     const JobBody& body) {
  const auto print = [this](const std::string& text) {
    if (takes_.printed) takes_.printed(text);
  };
  receiver_.emplace(
      recipe_path, JobTakes{.print = print, .not_loaded = print},
      [this](const RunAnswer& answer) {
        has_answered_ = true;
        if (takes_.answered) takes_.answered(answer);
      },
      [this](const std::vector<Departure>& departures) {
        if (takes_.departed) takes_.departed(departures);
      },
      [this](const std::string& path, const std::string& hash) {
        if (takes_.tried_file) takes_.tried_file(path, hash);
      });
  has_answered_ = false;
  started_ = std::chrono::steady_clock::now();
  worker_ = std::make_unique<BackgroundWorker>(limits, receiver_->reader().job(body));
}

void LiveRuns::stop() {
  if (!worker_) return;
  worker_->stop();
  stopped_.push_back(std::move(worker_));
}

double LiveRuns::seconds() const {
  return seconds_since(started_);
}

int LiveRuns::milliseconds_to_next_look() const {
  int wait = stopped_.empty() ? -1 : kLookAtStopped;
  if (!worker_) return wait;
  const int look = std::max(0, worker_->milliseconds_to_next_look());
  return wait < 0 ? look : std::min(wait, look);
}

void LiveRuns::take() {
  if (!worker_) return;
  std::uint32_t kind = 0;
  const bool has_ended = !worker_->pump();
  for (std::string bytes; worker_->take(kind, bytes);) receiver_->reader().take(kind, bytes);
  if (has_ended) ended();
}

void LiveRuns::ended() {
  const std::unique_ptr<BackgroundWorker> worker = std::move(worker_);
  const WorkerEnd end = worker->finish();
  if (is_preparing_) {
    if (takes_.prepared) takes_.prepared();
    return;
  }
  if (has_answered_) return;
  try {
    receiver_->finish(end);
  } catch (const Error& error) {
    if (takes_.failed) takes_.failed(error);
  }
}

// A stopped worker may be in the middle of writing: the next one writes when it is gone.
void LiveRuns::bury() {
  std::erase_if(stopped_, [](const auto& worker) { return !worker->pump(); });
  if (stopped_.empty()) results_.let_write(number_);
}

}  // namespace engine::app
