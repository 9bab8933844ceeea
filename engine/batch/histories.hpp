// One recipe for people whom the library does not know: engine batch --histories.
//
// A filter: a history a line in (batch/history_line.hpp), a list a line out, in the same order.
//
//   {"user", "run": null, "random_seed", "tracks", "fallback", "notices"}   as batch/list_file.hpp has it
//   {"user", "line", "error", "where", "why", "fix"}                        of a line that no list came of
//
// Same      A list is the one that engine batch gives of a library which has these listens and likes
//           of the person. It depends on that line alone: neither on the others, nor on how many
//           workers there were.
// Catalogue and models are the library's, which is only read: it may lie where nobody may write
//           (cluster/snapshot.hpp). Whom it knows itself does not matter.
// Memory    What is read ahead are the lines that workers are at; it does not grow with the input.
// Workers   As batch/batch.hpp has it. A line that crashes one, or meets a limit, costs its own list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "batch/list_maker.hpp"
#include "core/shard.hpp"
#include "data/column_cache.hpp"

namespace engine::batch {

struct HistoriesRequest {
  /// The recipe as of its `now`, its parameters, folders and limits. Columns and models are filled in.
  RunRequest recipe;
  ColumnOptions columns;  // the library, the play rule, the cache
  std::string input;      // a file; "-": standard input
  Shard shard;            // lines of other people are passed over
  ListWorkers workers;
};

struct HistoriesReports {
  std::function<void(std::string_view line)>
      list;                                      // a line with its end, in the order of the input
  std::function<void(const std::string&)> note;  // may be empty
  std::function<void(const std::string& user, const std::string&)> print;  // may be empty
};

struct HistoriesResult {
  std::size_t made = 0, failed = 0;
  std::size_t empty = 0;                                  // of those made: lists without a track
  std::map<std::string, std::size_t> fallbacks, notices;  // of those made, as BatchResult has them
};

/// Throws Error: of the recipe itself (kRecipe, kUsage; kInput where it asks for other people) before
/// anything is read; kInput for an input that cannot be read; kStore; kInterrupted after Ctrl-C.
HistoriesResult make_lists_of_histories(const HistoriesRequest& request,
                                        const HistoriesReports& reports);

}  // namespace engine::batch
