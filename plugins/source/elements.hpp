// The elements of this library, one per file; plugin.cpp lists them.
#pragma once

#include "playlist/plugin.hpp"

namespace source {

using enum playlist::Sent;  // of the columns of its tables

extern const playlist::Element kSpotifyExtended;
extern const playlist::Element kSpotifyAccount;
extern const playlist::Element kSpotifyLibrary;
extern const playlist::Element kSpotifyPlaylists;
extern const playlist::Element kLastfmCsv;
extern const playlist::Element kListenbrainz;
extern const playlist::Element kMaloja;
extern const playlist::Element kKoito;
extern const playlist::Element kPanoScrobbler;
extern const playlist::Element kMultiScrobbler;
extern const playlist::Element kYoutubeHistory;
extern const playlist::Element kYoutubeLists;
extern const playlist::Element kAppleLibrary;
extern const playlist::Element kAppleLists;
extern const playlist::Element kAppleActivity;
extern const playlist::Element kJellyfinReport;
extern const playlist::Element kDeezer;
extern const playlist::Element kRateYourMusic;
extern const playlist::Element kSoundiiz;
extern const playlist::Element kExportify;
extern const playlist::Element kTunemymusic;
extern const playlist::Element kPlaysCsv;
extern const playlist::Element kTracksCsv;
extern const playlist::Element kM3u;
extern const playlist::Element kPls;
extern const playlist::Element kJspf;
extern const playlist::Element kMpd;
extern const playlist::Element kHetrec;
extern const playlist::Element kBenchmark;
extern const playlist::Element kPrompts;
extern const playlist::Element kEmbeddings;

}  // namespace source
