// What the desk was asked for: what waits, what is at work, what has ended within the hour.
//
// A call that somebody waits for is a job as any other; it is forgotten with its answer. One that
// was asked for with ?job=1 goes on without its page, which finds it here after a reload.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "serve/api_call.hpp"
#include "serve/verb_process.hpp"

namespace engine::serve {

struct Job {
  enum State { kWaiting, kRunning, kDone, kFailed, kCancelled };
  /// Each has processes of its own, so that a page is not held up by an import, nor a list by the
  /// pictures of another.
  enum Lane { kCalls, kKept, kPictures, kLanes };

  std::uint64_t number = 0;
  std::string session;
  ApiCall call;
  std::optional<std::uint64_t> request = {};  // of the front, that waits for the answer
  Lane lane = kCalls;
  State state = kWaiting;
  std::string progress = {};
  std::vector<std::string> notes = {};             // the last hundred
  std::int64_t asked = 0, started = 0, ended = 0;  // Unix seconds
  int exit = 0;
  std::string answer = {};  // JSON, of kDone
  std::string error = {};   // JSON, of kFailed, ...
  int status = 500;         // ... and HTTP's for it
  std::unique_ptr<VerbProcess> process = nullptr;

  [[nodiscard]] bool is_kept() const { return lane == kKept; }
  [[nodiscard]] bool has_ended() const { return state >= kDone; }
  /// Without the answer, which may be long.
  [[nodiscard]] nlohmann::ordered_json json() const;
  /// With what came of it.
  [[nodiscard]] nlohmann::ordered_json whole_json() const;
};

/// By number, which rises. Threads: one.
class Jobs {
 public:
  Job& add(std::string session, ApiCall call, Job::Lane lane, std::uint64_t request);
  /// nullptr for one that there is not, or no longer.
  Job* find(std::uint64_t number);
  void remove(std::uint64_t number) { jobs_.erase(number); }
  /// Of those that are kept, the newest first.
  [[nodiscard]] nlohmann::ordered_json list() const;
  /// Those that ended an hour ago, and all but the last 200 that ended.
  void forget_old(std::int64_t now);
  [[nodiscard]] std::map<std::uint64_t, Job>& all() { return jobs_; }

 private:
  std::map<std::uint64_t, Job> jobs_;
  std::uint64_t last_ = 0;
};

}  // namespace engine::serve
