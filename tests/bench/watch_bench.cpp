// engine watch: from the moment a save is in place to the line with its result.
//
// watch_formula/N   a formula edited over N candidates; recall, ranking and filters are reused
// watch_cold/N      the recall edited: nothing is reused
// watch_error/N     a syntax error, and the line that tells it
// Counters: ms (median), best_ms (on a busy machine the one to look at), reused (nodes).
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/paths.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

const std::string kEngine = std::string(PLAYLIST_BUILD_DIR) + "/engine";

/// A demo library of that size, kept between runs of the benchmark.
std::string library(std::int64_t tracks) {
  const fs::path folder = fs::temp_directory_path() / ("engine-watch-" + std::to_string(tracks));
  if (!fs::exists(folder / "library.db")) {
    const std::string command =
        kEngine + " demo '" + folder.string() + "' --now 2026-11-21 --listens 300000 --tracks " +
        std::to_string(tracks) + " --artists " + std::to_string(tracks / 10) + " >/dev/null 2>&1";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("engine demo failed");
  }
  return (folder / "library.db").string();
}

std::string recipe(std::int64_t tracks, double weight, const std::string& end = "") {
  return "local pl = require \"playlist\"\n"
         "return pl.recipe { title = \"Bench\", random_seed = \"7\", build = function(p, user)\n"
         "  return pl.recall.catalogue { limit = " +
         std::to_string(tracks) +
         " }\n"
         "    :rank(pl.ranking.mood {})\n"
         "    :filter(function(t) return known(t.popularity, 0) < 95 end, \"too popular\")\n"
         "    :filter(function(t) return known(t.tempo, 120) < 190 end, \"too fast\")\n"
         "    :score(function(t) return " +
         std::to_string(weight) +
         " * known(t.mood, 0.5) + 0.3 * known(t.energy, 0.5) + 0.3 * known(t.valence, 0.5) end)\n"
         "    :limit { tracks = 50, per_artist = 2 }\n"
         "    :order(pl.ordering.artist_spacing { gap = 3 })\n"
         "end }\n" +
         end;
}

/// A watcher with a pipe at each end.
class Watcher {
 public:
  explicit Watcher(std::int64_t tracks)
      : folder_(fs::temp_directory_path() / ("watch-bench-" + std::to_string(::getpid()))),
        file_((folder_ / "bench.lua").string()) {
    fs::create_directories(folder_);
    const std::string store = library(tracks);
    save(recipe(tracks, 0.4));
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
      throw std::runtime_error("pipe");
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::execl(kEngine.c_str(), "engine", "--library", store.c_str(), "--now", "2026-11-21",
              "--json", "watch", file_.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = ::fdopen(out[0], "r");
    next("tracks");
    settle();
  }
  ~Watcher() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    ::close(to_);
    std::fclose(from_);
    fs::remove_all(folder_);
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Saves; returns the line that has `field`, and the milliseconds until it came.
  nlohmann::json save_and_wait(const std::string& text, const std::string& field, double& ms) {
    save(text);
    const Clock::time_point start = Clock::now();
    nlohmann::json line = next(field);
    ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    settle();
    return line;
  }

 private:
  void save(const std::string& text) const { engine::write_file_atomically(file_, text); }
  /// A person takes longer than this between two saves; results are kept meanwhile.
  static void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(700)); }
  nlohmann::json next(const std::string& field) {
    while (true) {
      std::string line;
      for (int c = 0; (c = std::fgetc(from_)) != '\n';) {
        if (c == EOF) throw std::runtime_error("the watcher has ended");
        line += static_cast<char>(c);
      }
      nlohmann::json json = nlohmann::json::parse(line);
      if (json.contains(field)) return json;
    }
  }

  fs::path folder_;
  std::string file_;
  pid_t process_ = 0;
  int to_ = -1;
  std::FILE* from_ = nullptr;
};

void report(benchmark::State& state, std::vector<double> times, double reused) {
  std::sort(times.begin(), times.end());
  if (times.empty()) return;
  state.counters["ms"] = times[times.size() / 2];
  state.counters["best_ms"] = times.front();
  state.counters["reused"] = reused;
}

/// One save per iteration; text(k) is what is saved at the k-th.
template <class Text>
void measure(benchmark::State& state, const std::string& field, const Text& text) {
  Watcher watcher(state.range(0));
  std::vector<double> times;
  double reused = 0;
  for (auto _ : state) {
    double ms = 0;
    const auto line = watcher.save_and_wait(text(static_cast<int>(times.size())), field, ms);
    times.push_back(ms);
    state.SetIterationTime(ms / 1000);
    if (!line.contains("stages")) continue;
    reused = static_cast<double>(
        std::count_if(line.at("stages").begin(), line.at("stages").end(),
                      [](const auto& stage) { return stage.at("reused").template get<bool>(); }));
  }
  report(state, std::move(times), reused);
}

void watch_formula(benchmark::State& state) {
  measure(state, "tracks", [&](int k) { return recipe(state.range(0), 0.5 + 0.01 * k); });
}

void watch_cold(benchmark::State& state) {
  measure(state, "tracks", [&](int k) { return recipe(state.range(0) - 1 - k, 0.4); });
}

void watch_error(benchmark::State& state) {
  measure(state, "error",
          [&](int k) { return recipe(state.range(0), 0.4, "x" + std::to_string(k) + " = ("); });
}

BENCHMARK(watch_formula)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(15);
BENCHMARK(watch_cold)
    ->Arg(1'000'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(10);
BENCHMARK(watch_error)
    ->Arg(100'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(15);

}  // namespace
