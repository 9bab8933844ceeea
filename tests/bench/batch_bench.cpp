// engine batch for everybody, from process start to exit, against reading the matrices it searches.
//
// batch/N      lists for N people on 100 k tracks by two workers: item_cf, als and content
//              by quota, filters, limit and order as in recipes/discover-weekly.lua
// Library      engine demo's catalogue; plays of synthetic_plays.hpp, about 600 listens a person,
//              a fifth of them skips. It and its three models are made once, and kept in the folder
//              for temporary files
// Counters     users_per_s (median), ratio (of the processor time of a list, two workers' each, to
//              that of scoring 100 k x 64 factors for one user and choosing the best 1 000, which
//              a list needs twice), peak_MB (of the largest process)
// batch_discover_weekly/N
//              recipes/discover-weekly.lua for engine demo's N people (about 200 listens each) on
//              100 k tracks by one worker, with model.discovery and model.quality. Counters: ms (of
//              processor time a list, median), ratio (of it to one of the scans above), users_per_s
// A benchmark of wrong lists says nothing: those of some people are first compared with what
// engine run gives.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "engine_process.hpp"
#include "shared/exact_search.hpp"
#include "store/listen_flags.hpp"
#include "store/store.hpp"
#include "synthetic_plays.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr std::int64_t kTracks = 100'000, kNow = 1'795'219'200;  // 2026-11-21
constexpr const char* kNowText = "2026-11-21";
constexpr std::size_t kJobs = 2, kFactors = 64, kLimit = 1'000;

constexpr const char* kRecipe = R"lua(
local pl = require "playlist"
return pl.recipe {
  title = "Three channels",
  random_seed = "week",
  build = function(p, user)
    local seeds = user.history:last { n = 50, weekly_mix = 0.5 }
    local mine = user.library + user.likes + user.listens
    local function unknown(candidates)
      return candidates
        :filter(pl.filtering.heard { by = "song" })
        :filter(pl.filtering.not_in { mine })
        :filter(pl.filtering.served { days = 365 })
    end
    return pl.blend {
      { weight = 0.4, quota = 200, unknown(pl.recall.item_cf { seeds = seeds, limit = 1000 }) },
      { weight = 0.4, quota = 200, unknown(pl.recall.als { seeds = seeds, limit = 1000 }) },
      { weight = 0.2, quota = 100, unknown(pl.recall.content { seeds = seeds, limit = 1000 }) },
      by = "rank",
    }:limit { tracks = 30, per_artist = 2 }
     :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
)lua";

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Runs the engine with what it prints in `out`; returns the seconds it took.
double run_engine(const std::vector<std::string>& arguments, const std::string& out = "/dev/null") {
  return bench::run_engine(arguments, out).ms / 1e3;
}

