// Spaces that vectors of tracks and of prompts are imported into.
#pragma once

#include <cstddef>
#include <string>

#include "store/store.hpp"

namespace engine::import {

/// What vectors lie in that nobody gave a space.
inline constexpr const char* kUsualSpace = "clap";

/// "", or why vectors cannot be brought into a space of this name: "audio" is made from the audio
/// features, and names are lower-case letters, digits and _, a letter first, 64 at most.
std::string problem_of_space(const std::string& space);
/// Throws Error(kUsage) for such a name.
void check_space_name(const std::string& space);

/// The length of the vectors that the space has, of tracks or prompts; 0: it has none yet.
std::size_t dim_of_space(const Store& store, const std::string& space);

}  // namespace engine::import
