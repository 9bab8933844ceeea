// The catalogue and the models of a library, without people: engine snapshot-catalogue.
//
//   FOLDER/snapshot.json   {"format": 1, "key": HASH}: equal keys, equal lists
//   FOLDER/library.db      and what lies beside it, as cluster/library_part.hpp has it, of nobody
//
// For     Lists of people whose histories lie elsewhere (batch/histories.hpp), on machines that get the folder: it may
//         be copied anywhere, and lie where nobody may write.
// Same    A list made with it is the one that the library itself would give.
// Stays   It takes no imports, no people and no training.
// Killed  library.db is there once all of it is, so that the same call begins anew.
#pragma once

#include <string>

#include "data/column_cache.hpp"

namespace engine::cluster {

struct Snapshot {
  std::string library, key;
  bool was_there = false;
};

/// `columns`: the library; its users do not matter. Throws Error: kUsage where the library is a part of one itself;
/// kInput where the folder cannot be written or holds something else; kStore.
Snapshot snapshot_catalogue(const ColumnOptions& columns, const std::string& folder);

}  // namespace engine::cluster
