// The library's list of elements.
#include "playlist/plugin.hpp"

#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.ranking", "1.0.0", "Playlist Engine", "MIT", kChoice, kDin,
                    kListeningStatistics, kTaste, kPreference, kMood, kMoodNow, kQuality, kPrompt,
                    kClusters, kSessions, kNextMood, kLlm);
