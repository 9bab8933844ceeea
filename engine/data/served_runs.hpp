// What a user was served by earlier runs, for the table "served".
//
// A list of 100 tracks every hour is 0.9 million rows a year. Runs never change once they are
// recorded, so from some hundred on their tracks are kept in a column file beside the user's
// columns (served-ID.columns) and only those of newer runs are read from SQLite.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/column_cache.hpp"
#include "store/store.hpp"

namespace engine {

/// Those of one user that have tracks, by run_id. `folder` is where the file lies or is made, ""
/// for none; `source` says which data the store holds (a merge of tracks changes those of runs). A
/// file that cannot be used or written costs time only. Throws Error(kStore) when the store cannot
/// be read.
std::vector<ServedRun> read_served_runs(const Store& store, std::int64_t user_id,
                                        const std::string& folder, const std::string& source);

/// Everybody's, by user; without a file.
std::map<std::int64_t, std::vector<ServedRun>> read_everybodys_runs(const Store& store);

}  // namespace engine
