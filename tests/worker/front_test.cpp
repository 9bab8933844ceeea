// A front end of many threads, and the workers that its questions are answered in.
#include "worker/front.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <catch2/catch.hpp>

#include "worker/confine.hpp"

using namespace engine;

namespace {

/// Numbers that all processes of a test see.
template <class T>
class Shared {
 public:
  Shared() {
    void* memory =
        ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    value_ = new (memory) T;
  }
  ~Shared() { ::munmap(value_, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T* operator->() const { return value_; }

 private:
  T* value_;
};

/// Threads that ask `count` questions between them; answers by question.
std::vector<std::string> ask_all(Front& front, int threads, int count,
                                 const std::function<std::string(int)>& question) {
  std::vector<std::string> answers(static_cast<std::size_t>(count));
  std::atomic<int> next{0};
  std::vector<std::jthread> pool;
  for (int k = 0; k < threads; ++k) {
    pool.emplace_back([&] {
      for (int asked = next++; asked < count; asked = next++) {
        std::string& answer = answers[static_cast<std::size_t>(asked)];
        try {
          answer = front.ask(question(asked));
        } catch (const Error& error) {
          answer = "error " + std::to_string(static_cast<int>(error.exit())) + ": " + error.what();
        }
      }
    });
  }
  pool.clear();
  return answers;
}

FrontJob doubled(const std::string& question) {
  FrontJob job;
  job.body = [question](JobSender& sender) {
    sender.result(std::to_string(2 * std::stoi(question)));
  };
  return job;
}

}  // namespace

TEST_CASE("two hundred runs asked for by a thread pool, two at once, one killed half-way",
          "[front]") {
  struct Counts {
    std::atomic<int> now{0}, most{0}, good{0}, failed{0};
  };
  const Shared<Counts> counts;
  const auto work = [&](const std::string& question) {
    FrontJob job;
    job.body = [&, question](JobSender& sender) {
      const int now = ++counts->now;
      for (int most = counts->most; now > most && !counts->most.compare_exchange_weak(most, now);) {
      }
      sender.note("half-way");
      ::usleep(2000);
      --counts->now;
      if (question == "117") ::raise(SIGKILL);
      sender.result(std::to_string(2 * std::stoi(question)));
    };
    return job;
  };
  const auto body = [&](Front& front) {
    const auto answers = ask_all(front, 8, 200, [](int k) { return std::to_string(k); });
    for (int k = 0; k < 200; ++k) {
      const std::string& answer = answers[static_cast<std::size_t>(k)];
      if (answer == std::to_string(2 * k)) ++counts->good;
      if (k == 117 && answer.starts_with("error 5: ") && answer.find("Killed") != std::string::npos)
        ++counts->failed;
    }
    return 0;
  };
  const WorkerEnd end = run_front(body, work, 2);
  CAPTURE(end.message);
  CHECK(end.is_done);
  CHECK(counts->good == 199);
  CHECK(counts->failed == 1);
  CHECK(counts->most == 2);
}

TEST_CASE("what a question's work throws is its refusal, whole", "[front]") {
  struct Seen {
    std::atomic<bool> is_refused{false}, is_thrown{false}, is_late{false};
  };
  const Shared<Seen> seen;
  const auto work = [](const std::string& question) {
    if (question == "refuse") throw Error(Exit::kUsage, "no", {"here", "", "because", "ask less"});
    FrontJob job;
    job.limits.wall_seconds = 0.2;
    job.body = [question](JobSender&) {
      if (question == "throw") throw Error(Exit::kRecipe, "wrong", {"x.lua:3", "", "", "mend it"});
      ::sleep(60);
    };
    return job;
  };
  const auto body = [&](Front& front) {
    const auto error_of = [&](const char* question) {
      try {
        front.ask(question);
      } catch (const Error& error) {
        return error;
      }
      return Error(Exit::kDone, "none");
    };
    const Error refused = error_of("refuse"), thrown = error_of("throw"), late = error_of("sleep");
    seen->is_refused = refused.exit() == Exit::kUsage && refused.parts().fix == "ask less";
    seen->is_thrown = thrown.exit() == Exit::kRecipe && thrown.parts().where == "x.lua:3";
    seen->is_late = late.exit() == Exit::kLimits;
    return 0;
  };
  CHECK(run_front(body, work, 2).is_done);
  CHECK(seen->is_refused);
  CHECK(seen->is_thrown);
  CHECK(seen->is_late);
}

TEST_CASE("a front that ends or crashes leaves no work behind", "[front]") {
  struct Seen {
    std::atomic<pid_t> worker{0};
  };
  const Shared<Seen> seen;
  const auto work = [&](const std::string&) {
    FrontJob job;
    job.body = [&](JobSender&) {
      seen->worker = ::getpid();
      ::sleep(60);
    };
    return job;
  };
  const auto body = [&](Front& front) {
    std::thread([&] {
      try {
        front.ask("sleep");
      } catch (const Error&) {
      }
    }).detach();
    while (seen->worker == 0) ::usleep(1000);
    ::raise(SIGKILL);
    return 0;
  };
  const WorkerEnd end = run_front(body, work, 2);
  CHECK_FALSE(end.is_done);
  CHECK_THAT(end.message, Catch::Contains("Killed"));
  REQUIRE(seen->worker != 0);
  CHECK(::kill(seen->worker, 0) == -1);
}

TEST_CASE("an interrupted parent refuses what waits, and the front ends by itself", "[front]") {
  struct Seen {
    std::atomic<int> begun{0}, answered{0}, refused{0};
    std::atomic<bool> is_told{false};
  };
  const Shared<Seen> seen;
  const auto work = [&](const std::string&) {
    FrontJob job;
    job.body = [&](JobSender& sender) {
      ++seen->begun;
      while (!sender.heartbeat().is_interrupted()) ::usleep(1000);
    };
    return job;
  };
  const auto body = [&](Front& front) {
    std::jthread signaller([&] {
      while (seen->begun < 2) ::usleep(1000);
      ::kill(::getppid(), SIGTERM);
    });
    const auto answers = ask_all(front, 8, 40, [](int) { return "wait"; });
    for (const std::string& answer : answers)
      ++(answer.starts_with("error 130: ") ? seen->refused : seen->answered);
    seen->is_told = front.is_interrupted();
    return 0;
  };
  const WorkerEnd end = run_front(body, work, 2);
  CAPTURE(end.message);
  CHECK(end.is_interrupted);
  CHECK(seen->begun == 2);
  CHECK(seen->answered + seen->refused == 40);
  CHECK(seen->refused >= 38);
  CHECK(seen->is_told);
}

TEST_CASE("whatever goes wrong with one question costs that one", "[front]") {
  struct Seen {
    std::atomic<int> good{0}, failed{0};
  };
  const Shared<Seen> seen;
  const auto work = [](const std::string& question) {
    if (question == "3") throw std::runtime_error("not foreseen");
    return doubled(question);
  };
  const auto body = [&](Front& front) {
    const auto answers = ask_all(front, 2, 8, [](int k) { return std::to_string(k); });
    for (const std::string& answer : answers)
      ++(answer.find("not foreseen") != std::string::npos ? seen->failed : seen->good);
    return 0;
  };
  CHECK(run_front(body, work, 2).is_done);
  CHECK(seen->good == 7);
  CHECK(seen->failed == 1);
}

TEST_CASE("a front has nothing open but its socket pair and what it is given", "[front]") {
  struct Seen {
    std::atomic<int> others{0};
    std::atomic<bool> has_given{false}, has_answer{false};
  };
  const Shared<Seen> seen;
  int before[2], given[2], after[2];  // on both sides of what stays
  for (int* pipe : {before, given, after}) REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  const auto body = [&](Front& front) {
    for (int descriptor = 3; descriptor < 1024; ++descriptor)
      seen->others += descriptor != given[1] && ::fcntl(descriptor, F_GETFD) >= 0;
    seen->has_given = ::write(given[1], "x", 1) == 1;
    seen->has_answer = front.ask("21") == "42";
    return 0;
  };
  const WorkerEnd end = run_front(body, doubled, 2, {given[1]});
  CAPTURE(end.message);
  CHECK(end.is_done);
  CHECK(seen->others == 1);  // the socket pair's end
  CHECK(seen->has_given);
  CHECK(seen->has_answer);
  for (int* pipe : {before, given, after}) {
    CHECK(::close(pipe[0]) == 0);  // the parent's own stay open
    CHECK(::close(pipe[1]) == 0);
  }
}

TEST_CASE("a serving front gives connections, and opens nothing more", "[front]") {
  struct Seen {
    std::atomic<bool> is_answered{false}, is_file_denied{false}, is_socket_denied{false},
        is_fork_denied{false};
  };
  const Shared<Seen> seen;
  int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(listening >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(::listen(listening, 4) == 0);
  REQUIRE(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  const int caller = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(caller, reinterpret_cast<sockaddr*>(&address), length) == 0);
  const auto body = [&](Front& front) {
    confine_process(Network::kServing);
    const int connection = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    std::jthread([&] {
      const std::string answer = front.ask("21");
      seen->is_answered = ::send(connection, answer.data(), answer.size(), 0) == 2;
    }).join();
    seen->is_file_denied =
        ::open("/tmp/front-test", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES;
    seen->is_socket_denied = ::socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EACCES;
    seen->is_fork_denied = ::fork() < 0;
    return 0;
  };
  const WorkerEnd end = run_front(body, doubled, 2, {listening});
  CAPTURE(end.message);
  CHECK(end.is_done);
  CHECK(seen->is_answered);
  CHECK(seen->is_file_denied);
  CHECK(seen->is_socket_denied);
  CHECK(seen->is_fork_denied);
  char answer[8] = {};
  CHECK(::recv(caller, answer, sizeof answer, 0) == 2);
  CHECK(std::string(answer) == "42");
  ::close(caller);
  ::close(listening);
}
