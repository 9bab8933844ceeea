// Loading Library and User of 100 k tracks and 1 M listens: from SQLite, and from the column cache.
//
// load/sqlite          columns built in memory, no cache; reference: stepping through the rows of
//                      tracks and listens with SQLite, one thread, nothing kept
// load/cache           mapped, and the tables that a weekly mix reads made as of now; reference:
//                      read() of both column files into memory
// load/cache_earlier   the same as of 200 days before, where all statistics must be counted;
//                      same reference
// load/after_ban       load/cache just after the person banned a track or took a ban back;
//                      reference: the same once more, where nothing was said in between
// load/after_like      the same of likes, of which there are 50 when all have been said
// Counters: reference_ms and ratio, taken in turns within the same run.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "data/as_of.hpp"
#include "demo/demo.hpp"
#include "store/holdings.hpp"
#include "store/store.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kNow = 1'795'219'200;  // 2026-11-21

double ms_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Made once, kept between runs of the benchmark.
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

engine::AsOfOptions options_of(bool has_cache, std::int64_t now) {
  engine::AsOfOptions options;
  options.store = library();
  options.now = now;
  if (has_cache) options.cache = engine::column_cache_folder(library());
  return options;
}

void load(const engine::AsOfOptions& options) {
  const auto tables = engine::load_as_of(options);
  for (const char* name : {"tracks", "artists", "tags", "listens", "likes", "library",
                           "saved_artists", "track_statistics", "served", "banned"})
    benchmark::DoNotOptimize(tables->table(name)->rows);
  for (const char* name : {"artist_tracks", "track_artists", "track_tags", "tag_tracks"})
    benchmark::DoNotOptimize(tables->lists(name)->values);
}

void step_through_rows() {
  const engine::Store store = engine::Store::open(library(), {.is_read_only = true});
  for (const char* table : {"tracks", "listens"}) {
    engine::Statement rows = store.prepare(std::string("SELECT * FROM ") + table);
    std::int64_t sum = 0;
    while (rows.step()) sum += rows.integer(1);
    benchmark::DoNotOptimize(sum);
  }
}

void read_column_files() {
  std::vector<char> bytes;
  for (const char* name : {"catalogue.columns", "user-1.columns"}) {
    const std::string path = engine::column_cache_folder(library()) + "/" + name;
    bytes.resize(fs::file_size(path));
    std::ifstream(path, std::ios::binary)
        .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    benchmark::DoNotOptimize(bytes.data());
  }
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Measured and reference in turns, so that other load on the machine falls on both.
void compare(benchmark::State& state, const std::function<void()>& work,
             const std::function<void()>& reference) {
  std::vector<double> measured, references;
  for (auto _ : state) {
    measured.push_back(ms_of(work));
    state.SetIterationTime(measured.back() / 1000);
    references.push_back(ms_of(reference));
  }
  state.counters["ms"] = median(measured);
  state.counters["reference_ms"] = median(references);
  state.counters["ratio"] = median(measured) / median(references);
}

void load_sqlite(benchmark::State& state) {
  const engine::AsOfOptions options = options_of(false, kNow);
  compare(
      state, [&] { load(options); }, step_through_rows);
}
BENCHMARK(load_sqlite)
    ->Name("load/sqlite")
    ->UseManualTime()
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

void load_cache(benchmark::State& state, std::int64_t days_before) {
  const engine::AsOfOptions options = options_of(true, kNow - days_before * 86'400);
  load(options);  // makes the cache where there is none
  compare(
      state, [&] { load(options); }, read_column_files);
}
BENCHMARK_CAPTURE(load_cache, now, 0)
    ->Name("load/cache")
    ->UseManualTime()
    ->Iterations(31)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load_cache, earlier, 200)
    ->Name("load/cache_earlier")
    ->UseManualTime()
    ->Iterations(31)
    ->Unit(benchmark::kMillisecond);

void say_or_take_back(engine::HoldingKind kind, std::int64_t track, std::int64_t now) {
  engine::Store store = engine::Store::open(library());
  engine::Transaction transaction(store);
  engine::Holdings holdings(store);
  const engine::Holding holding{1, kind, track, "", engine::kYou};
  if (holdings.tellers(holding).empty())
    holdings.hold(holding, now, 0, now);
  else
    holdings.end(holding, now, engine::kYou);
  engine::note_word(store, holding, now);
  transaction.commit();
}

void load_after_word(benchmark::State& state, engine::HoldingKind kind) {
  const engine::AsOfOptions options = options_of(true, kNow);
  load(options);
  std::vector<double> after, quiet;
  std::int64_t now = kNow - 1000;
  for (auto _ : state) {
    say_or_take_back(kind, 1 + now % 50, now);
    ++now;
    after.push_back(ms_of([&] { load(options); }));
    state.SetIterationTime(after.back() / 1000);
    quiet.push_back(ms_of([&] { load(options); }));
  }
  state.counters["ms"] = median(after);
  state.counters["reference_ms"] = median(quiet);
  state.counters["ratio"] = median(after) / median(quiet);
  state.counters["more_ms"] = median(after) - median(quiet);
}
BENCHMARK_CAPTURE(load_after_word, ban, engine::HoldingKind::kBannedTrack)
    ->Name("load/after_ban")
    ->UseManualTime()
    ->Iterations(31)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load_after_word, like, engine::HoldingKind::kLike)
    ->Name("load/after_like")
    ->UseManualTime()
    ->Iterations(31)
    ->Unit(benchmark::kMillisecond);

}  // namespace
