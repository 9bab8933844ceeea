// Spaces that vectors of tracks and of prompts are imported into.
#pragma once

#include <cstddef>
#include <string>

#include "store/store.hpp"

namespace engine::import {

/// Throws Error(kUsage) for "audio", which is made from the audio features, and for what is no
/// name: lower-case letters, digits and _, a letter first, 64 at most.
void check_space_name(const std::string& space);

/// The length of the vectors that the space has, of tracks or prompts; 0: it has none yet.
std::size_t dim_of_space(const Store& store, const std::string& space);

}  // namespace engine::import
