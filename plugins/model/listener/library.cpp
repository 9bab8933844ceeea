// The library's list of elements.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.listener", "1.0.0", "Playlist Engine", "MIT", kTasteModel,
                    kSessionStartModel, kNextMoodModel);
