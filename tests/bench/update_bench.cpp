// The pipelines, from process start to exit, on a listener's ten years.
//
// update_50_new/N   engine update where a folder that was imported has a new file of 50 listens, 12 of
//                   them of tracks that nobody knows, of a library of 100 k tracks and N listens; the
//                   day's look for drift was taken before
// update_nothing/N  the same where nothing has come
// retrain/N         engine retrain --force, of one person's N listens
// Counters: ms and cpu_ms (medians; of the processor with its workers, for a machine that others use
// as well), ratio of ms to reference_ms, which is reading the library's file once in this process,
// taken in turns.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "engine_process.hpp"
#include "store/store.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kNow = 1'795'219'200;  // 2026-11-21

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Took {
  std::vector<double> ms, cpu_ms, reference_ms;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

void report(const Took& took, benchmark::State& state) {
  state.counters["ms"] = median(took.ms);
  state.counters["cpu_ms"] = median(took.cpu_ms);
  state.counters["reference_ms"] = median(took.reference_ms);
  state.counters["ratio"] = median(took.ms) / median(took.reference_ms);
}

void run_engine(const std::string& library, std::int64_t now, const std::vector<std::string>& words,
                Took* took = nullptr) {
  std::vector<std::string> arguments = {"--library", library, "--now", engine::format_time(now)};
  arguments.insert(arguments.end(), words.begin(), words.end());
  const bench::EngineRun run = bench::run_engine(arguments);
  if (took == nullptr) return;
  took->ms.push_back(run.ms);
  took->cpu_ms.push_back(run.cpu_ms);
}

void read_file(const std::string& path, Took& took) {
  static std::vector<char> buffer(1 << 20);
  const Clock::time_point start = Clock::now();
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  while (read(file, buffer.data(), buffer.size()) > 0) {
  }
  close(file);
  took.reference_ms.push_back(ms_since(start));
}

/// One listener's library of that many listens in ten years, made anew.
class Listener {
 public:
  Listener(std::int64_t listens, std::int64_t tracks)
      : folder_(fs::temp_directory_path() / ("engine-bench-update-" + std::to_string(listens) +
                                             "-" + std::to_string(getpid()))) {
    fs::create_directories(folder_ / "exports");
    run_engine(library(), kNow,
               {"demo", folder_.string(), "--tracks", std::to_string(tracks), "--artists",
                std::to_string(tracks / 10), "--listens", std::to_string(listens), "--users", "1",
                "--days", "3650"});
    const engine::Store store = engine::Store::open(library(), {.is_read_only = true});
    engine::Statement heard = store.prepare(
        "SELECT title, a.name, tracks.spotify_id FROM (SELECT DISTINCT track_id FROM (SELECT "
        "track_id FROM "
        "listens ORDER BY ts DESC LIMIT 4000)) JOIN tracks USING (track_id) JOIN artists a "
        "ON a.artist_id = tracks.artist_id LIMIT 400");
    for (heard.start(); heard.step();)
      heard_.push_back(
          {std::string(heard.text(0)), std::string(heard.text(1)), std::string(heard.text(2))});
  }
  ~Listener() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::string library() const { return (folder_ / "library.db").string(); }
  [[nodiscard]] std::string exports() const { return (folder_ / "exports").string(); }

  /// 50 listens of the 2.8 hours up to `now`, as Spotify's extended history writes them.
  void add_file(std::int64_t now) {
    nlohmann::json rows = nlohmann::json::array();
    for (int k = 0; k < 50; ++k) {
      const Track& known = heard_[static_cast<std::size_t>(number_ * 50 + k) % heard_.size()];
      const bool is_new = k % 4 == 3;
      const std::string title = is_new ? "New " + std::to_string(number_ * 50 + k) : known.title;
      nlohmann::json row = {{"ts", engine::format_time(now - (49 - k) * 200)},
                            {"ms_played", 180'000 + k},
                            {"master_metadata_track_name", title},
                            {"master_metadata_album_artist_name", known.artist},
                            {"master_metadata_album_album_name", "Album"},
                            {"reason_start", "trackdone"},
                            {"reason_end", "trackdone"},
                            {"shuffle", false},
                            {"skipped", false},
                            {"platform", "phone"},
                            {"conn_country", "DE"}};
      row["spotify_track_uri"] = is_new || known.spotify_id.empty()
                                     ? nlohmann::json(nullptr)
                                     : nlohmann::json("spotify:track:" + known.spotify_id);
      rows.push_back(std::move(row));
    }
    std::ofstream(exports() + "/Streaming_History_Audio_" + std::to_string(number_++) + ".json")
        << rows.dump();
  }

 private:
  struct Track {
    std::string title, artist, spotify_id;
  };
  fs::path folder_;
  std::vector<Track> heard_;
  int number_ = 0;
};

void update(benchmark::State& state, bool has_new) {
  Listener listener(state.range(0), 100'000);
  std::int64_t now = kNow + 3600;
  listener.add_file(now);
  run_engine(listener.library(), now, {"import", listener.exports()});
  run_engine(listener.library(), now, {"update"});
  Took took;
  for (auto _ : state) {
    now += 10'200;
    if (has_new) listener.add_file(now);
    run_engine(listener.library(), now, {"update"}, &took);
    read_file(listener.library(), took);
  }
  report(took, state);
}
void update_50_new(benchmark::State& state) {
  update(state, true);
}
void update_nothing(benchmark::State& state) {
  update(state, false);
}
BENCHMARK(update_50_new)->Arg(1'000'000)->Iterations(8)->Unit(benchmark::kMillisecond);
BENCHMARK(update_nothing)->Arg(1'000'000)->Iterations(8)->Unit(benchmark::kMillisecond);

void retrain(benchmark::State& state) {
  Listener listener(state.range(0), 20'000);
  run_engine(listener.library(), kNow, {"update"});
  Took took;
  for (auto _ : state) {
    run_engine(listener.library(), kNow, {"retrain", "--force"}, &took);
    read_file(listener.library(), took);
  }
  report(took, state);
}
BENCHMARK(retrain)->Arg(100'000)->Iterations(3)->Unit(benchmark::kMillisecond);

}  // namespace
