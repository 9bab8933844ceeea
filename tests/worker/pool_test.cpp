// The pool: jobs at once, each on its own.
#include "worker/pool.hpp"

#include <csignal>
#include <map>
#include <set>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using engine::Channel;
using engine::Heartbeat;
using engine::PoolJob;
using engine::PoolOptions;
using engine::WorkerEnd;

namespace {

/// Jobs given out by number; keeps what came of each.
struct Jobs : engine::PoolWork {
  using Body = std::function<int(Channel&, Heartbeat&)>;
  std::vector<Body> bodies;
  engine::WorkerLimits limits;
  std::map<std::uint64_t, std::string> texts;
  std::map<std::uint64_t, WorkerEnd> ends;
  std::function<void(std::uint64_t)> on_end;
  std::size_t given = 0;

  std::optional<PoolJob> next() override {
    if (given == bodies.size()) return std::nullopt;
    const std::size_t id = given++;
    return PoolJob{id, limits, bodies[id]};
  }
  void frame(std::uint64_t id, std::uint32_t, const std::string& bytes) override {
    REQUIRE(ends.count(id) == 0);
    texts[id] += bytes;
  }
  void ended(std::uint64_t id, const WorkerEnd& end) override {
    ends[id] = end;
    if (on_end) on_end(id);
  }
};

int say(Channel& channel, const std::string& text) {
  channel.send(1, text);
  return 0;
}

}  // namespace

TEST_CASE("a pool runs every job and hands over its frames whole", "[worker][pool]") {
  const bool is_in_process = GENERATE(false, true);
  const std::size_t workers = GENERATE(1u, 2u, 5u);
  Jobs jobs;
  for (int k = 0; k < 12; ++k) {
    jobs.bodies.push_back([k](Channel& channel, Heartbeat&) {
      say(channel, std::string(static_cast<std::size_t>(k) * 300'000, 'x'));
      say(channel, "job " + std::to_string(k));
      return k;
    });
  }
  CHECK(engine::run_pool(jobs, {workers, is_in_process}));
  REQUIRE(jobs.ends.size() == 12);
  for (std::uint64_t k = 0; k < 12; ++k) {
    CAPTURE(k);
    CHECK(jobs.ends[k].is_done);
    CHECK(jobs.ends[k].exit_code == static_cast<int>(k));
    CHECK(jobs.texts[k].size() == k * 300'000 + 4 + std::to_string(k).size());
    CHECK_THAT(jobs.texts[k], Catch::EndsWith("job " + std::to_string(k)));
  }
}

TEST_CASE("what one job does to its worker leaves the others alone", "[worker][pool]") {
  Jobs jobs;
  jobs.limits.wall_seconds = 0.3;
  jobs.bodies = {
      [](Channel& channel, Heartbeat&) { return say(channel, "before"); },
      [](Channel& channel, Heartbeat& heartbeat) {
        say(channel, "sent first");
        heartbeat.doing("dying");
        ::signal(SIGSEGV, SIG_DFL);  // without the test program's own handler
        ::raise(SIGSEGV);
        return 0;
      },
      [](Channel&, Heartbeat& heartbeat) {
        heartbeat.doing("sleeping");
        ::sleep(30);
        return 0;
      },
      [](Channel& channel, Heartbeat&) { return say(channel, "after"); },
  };
  CHECK(engine::run_pool(jobs, {2}));
  REQUIRE(jobs.ends.size() == 4);
  CHECK(jobs.texts[0] == "before");
  CHECK(jobs.texts[3] == "after");
  CHECK_FALSE(jobs.ends[1].is_done);
  CHECK(jobs.texts[1] == "sent first");
#if !defined(__SANITIZE_ADDRESS__)  // which turns the signal into an exit
  CHECK_THAT(jobs.ends[1].message, Catch::Contains("crashed (Segmentation fault)") &&
                                       Catch::Contains("it was in: dying"));
#endif
  CHECK(jobs.ends[2].is_limit);
  CHECK_THAT(jobs.ends[2].message, Catch::Contains("did not answer; it was in: sleeping"));
}

TEST_CASE("a job whose worker writes what is no frame costs that job only", "[worker][pool]") {
  Jobs jobs;
  jobs.bodies = {
      [](Channel& channel, Heartbeat&) { return say(channel, "before"); },
      [](Channel& channel, Heartbeat& heartbeat) {
        heartbeat.doing("writing");
        const std::string noise(100'000, 'x');
        for (int descriptor = 3; descriptor < 64; ++descriptor) {
          int type = 0;
          socklen_t length = sizeof type;
          if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
              ::write(descriptor, noise.data(), noise.size()) < 0)
            return 1;
        }
        return say(channel, "not taken");
      },
      [](Channel& channel, Heartbeat&) { return say(channel, "after"); },
  };
  CHECK(engine::run_pool(jobs, {2}));
  REQUIRE(jobs.ends.size() == 3);
  CHECK(jobs.texts[0] == "before");
  CHECK(jobs.texts[2] == "after");
  CHECK_FALSE(jobs.ends[1].is_done);
  CHECK(jobs.texts[1].empty());
  CHECK_THAT(jobs.ends[1].message,
             Catch::Contains("bytes that are no message") && Catch::EndsWith("it was in: writing"));
}

TEST_CASE("jobs made while others end are run too", "[worker][pool]") {
  Jobs jobs;
  jobs.bodies = {[](Channel& channel, Heartbeat&) { return say(channel, "first"); }};
  jobs.on_end = [&](std::uint64_t id) {
    if (id == 0)
      jobs.bodies.emplace_back([](Channel& channel, Heartbeat&) { return say(channel, "rest"); });
  };
  CHECK(engine::run_pool(jobs, {3}));
  CHECK(jobs.texts[1] == "rest");
}

TEST_CASE("an interrupted pool starts no more jobs and ends those that run", "[worker][pool]") {
  Jobs jobs;
  for (int k = 0; k < 8; ++k) {
    jobs.bodies.emplace_back([k](Channel& channel, Heartbeat& heartbeat) {
      say(channel, "kept");
      if (k == 1) ::kill(::getppid(), SIGINT);
      while (k <= 1 && !heartbeat.is_interrupted()) ::usleep(1000);
      return 0;
    });
  }
  CHECK_FALSE(engine::run_pool(jobs, {2}));
  CHECK(jobs.ends.size() == 2);
  CHECK(jobs.ends[0].is_interrupted);
  CHECK(jobs.texts[0] == "kept");
}

TEST_CASE("an exception of the pool's user kills the workers and leaves", "[worker][pool]") {
  struct Throwing : Jobs {
    void frame(std::uint64_t, std::uint32_t, const std::string&) override {
      throw std::runtime_error("enough");
    }
  } jobs;
  for (int k = 0; k < 2; ++k) {
    jobs.bodies.emplace_back([](Channel& channel, Heartbeat&) {
      say(channel, "x");
      ::sleep(30);
      return 0;
    });
  }
  CHECK_THROWS_WITH(engine::run_pool(jobs, {2}), "enough");
}
