// Work shared out to threads in blocks, so that what comes out does not depend on how many there
// are.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace model {

/// Calls work(thread, begin, end) for every block of `block` numbers of [0, count), each once, on
/// `threads` threads (thread 0 is the caller); the order of the blocks is not fixed. `proceed` is
/// asked on the calling thread between its blocks with the share handed out so far; once it says
/// false no block is handed out any more. The first exception of a block stops the rest and is
/// thrown again here. Returns whether all blocks ran.
inline bool for_blocks(int threads, std::int64_t count, std::int64_t block,
                       const std::function<void(int, std::int64_t, std::int64_t)>& work,
                       const std::function<bool(double)>& proceed = {}) {
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> is_stopped{false};
  std::exception_ptr failure;
  std::mutex failure_lock;
  const auto run = [&](int thread) {
    while (!is_stopped) {
      const std::int64_t begin = next.fetch_add(block);
      if (begin >= count) return;
      try {
        work(thread, begin, std::min(begin + block, count));
        if (thread == 0 && proceed &&
            !proceed(static_cast<double>(begin) / static_cast<double>(count)))
          is_stopped = true;
      } catch (...) {
        const std::lock_guard lock(failure_lock);
        if (!failure) failure = std::current_exception();
        is_stopped = true;
      }
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (int thread = 1; thread < threads; ++thread) others.emplace_back(run, thread);
    } catch (const std::system_error&) {
      // No more threads to be had: those there are do the same work.
    }
    run(0);
  }
  if (failure) std::rethrow_exception(failure);
  return !is_stopped;
}

}  // namespace model
