// The library's list of elements.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.output", "1.0.0", "Playlist Engine", "MIT", kM3u8, kXspf,
                    kJspf, kJson, kCsv, kUris);
