// In what two descriptions of the same thing differ, in words: for who refuses to go on with another's.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace engine {

/// Of two objects, member by member: "now was 5, is 6; data differs; at: x was 1, is 2"; "" where they are alike. Of members that
/// `is_opaque` says so of, such as hashes, the values are not told.
std::string json_differences(const nlohmann::ordered_json& found,
                             const nlohmann::ordered_json& wanted,
                             const std::function<bool(std::string_view name)>& is_opaque);

}  // namespace engine
