// Formulas over a million rows against plain C++ loops in the same process. The counter `ratio` is
// the median, over pairs run one after the other, of formula time by loop time (CPU time); a
// formula's time is the whole of LuaState::score: driver, compilation, checks. Of the prepared
// formulas it is a walk's 50 runs, once compiled, by 50 calls of LuaState::score.
#include "playlist/plugin.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <time.h>
#include <vector>

#include "formula_reference.hpp"
#include "lua/lua_state.hpp"
#include "lua/prepared_formula.hpp"

namespace {

constexpr std::int64_t kRows = 1'000'000;
constexpr std::int32_t kArtists = 20'000;
constexpr std::int32_t kRadiohead = 7;

struct Columns {
  Columns() {
    std::mt19937 random(1);
    std::uniform_real_distribution<float> share(0, 1);
    for (auto* column : {&taste, &mood, &staleness, &energy, &age}) {
      column->resize(kRows);
      for (float& value : *column) value = share(random);
    }
    for (float& value : age) value *= 400;
    plays.resize(kRows);
    artist.resize(kRows);
    for (std::int64_t i = 0; i < kRows; ++i) {
      plays[i] = static_cast<std::int32_t>(random() % 200);
      artist[i] = random() % 10 == 0 ? kRadiohead : static_cast<std::int32_t>(random() % kArtists);
    }
    for (std::int32_t k = 0; k < kArtists; ++k) {
      bytes += k == kRadiohead ? "Radiohead" : "Artist " + std::to_string(k);
      offsets.push_back(bytes.size());
    }
    dict = {sizeof dict, kArtists, bytes.data(), offsets.data()};
    all = {{"taste", PLAYLIST_F32, taste.data()},
           {"mood", PLAYLIST_F32, mood.data()},
           {"staleness", PLAYLIST_F32, staleness.data()},
           {"energy", PLAYLIST_F32, energy.data()},
           {"age", PLAYLIST_F32, age.data()},
           {"plays", PLAYLIST_I32, plays.data()},
           {"artist", PLAYLIST_STRING, artist.data(), &dict}};
  }
  std::vector<float> taste, mood, staleness, energy, age;
  std::vector<std::int32_t> plays, artist;
  std::string bytes;
  std::vector<std::uint64_t> offsets{0};
  playlist_dict dict{};
  std::vector<engine::FormulaColumn> all;
};

const Columns& columns() {
  static const Columns made;
  return made;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double timed(const std::function<void()>& action) {
  const double start = cpu_seconds();
  action();
  return cpu_seconds() - start;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

/// Runs the pair once per iteration; reports nanoseconds per row and the ratio.
void compare(benchmark::State& state, const std::function<void()>& formula,
             const std::function<void()>& loop, std::int64_t rows = kRows) {
  std::vector<double> formula_times, loop_times, ratios;
  formula();
  loop();
  for (auto _ : state) {
    loop_times.push_back(timed(loop));
    formula_times.push_back(timed(formula));
    ratios.push_back(formula_times.back() / loop_times.back());
    state.SetIterationTime(formula_times.back());
  }
  state.counters["ns_row"] = median(formula_times) * 1e9 / static_cast<double>(rows);
  state.counters["loop_ns_row"] = median(loop_times) * 1e9 / static_cast<double>(rows);
  state.counters["ratio"] = median(ratios);
  // The quietest moments, for machines that do other work meanwhile.
  state.counters["least_ratio"] = *std::min_element(formula_times.begin(), formula_times.end()) /
                                  *std::min_element(loop_times.begin(), loop_times.end());
}

/// A state with the recipe's function at index 1.
struct Loaded {
  explicit Loaded(const std::string& recipe) : lua({60, 512u << 20}, {}, 1), out(kRows) {
    lua.load_recipe("recipes/bench.lua", recipe);
  }
  void score() { lua.score(1, columns().all, nullptr, kRows, out.data()); }
  engine::LuaState lua;
  std::vector<float> out;
};

void check_same(benchmark::State& state, const std::vector<float>& left,
                const std::vector<float>& right) {
  // exp and log may differ in the last bits of a double.
  for (std::int64_t i = 0; i < kRows; ++i) {
    if (std::fabs(left[i] - right[i]) > 1e-6F * std::fabs(right[i])) {
      return state.SkipWithError("the formula and the loop differ");
    }
  }
}

void compare_scores(benchmark::State& state, const std::string& recipe,
                    const std::function<void(float*)>& loop) {
  Loaded loaded(recipe);
  std::vector<float> out(kRows);
  compare(
      state, [&] { loaded.score(); }, [&] { loop(out.data()); });
  check_same(state, loaded.out, out);
}

void formula_arithmetic(benchmark::State& state) {
  compare_scores(
      state, "return function(t) return 0.4 * t.taste + 0.4 * t.mood + 0.2 * (1 - t.staleness) end",
      [](float* out) {
        const Columns& c = columns();
        bench::arithmetic(kRows, c.taste.data(), c.mood.data(), c.staleness.data(), out);
      });
}

void formula_exp_log(benchmark::State& state) {
  compare_scores(
      state,
      "local exp, log = math.exp, math.log\n"
      "return function(t) return exp(-t.age / 90) * log(1 + t.plays) + 0.5 * t.taste end",
      [](float* out) {
        const Columns& c = columns();
        bench::exp_log(kRows, c.age.data(), c.plays.data(), c.taste.data(), out);
      });
}

void formula_exp_log_branches(benchmark::State& state) {
  compare_scores(state,
                 "local exp, log = math.exp, math.log\n"
                 "return function(t)\n"
                 "  local s = exp(-t.age / 90) * log(1 + t.plays)\n"
                 "  if t.energy > 0.7 then s = s * 1.2 elseif t.energy < 0.2 then s = s * 0.8 end\n"
                 "  return s + 0.5 * t.taste\nend",
                 [](float* out) {
                   const Columns& c = columns();
                   bench::exp_log_branches(kRows, c.age.data(), c.plays.data(), c.energy.data(),
                                           c.taste.data(), out);
                 });
}

void formula_string_compare(benchmark::State& state) {
  compare_scores(state,
                 "return function(t)\n"
                 "  if t.artist == \"Radiohead\" then return 1.5 * t.taste end\n"
                 "  return t.taste\nend",
                 [](float* out) {
                   const Columns& c = columns();
                   bench::string_compare(kRows, c.artist.data(), kRadiohead, c.taste.data(), out);
                 });
}

void formula_string_filter(benchmark::State& state) {
  Loaded loaded("return function(t) return t.artist ~= \"Radiohead\" end");
  std::vector<std::uint8_t> keep(kRows), expected(kRows);
  compare(
      state, [&] { loaded.lua.filter(1, columns().all, nullptr, kRows, keep.data()); },
      [&] { bench::string_filter(kRows, columns().artist.data(), kRadiohead, expected.data()); });
  if (keep != expected) state.SkipWithError("the formula and the loop differ");
}

/// What a walk of 50 moves does: a formula over the few rows of each move. `ratio`: prepared once by
/// prepared at every move.
void walk_of_50(benchmark::State& state, const std::string& recipe) {
  constexpr int kMoves = 50;
  constexpr std::int64_t kChoices = 64;
  Loaded loaded(recipe);
  std::vector<float> out(kMoves * kChoices), expected(out.size());
  std::vector<engine::FormulaColumn> moved = columns().all;
  const auto run = [&](std::vector<float>& to, const auto& score) {
    for (int move = 0; move < kMoves; ++move) {
      moved[0].data = columns().taste.data() + move * kChoices;
      score(to.data() + move * kChoices);
    }
  };
  const auto once = [&] {
    engine::PreparedFormula prepared(loaded.lua, 1, engine::FormulaResult::kNumber, moved);
    run(out, [&](float* to) { prepared.run(moved, nullptr, kChoices, to); });
  };
  const auto anew = [&] {
    run(expected, [&](float* to) { loaded.lua.score(1, moved, nullptr, kChoices, to); });
  };
  compare(state, once, anew, kMoves * kChoices);
  if (out != expected) state.SkipWithError("prepared once and at every move differ");
}

void formula_prepared(benchmark::State& state) {
  walk_of_50(state,
             "local exp = math.exp\n"
             "return function(t)\n"
             "  local s = 0.6 * t.taste + 0.3 * exp(-t.age / 90)\n"
             "  if t.artist == \"Radiohead\" then s = s - 0.5 end\n"
             "  return s + 0.1 * (1 - t.staleness)\nend");
}
void formula_prepared_in_lua(benchmark::State& state) {
  walk_of_50(state,
             "return function(t)\n"
             "  local s = 0.6 * t.taste + 0.01 * #t.artist\n"
             "  return s + 0.1 * (1 - t.staleness)\nend");
}

/// What a state costs before its first line runs.
void lua_state_start(benchmark::State& state) {
  for (auto _ : state) {
    engine::LuaState lua({10, 256u << 20}, {}, 1);
    benchmark::DoNotOptimize(lua.raw());
  }
}

BENCHMARK(formula_arithmetic)->UseManualTime()->Iterations(61)->Unit(benchmark::kMillisecond);
BENCHMARK(formula_exp_log)->UseManualTime()->Iterations(61)->Unit(benchmark::kMillisecond);
BENCHMARK(formula_exp_log_branches)->UseManualTime()->Iterations(61)->Unit(benchmark::kMillisecond);
BENCHMARK(formula_string_compare)->UseManualTime()->Iterations(61)->Unit(benchmark::kMillisecond);
BENCHMARK(formula_string_filter)->UseManualTime()->Iterations(61)->Unit(benchmark::kMillisecond);
BENCHMARK(formula_prepared)->UseManualTime()->Iterations(201)->Unit(benchmark::kMicrosecond);
BENCHMARK(formula_prepared_in_lua)->UseManualTime()->Iterations(201)->Unit(benchmark::kMicrosecond);
BENCHMARK(lua_state_start)->Unit(benchmark::kMicrosecond);

}  // namespace
