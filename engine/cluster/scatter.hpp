// One library as N, for a cluster whose machines take a shard each: engine scatter.
//
//   FOLDER/scatter.json                          {"format": 1, "shards": N, "library": PATH, "state": HASH}
//   FOLDER/shard-I-of-N/library.db               the catalogue whole; the people whom core/shard.hpp has for it, with
//                                                all that is theirs, under the ids that they had
//   FOLDER/shard-I-of-N/library.db.columns/      the whole library's columns of the catalogue
//   FOLDER/shard-I-of-N/library.db.models/       everybody's models, and those of its people
//
// Same      A list made in a shard is the list of the whole library: its tracks have the same numbers, became known
//           when anybody first played them, and are as popular as with everybody.
// Stays     A shard takes no imports and no words of its people (Store::bump_data_version()); its runs are recorded.
//           Recipes that ask for other people are refused there, as is training.
// Left out  Jobs and bots, which are one machine's; a relation of two people in different shards.
// Killed    A shard's folder is renamed into place once it is whole, so that the same call goes on from there.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/shard.hpp"
#include "data/column_cache.hpp"

namespace engine::cluster {

struct ScatterRequest {
  ColumnOptions columns;  // the library and the play rule; users and cache do not matter
  std::string folder;     // made when missing
  std::size_t shards = 1;
};

struct ScatteredShard {
  std::string library;  // its path
  std::size_t people = 0;
  bool was_there = false;
};

struct Scattered {
  std::vector<ScatteredShard> shards;
  std::size_t people = 0, relations_left_out = 0;  // the latter of those made now
};

/// FOLDER/shard-I-of-N/library.db.
std::string library_of_shard(const std::string& folder, const Shard& shard);

/// Throws Error: kNothing without people; kUsage where the library is a shard itself; kInput where the folder cannot be
/// written or holds shards of another library, of another state of it or of another number; kStore.
Scattered scatter(const ScatterRequest& request,
                  const std::function<void(std::size_t done, std::size_t all)>& progress);

}  // namespace engine::cluster
