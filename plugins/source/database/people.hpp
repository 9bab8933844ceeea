// Whose rows an import takes from a database that holds several people's.
#pragma once

#include "playlist/plugin.hpp"

#include <string>
#include <utility>
#include <vector>

namespace source {

/// The setting that the engine answers with the person whose file this is.
constexpr const char* kUserSetting = "user";

/// `people` are ids with names. The only one, or the one who is called like the person whose file
/// it is, in any case. Throws playlist::Error, with what to do, when it is neither.
const std::pair<std::string, std::string>& choose_person(
    const playlist::SourceCall& call,
    const std::vector<std::pair<std::string, std::string>>& people);

}  // namespace source
