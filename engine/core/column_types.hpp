// The types of columns, playlist_type of playlist/plugin.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace engine {

/// Bytes of one item of a column of this type; 0 for an unknown type.
std::size_t item_length(std::uint32_t column_type);

}  // namespace engine
