// Many items, made in order by one worker or shared out to several: one that fails, crashes its
// worker or meets a limit costs that item, and the rest of the worker's part goes on in another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "worker/job.hpp"
#include "worker/pool.hpp"

namespace engine {

/// The items [begin, end), which one worker makes.
struct ItemPart {
  std::size_t begin = 0, end = 0;
  static constexpr std::size_t kOpen = SIZE_MAX;  // an end that only the worker knows
};

/// Each item ends with one result or one error, in order; a frame that cannot be read (a
/// nlohmann::json::exception of result()) is an error of its item. For run_pool().
class ItemWork : public PoolWork {
 public:
  std::optional<PoolJob> next() final;
  void frame(std::uint64_t id, std::uint32_t kind, const std::string& bytes) final;
  void ended(std::uint64_t id, const WorkerEnd& end) final;

 protected:
  struct Job {
    WorkerLimits limits;
    JobBody body;  // sends a result for each item of the part; see each()
  };

  /// Has these made, after those that wait.
  void add(ItemPart part) {
    if (part.begin < part.end) waiting_.push_back(part);
  }
  /// Asked when no part waits, for those who hold back.
  virtual std::optional<ItemPart> next_part() { return std::nullopt; }
  /// What makes them: called for a part, and for the rest of one.
  virtual Job job(ItemPart part) = 0;
  virtual void result(std::size_t item, const std::string& bytes) = 0;
  virtual void failed(std::size_t item, Error error) = 0;
  /// Any other frame, which came while `item` was made.
  virtual void told(std::size_t /*item*/, std::uint32_t /*kind*/, const std::string& /*bytes*/) {}
  /// Those of an item's errors.
  [[nodiscard]] virtual JobWords words(std::size_t /*item*/) const { return {}; }

  /// In a worker: calls `make` for each item until somebody interrupts; what it throws is that
  /// item's error.
  void each(ItemPart part, JobSender& sender, const std::function<void(std::size_t)>& make) const;
  [[nodiscard]] bool is_running() const { return !running_.empty(); }
  /// No other part is begun, and no rest of one.
  void stop() { is_stopped_ = true; }

 private:
  struct Running {
    ItemPart part;
    std::size_t item = 0;  // that it is at
  };

  std::map<std::uint64_t, Running> running_;  // by job
  std::deque<ItemPart> waiting_;
  std::uint64_t next_id_ = 0;
  bool is_stopped_ = false;
};

}  // namespace engine
