#include "core/column_types.hpp"

#include "playlist/plugin.h"

namespace engine {

std::size_t item_length(std::uint32_t column_type) {
  switch (column_type) {
    case PLAYLIST_F32:
    case PLAYLIST_I32:
    case PLAYLIST_STRING:
      return 4;
    case PLAYLIST_F64:
    case PLAYLIST_I64:
      return 8;
    case PLAYLIST_U8:
      return 1;
    default:
      return 0;
  }
}

}  // namespace engine
