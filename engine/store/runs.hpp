// Run records: what was asked, on which data, what came out. `engine why`, `replay` and
// filtering.served read them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine {

/// One row of `runs` with its tracks; the columns of schema.sql.
struct RunRecord {
  std::int64_t id = 0;  // 0: not saved yet
  std::optional<std::int64_t> user_id;
  std::string recipe;  // as asked for: "recipes/weekly.lua"
  std::string title;
  std::int64_t now = 0;  // Unix seconds
  std::uint64_t random_seed = 0;
  std::string parameters;                 // JSON object
  std::string recipe_text;                // the whole file
  std::string recipe_hash, scripts_hash;  // hexadecimal
  std::string elements;                   // JSON object: element -> plugin id and version
  std::string data_state;                 // which data it read, e.g. the data_version
  std::string playlist_hash;              // hexadecimal
  std::string record;                     // the `run --json` object
  std::int64_t started_at = 0;            // the wall clock, Unix seconds
  std::vector<std::int64_t> track_ids;    // in playing order
};

/// Writes the record and its tracks in one transaction of its own, so that a run that was told as
/// not written is not there; returns the run's number. `record_of`, where given, makes the `record`
/// once the number is known, as it holds it. Does not change data_version.
std::int64_t save_run(Store& store, const RunRecord& run,
                      const std::function<std::string(std::int64_t run_id)>& record_of = {});
/// Takes a run back whose list never reached anybody.
void forget_run(Store& store, std::int64_t run_id);
/// Nothing when there is no such run.
std::optional<RunRecord> load_run(const Store& store, std::int64_t run_id);
/// Newest first, without recipe_text, record and track_ids. `user_id` nothing: everybody's.
std::vector<RunRecord> list_runs(const Store& store, std::optional<std::int64_t> user_id = {},
                                 std::int64_t limit = 100);

}  // namespace engine
