// What a benchmark says of a worker that failed.
#include <csignal>
#include <functional>
#include <memory>

#include <catch2/catch.hpp>

#include "benchmark/benchmark.hpp"
#include "core/error.hpp"

using engine::Error;
using engine::Exit;

namespace {

/// The error of a benchmark whose workers load plugins like this.
Error error_of(const std::function<void()>& load, bool is_in_process = false) {
  engine::benchmark::Request request;
  request.models = {"item_cf"};
  request.is_in_process = is_in_process;
  request.load_plugins = [&]() -> std::shared_ptr<const engine::Registry> {
    load();
    return nullptr;
  };
  request.note = request.detail = [](const std::string&) {};
  try {
    engine::benchmark::run_benchmark(
        engine::benchmark::read_split({"train.txt", "0 1 2\n1 2 3\n"}, {"test.txt", "0 3\n1 1\n"}),
        request);
  } catch (const Error& error) {
    return error;
  }
  return Error(Exit::kDone, "no error");
}

}  // namespace

TEST_CASE("an error of a benchmark's worker keeps where it was and what to do", "[benchmark]") {
  const Error error = error_of(
      [] {
        throw Error(Exit::kRecipe, "no plugin offers model.item_cf",
                    {"the benchmark", "", "no plugins are loaded", "engine doctor looks"});
      },
      GENERATE(false, true));
  CHECK(error.exit() == Exit::kRecipe);
  CHECK(error.text() ==
        "error: no plugin offers model.item_cf\n"
        "  where: the benchmark\n"
        "  why:   no plugins are loaded\n"
        "  fix:   engine doctor looks");
}

TEST_CASE("a benchmark's worker that is killed says whose it was and what to do", "[benchmark]") {
  const Error error = error_of([] { ::raise(SIGKILL); });
  CHECK(error.exit() == Exit::kPlugin);
  CHECK(error.text() ==
        "error: the worker was killed (Killed); it was in: item_cf: loading plugins\n"
        "  fix:   report it to whoever made the element named");
}
