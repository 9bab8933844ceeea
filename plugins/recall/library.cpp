// The library's list of elements.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.recall", "1.0.0", "Playlist Engine", "MIT", kSavedArtists,
                    kGenre, kSimilarArtists, kCatalogue, kPopular, kItemCf, kContent, kAls, kEase,
                    kGraphFilter, kPrompt, kRecommendations);
