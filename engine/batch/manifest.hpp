// batch.json: what the lists of a folder were made from, so that a folder never mixes two batches.
//
//   {"format": 1, "recipe", "recipe_hash", "scripts_hash", "parameters": {...}, "random_seed": N or
//    null, "now": "2026-11-21T00:00:00Z", "settings": HASH, "models": {NAME: {"as_of", "hash"}},
//    "own_models_hash": HASH, "shards": N, "library": TEXT}
//
// "own_models_hash" stands for every version that serves one person only; where there are none it
// is not there.
// "library" is the state of the store at the start. It is told, not compared: people go on
// listening while a batch rests, and as of `now` that changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace engine::batch {

/// Nothing when the folder has none. Throws Error(kInput) when it cannot be read as one.
std::optional<nlohmann::ordered_json> read_manifest(const std::string& folder);

/// Puts the manifest into the folder, unless it has one (another shard may have been faster);
/// returns the one that is there. Throws Error(kInput) naming everything in which the two differ.
nlohmann::ordered_json settle_manifest(const std::string& folder,
                                       const nlohmann::ordered_json& wanted);

}  // namespace engine::batch
