// What each verb answers with --json: a JSON Schema (draft 2020-12) for each, engine/verbs/schemas.
//
// They stand beside the verbs whose answers they describe, VERB.json with _ for a space, and are
// part of the program, as the pages of help are; `cmake --install` puts the files into
// share/playlist-engine/schemas too. What several answers have is in definitions.json. Every object
// of them is closed, so that a field which a verb adds must be declared; tests/schemas_hold.py holds
// real answers against them. Of no verb are `watch`, a line of engine watch --json, `version`,
// engine --version --json, `manual` and `completion`, which only a command line has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace engine::verbs {

/// "library merge", sorted.
std::vector<std::string> schema_names();
/// Whole in itself: what it has of definitions.json stands in its own "$defs". Nothing for a name
/// that is none.
std::optional<nlohmann::ordered_json> find_schema(const std::string& name);

}  // namespace engine::verbs
