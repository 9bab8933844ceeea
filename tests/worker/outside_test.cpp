// What workers ask of the world through their supervisor.
#include "worker/outside.hpp"

#include <csignal>
#include <deque>
#include <fcntl.h>
#include <map>
#include <set>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "worker/background_worker.hpp"
#include "worker/confine.hpp"
#include "worker/job.hpp"
#include "worker/pool.hpp"

using engine::Channel;
using engine::Heartbeat;

namespace {

/// Says "QUESTION!" a moment later; "big N" gets N bytes, "never" nothing.
class Echo final : public engine::Outside {
 public:
  Echo() : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {}
  ~Echo() override { ::close(timer_); }
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;

  int descriptor() override { return timer_; }
  void look() override {
    std::uint64_t times = 0;
    if (::read(timer_, &times, sizeof times) < 0) return;
    for (const auto& [who, question] : asked_) answer(who, question);
    asked_.clear();
  }
  void ask(std::uint64_t who, const std::string& question) override {
    ++questions;
    if (question == "at once") return answer(who, question);
    asked_.emplace_back(who, question);
    const itimerspec soon{{0, 0}, {0, 3'000'000}};
    ::timerfd_settime(timer_, 0, &soon, nullptr);
  }
  bool take(std::uint64_t who, std::string& text) override {
    std::deque<std::string>& his = answers_[who];
    if (his.empty()) return false;
    text = his.front();
    his.pop_front();
    return true;
  }
  void forget(std::uint64_t who) override {
    forgotten.insert(who);
    answers_.erase(who);
  }
  void leave() override { ::close(timer_); }

  std::size_t questions = 0;
  std::set<std::uint64_t> forgotten;

 private:
  void answer(std::uint64_t who, const std::string& question) {
    if (question == "never") return;
    answers_[who].push_back(question.starts_with("big ")
                                ? std::string(std::stoul(question.substr(4)), 'b')
                                : question + "!");
  }

  int timer_;
  std::deque<std::pair<std::uint64_t, std::string>> asked_;
  std::map<std::uint64_t, std::deque<std::string>> answers_;
};

/// The results that a job sent, one a line.
struct Taken {
  std::string text;
  engine::WorkerEnd end;
};
Taken run(Echo& echo, engine::JobBody body, bool is_in_process = false) {
  Taken taken;
  engine::JobReader reader(
      {.result = [&](const std::string& bytes) { taken.text += bytes + "\n"; }});
  engine::WorkerLimits limits;
  limits.outside = &echo;
  taken.end = reader.run(limits, is_in_process, std::move(body));
  return taken;
}

}  // namespace

TEST_CASE("a worker asks, and its supervisor has the answer sent", "[worker][outside]") {
  const bool is_in_process = GENERATE(false, true);
  Echo echo;
  const Taken taken = run(
      echo,
      [](engine::JobSender& sender) {
        sender.result(sender.ask("one"));
        sender.result("between");
        sender.result(sender.ask("at once"));
        sender.result(sender.ask("two"));
      },
      is_in_process);
  CHECK(taken.end.is_done);
  CHECK(taken.text == "one!\nbetween\nat once!\ntwo!\n");
  CHECK(echo.questions == 3);
  CHECK(echo.forgotten.empty());
}

TEST_CASE("a confined worker may ask, and holds nothing of the outside", "[worker][outside]") {
  Echo echo;
  const int descriptor = echo.descriptor();
  const Taken taken = run(echo, [descriptor](engine::JobSender& sender) {
    sender.result(::fcntl(descriptor, F_GETFD) < 0 ? "closed" : "open");
    engine::confine_process();
    sender.result(sender.ask("from inside"));
  });
  CHECK(taken.text == "closed\nfrom inside!\n");
}

TEST_CASE("answers of megabytes pass frames of megabytes", "[worker][outside]") {
  Echo echo;
  std::size_t bytes = 0;
  engine::JobReader reader({.result = [&](const std::string& part) { bytes += part.size(); }});
  engine::WorkerLimits limits;
  limits.outside = &echo;
  const engine::WorkerEnd end = reader.run(limits, false, [](engine::JobSender& sender) {
    for (int k = 0; k < 4; ++k) {
      sender.result(std::string(3 << 20, 'x'));
      sender.result(sender.ask("big 9000000"));
    }
  });
  CHECK(end.is_done);
  CHECK(bytes == 4 * ((3u << 20) + 9'000'000u));
}

TEST_CASE("where nobody answers a question gets nothing", "[worker][outside]") {
  std::string text = "none";
  engine::JobReader reader({.result = [&](const std::string& bytes) { text = "<" + bytes + ">"; }});
  const bool is_in_process = GENERATE(false, true);
  const engine::WorkerEnd end = reader.run(
      {}, is_in_process, [](engine::JobSender& sender) { sender.result(sender.ask("anybody")); });
  CHECK(end.is_done);
  CHECK(text == "<>");
}

TEST_CASE("what a dead worker asked is forgotten", "[worker][outside]") {
  Echo echo;
  engine::WorkerLimits limits;
  limits.outside = &echo;
  limits.wall_seconds = 0.2;
  engine::JobReader reader;
  const engine::WorkerEnd end =
      reader.run(limits, false, [](engine::JobSender& sender) { sender.ask("never"); });
  CHECK(end.is_limit);
  CHECK_THAT(end.message, Catch::Contains("did not answer"));
  CHECK(echo.forgotten.size() == 1);
}

TEST_CASE("Ctrl-C ends the wait for an answer", "[worker][outside]") {
  Echo echo;
  std::string text;
  engine::JobReader reader({.result = [&](const std::string& bytes) { text = "<" + bytes + ">"; }});
  engine::WorkerLimits limits;
  limits.outside = &echo;
  const engine::WorkerEnd end = reader.run(limits, false, [](engine::JobSender& sender) {
    ::kill(::getppid(), SIGINT);
    sender.result(sender.ask("never"));
  });
  CHECK(end.is_interrupted);
  CHECK(text == "<>");  // and not the end by force, two seconds later
}

TEST_CASE("each of a pool's workers gets its own answers", "[worker][outside]") {
  const bool is_in_process = GENERATE(false, true);
  struct Work final : engine::PoolWork {
    engine::WorkerLimits limits;
    std::size_t given = 0;
    std::map<std::uint64_t, std::string> texts;
    std::size_t done = 0;
    std::optional<engine::PoolJob> next() override {
      if (given == 12) return std::nullopt;
      const std::size_t id = given++;
      return engine::PoolJob{id, limits, [id](Channel& channel, Heartbeat&) {
                               for (int k = 0; k < 5; ++k)
                                 channel.send(1, channel.ask(std::to_string(id)));
                               return 0;
                             }};
    }
    void frame(std::uint64_t id, std::uint32_t, const std::string& bytes) override {
      texts[id] += bytes;
    }
    void ended(std::uint64_t, const engine::WorkerEnd& end) override { done += end.is_done; }
  } work;
  Echo echo;
  work.limits.outside = &echo;
  engine::PoolOptions options;
  options.workers = 3;
  options.is_in_process = is_in_process;
  CHECK(engine::run_pool(work, options));
  CHECK(work.done == 12);
  for (std::size_t id = 0; id < 12; ++id) {
    const std::string one = std::to_string(id) + "!";
    CHECK(work.texts[id] == one + one + one + one + one);
  }
}
