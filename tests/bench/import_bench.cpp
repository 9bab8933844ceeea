// A Spotify extended history of N listens, end to end: recognise, parse, match, account, write.
//
// import/N            the engine: one process reads, one writes
// import_reference/N  a plain simdjson + SQLite program that neither matches nor accounts
// import_again/N      the same files once more: hashes only
// Counters: rows (per second), ratio (time of the engine to the reference of the same N, in the
// same run). The history is made once, in files of 16 000 listens as Spotify's own, and kept in the
// folder for temporary files; PLAYLIST_BENCH_HISTORY names a folder with another one (its size is
// not checked).
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <stdexcept>
#include <string>

#include "import/import.hpp"
#include "import_reference.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kArtists = 5'000, kTracks = 60'000, kPerFile = 16'000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One listen as Spotify writes it, 23 keys.
std::string listen_json(std::time_t ts, int track, bool is_done, int ms_played, bool is_pretty) {
  const double artist = static_cast<double>(track) * 7919 / kTracks;
  const int artist_number = static_cast<int>(artist * artist) % kArtists;
  char when[32], id[32];
  std::strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&ts));
  std::snprintf(id, sizeof id, "%022x", static_cast<unsigned>(track) * 2654435761u);
  const std::string gap = is_pretty ? ",\n    " : ", ";
  std::string text = is_pretty ? "  {\n    " : "{";
  const auto add = [&](const char* key, const std::string& value, bool is_last = false) {
    text.append("\"").append(key).append("\": ").append(value);
    if (!is_last) text += gap;
  };
  const std::string done = is_done ? "\"trackdone\"" : "\"fwdbtn\"";
  add("ts", "\"" + std::string(when) + "\"");
  add("platform", "\"web_player windows 10;chrome 120\"");
  add("ms_played", std::to_string(ms_played));
  add("conn_country", "\"DE\"");
  add("ip_addr", "\"203.0.113.7\"");
  add("master_metadata_track_name",
      "\"Song number " + std::to_string(track) + (track % 40 == 0 ? " \\\"live\\\"\"" : "\""));
  add("master_metadata_album_artist_name",
      "\"Artist " + std::to_string(artist_number) + (artist_number % 9 == 0 ? " é\"" : " \""));
  add("master_metadata_album_album_name", "\"Album " + std::to_string(track / 11) + "\"");
  add("spotify_track_uri", "\"spotify:track:" + std::string(id) + "\"");
  for (const char* key :
       {"episode_name", "episode_show_name", "spotify_episode_uri", "audiobook_title",
        "audiobook_uri", "audiobook_chapter_uri", "audiobook_chapter_title"}) {
    add(key, "null");
  }
  add("reason_start", "\"trackdone\"");
  add("reason_end", done);
  add("shuffle", is_done ? "false" : "true");
  add("skipped", is_done ? "false" : "true");
  add("offline", "false");
  add("offline_timestamp", "null");
  add("incognito_mode", "false", true);
  return text + (is_pretty ? "\n  }" : "}");
}

void make_history(const fs::path& folder, std::int64_t listens) {
  std::mt19937_64 random(13);
  const auto share = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  std::time_t ts = 1'325'376'000;  // 2012-01-01
  for (std::int64_t begin = 0, k = 0; begin < listens; begin += kPerFile, ++k) {
    std::ofstream file(folder / ("Streaming_History_Audio_" + std::to_string(k) + ".json"));
    const bool is_pretty = k % 2 == 0;
    file << (is_pretty ? "[\n" : "[");
    for (std::int64_t i = begin; i < std::min(listens, begin + kPerFile); ++i) {
      if (i > begin) file << (is_pretty ? ",\n" : ", ");
      ts += 20 + static_cast<std::time_t>(random() % 780);
      const double rank = share();
      const int track = static_cast<int>(kTracks * rank * rank);
      const bool is_done = share() < 0.7;
      file << listen_json(ts, track, is_done,
                          is_done ? 210'000 : static_cast<int>(random() % 90'000), is_pretty);
    }
    file << (is_pretty ? "\n]" : "]");
    if (!file) throw std::runtime_error("cannot write " + folder.string());
  }
}

