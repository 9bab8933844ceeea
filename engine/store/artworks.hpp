// Where the picture of a track's album is: table artworks. Imports and services tell it on their way;
// nothing is fetched for it. What is shown of it, and whether, is app/artwork.hpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace engine {

/// An https address of at most 2,000 characters without blanks.
bool is_artwork_address(std::string_view address);

/// Nothing where none is known.
std::optional<std::string> artwork_address(const Store& store, std::int64_t track_id);

}  // namespace engine
