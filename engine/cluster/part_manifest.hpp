// What a folder of parts of a library is of, so that it never mixes two: scatter.json, snapshot.json.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace engine::cluster {

/// Writes `wanted` to FOLDER/NAME where the folder is new or empty; both are made. Throws Error(kInput) where it
/// holds other files, or says something else.
void settle_manifest(const std::string& folder, const std::string& name,
                     const nlohmann::ordered_json& wanted);

}  // namespace engine::cluster
