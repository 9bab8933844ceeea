// The items of a plain column in their own type.
#pragma once

#include "playlist/plugin.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace engine {

/// Calls use(items) with the column's items in their own type; not for texts.
template <class Use>
void with_items(const playlist_column& column, const Use& use) {
  switch (column.type) {
    case PLAYLIST_F32:
      return use(static_cast<const float*>(column.data));
    case PLAYLIST_F64:
      return use(static_cast<const double*>(column.data));
    case PLAYLIST_I32:
      return use(static_cast<const std::int32_t*>(column.data));
    case PLAYLIST_I64:
      return use(static_cast<const std::int64_t*>(column.data));
    case PLAYLIST_U8:
      return use(static_cast<const std::uint8_t*>(column.data));
    default:
      return;
  }
}

template <class Item>
bool is_missing(Item item) {
  if constexpr (std::is_floating_point_v<Item>) return std::isnan(item);
  if constexpr (std::is_same_v<Item, std::uint8_t>) return item == 255;
  return item == std::numeric_limits<Item>::min();
}

}  // namespace engine
