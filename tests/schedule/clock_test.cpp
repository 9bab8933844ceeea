#include "schedule/clock.hpp"

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "support/temporary_folder.hpp"

using engine::Store;
using namespace engine::schedule;

namespace {

const std::int64_t kAdded = engine::parse_time("2026-11-30T12:00:00Z");

/// A library with half-hourly jobs of one verb, a minute after both have got due.
class TwoOfAKind {
 public:
  TwoOfAKind() {
    Store store = Store::open(library());
    for (const char* name : {"one", "other"})
      add_job(store, {.name = name, .verb = "sync", .when = "*/30 * * * *", .counts_from = kAdded});
  }

  /// A clock whose jobs run that script.
  [[nodiscard]] ClockHands hands(const std::string& script) const {
    ClockHands hands;
    hands.library = library();
    hands.now = [] { return kAdded + 1860; };
    hands.start = [script](const Job&) {
      return std::make_unique<engine::Program>("/bin/sh", std::vector<std::string>{"-c", script},
                                               engine::ProgramLimits{.wall_seconds = 60});
    };
    return hands;
  }

  [[nodiscard]] std::string library() const { return folder_.file("library.db"); }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("the second of a kind is run when the first ends while the clock looks at what is due",
          "[schedule]") {
  const TwoOfAKind two;
  // What it says ends before it does, which wakes the clock; and each look lasts longer than the rest.
  ClockHands hands = two.hands("exec >&- 2>&-; sleep 0.05");
  hands.now = [now = hands.now] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return now();
  };
  const ClockReport report = run_due_jobs(hands);
  CHECK(report.runs == 2);
  CHECK(report.failures == 0);
  const Store store = Store::open(two.library());
  CHECK(store.integer("SELECT count(DISTINCT job_id) FROM job_runs WHERE outcome = 'done'") == 2);
}

TEST_CASE("the second of a kind is run when the first cannot be started", "[schedule]") {
  const TwoOfAKind two;
  ClockHands hands = two.hands("");
  hands.start = [start = hands.start](const Job& job) {
    if (job.name == "one")
      return std::make_unique<engine::Program>("/no/such/program", std::vector<std::string>{},
                                               engine::ProgramLimits{});
    return start(job);
  };
  const ClockReport report = run_due_jobs(hands);
  CHECK(report.runs == 2);
  CHECK(report.failures == 1);
  const Store store = Store::open(two.library());
  CHECK(store.integer("SELECT count(*) FROM job_runs WHERE outcome = 'done'") == 1);
}
