// Tasks that share the steps of a kernel, as threads of one process.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "kernels/shared_steps.hpp"

/// What the tasks have made, by step and part.
struct Board {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::pair<std::string, std::int64_t>, std::string> parts;

  [[nodiscard]] bool has(const std::string& step, std::int64_t part) {
    const std::lock_guard lock(mutex);
    return parts.contains({step, part});
  }
};

/// One of them. It makes the part of its own and waits for the others'; as the only one there is, all parts.
class BoardTask final : public model::SharedSteps {
 public:
  BoardTask(Board& board, std::int64_t own, std::int64_t parts, bool is_alone = false)
      : board_(board), own_(own), parts_(parts), is_alone_(is_alone) {}

  [[nodiscard]] std::int64_t parts() const override { return parts_; }

  void step(const std::string& name, const Make& make, const Take& take, bool) override {
    for (std::int64_t k = 0; k < parts_; ++k) {
      const std::int64_t part = (own_ + k) % parts_;
      if (part == own_ || (is_alone_ && !board_.has(name, part))) put(name, part, make(part));
      take(part, wait_for(name, part));
    }
  }

  [[nodiscard]] bool take_whole(const std::string& name, const Take& take) override {
    for (std::int64_t part = 0; part < parts_; ++part) {
      if (!board_.has(name, part)) return false;
      take(part, wait_for(name, part));
    }
    return true;
  }

  void forget(const std::string& name) override {
    const std::lock_guard lock(board_.mutex);
    std::erase_if(board_.parts, [&](const auto& part) { return part.first.first == name; });
  }

 private:
  void put(const std::string& name, std::int64_t part, std::string bytes) {
    const std::lock_guard lock(board_.mutex);
    board_.parts[{name, part}] = std::move(bytes);
    board_.changed.notify_all();
  }
  [[nodiscard]] std::string wait_for(const std::string& name, std::int64_t part) {
    std::unique_lock lock(board_.mutex);
    board_.changed.wait(lock, [&] { return board_.parts.contains({name, part}); });
    return board_.parts.at({name, part});
  }

  Board& board_;
  std::int64_t own_, parts_;
  bool is_alone_;
};

/// What each of `parts` tasks comes to, all at once.
template <class Result, class Work>
std::vector<Result> shared_by(std::int64_t parts, Work work) {
  Board board;
  std::vector<Result> results(static_cast<std::size_t>(parts));
  std::vector<std::jthread> tasks;
  for (std::int64_t own = 0; own < parts; ++own) {
    tasks.emplace_back([&, own] {
      BoardTask task(board, own, parts);
      results[static_cast<std::size_t>(own)] = work(task);
    });
  }
  tasks.clear();
  return results;
}
