// The recorded runs as a list, and forgetting the old ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine {

/// Which runs; nothing given: all.
struct RunFilter {
  std::optional<std::int64_t> user_id;
  std::string recipe;                          // its file's name without .lua, or the whole of it
  std::optional<std::int64_t> started_before;  // by the wall clock, Unix seconds
  std::optional<std::int64_t> now_until;       // as of this time or before, Unix seconds
  /// But for so many of the newest of each person and recipe.
  std::int64_t newest_kept = 0;
};

struct RunSummary {
  std::int64_t id = 0;
  std::string user, recipe, title, parameters;
  std::int64_t now = 0, started_at = 0;
  std::uint64_t random_seed = 0;
  std::int64_t tracks = 0;
};

/// Newest first, at most `limit`.
std::vector<RunSummary> summarise_runs(const Store& store, const RunFilter& filter,
                                       std::int64_t limit);
std::int64_t count_runs(const Store& store, const RunFilter& filter);

/// Those of them that prune_runs() would remove.
std::int64_t count_prunable_runs(const Store& store, const RunFilter& filter);

/// Removes them with their lists, in one transaction; not the last run of all, so that no number is
/// given twice, and no version of a kept playlist. Returns how many.
std::int64_t prune_runs(Store& store, const RunFilter& filter);

}  // namespace engine
