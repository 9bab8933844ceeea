// Lines of a file or of standard input, as they come: read no further ahead than is asked for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace engine::batch {

/// Longer lines are an Error(kInput).
inline constexpr std::size_t kLongestLine = std::size_t{64} << 20;

/// For who asks in the midst of run_pool() (worker/pool.hpp), which has SIGINT and SIGTERM blocked:
/// a wait ends once one of them has come, and leaves it there. Threads: one.
class LineInput {
 public:
  /// `path` "-": standard input. Throws Error(kInput) for what cannot be read.
  explicit LineInput(const std::string& path);
  ~LineInput();
  LineInput(const LineInput&) = delete;
  LineInput& operator=(const LineInput&) = delete;

  enum class Wait : bool {
    kShortly,  // for a writer who is at it
    kForever
  };
  /// The next line without its end; nothing at the end, when no line comes in that time, and once
  /// somebody wants us to end. An empty line is none. Throws Error(kInput).
  std::optional<std::string> next(Wait wait);
  /// Of the line that next() gave last, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }
  /// There will be no other line.
  [[nodiscard]] bool is_at_end() const { return is_at_end_; }
  /// A signal has come.
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }

 private:
  bool read_more(Wait wait);
  std::optional<std::string> take_line();

  std::string path_;
  int file_ = -1, signals_ = -1;
  std::string bytes_;  // read and not given yet, from `begin_` on
  std::size_t begin_ = 0, looked_at_ = 0, number_ = 0;
  bool is_at_end_ = false, is_stopped_ = false;
};

}  // namespace engine::batch
