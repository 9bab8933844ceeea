// The library's list of elements.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.filtering", "1.0.0", "Playlist Engine", "MIT", kAllowed,
                    kBanned, kHeard, kNotIn, kInSet, kServed, kPerArtist, kDuration, kRange, kTired,
                    kExplicit, kTag);