std::string history(std::int64_t listens) {
  if (const char* given = std::getenv("PLAYLIST_BENCH_HISTORY")) return given;
  const fs::path folder =
      fs::temp_directory_path() / ("engine-bench-history-" + std::to_string(listens));
  if (!fs::exists(folder)) {
    const fs::path part = folder.string() + ".part";
    fs::remove_all(part);
    fs::create_directories(part);
    make_history(part, listens);
    fs::rename(part, folder);
  }
  return folder.string();
}

std::string database(const char* name) {
  return (fs::temp_directory_path() / name).string();
}

void remove_database(const std::string& path) {
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(path + end);
}

engine::import::ImportResult run_import(const std::string& folder, const std::string& store) {
  engine::import::ImportOptions options;
  options.store_path = store;
  options.paths = {folder};
  options.user = "bench";
  options.now = 1'800'000'000;
  const std::string copies = database("engine-bench-copies");
  options.load_plugins = [copies] {
    return engine::Registry::load({{std::string(PLAYLIST_BUILD_DIR) + "/plugins"}, copies, true});
  };
  engine::import::ImportResult result = import_paths(options);
  if (!result.is_good()) throw std::runtime_error("the import failed");
  return result;
}

std::map<std::int64_t, double>& reference_seconds() {
  static std::map<std::int64_t, double> seconds;  // by N
  return seconds;
}

void import_reference(benchmark::State& state) {
  const std::string folder = history(state.range(0));
  const std::string file = database("engine-bench-plain.db");
  double best = 1e9;
  std::int64_t rows = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto start = Clock::now();
    rows = import_plainly(folder, file);
    const double seconds = seconds_since(start);
    best = std::min(best, seconds);
    state.SetIterationTime(seconds);
  }
  remove_database(file);
  reference_seconds()[state.range(0)] = best;
  state.counters["rows"] =
      benchmark::Counter(static_cast<double>(rows * static_cast<std::int64_t>(state.iterations())),
                         benchmark::Counter::kIsRate);
}

void import_history(benchmark::State& state) {
  const std::string folder = history(state.range(0));
  const std::string store = database("engine-bench-import.db");
  double best = 1e9;
  std::int64_t rows = 0;
  for ([[maybe_unused]] auto _ : state) {
    remove_database(store);
    const auto start = Clock::now();
    rows = run_import(folder, store).rows();
    const double seconds = seconds_since(start);
    best = std::min(best, seconds);
    state.SetIterationTime(seconds);
  }
  remove_database(store);
  state.counters["rows"] =
      benchmark::Counter(static_cast<double>(rows * static_cast<std::int64_t>(state.iterations())),
                         benchmark::Counter::kIsRate);
  const auto reference = reference_seconds().find(state.range(0));
  if (reference != reference_seconds().end()) state.counters["ratio"] = best / reference->second;
}

void import_again(benchmark::State& state) {
  const std::string folder = history(state.range(0));
  const std::string store = database("engine-bench-import.db");
  remove_database(store);
  run_import(folder, store);
  std::int64_t rows = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto start = Clock::now();
    rows = run_import(folder, store).rows();
    state.SetIterationTime(seconds_since(start));
  }
  remove_database(store);
  state.counters["rows"] =
      benchmark::Counter(static_cast<double>(rows * static_cast<std::int64_t>(state.iterations())),
                         benchmark::Counter::kIsRate);
}

constexpr std::int64_t kListens = 1'000'000;

BENCHMARK(import_reference)
    ->Arg(kListens)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2);
BENCHMARK(import_history)
    ->Name("import")
    ->Arg(kListens)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);
BENCHMARK(import_again)
    ->Arg(kListens)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);

}  // namespace
