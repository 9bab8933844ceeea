// A verb at work in a process of its own, forked from the desk, which has the settings read and the
// plugins loaded: what crashes, hangs or eats memory there costs that answer only. The process forks
// the worker of a run as a command line's does, under the same limits. What it puts into the folder
// for temporary files is gone with it, also where it was killed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/temporary_folder.hpp"
#include "serve/api_call.hpp"
#include "worker/background_worker.hpp"
#include "worker/job.hpp"

namespace engine::serve {

/// Threads: one, and the process must have no other when it is made.
class VerbProcess {
 public:
  /// Who hears what is said on the way; called from take().
  struct Hearers {
    std::function<void(const std::string&text)> note, progress;
    std::function<void(const std::string& json)> line;  // an answer of a verb that goes on
  };

  VerbProcess(const app::Home& home, const ApiCall& call, Hearers hearers);

  /// Takes in what has come, without waiting. True once it has ended.
  bool take();
  /// Of a process that has ended: its exit status, and its answer as JSON, "null" without one.
  /// Throws the Error that came instead.
  struct Answered {
    int exit = 0;
    std::string json;
  };
  Answered finish();
  /// Kills it and what it has forked: the library stays as it was.
  void stop() { worker_->stop(); }

  /// For poll().
  [[nodiscard]] int socket() const { return worker_->socket(); }
  [[nodiscard]] int process() const { return worker_->process(); }
  [[nodiscard]] int milliseconds_to_next_look() const {
    return worker_->milliseconds_to_next_look();
  }

 private:
  void hear(std::uint32_t kind, const std::string& bytes);

  Hearers hearers_;
  JobReader reader_;
  std::string answer_;
  TemporaryFolder folder_;                    // its TMPDIR
  std::unique_ptr<BackgroundWorker> worker_;  // ends before its folder does
};

}  // namespace engine::serve
