// The library of sources that read other programs' databases.
#include "elements.hpp"

PLAYLIST_LIBRARY("org.playlist-engine.database", "1.0.0", source::kNavidrome, source::kBeets,
                 source::kJellyfin);
