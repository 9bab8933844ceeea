#include "worker/background_worker.hpp"

#include "worker/start.hpp"

namespace engine {

struct BackgroundWorker::State {
  std::unique_ptr<worker::StartedWorker> started;
};

BackgroundWorker::BackgroundWorker(const WorkerLimits& limits,
                                   const std::function<int(Channel&, Heartbeat&)>& job,
                                   const std::vector<int>* kept)
    : state_(std::make_unique<State>()) {
  const worker::BlockedSignals blocked;
  state_->started = worker::start_worker(limits, worker::unblocked(job), blocked, -1, {}, kept);
}

BackgroundWorker::~BackgroundWorker() = default;

int BackgroundWorker::socket() const {
  return state_->started->supervisor->socket();
}

int BackgroundWorker::process() const {
  return state_->started->supervisor->events();
}

int BackgroundWorker::milliseconds_to_next_look() const {
  return state_->started->supervisor->milliseconds_to_next_look();
}

bool BackgroundWorker::pump() {
  return state_->started->supervisor->pump();
}

bool BackgroundWorker::take(std::uint32_t& kind, std::string& bytes) {
  return state_->started->supervisor->take_frame(kind, bytes);
}

void BackgroundWorker::stop() {
  state_->started->supervisor->kill();
}

WorkerEnd BackgroundWorker::finish() {
  WorkerEnd end = state_->started->supervisor->finish();
  end.fork_ms = state_->started->fork_ms;
  return end;
}

}  // namespace engine
