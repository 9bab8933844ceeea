// A worker that runs while whoever started it does other things: `engine watch` has keys to read
// and files to look at. Limits, messages and the end are those of run_in_worker(); signals are not
// looked at here, the starter has its own way with them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "worker/worker.hpp"

namespace engine {

class BackgroundWorker {
 public:
  /// Forks. Of the descriptors above 2 the worker has all, or, with `kept`, those and its own. Throws
  /// what run_in_worker() throws.
  BackgroundWorker(const WorkerLimits& limits, const std::function<int(Channel&, Heartbeat&)>& job,
                   const std::vector<int>* kept = nullptr);
  /// Kills a worker that still lives.
  ~BackgroundWorker();
  BackgroundWorker(const BackgroundWorker&) = delete;
  BackgroundWorker& operator=(const BackgroundWorker&) = delete;

  /// For poll(): either is readable when there is something to take() or the worker has ended.
  [[nodiscard]] int socket() const;
  [[nodiscard]] int process() const;
  /// Milliseconds until a limit has to be looked at, for poll(); -1: none.
  [[nodiscard]] int milliseconds_to_next_look() const;

  /// Takes in what the worker has sent and looks at its limits, without waiting. False once it has
  /// ended and all that it sent was taken in.
  bool pump();
  /// The next frame that was taken in whole, or false.
  bool take(std::uint32_t& kind, std::string& bytes);
  /// Kills it without waiting: memory of gigabytes takes a while to give back.
  void stop();
  /// Waits for the end and tells how it was.
  WorkerEnd finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace engine
