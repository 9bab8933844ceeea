// Whole runs, from process start to exit, against reading the same columns with plain read().
//
// host_start        engine plugins list: the program with every plugin loaded
// run_weekly/N      engine run recipes/weekly.lua on 100 k tracks and N listens, column cache warm
// run_after_feedback/N  the run that follows a rejection: engine run recipes/weekly.lua just after
//                   engine feedback reject; said_ms is what saying it takes, more_ms what the run
//                   takes longer than one where nothing was said in between, ratio to that one
// run_learned_taste/N  the same of recipes/dynamic.lua, where model.taste serves its listener; rule_ms
//                   and ratio: to the same list by the rule of thumb, of a library without the model
// Counters: ms (median is what to quote), peak_MB (largest of the program and its worker), ratio
// (to the reference: reading the column files once in this process).
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

#include "engine_process.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Returns milliseconds, raises `peak_mb`.
double run_engine(const std::vector<std::string>& arguments, double& peak_mb) {
  const bench::EngineRun run = bench::run_engine(arguments);
  peak_mb = std::max(peak_mb, run.peak_mb);
  return run.ms;
}

/// A demo library of that size, kept between runs of the benchmark.
std::string library(std::int64_t listens, const std::string& called = "") {
  const fs::path folder =
      fs::temp_directory_path() / ("engine-bench-" + std::to_string(listens) + called);
  if (!fs::exists(folder / "library.db")) {
    double ignored = 0;
    run_engine({"demo", folder.string(), "--now", "2026-11-21", "--tracks", "100000", "--artists",
                "12000", "--listens", std::to_string(listens)},
               ignored);
  }
  return (folder / "library.db").string();
}

double read_columns_ms(const std::string& store) {
  static std::vector<char> buffer(1 << 20);
  const Clock::time_point start = Clock::now();
  for (const auto& entry : fs::directory_iterator(store + ".columns")) {
    const int file = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    while (read(file, buffer.data(), buffer.size()) > 0) {
    }
    close(file);
  }
  return ms_since(start);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

void run_weekly(benchmark::State& state) {
  const std::string store = library(state.range(0));
  const std::vector<std::string> arguments = {
      "--library", store, "--now", "2026-11-21", "--json", "run", "recipes/weekly.lua"};
  double ignored = 0, peak = 0;
  run_engine(arguments, ignored);  // makes the column cache
  std::vector<double> times, references;
  for (auto _ : state) {
    times.push_back(run_engine(arguments, peak));
    references.push_back(read_columns_ms(store));
    state.SetIterationTime(times.back() / 1000);
  }
  state.counters["ms"] = median(times);
  state.counters["peak_MB"] = peak;
  state.counters["ratio"] = median(times) / median(references);
}
BENCHMARK(run_weekly)
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(15);

void run_after_feedback(benchmark::State& state) {
  const std::string store = library(state.range(0));
  const auto engine = [&](std::vector<std::string> verb) {
    verb.insert(verb.begin(), {"--library", store, "--now", "2026-11-21"});
    double ignored = 0;
    return run_engine(verb, ignored);
  };
  const std::vector<std::string> run = {"run", "recipes/weekly.lua", "--json", "--no-record"};
  engine(run);  // makes the column cache
  std::vector<double> said, after, quiet;
  int track = 0;
  for (auto _ : state) {
    said.push_back(engine({"feedback", "reject", "track:" + std::to_string(++track)}));
    after.push_back(engine(run));
    state.SetIterationTime(after.back() / 1000);
    quiet.push_back(engine(run));
  }
  state.counters["ms"] = median(after);
  state.counters["said_ms"] = median(said);
  state.counters["more_ms"] = median(after) - median(quiet);
  state.counters["ratio"] = median(after) / median(quiet);
}
BENCHMARK(run_after_feedback)
    ->Arg(1'000'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(25);

/// The same with what was learned of its listener.
std::string taught_library(std::int64_t listens) {
  const std::string store = library(listens, "-taught");
  double ignored = 0;
  if (!fs::exists(store + ".models"))
    run_engine({"--library", store, "--now", "2026-11-21", "train", "taste"}, ignored);
  return store;
}

void run_learned_taste(benchmark::State& state) {
  const auto engine = [](const std::string& store, std::vector<std::string> verb) {
    verb.insert(verb.begin(), {"--library", store, "--now", "2026-11-21"});
    double ignored = 0;
    return run_engine(verb, ignored);
  };
  const std::string taught = taught_library(state.range(0)), by_rule = library(state.range(0));
  const std::vector<std::string> run = {"run", "recipes/dynamic.lua", "--json", "--no-record"};
  engine(taught, run);  // makes the column cache
  engine(by_rule, run);
  std::vector<double> learned, rule;
  int track = 0;
  for (auto _ : state) {
    const std::string rejected = "track:" + std::to_string(++track);
    engine(taught, {"feedback", "reject", rejected});
    learned.push_back(engine(taught, run));
    state.SetIterationTime(learned.back() / 1000);
    engine(by_rule, {"feedback", "reject", rejected});
    rule.push_back(engine(by_rule, run));
  }
  state.counters["ms"] = median(learned);
  state.counters["rule_ms"] = median(rule);
  state.counters["ratio"] = median(learned) / median(rule);
}
BENCHMARK(run_learned_taste)
    ->Arg(1'000'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(25);

void host_start(benchmark::State& state) {
  std::vector<double> times;
  double ignored = 0;  // this program's own memory counts into a child that maps so little
  for (auto _ : state) {
    times.push_back(run_engine({"plugins", "list"}, ignored));
    state.SetIterationTime(times.back() / 1000);
  }
  state.counters["ms"] = median(times);
}
BENCHMARK(host_start)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(25);

}  // namespace
