// One recipe for many users: engine batch.
//
//   FOLDER/batch.json          what the lists were made from (batch/manifest.hpp)
//   FOLDER/lists.jsonl         one line per user (batch/list_file.hpp); of shard I of N:
//                              lists-I-of-N.jsonl
//   FOLDER/failures.jsonl      {"user", "error", "where", "why", "fix"} of the last call's
//                              failures; of a shard: failures-I-of-N.jsonl; absent when there
//                              were none
//   FOLDER/lists.jsonl.making  while it is made, or what a call that was stopped has left
//
// batch/gather.hpp merges the files of all shards.
//
// Same      A user's list is the one that `engine run RECIPE --user NAME --now NOW` gives. The
//           bytes of a file depend neither on how many workers there were, nor on who ended first,
//           nor on how often the batch was stopped or killed on its way.
// Random    A recipe without a random seed of its own draws from a stream named by now and user.
// Order     Lines stand by the users' names, as bytes.
// Shards    A user belongs to the shard that core/shard.hpp has for the name, whoever else there is. A store
//           that is itself a shard (cluster/scatter.hpp) makes that one only.
// Again     Users whose lists are there are passed over, those that failed are tried again. A
//           folder whose batch.json says something else is refused.
// Workers   Forked by the part of the users, each once the library is in memory and the models are
//           mapped: all share them. One that crashes or meets a limit costs the user it was at;
//           the rest of its part goes to another worker. limits.wall_seconds is for one user.
// Record    With is_recorded each run is kept in the store as `engine run` does, just before its
//           line is written, so that the next list knows what was served before. A run that was
//           recorded for a line which a kill prevented is found again and not recorded twice.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "batch/list_maker.hpp"
#include "core/error.hpp"
#include "core/shard.hpp"
#include "recipe/run.hpp"

namespace engine::batch {

struct BatchRequest {
  /// The recipe, its parameters, folders and limits. Columns, models, now and seeds are filled in;
  /// random_seed holds for every user.
  RunRequest recipe;
  ColumnOptions columns;                          // the store, the play rule, the cache
  std::optional<std::vector<std::string>> users;  // by name; nothing: everybody
  Shard shard;
  std::string folder;  // made when missing
  /// Unix seconds; nothing: that of the batch in the folder, else default_now.
  std::optional<std::int64_t> now;
  std::int64_t default_now = 0;
  std::string settings;  // what else decides: compared with the folder's batch.json
  bool is_recorded = false;
  ListWorkers workers;
};

struct BatchReports {
  std::function<void(std::size_t done, std::size_t all)> progress;         // may be empty
  std::function<void(const std::string& user, const std::string&)> print;  // may be empty
  std::function<void(const std::string&)> note;                            // may be empty
};

struct BatchFailure {
  std::string user;
  Error error;
};

struct BatchResult {
  std::string file;      // of the lists
  std::int64_t now = 0;  // Unix seconds
  std::size_t users = 0, made = 0, made_before = 0;
  std::size_t empty = 0;  // of those made: lists without a track
  // Of those made: how many were made of something else than they are for, by what; and how many
  // gave each kind of notice.
  std::map<std::string, std::size_t> fallbacks, notices;
  std::vector<BatchFailure> failures;  // by name; unknown users first
};

/// FOLDER/WHAT.jsonl, of shard 2 of 4 FOLDER/WHAT-2-of-4.jsonl. `what`: "lists", "failures".
std::string file_of_shard(const std::string& folder, const std::string& what, const Shard& shard);

/// The notice with "N" for its numbers and "…" for what it quotes: what those of many users have in
/// common.
std::string kind_of_notice(const std::string& notice);

/// Throws Error: of the recipe itself (kRecipe, kUsage) before anything is made; kNothing when the
/// store has no users; kInput for a folder that cannot be written to or holds another batch;
/// kStore; kInterrupted after Ctrl-C, when all lists that were made are in the file.making.
BatchResult run_batch(const BatchRequest& request, const BatchReports& reports);

}  // namespace engine::batch
