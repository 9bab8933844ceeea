// The library's list of elements.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.model", "1.0.0", "Playlist Engine", "MIT", kAls, kChoice,
                    kContent, kDin, kDiscovery, kItemCf, kQuality, kEase, kGraphFilter, kPrompt,
                    kEmbedding, kNeighbours, kClusters, kMoods);