/// Of one person, over the last 200 days; what was played more than once comes again later.
void write_listens(engine::Statement& insert, std::int64_t user_id,
                   std::span<const std::int32_t> tracks, std::span<const float> counts,
                   playlist::Random& random) {
  using engine::ListenFlags;
  std::vector<std::int32_t> played;
  for (std::size_t k = 0; k < tracks.size(); ++k)
    played.insert(played.end(), static_cast<std::size_t>(counts[k]), tracks[k]);
  random.shuffle(std::span(played));
  const auto step = static_cast<std::int64_t>(200 * 86'400 / (played.size() + 1));
  std::int64_t ts = kNow - 200 * 86'400;
  for (const std::int32_t track : played) {
    ts += step;
    const bool is_skip = random.chance(0.2);
    const int flags =
        is_skip ? ListenFlags::with_end(engine::PlayReason::kForward) | ListenFlags::kSkipped
                : ListenFlags::with_end(engine::PlayReason::kTrackDone) | ListenFlags::kNotSkipped;
    insert.run(user_id, ts, track + 1, is_skip ? 15'000 : 200'000, flags);
  }
}

void write_people(const std::string& path, std::int32_t people) {
  engine::Store store = engine::Store::open(path);
  const model::SparseMatrix plays =
      bench::synthetic_plays({people, static_cast<std::int32_t>(kTracks), 150.0 * people});
  playlist::Random random(3);
  store.execute("BEGIN");
  engine::Statement user = store.prepare("INSERT INTO users (user_id, name) VALUES (?1, ?2)");
  engine::Statement listen = store.prepare(
      "INSERT INTO listens (user_id, ts, track_id, ms_played, flags, ingestion_id) "
      "VALUES (?1, ?2, ?3, ?4, ?5, 1)");
  for (std::int32_t k = 0; k < people; ++k) {
    const std::int64_t user_id = k + 2;  // the demo has one of its own
    user.run(user_id, "listener " + std::to_string(k));
    write_listens(listen, user_id, plays.row(k), plays.row_values(k), random);
  }
  store.bump_data_version();
  store.execute("COMMIT");
}

/// A library with its models, made when it is not there yet.
fs::path library(std::int64_t people) {
  const fs::path folder = fs::temp_directory_path() / ("engine-batch-" + std::to_string(people));
  const std::string store = (folder / "library.db").string();
  if (fs::exists(folder / "made")) return folder;
  fs::remove_all(folder);
  run_engine({"demo", folder.string(), "--now", kNowText, "--tracks", std::to_string(kTracks),
              "--artists", "12000", "--users", "1", "--listens", "300"});
  write_people(store, static_cast<std::int32_t>(people));
  run_engine({"--library", store, "--now", kNowText, "train", "item_cf"});
  run_engine({"--library", store, "--now", kNowText, "train", "als", "--set",
              "factors=" + std::to_string(kFactors)});
  run_engine({"--library", store, "--now", kNowText, "train", "content"});
  engine::write_file_atomically((folder / "made").string(), "");
  return folder;
}

double make_lists(const fs::path& folder, const std::string& recipe, std::size_t jobs = kJobs) {
  fs::remove_all(folder / "lists");
  return run_engine({"--library", (folder / "library.db").string(), "--now", kNowText, "batch",
                     recipe, "--jobs", std::to_string(jobs), "--out", (folder / "lists").string()});
}

/// Throws where a list is not the one that engine run gives.
void compare_with_runs(const fs::path& folder, const std::string& recipe) {
  std::map<std::string, json> lists;
  std::ifstream lines(folder / "lists" / "lists.jsonl");
  for (std::string line; std::getline(lines, line);) {
    json list = json::parse(line);
    lists.emplace(list.at("user"), list.at("tracks"));
  }
  for (const char* user : {"listener 0", "listener 7", "listener 71", "listener 713"}) {
    const std::string out = (folder / "run.json").string();
    run_engine({"--library", (folder / "library.db").string(), "--now", kNowText, "--user", user,
                "--json", "run", recipe},
               out);
    const json run = json::parse(engine::read_file(out));
    if (lists.at(user).empty() || run.at("tracks") != lists.at(user))
      throw std::runtime_error(std::string("run and batch differ for ") + user);
  }
}

/// Seconds to find one user's best among factors, the median of some.
double scan_seconds() {
  playlist::Random random(5);
  std::vector<float> factors(static_cast<std::size_t>(kTracks) * kFactors), user(kFactors);
  for (auto* values : {&factors, &user})
    for (float& value : *values) value = static_cast<float>(random.real() - 0.5);
  std::vector<double> times;
  for (int round = 0; round < 31; ++round) {
    const Clock::time_point start = Clock::now();
    benchmark::DoNotOptimize(shared::top_rows(
        {factors.data(), static_cast<std::size_t>(kTracks), kFactors}, user, kLimit));
    times.push_back(seconds_since(start));
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

/// Processor seconds of the engines that ended.
double engine_seconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// engine demo's people, with the models that recipes/discover-weekly.lua asks for.
fs::path demo_library(std::int64_t people) {
  const fs::path folder = fs::temp_directory_path() / ("engine-discover-" + std::to_string(people));
  const std::string store = (folder / "library.db").string();
  if (fs::exists(folder / "made")) return folder;
  fs::remove_all(folder);
  run_engine({"demo", folder.string(), "--now", kNowText, "--tracks", std::to_string(kTracks),
              "--artists", "12000", "--users", std::to_string(people), "--listens", "3000"});
  run_engine({"--library", store, "--now", kNowText, "train", "discovery", "quality"});
  engine::write_file_atomically((folder / "made").string(), "");
  return folder;
}

void batch(benchmark::State& state) {
  const fs::path folder = library(state.range(0));
  const std::string recipe = (folder / "three.lua").string();
  engine::write_file_atomically(recipe, kRecipe);
  make_lists(folder, recipe);  // reads the files for the first time
  compare_with_runs(folder, recipe);
  const auto people = static_cast<double>(state.range(0) + 1);
  std::vector<double> times, scans;
  for (auto _ : state) {
    times.push_back(make_lists(folder, recipe));
    scans.push_back(scan_seconds());
    state.SetIterationTime(times.back());
  }
  std::sort(times.begin(), times.end());
  std::sort(scans.begin(), scans.end());
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const double seconds = times[times.size() / 2];
  state.counters["users_per_s"] = people / seconds;
  state.counters["ratio"] = seconds * kJobs / people / scans[scans.size() / 2];
  state.counters["peak_MB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}
BENCHMARK(batch)->Arg(2'000)->UseManualTime()->Unit(benchmark::kSecond)->Iterations(5);

void batch_discover_weekly(benchmark::State& state) {
  const fs::path folder = demo_library(state.range(0));
  const std::string recipe = std::string(PLAYLIST_SOURCE_DIR) + "/recipes/discover-weekly.lua";
  make_lists(folder, recipe, 1);  // reads the files for the first time
  const auto people = static_cast<double>(state.range(0));
  std::vector<double> times, lists, scans;
  for (auto _ : state) {
    const double before = engine_seconds();
    times.push_back(make_lists(folder, recipe, 1));
    lists.push_back((engine_seconds() - before) / people);
    scans.push_back(scan_seconds());
    state.SetIterationTime(times.back());
  }
  state.counters["users_per_s"] = people / median(times);
  state.counters["ms"] = 1000 * median(lists);
  state.counters["ratio"] = median(lists) / median(scans);
}
BENCHMARK(batch_discover_weekly)
    ->Arg(4'200)
    ->UseManualTime()
    ->Unit(benchmark::kSecond)
    ->Iterations(3);

}  // namespace
