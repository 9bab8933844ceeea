// The library's list of elements.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.ordering", "1.0.0", "Playlist Engine", "MIT",
                    kArtistSpacing, kBy, kCurve, kKeepTogether, kShuffle, kTransitions);
