// Invented names that read like a music library: from word lists and syllables, none of them
// anybody's.
#pragma once

#include <cstddef>
#include <string>

#include "core/random.hpp"

namespace engine::demo {

std::string artist_name(Random& random);
std::string album_name(Random& random);
std::string track_title(Random& random);
/// Lower case; the first 30 differ in their first word, later ones are variants ("dark folk").
std::string genre_name(std::size_t number);
/// Names of a listener's own playlists; `number` from 0.
std::string playlist_name(std::size_t number);
/// First names of the demo's other listeners; `number` from 0.
std::string listener_name(std::size_t number);
/// A string of `length` letters and digits, like the ids of a streaming service.
std::string service_id(Random& random, std::size_t length);

}  // namespace engine::demo
