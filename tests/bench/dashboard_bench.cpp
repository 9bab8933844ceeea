// A dashboard's data of 1 M listens.
//
// dashboard/data   all but drift, of tables that are there already; reference: one plain pass over the
//                  same columns that counts plays by hour of the week, UTC
// Counters: ms and reference_ms of the processor, and ratio, taken in turns within the same run.
#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "demo/demo.hpp"
#include "patterns/dashboard.hpp"
#include "processor_time.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNow = 1'795'219'200;  // 2026-11-21

double ms_of(const std::function<void()>& work) {
  const double start = bench::processor_seconds();
  work();
  return 1e3 * (bench::processor_seconds() - start);
}

/// Made once, kept between runs of the benchmark: load_bench.cpp's.
const std::string& library() {
  static const std::string path = [] {
    const fs::path folder = fs::temp_directory_path() / "engine-bench-load";
    const std::string file = folder / "library.db";
    if (!fs::exists(file)) {
      engine::DemoOptions options;
      options.tracks = 100'000;
      options.artists = 8'000;
      options.listens = 1'000'000;
      options.users = 1;
      options.now = kNow;
      engine::make_demo(file, options, {});
    }
    return file;
  }();
  return path;
}

void count_hours(const engine::AsOf& tables) {
  const playlist_table& listens = *tables.table("listens");
  const auto ts = engine::column_of<std::int64_t>(listens, "ts");
  const auto is_play = engine::column_of<std::uint8_t>(listens, "is_play");
  std::array<std::int64_t, 168> hours{};
  for (std::size_t k = 0; k < ts.size(); ++k)
    if (is_play[k] == 1) ++hours[static_cast<std::size_t>((ts[k] / 3'600 + 72) % 168)];
  benchmark::DoNotOptimize(hours);
}

void dashboard_data(benchmark::State& state) {
  engine::AsOfOptions options;
  options.store = library();
  options.now = kNow;
  options.cache = engine::column_cache_folder(library());
  engine::load_as_of(options);  // the cache is there
  const engine::Store store = engine::Store::open(library(), {.is_read_only = true});
  std::vector<double> own, reference;
  for (auto _ : state) {
    const auto tables = engine::load_as_of(options);
    for (const char* name : {"listens", "tracks", "artists", "tracks_by_id"})
      benchmark::DoNotOptimize(tables->table(name)->rows);
    reference.push_back(ms_of([&] { count_hours(*tables); }));
    own.push_back(ms_of([&] {
      const auto inputs = engine::patterns::dashboard_inputs(store, *tables);
      benchmark::DoNotOptimize(engine::patterns::dashboard(*tables, inputs).plays);
    }));
  }
  const auto median = [](std::vector<double>& values) {
    std::ranges::nth_element(values, values.begin() + static_cast<long>(values.size() / 2));
    return values[values.size() / 2];
  };
  state.counters["ms"] = median(own);
  state.counters["reference_ms"] = median(reference);
  state.counters["ratio"] = median(own) / median(reference);
}
BENCHMARK(dashboard_data)->Name("dashboard/data")->Iterations(15)->Unit(benchmark::kMillisecond);

}  // namespace
