// What workers ask of the world, through their supervisor, as they have no network themselves.
//
// A worker asks with JobSender::ask() and waits. Its supervisor hands the question to the Outside
// of its limits (WorkerLimits::outside), polls that beside its worker, and sends the answer back.
// What questions and answers are is between the asker and the Outside; an HTTP client, say.
#pragma once

#include <cstdint>
#include <string>

namespace engine {

/// In the supervisor's process. Threads: that of the supervisor.
class Outside {
 public:
  virtual ~Outside() = default;
  /// Readable when look() has something to do. Called once a question was asked.
  [[nodiscard]] virtual int descriptor() = 0;
  /// Does what can be done without waiting.
  virtual void look() = 0;
  /// `who` asks; several questions of one are answered in any order, each once.
  virtual void ask(std::uint64_t who, const std::string& question) = 0;
  /// The next answer that came for `who`, or false. An empty one: there will be none.
  virtual bool take(std::uint64_t who, std::string& answer) = 0;
  /// `who` is gone, or waits no more: what it asked is dropped.
  virtual void forget(std::uint64_t who) = 0;
  /// In a worker, just forked: lets go of what is open here, without a word to the other ends.
  virtual void leave() = 0;
};

}  // namespace engine
