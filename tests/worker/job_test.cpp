// What crosses between a job and its supervisor, and what its end comes to.
#include "worker/job.hpp"

#include <csignal>
#include <new>
#include <stdexcept>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "worker/background_worker.hpp"
#include "worker/items.hpp"

using engine::Error;
using engine::Exit;
using engine::ItemPart;
using engine::JobBody;
using engine::JobReader;
using engine::JobSender;
using engine::JobTakes;
using engine::JobWords;
using engine::WorkerEnd;
using engine::WorkerLimits;

namespace {

/// The error that the job ends with.
Error error_of(const JobBody& body, const JobWords& words = {}, const WorkerLimits& limits = {},
               bool is_in_process = false) {
  try {
    JobReader reader({}, words);
    reader.finish(reader.run(limits, is_in_process, body));
  } catch (const Error& error) {
    return error;
  }
  return Error(Exit::kDone, "no error");
}

void crash() {
  ::signal(SIGKILL, SIG_DFL);
  ::raise(SIGKILL);
}

}  // namespace

TEST_CASE("a job's error crosses with all its parts", "[worker][job]") {
  const bool is_in_process = GENERATE(false, true);
  const Error error = error_of(
      [](JobSender&) {
        throw Error(Exit::kRecipe, "no such column", {"weekly.lua:3", "t.plaz", "a typo", "plays"});
      },
      {.where = "weekly.lua", .why = "not this", .fix = "nor this"}, {}, is_in_process);
  CHECK(error.exit() == Exit::kRecipe);
  CHECK(std::string(error.what()) == "no such column");
  CHECK(error.parts().where == "weekly.lua:3");
  CHECK(error.parts().source == "t.plaz");
  CHECK(error.parts().why == "a typo");
  CHECK(error.parts().fix == "plays");
}

TEST_CASE("a job that runs out of memory says which limit it needs more than", "[worker][job]") {
  const auto body = [](JobSender& sender) {
    sender.words.who = "model.als";
    throw std::bad_alloc();
  };
  const Error error = error_of(body, {.memory_limit = "train.memory_megabytes"});
  CHECK(error.exit() == Exit::kLimits);
  CHECK(error.text() ==
        "error: out of memory\n"
        "  why:   model.als needs more than train.memory_megabytes\n"
        "  fix:   see: engine config show");
  CHECK(error_of(body, {.memory_limit = ""}).text() ==
        "error: out of memory\n"
        "  why:   model.als needs more than this machine has");
}

TEST_CASE("an exception that is no Error names who threw it", "[worker][job]") {
  const bool is_in_process = GENERATE(false, true);
  const auto body = [](JobSender&) { throw std::out_of_range("vector::at"); };
  const Error error = error_of(body, {.where = "weekly.lua"}, {}, is_in_process);
  CHECK(error.exit() == Exit::kPlugin);
  CHECK(error.text() ==
        "error: the run failed: vector::at\n"
        "  where: weekly.lua");
}

TEST_CASE("a job's frames arrive in order, each where it is waited for", "[worker][job]") {
  const bool is_in_process = GENERATE(false, true);
  constexpr std::uint32_t kMine = engine::JobFrame::kOwn + 1;
  const auto body = [](JobSender& sender) {
    sender.not_loaded("bad.so");
    sender.note("begins");
    sender.progress("model.als", 0.25);
    sender.print(std::string("a\0b", 3));
    sender.send(kMine, "mine");
    sender.progress("", 1);
    sender.result("done");
  };
  std::vector<std::string> all;
  const auto to = [&](const std::string& kind) {
    return [&all, kind](const std::string& bytes) { all.push_back(kind + " " + bytes); };
  };
  JobTakes takes{to("note"), to("print"), to("not loaded"), to("result")};
  takes.progress = [&](const std::string& name, double fraction) {
    all.push_back(name + " " + std::to_string(fraction));
  };
  takes.own = [&](std::uint32_t kind, const std::string& bytes) {
    all.push_back(std::to_string(kind - engine::JobFrame::kOwn) + " " + bytes);
  };
  JobReader reader(takes);
  const WorkerEnd end = reader.run({}, is_in_process, body);
  CHECK_NOTHROW(reader.finish(end));
  CHECK(end.exit_code == 0);
  CHECK(all == std::vector<std::string>{"not loaded bad.so", "note begins", "model.als 0.250000",
                                        std::string("print a\0b", 9), "1 mine", " 1.000000",
                                        "result done"});
  JobReader deaf;
  CHECK_NOTHROW(deaf.finish(deaf.run({}, is_in_process, body)));
}

