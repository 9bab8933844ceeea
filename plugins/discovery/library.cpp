// The library's list of elements: of two kinds, as all of them ask model.discovery about the same
// listener.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.discovery", "1.0.0", "Playlist Engine", "MIT", kFamiliar,
                    kFresh, kArtistCf, kSessionNeighbours, kDiscovery);
