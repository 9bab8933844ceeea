// The source library: every file format the engine imports, but for archives (see archive/).
#include "elements.hpp"

PLAYLIST_LIBRARY("org.playlist-engine.source", "1.0.0", source::kSpotifyExtended,
                 source::kSpotifyAccount, source::kSpotifyLibrary, source::kSpotifyPlaylists,
                 source::kLastfmCsv, source::kListenbrainz, source::kMaloja, source::kKoito,
                 source::kPanoScrobbler, source::kMultiScrobbler, source::kYoutubeHistory,
                 source::kYoutubeLists, source::kAppleLibrary, source::kAppleLists,
                 source::kAppleActivity, source::kJellyfinReport, source::kDeezer,
                 source::kRateYourMusic, source::kSoundiiz, source::kExportify,
                 source::kTunemymusic, source::kPlaysCsv, source::kTracksCsv, source::kM3u,
                 source::kPls, source::kJspf, source::kMpd, source::kHetrec, source::kBenchmark,
                 source::kPrompts, source::kEmbeddings);
