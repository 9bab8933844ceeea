// Which part of the people a task has, by hand and by what clusters tell their tasks.
#include "core/shard.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/error.hpp"

using Catch::Contains;
using engine::Shard;

namespace {

/// The variables of one task and no other's, for as long as it lives.
class TaskVariables {
 public:
  explicit TaskVariables(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {
    for (const char* known : {"SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX",
                              "AWS_BATCH_JOB_ARRAY_INDEX", "SGE_TASK_ID", "PBS_ARRAY_INDEX"})
      ::unsetenv(known);
    for (const auto& [name, value] : variables_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~TaskVariables() {
    for (const auto& [name, value] : variables_) ::unsetenv(name.c_str());
  }
  TaskVariables(const TaskVariables&) = delete;
  TaskVariables& operator=(const TaskVariables&) = delete;

 private:
  std::map<std::string, std::string> variables_;
};

engine::GivenShard given(std::map<std::string, std::string> variables) {
  const TaskVariables task(std::move(variables));
  return engine::shard_of_environment();
}

std::string why_not(std::map<std::string, std::string> variables) {
  const TaskVariables task(std::move(variables));
  try {
    static_cast<void>(engine::shard_of_environment());
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kUsage);
    return std::string(error.what()) + ": " + error.parts().why + "; " + error.parts().fix;
  }
  return "";
}

std::map<std::string, std::string> slurm(int task, int first, int last, int count, int step = 1) {
  return {{"SLURM_ARRAY_TASK_ID", std::to_string(task)},
          {"SLURM_ARRAY_TASK_MIN", std::to_string(first)},
          {"SLURM_ARRAY_TASK_MAX", std::to_string(last)},
          {"SLURM_ARRAY_TASK_COUNT", std::to_string(count)},
          {"SLURM_ARRAY_TASK_STEP", std::to_string(step)}};
}

}  // namespace

TEST_CASE("everybody belongs to one shard of any number, and about as many to each", "[shard]") {
  for (const std::size_t count : {1, 2, 3, 8, 64}) {
    CAPTURE(count);
    std::vector<std::size_t> people(count);
    for (int k = 0; k < 20'000; ++k) {
      const std::size_t shard = engine::shard_of_name("user-" + std::to_string(k), count);
      REQUIRE((shard >= 1 && shard <= count));
      ++people[shard - 1];
    }
    const double expected = 20'000.0 / static_cast<double>(count);
    const auto [least, most] = std::ranges::minmax(people);
    CHECK(static_cast<double>(least) > 0.7 * expected);
    CHECK(static_cast<double>(most) < 1.3 * expected);
  }
  const Shard second{2, 3};
  CHECK(second.has("user-1") == (engine::shard_of_name("user-1", 3) == 2));
  CHECK(Shard().has("anybody"));
}

TEST_CASE("whose shard is whose does not change from version to version", "[shard]") {
  std::vector<std::size_t> shards;
  for (const char* name : {"ann", "bob", "José", "日本", "", "a name of many words"})
    shards.push_back(engine::shard_of_name(name, 1000));
  CHECK(shards == std::vector<std::size_t>{633, 361, 487, 374, 396, 727});
}

TEST_CASE("a shard is written as I/N", "[shard]") {
  CHECK(engine::parse_shard("2/8") == Shard{2, 8});
  CHECK(engine::parse_shard("100000/100000") == Shard{100'000, 100'000});
  CHECK(Shard{2, 8}.text() == "2/8");
  CHECK(Shard{2, 8}.suffix() == "-2-of-8");
  CHECK(Shard().suffix().empty());
  for (const char* bad : {"", "2", "2/", "/2", "0/2", "3/2", "-1/2", "1/100001", "1/2/3", "a/b",
                          "1/2 ", "99999999999999999999/99999999999999999999"}) {
    CAPTURE(bad);
    CHECK_THROWS_WITH(engine::parse_shard(bad), Contains("--shard cannot be"));
  }
}

TEST_CASE("a task of an array knows its shard", "[shard]") {
  CHECK(given(slurm(12, 10, 17, 8)).shard == Shard{3, 8});
  CHECK(given(slurm(12, 10, 17, 8)).by == "SLURM_ARRAY_TASK_ID=12 of 10-17");
  CHECK(given(slurm(0, 0, 7, 8)).shard == Shard{1, 8});
  CHECK(given(slurm(7, 1, 9, 5, 2)).shard == Shard{4, 5});
  CHECK(given({{"JOB_COMPLETION_INDEX", "0"}, {"JOB_COMPLETIONS", "4"}}).shard == Shard{1, 4});
  CHECK(given({{"JOB_COMPLETION_INDEX", "3"}, {"JOB_COMPLETIONS", "4"}}).shard == Shard{4, 4});
  CHECK(given({{"AWS_BATCH_JOB_ARRAY_INDEX", "9"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "10"}}).shard ==
        Shard{10, 10});
  CHECK(given({{"SGE_TASK_ID", "3"},
               {"SGE_TASK_FIRST", "1"},
               {"SGE_TASK_LAST", "5"},
               {"SGE_TASK_STEPSIZE", "1"}})
            .shard == Shard{3, 5});
  CHECK(given({{"PBS_ARRAY_INDEX", "8"}, {"PBS_ARRAY_COUNT", "8"}}).shard == Shard{8, 8});
}

TEST_CASE("a task that cannot tell its shard says why", "[shard]") {
  CHECK_THAT(why_not({}), Contains("no task of a cluster's array") && Contains("--shard I/N"));
  // A job that is no array, as Grid Engine says it.
  CHECK_THAT(why_not({{"SGE_TASK_ID", "undefined"}}), Contains("no task of a cluster's array"));
  // A few tasks of an array again.
  CHECK_THAT(why_not(slurm(7, 3, 7, 2)),
             Contains("2 tasks between 3 and 7") && Contains("--shard $SLURM_ARRAY_TASK_ID/N"));
  CHECK_THAT(why_not({{"JOB_COMPLETION_INDEX", "3"}}), Contains("JOB_COMPLETIONS is not set"));
  CHECK_THAT(why_not({{"JOB_COMPLETION_INDEX", "4"}, {"JOB_COMPLETIONS", "4"}}),
             Contains("shard 5 of 4"));
  CHECK_THAT(why_not({{"PBS_ARRAY_INDEX", "2"}}), Contains("PBS_ARRAY_COUNT is not set"));
  CHECK_THAT(why_not({{"AWS_BATCH_JOB_ARRAY_INDEX", "x"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "4"}}),
             Contains("no whole number"));
}