TEST_CASE("a worker that was killed ends its job with what the job's words say", "[worker][job]") {
  const JobWords words{.where = "weekly.lua", .why = "all is as it was", .fix = "report it"};
  const Error crashed = error_of(
      [](JobSender& sender) {
        sender.heartbeat().doing("ranking.bad");
        crash();
      },
      words);
  CHECK(crashed.exit() == Exit::kPlugin);
  CHECK(crashed.text() ==
        "error: the worker was killed (Killed); it was in: ranking.bad\n"
        "  where: weekly.lua\n"
        "  why:   all is as it was\n"
        "  fix:   report it");

  WorkerLimits limits;
  limits.wall_seconds = 0.1;
  const Error stopped = error_of([](JobSender&) { ::sleep(30); }, words, limits);
  CHECK(stopped.exit() == Exit::kLimits);
  CHECK(stopped.parts().where == "weekly.lua");
  CHECK(stopped.parts().fix == "if it needs more, raise the limit (see: engine config show)");

  const Error gave_up = error_of(
      [](JobSender& sender) { sender.heartbeat().give_up("stopped: overdue", "weekly.lua:7"); },
      words);
  CHECK(gave_up.exit() == Exit::kLimits);
  CHECK(gave_up.parts().where == "weekly.lua:7");
}

TEST_CASE("an interrupted job is interrupted, whatever else it said", "[worker][job]") {
  const auto body = [](JobSender& sender) {
    ::kill(::getppid(), SIGINT);
    while (!sender.heartbeat().is_interrupted()) ::usleep(1000);
    throw Error(Exit::kPlugin, "cancelled");
  };
  const Error error = error_of(body, {.interrupted = "interrupted; nothing was made"});
  CHECK(error.exit() == Exit::kInterrupted);
  CHECK(std::string(error.what()) == "interrupted; nothing was made");
}

TEST_CASE("an answer that is no JSON is the job's error", "[worker][job]") {
  JobReader reader;
  reader.take(engine::JobFrame::kError, "{\"exit\":");
  WorkerEnd end;
  end.is_done = true;
  CHECK_THROWS_WITH(reader.finish(end), "the worker's answer cannot be read");
}

TEST_CASE("a job may be read while its starter does other things", "[worker][job]") {
  const auto body = [](JobSender&) { throw Error(Exit::kInput, "no such file"); };
  JobReader reader;
  engine::BackgroundWorker worker({}, reader.job(body));
  for (bool is_alive = true; is_alive;) {
    is_alive = worker.pump();
    std::uint32_t kind = 0;
    for (std::string bytes; worker.take(kind, bytes);) reader.take(kind, bytes);
  }
  CHECK_THROWS_WITH(reader.finish(worker.finish()), "no such file");
}

namespace {

/// Items that say their number, or do what their number says.
struct Numbers : engine::ItemWork {
  std::vector<std::string> said;          // by item
  std::vector<int> settled;               // how often
  std::size_t fails_at_begin = SIZE_MAX;  // a worker whose first item this is cannot begin
  std::size_t workers = 0;
  std::function<void(std::size_t)> make;

  explicit Numbers(std::size_t count, std::size_t part_size = 100, bool is_open = false)
      : said(count), settled(count) {
    for (std::size_t k = 0; k < count; k += part_size)
      add({k, is_open ? ItemPart::kOpen : std::min(k + part_size, count)});
  }

