// The library's list of elements.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.output", "1.0.0", "Playlist Engine", "MIT", kM3u8, kM3u,
                    kPls, kXspf, kRekordbox, kJspf, kJson, kCsv, kUris);
