// The contract of every kind of element, tried out: what `engine plugins check` runs in a worker.
#pragma once

#include "playlist/plugin.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin_check/guarded_call.hpp"

namespace engine {

struct ContractOptions {
  std::string library;                 // its path: defaults of FILE parameters stand beside it
  std::optional<GuardedInput> sample;  // a file that its source reads, or its FILE parameters name
  RowsCheck rows_check;                // sources
};

/// What was seen of one element in one test.
struct ContractResult {
  std::string element, test;
  double ms = 0;
  std::int64_t rows = 0;              // the most that it was given in one call
  std::string used;                   // orderings: "placed 2 of 2 rows"
  std::string note;                   // what may be meant, and may be not
  std::string told;                   // "no data: nobody trained it"; "" when it did its work
  std::vector<std::string> artifact;  // models: "matrix decades 7x2"
  std::vector<std::string> problems;  // without the element's and the test's names
};

/// Hears of every test. `starts` comes before anything of the plugin runs; when the process dies,
/// the caller goes on behind that test in another one.
struct ContractListener {
  std::function<void(const std::string& element, const std::string& test)> starts;
  std::function<void(const ContractResult&)> ends;
  std::function<void()> beat;  // a sign of life
  std::function<void(std::string_view meaning)>
      fault;  // in a signal handler: "it wrote behind ..."
};

/// Runs the tests from number `first` on, of all elements in their order. The library must have
/// passed description_problems(). Main thread of a worker: a test may end the process.
void run_contract(const playlist_plugin& plugin, const ContractOptions& options, std::size_t first,
                  const ContractListener& listener);

}  // namespace engine