  Job job(ItemPart part) override {
    ++workers;
    return {{}, [this, part](JobSender& sender) {
              if (part.begin == fails_at_begin) throw Error(Exit::kStore, "no library");
              const ItemPart known{part.begin, std::min(part.end, said.size())};
              each(known, sender, [&](std::size_t item) {
                sender.print("made");
                make(item);
                sender.result(std::to_string(item));
              });
            }};
  }
  void settle(std::size_t item, const std::string& text) {
    said.at(item) += text;
    ++settled.at(item);
  }
  void result(std::size_t item, const std::string& bytes) override { settle(item, bytes); }
  void failed(std::size_t item, Error error) override {
    settle(item, error.parts().where + ": " + error.what());
  }
  void told(std::size_t item, std::uint32_t kind, const std::string& bytes) override {
    if (kind == engine::JobFrame::kPrint) said.at(item) += bytes + " ";
  }
  [[nodiscard]] JobWords words(std::size_t item) const override {
    return {.who = "item " + std::to_string(item), .where = "file " + std::to_string(item)};
  }
  void run(std::size_t at_once = 1) { CHECK(engine::run_pool(*this, {at_once})); }
};

}  // namespace

TEST_CASE("the rest goes on behind an item that ended its worker", "[worker][items]") {
  Numbers numbers(6, 100, GENERATE(false, true));
  numbers.make = [](std::size_t item) {
    if (item == 1) throw std::runtime_error("odd");
    if (item == 2) throw Error(Exit::kRecipe, "wrong", {"line 7", "", "", ""});
    if (item == 3 || item == 4) crash();
  };
  numbers.run();
  CHECK(numbers.said ==
        std::vector<std::string>{"made 0", "made file 1: item 1 failed: odd", "made line 7: wrong",
                                 "made file 3: the worker was killed (Killed)",
                                 "made file 4: the worker was killed (Killed)", "made 5"});
  CHECK(numbers.settled == std::vector<int>(6, 1));
  CHECK(numbers.workers == 3);  // 0 to 3, 4, 5
}

TEST_CASE("items shared out to workers are each made once", "[worker][items]") {
  Numbers numbers(20, GENERATE(1u, 3u, 50u));
  numbers.make = [](std::size_t item) {
    if (item % 7 == 0) crash();
  };
  numbers.run(GENERATE(1u, 3u));
  CHECK(numbers.settled == std::vector<int>(20, 1));
  CHECK(numbers.said[19] == "made 19");
  CHECK_THAT(numbers.said[14], Catch::Contains("file 14: the worker was killed"));
}

TEST_CASE("a worker that cannot begin costs the item it would have begun with", "[worker][items]") {
  Numbers numbers(3);
  numbers.fails_at_begin = 0;
  numbers.make = [](std::size_t) {};
  numbers.run();
  CHECK(numbers.said == std::vector<std::string>{": no library", "made 1", "made 2"});
}

TEST_CASE("items that were stopped are not gone on with", "[worker][items]") {
  struct Stopping : Numbers {
    using Numbers::Numbers;
    void failed(std::size_t item, Error error) override {
      Numbers::failed(item, std::move(error));
      stop();
    }
  } numbers(3);
  numbers.make = [](std::size_t item) {
    if (item == 1) crash();
  };
  numbers.run();
  CHECK(numbers.settled == std::vector<int>{1, 1, 0});
}

TEST_CASE("an interrupted part leaves its items open", "[worker][items]") {
  Numbers numbers(3);
  numbers.make = [](std::size_t item) {
    if (item == 1) ::kill(::getppid(), SIGINT);
    while (item == 1) ::usleep(1000);
  };
  CHECK_FALSE(engine::run_pool(numbers, {1}));
  CHECK(numbers.settled == std::vector<int>{1, 0, 0});
}
