// Sources that ask a service in place of reading a file: engine sync.
#include "elements.hpp"

PLAYLIST_LIBRARY_BY("org.playlist-engine.source.services", "1.0.0", "Playlist Engine", "MIT",
                    source::kDeezerApi, source::kLastfm, source::kListenbrainzApi, source::kLrclib,
                    source::kMusicBrainz, source::kReccoBeats, source::kSpotify, source::kSubsonic);
