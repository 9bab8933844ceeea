// SIGINT and SIGTERM for who polls: somebody wants us to end.
#pragma once

#include <memory>

namespace engine {

/// Blocks the two while it lives, so that they are told here; puts the old mask back.
/// Threads: one, and the process has no other that takes signals.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// For poll(): readable once one of them came.
  [[nodiscard]] int descriptor() const;
  /// True from the first one on.
  bool have_come();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace engine
