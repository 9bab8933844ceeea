#include "worker/front.hpp"

#include <cstring>
#include <deque>
#include <exception>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/error_bytes.hpp"
#include "worker/pool.hpp"
#include "worker/start.hpp"

namespace engine {
namespace {

enum Kind : std::uint32_t { kQuestion = 1, kAnswer, kRefusal, kGoodbye };

/// A frame's bytes: the question's number, then its text, or the answer's.
std::string numbered(std::uint64_t number, std::string_view bytes) {
  std::string all(sizeof number, '\0');
  std::memcpy(all.data(), &number, sizeof number);
  return all.append(bytes);
}

std::uint64_t take_number(std::string& bytes) {
  std::uint64_t number = 0;
  if (bytes.size() < sizeof number)
    throw Error(Exit::kPlugin, "the front end sent what is no question");
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.erase(0, sizeof number);
  return number;
}

// ---- in the front

class AskingFront final : public Front {
 public:
  AskingFront(Channel& channel, Heartbeat& heartbeat) : channel_(channel), heartbeat_(heartbeat) {}

  std::string ask(std::string_view question) override {
    std::future<std::string> answer;
    {
      const std::lock_guard lock(mutex_);
      if (is_over_) throw over();
      const std::uint64_t number = ++last_number_;
      answer = waiting_[number].get_future();
      try {
        channel_.send(kQuestion, numbered(number, question));
      } catch (const std::runtime_error&) {
        waiting_.erase(number);
        throw over();  // the parent is gone
      }
    }
    return answer.get();
  }

  [[nodiscard]] bool is_interrupted() const override { return heartbeat_.is_interrupted(); }

  /// Gives every answer to who waits for it, until the parent says goodbye or is gone.
  void listen() {
    std::uint32_t kind = 0;
    for (std::string bytes; channel_.receive(kind, bytes) && kind != kGoodbye;) settle(kind, bytes);
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    for (auto& [number, promise] : waiting_) promise.set_exception(std::make_exception_ptr(over()));
    waiting_.clear();
  }

  void say_goodbye() {
    const std::lock_guard lock(mutex_);
    try {
      channel_.send(kGoodbye, "");
    } catch (const std::runtime_error&) {
      // The parent is gone, which ends the listening as well.
    }
  }

 private:
  static Error over() { return {Exit::kInterrupted, "the engine takes no more questions"}; }

  void settle(std::uint32_t kind, std::string& bytes) {
    const std::uint64_t number = take_number(bytes);
    const std::lock_guard lock(mutex_);
    auto found = waiting_.extract(number);
    if (found.empty()) return;
    if (kind == kAnswer)
      found.mapped().set_value(std::move(bytes));
    else
      found.mapped().set_exception(std::make_exception_ptr(unpack_error(bytes)));
  }

  Channel& channel_;  // one thread receives, the others send under the lock
  Heartbeat& heartbeat_;
  std::mutex mutex_;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, std::promise<std::string>> waiting_;
  bool is_over_ = false;
};

int run_front_body(const std::function<int(Front&)>& body, Channel& channel, Heartbeat& heartbeat) {
  AskingFront front(channel, heartbeat);
  std::thread listener([&] { front.listen(); });
  int code = 1;
  std::exception_ptr failure;
  try {
    code = body(front);
  } catch (...) {
    failure = std::current_exception();
  }
  front.say_goodbye();
  listener.join();
  if (failure) std::rethrow_exception(failure);
  return code;
}

// ---- in the parent

class FrontDesk final : public PoolSource, public PoolWork {
 public:
  FrontDesk(const std::function<int(Front&)>& body, const FrontWork& work,
            const std::vector<int>& kept)
      : work_(work) {
    const auto job = [&](Channel& channel, Heartbeat& heartbeat) {
      return run_front_body(body, channel, heartbeat);
    };
    WorkerLimits none;
    none.wall_seconds = none.cpu_seconds = none.heartbeat_seconds = 0;
    none.memory_bytes = 0;
    front_ = worker::start_worker(none, job, blocked_, -1, {}, &kept);
  }

  WorkerEnd finish() {
    WorkerEnd end = front_->supervisor->finish();
    end.fork_ms = front_->fork_ms;
    return end;
  }

  // The front, as what the pool's jobs come from.
  [[nodiscard]] std::vector<int> descriptors() const override {
    return {front_->supervisor->socket(), front_->supervisor->events()};
  }
  [[nodiscard]] int milliseconds_to_next_look() const override {
    return front_->supervisor->milliseconds_to_next_look();
  }
  void look() override {
    is_over_ = !front_->supervisor->pump();
    std::uint32_t kind = 0;
    for (std::string bytes; front_->supervisor->take_frame(kind, bytes);) {
      if (kind == kGoodbye) {
        front_->supervisor->send(kGoodbye, "");
        continue;
      }
      const std::uint64_t number = take_number(bytes);
      questions_.emplace_back(number, std::move(bytes));
    }
    if (is_over_) questions_.clear();  // nobody waits any more
    if (is_closed_) refuse_all();
  }
  void interrupt() override {
    if (!std::exchange(is_closed_, true)) front_->supervisor->interrupt();
    refuse_all();
  }
  [[nodiscard]] bool is_over() const override { return is_over_; }

  // The questions, as the pool's jobs.
  std::optional<PoolJob> next() override {
    while (!questions_.empty()) {
      const auto [number, question] = std::move(questions_.front());
      questions_.pop_front();
      try {
        FrontJob job = work_(question);
        Asked& asked = asked_.try_emplace(number).first->second;
        asked.reader = JobReader(
            {.result = [&asked](const std::string& bytes) { asked.answer = bytes; }}, job.words);
        return PoolJob{number, job.limits,
                       worker::unblocked(asked.reader.job(std::move(job.body)))};
      } catch (const std::exception&) {
        asked_.erase(number);
        refuse(number, caught_error({}));
      }
    }
    return std::nullopt;
  }
  void frame(std::uint64_t number, std::uint32_t kind, const std::string& bytes) override {
    asked_.at(number).reader.take(kind, bytes);
  }
  void ended(std::uint64_t number, const WorkerEnd& end) override {
    const auto asked = asked_.extract(number);
    try {
      asked.mapped().reader.finish(end);
      front_->supervisor->send(kAnswer, numbered(number, asked.mapped().answer));
    } catch (const Error& error) {
      refuse(number, error);
    }
  }

 private:
  struct Asked {
    JobReader reader;
    std::string answer;
  };

  void refuse(std::uint64_t number, const Error& error) {
    front_->supervisor->send(kRefusal, numbered(number, pack_error(error)));
  }

  /// Those that nobody will work at any more.
  void refuse_all() {
    for (const auto& [number, question] : questions_)
      refuse(number, Error(Exit::kInterrupted, "the engine takes no more questions"));
    questions_.clear();
  }

  const FrontWork& work_;
  const worker::BlockedSignals blocked_;  // from before the front to the end of the pool
  std::unique_ptr<worker::StartedWorker> front_;
  std::deque<std::pair<std::uint64_t, std::string>> questions_;
  std::map<std::uint64_t, Asked> asked_;  // at work; stay where their readers look
  bool is_over_ = false, is_closed_ = false;
};

}  // namespace

WorkerEnd run_front(const std::function<int(Front&)>& body, const FrontWork& work,
                    std::size_t workers, const std::vector<int>& kept) {
  FrontDesk desk(body, work, kept);
  PoolOptions options;
  options.workers = workers;
  options.source = &desk;
  run_pool(desk, options);
  return desk.finish();
}

}  // namespace engine
