// run_in_process(): the same job without a worker.
#include <chrono>
#include <cstring>
#include <deque>
#include <exception>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <utility>

#include "core/error.hpp"
#include "worker/outside.hpp"
#include "worker/worker.hpp"

namespace engine {
namespace {

class QueueChannel final : public Channel {
 public:
  explicit QueueChannel(Outside* outside) : outside_(outside) {}
  void send(std::uint32_t kind, std::string_view bytes) override {
    frames_.emplace_back(kind, bytes);
  }
  bool receive(std::uint32_t& kind, std::string& bytes) override {
    if (frames_.empty() || !is_readable_) return false;
    kind = frames_.front().first;
    bytes = std::move(frames_.front().second);
    frames_.pop_front();
    return true;
  }
  std::string ask(std::string_view question) override {
    if (outside_ == nullptr) return "";
    outside_->ask(kWho, std::string(question));
    std::string answer;
    while (!outside_->take(kWho, answer)) {
      pollfd source{outside_->descriptor(), POLLIN, 0};
      ::poll(&source, 1, -1);
      outside_->look();
    }
    return answer;
  }
  void turn_to_supervisor() { is_readable_ = true; }

 private:
  static constexpr std::uint64_t kWho = 0;  // no worker

  Outside* outside_;
  std::deque<std::pair<std::uint32_t, std::string>> frames_;
  bool is_readable_ = false;
};

class LocalHeartbeat final : public Heartbeat {
 public:
  void doing(std::string_view what) override { doing_ = what; }
  void beat() override {}
  [[nodiscard]] bool is_interrupted() const override { return false; }
  [[noreturn]] void give_up(const char* what, const char* where) override {
    for (const char* part : {"error: ", what, "\n  where: ", where, "\n"}) {
      const ssize_t written = ::write(STDERR_FILENO, part, std::strlen(part));
      (void)written;  // there is nobody left to tell
    }
    ::_exit(static_cast<int>(Exit::kLimits));
  }
  [[nodiscard]] std::string stage() const { return doing_.empty() ? "" : "; it was in: " + doing_; }

 private:
  std::string doing_;
};

}  // namespace

WorkerEnd run_in_process(const std::function<int(Channel&, Heartbeat&)>& job,
                         const std::function<void(Channel&)>& supervise, Outside* outside) {
  const auto started = std::chrono::steady_clock::now();
  QueueChannel channel(outside);
  LocalHeartbeat heartbeat;
  WorkerEnd end;
  try {
    end.exit_code = job(channel, heartbeat);
    end.is_done = true;
  } catch (const std::exception& error) {
    end.message = error.what() + heartbeat.stage();
  }
  channel.turn_to_supervisor();
  supervise(channel);
  end.wall_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  return end;
}

}  // namespace engine
