// One part of many, for work that several machines or processes share: the I-th of N.
//
// A task of a cluster is (verb, shard I of N, folder): it may run twice and anywhere, and what it makes is one
// file renamed into place. Who belongs to a shard depends on nothing but their name and N, so that any machine
// knows it without asking another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace engine {

struct Shard {
  std::size_t index = 1, count = 1;  // 1 <= index <= count <= kMostShards

  /// Is a person of this name one of this shard's? By hash: shard_of_name(name, count) == index.
  [[nodiscard]] bool has(std::string_view name) const;
  /// "2/8".
  [[nodiscard]] std::string text() const;
  /// "-2-of-8", as names of files have it; "" for the only one.
  [[nodiscard]] std::string suffix() const;

  bool operator==(const Shard&) const = default;
};

inline constexpr std::size_t kMostShards = 100'000;

/// 1 .. count. The same on every machine and of every version: stores that were scattered stay good.
std::size_t shard_of_name(std::string_view name, std::size_t count);

/// "2/8". Throws Error(kUsage) for anything else, naming `option`.
Shard parse_shard(const std::string& text, std::string_view option = "--shard");

/// What a store that is part of a library says of itself (kShardSetting of store/store.hpp) where it has nobody.
inline constexpr std::string_view kCatalogueAlone = "catalogue";

/// "shard 2/8 of a library", "the catalogue of a library": of what a part says of itself.
std::string part_of_library(std::string_view part);
/// "engine scatter", "engine snapshot-catalogue": what it was taken from the library by.
std::string taken_by(std::string_view part);

/// A shard that a cluster has given to this process, and by what that was seen.
struct GivenShard {
  Shard shard;
  std::string by;  // "SLURM_ARRAY_TASK_ID=12 of 10-17"
};

/// From the variables that a task of an array has: Slurm's, those of an Indexed Job of Kubernetes (with
/// JOB_COMPLETIONS, which its manifest has to set), AWS Batch's, Grid Engine's, PBS's (with PBS_ARRAY_COUNT, which
/// the script has to set); the first of them that is there. Throws Error(kUsage) where none is, or where the
/// number of shards cannot be told: of an array with gaps, as one has that repeats a few tasks.
GivenShard shard_of_environment();

}  // namespace engine
