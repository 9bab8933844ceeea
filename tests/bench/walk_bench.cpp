// :walk, 50 steps over 100 k candidates that have 32 numbers each, as the run's own trace tells it.
//
// walk_exact      neighbours by reading all of the candidates' vectors at each step
// walk_listed     neighbours by the lists of model.neighbours
// Counters: least_ms, median_ms; ratio of the least to that of the reference: adding up 100 k x 32
// float32 fifty times, on one core, in this process.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <vector>

#include <nlohmann/json.hpp>

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kRecipe = R"lua(local pl = require "playlist"
return pl.recipe { title = "Walk", random_seed = "1", build = function(p, user)
  return pl.recall.catalogue {}:walk { steps = 50, k = 50, space = "SPACE",
    score = function(t) return 10 * known(t.similarity, 0) - 0.2 * math.abs(known(t.energy_step, 0)) +
      0.02 * t.steps_since_artist end }
end }
)lua";

/// The standard output of the engine; throws where it fails.
std::string engine_output(const std::string& arguments) {
  const std::string command = std::string(PLAYLIST_BUILD_DIR) + "/engine " + arguments;
  std::FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start the engine");
  std::string text;
  char buffer[1 << 16];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    text.append(buffer, got);
  const int status = pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("the engine failed: " + command);
  return text;
}

/// A demo library with model.content of 32 columns, model.embedding and the lists of
/// model.neighbours in its space, kept between runs of the benchmark.
std::string library() {
  const fs::path folder = fs::temp_directory_path() / "engine-bench-walk";
  const std::string store = (folder / "library.db").string();
  if (!fs::exists(store)) {
    engine_output("demo " + folder.string() +
                  " --now 2026-11-21 --tracks 100000 --artists 12000 --listens 100000");
    engine_output("--library " + store +
                  " --now 2026-11-21 train content --set tag_dim=22 --set spaces=audio");
    for (const char* model : {"embedding", "neighbours"})
      engine_output("--library " + store + " --now 2026-11-21 train " + model);
  }
  return store;
}

double reference_ms() {
  static const std::vector<float> values(100'000 * 32, 1.0F);
  const Clock::time_point start = Clock::now();
  for (int step = 0; step < 50; ++step) {
    float sums[32] = {};
    for (std::size_t k = 0; k < values.size(); k += 32)
      for (std::size_t c = 0; c < 32; ++c) sums[c] += values[k + c];
    benchmark::DoNotOptimize(sums);
  }
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

double least(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

double walk_ms(const std::string& store, const std::string& recipe) {
  const auto run = nlohmann::json::parse(
      engine_output("--library " + store + " --now 2026-11-21 --json run --no-record " + recipe));
  for (const auto& node : run.at("trace"))
    if (node.at("node") == "walk") return node.at("ms");
  throw std::runtime_error("the run has no walk");
}

void walk(benchmark::State& state, const char* space) {
  const std::string store = library();
  const std::string recipe = (fs::path(store).parent_path() / "walk.lua").string();
  std::string text = kRecipe;
  text.replace(text.find("SPACE"), 5, space);
  std::ofstream(recipe) << text;
  std::vector<double> times, references;
  for (auto _ : state) {
    times.push_back(walk_ms(store, recipe));
    references.push_back(reference_ms());
    state.SetIterationTime(times.back() / 1000);
  }
  state.counters["least_ms"] = least(times);
  state.counters["median_ms"] = median(times);
  state.counters["ratio"] = least(times) / least(references);
}

void walk_exact(benchmark::State& state) {
  walk(state, "audio");
}
BENCHMARK(walk_exact)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(15);

void walk_listed(benchmark::State& state) {
  walk(state, "embedding");
}
BENCHMARK(walk_listed)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(15);

}  // namespace
