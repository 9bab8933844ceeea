// Recipes run for a front end that is a pool of threads.
#include <atomic>
#include <signal.h>
#include <sys/mman.h>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "recipe/answer_bytes.hpp"
#include "recipe/run.hpp"
#include "recipe/run_frames.hpp"
#include "support/small_store.hpp"
#include "worker/front.hpp"

using namespace engine;

namespace {

constexpr int kRuns = 200, kKilled = 117;
const std::int64_t kNow = parse_time("2026-11-21T12:00:00Z");

RunRequest shuffled(test::SmallStore& store) {
  std::string sql = "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');";
  for (int id = 1; id <= 40; ++id) {
    const std::string number = std::to_string(id);
    sql += "INSERT INTO tracks (track_id, title, artist_id, in_catalogue) VALUES (" + number +
           ", 'T" + number + "', 1, 1);INSERT INTO likes VALUES (1, " + number + ", 1000);";
  }
  store.change(sql);
  ColumnOptions columns;
  columns.store = store.options(kNow).store;
  columns.user = "ann";
  RunRequest request;
  request.recipe_path = "recipes/shuffled.lua";
  request.recipe_text =
      "local pl = require \"playlist\"\n"
      "return pl.recipe { title = \"Shuffled\", build = function(p, user)\n"
      "  return user.likes:score(function(t) return 1 end):sample { temperature = 1 }:limit { "
      "tracks = 10 }\nend }\n";
  request.now = kNow;
  request.columns = prepare_columns(columns);
  request.script_directories = {std::string(PLAYLIST_SOURCE_DIR) + "/scripts"};
  return request;
}

RunAnswer run_seeded(RunRequest request, std::uint64_t seed, const RunReports& reports) {
  request.random_seed = seed;
  return run_recipe(request, reports);
}

}  // namespace

TEST_CASE("a thread pool asks for two hundred runs, two at once, one of them killed half-way",
          "[front]") {
  test::SmallStore store;
  const RunRequest request = shuffled(store);
  std::vector<std::string> hashes;
  for (int k = 0; k < kRuns; ++k)
    hashes.push_back(run_seeded(request, static_cast<std::uint64_t>(k), {}).playlist_hash);

  struct Counts {
    std::atomic<int> same{0}, failed{0};
  };
  void* memory =
      ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  auto* counts = new (memory) Counts;

  const auto work = [&](const std::string& question) {
    FrontJob job;
    job.body = [&request, seed = std::stoi(question)](JobSender& sender) {
      RunReports reports = run_reports(sender);
      reports.answered = [&](const RunAnswer&) {
        if (seed == kKilled) ::raise(SIGKILL);
      };
      sender.result(pack_answer(run_seeded(request, static_cast<std::uint64_t>(seed), reports)));
    };
    return job;
  };
  const auto body = [&](Front& front) {
    std::atomic<int> next{0};
    std::vector<std::jthread> pool;
    for (int thread = 0; thread < 8; ++thread) {
      pool.emplace_back([&] {
        for (int k = next++; k < kRuns; k = next++) {
          try {
            const RunAnswer answer = unpack_answer(front.ask(std::to_string(k)));
            if (answer.playlist_hash == hashes[static_cast<std::size_t>(k)] &&
                answer.playlist.tracks.size() == 10)
              ++counts->same;
          } catch (const Error& error) {
            if (k == kKilled && error.exit() == Exit::kPlugin) ++counts->failed;
          }
        }
      });
    }
    pool.clear();
    return 0;
  };
  CHECK(run_front(body, work, 2).is_done);
  CHECK(counts->same == kRuns - 1);
  CHECK(counts->failed == 1);
  ::munmap(memory, sizeof(Counts));
}
