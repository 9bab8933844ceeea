// The lists of all shards as one file: engine gather.
//
//   FOLDER/lists-I-of-N.jsonl      of every shard, as engine batch --shard I/N has put them into place
//   FOLDER/lists.jsonl             what comes of them: the bytes that a batch of one shard would have written
//   FOLDER/failures.jsonl          the same of failures-I-of-N.jsonl; absent when nobody failed
//
// Nothing of the shards' files is changed, so that it may run again.
#pragma once

#include <cstddef>
#include <string>

namespace engine::batch {

struct Gathered {
  std::string file;  // of the lists
  std::size_t shards = 0, lists = 0, failures = 0;
};

/// Throws Error(kInput), and leaves what was there: where the folder has no shards, or those of two numbers of
/// them; where some are missing or not whole yet, naming them; where a line is no list, not in its place, or of
/// somebody who belongs to another shard.
Gathered gather_lists(const std::string& folder);

}  // namespace engine::batch
