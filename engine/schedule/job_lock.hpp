// What only one process may do for a library: be its clock, or run jobs of one kind.
//
// All of them are places in one file beside the library, LIBRARY.jobs.lock, that stays empty.
#pragma once

#include <string>

namespace engine::schedule {

/// Held while it lives. Who is killed lets go.
class JobLock {
 public:
  /// Of the clock.
  static JobLock clock(const std::string& library);
  /// Of the jobs with that verb.
  static JobLock kind(const std::string& library, const std::string& verb);

  JobLock(JobLock&& other) noexcept;
  JobLock& operator=(JobLock&&) = delete;
  ~JobLock();

  /// False where another process, or another lock of this one, holds it.
  [[nodiscard]] bool is_held() const { return is_held_; }

 private:
  /// Throws Error(kStore) when there can be no such file.
  JobLock(const std::string& library, long place);

  int file_ = -1;
  bool is_held_ = false;
};

/// Whether a clock is at work for the library. Makes no file.
bool is_clock_at_work(const std::string& library);

}  // namespace engine::schedule
