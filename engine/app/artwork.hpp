// The picture of a track's album, for a page: fetched by the host from where an import or a service
// said it is, kept for a month, and only where the person allows it (the setting http.artwork).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/caller.hpp"

namespace engine::app {

struct Artwork {
  std::string address;
  std::string type;   // "image/jpeg", image/png, image/webp or image/gif, as the bytes are
  std::string bytes;  // at most 2 MiB
};

/// Nothing where no address is known. Throws Error(kUsage) where it is not allowed, Error(kInput)
/// where nothing that is a picture comes.
std::optional<Artwork> fetch_artwork(const Caller& caller, std::int64_t track_id);

/// By the first bytes; "" for what is no picture.
std::string picture_type(std::string_view bytes);

}  // namespace engine::app
