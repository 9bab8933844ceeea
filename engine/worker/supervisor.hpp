// The parent's side of a worker: its channel, its clock, its signals, its end. No threads: limits
// are looked at whenever the supervisor waits for a frame, and at each frame it takes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "worker/limits.hpp"
#include "worker/shared_page.hpp"
#include "worker/worker.hpp"

namespace engine::worker {

struct FrameHeader;

class Supervisor final : public Channel {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes over the three descriptors; questions go to `outside`, nullptr: nobody answers. `signals` is a signalfd of SIGINT and SIGTERM, or -1 where
  /// somebody else (a pool) listens for them and calls interrupt().
  /// `mark` is that of the frames (worker/frames.hpp).
  Supervisor(pid_t worker, int socket, std::uint64_t mark, int pidfd, int signals,
             const AppliedLimits& limits, const SharedPage& page, Clock::time_point started,
             Outside* outside);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  /// Kills and reaps a worker that still lives.
  ~Supervisor() override;

  void send(std::uint32_t kind, std::string_view bytes) override;
  bool receive(std::uint32_t& kind, std::string& bytes) override;

  // For pools, which never wait for one worker alone:
  /// Takes in what the worker has sent and looks at its limits, without waiting. False once the
  /// worker has ended and all that it sent was taken in.
  bool pump();
  /// The next frame that was taken in whole, or false.
  bool take_frame(std::uint32_t& kind, std::string& bytes);
  /// Asks the worker to end, as SIGINT does.
  void interrupt();
  /// Kills it, without waiting for its end.
  void kill();
  /// What to poll for input, and for how long at most (-1: for ever).
  [[nodiscard]] int socket() const { return socket_; }
  /// Of its end, and of answers that it waits for.
  [[nodiscard]] int events() const { return events_ >= 0 ? events_ : pidfd_; }
  [[nodiscard]] int milliseconds_to_next_look() const {
    return milliseconds_to_next_look(Clock::now());
  }

  /// Drops what nobody read, waits for the worker, and tells how it ended.
  WorkerEnd finish();

 private:
  enum class Stopped { kNo, kWall, kSilence, kInterrupt, kNoFrame };

  bool read_exactly(char* bytes, std::size_t length);
  ssize_t read_some(char* bytes, std::size_t length);
  void take_in();
  void watch();
  void wait(short events);
  void look_at_signals();
  void look_at_clock();
  bool check(const FrameHeader& header);
  void take_question(const std::string& question);
  void look_outside();
  void give_answers();
  void ask_no_more();
  void watch_outside();
  bool receive_any(std::uint32_t& kind, std::string& bytes);
  bool take_any_frame(std::uint32_t& kind, std::string& bytes);
  void took_frame();
  [[nodiscard]] int milliseconds_to_next_look(Clock::time_point now) const;
  void kill_for(Stopped reason);
  [[nodiscard]] std::string message(int status, double cpu_seconds, WorkerEnd& end) const;

  pid_t worker_;
  int socket_;
  std::uint64_t mark_;
  int pidfd_, signals_;
  AppliedLimits limits_;
  const SharedPage& page_;
  Clock::time_point started_, wall_from_, last_look_, last_sign_, interrupted_at_, stopped_at_;
  std::uint64_t last_beats_ = 0;
  bool is_interrupted_ = false, is_ended_ = false, is_reaped_ = false;
  Stopped stopped_ = Stopped::kNo;
  std::string inbox_;  // frames taken in while sending
  std::size_t inbox_used_ = 0;
  std::string piece_;  // what is being received
  Outside* outside_;
  std::size_t waits_for_ = 0;  // answers
  int events_ = -1;            // an epoll of the worker's end and the outside, once it has asked
  bool is_answering_ = false;
};

}  // namespace engine::worker
